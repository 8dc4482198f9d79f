"""One population taken from another: exact counts beside exact counts give small groups away, rounded ones do not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.publishing.differences import bounds, exact_differences
from data_access.publishing.stored import Stored, pack, unpack
from privacy.lattice import Lattice, Pattern, Rule

TOWNS = ("A", "B", "C")


def stored(counts: tuple[int, ...], population: str, exact: bool, hidden: tuple[int, ...] = ()) -> Stored:
    """A county of towns; hidden: positions, the county is 0."""
    keys = [("county:X",), *((f"town:{t}",) for t in TOWNS)]
    lattice = Lattice.build(keys, [sum(counts), *counts], [(0, (1, 2, 3))])
    marks = np.isin(np.arange(4), hidden)
    pattern = Pattern(marks, marks, Rule())
    return Stored(population, "2024-25", exact, (), ("area",), ("county:X",), lattice, pattern, {})


def test_two_exact_populations_give_their_difference_away() -> None:
    found = exact_differences(stored((40, 60, 80), "enrolled", True), stored((43, 75, 99), "served", True))
    assert found == ["served less enrolled 2024-25: exactly 3 in town:A"]


def test_a_hidden_cell_is_found_through_the_total() -> None:
    inner = stored((40, 60, 80), "enrolled", True)
    assert len(exact_differences(inner, stored((43, 75, 99), "served", True, hidden=(1,)))) == 1
    assert exact_differences(inner, stored((43, 75, 99), "served", True, hidden=(1, 2))) == []


def test_rounded_counts_give_no_difference_away() -> None:
    assert exact_differences(stored((40, 60, 80), "enrolled", False), stored((43, 75, 99), "served", True)) == []


def test_populations_that_are_not_nested_are_not_subtracted() -> None:
    assert exact_differences(stored((50, 60, 60), "a", True), stored((43, 75, 99), "b", True)) == []


@given(st.tuples(*[st.integers(0, 60)] * 3), st.booleans(), st.sets(st.integers(0, 3)))
def test_bounds_always_hold_the_truth(counts: tuple[int, ...], exact: bool, hidden: set[int]) -> None:
    small = {i for i, n in enumerate((sum(counts), *counts)) if n < 10}
    one = stored(counts, "p", exact, tuple(hidden | small))
    low, high = bounds(one)
    assert (low <= one.lattice.values).all() and (one.lattice.values <= high).all()
    if exact:
        open_ = ~one.pattern.hidden
        assert (low[open_] == high[open_]).all()


@pytest.mark.parametrize("exact", [True, False])
def test_the_vault_keeps_a_lattice_as_it_was(exact: bool) -> None:
    one = replace(stored((3, 60, 80), "served", exact, (1, 2)), own={"north": np.array([3, 3, 0, 0])}, origin="x")
    two = unpack(pack(one))
    assert two.same_as(one) and two.exact is exact and two.origin == "x"
    assert two.pattern.hidden.tolist() == one.pattern.hidden.tolist()
    assert not unpack(pack(replace(one, own={"north": np.array([2, 2, 0, 0])}))).same_as(one)
