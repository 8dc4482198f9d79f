"""A whole percentage beside rounded counts says no more than they do, and is never far from the true one."""

import math
import re
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from privacy.percent import published_percent
from privacy.rounding import ROUNDED, ROUNDED_BRIEFLY, farthest_off, rounded

K = 10


def shown(*parts: int) -> tuple[float, ...]:
    return tuple(float(p[0]) for p in published_percent([np.array([part]) for part in parts], K))


def looks(parts: np.ndarray) -> np.ndarray:
    """All that a reader sees of cells: bands x cells in, a column of numbers a cell out, -1 for no percentage."""
    seen = parts[:1] if len(parts) == 2 else parts
    percent = np.nan_to_num(np.array(published_percent(list(parts), K)), nan=-1.0)
    return np.vstack([5 * np.rint(parts.sum(axis=0) / 5), 5 * np.rint(seen / 5), percent])


@pytest.mark.parametrize("bands", [2, 3])
@given(data=st.data())
def test_no_reader_can_pin_a_count(bands: int, data: st.DataObject) -> None:
    parts = [data.draw(st.integers(K, 45)) for _ in range(bands)]
    here, far = looks(np.array(parts)[:, None]), 9 if bands == 2 else 4
    if here[-1, 0] == -1:
        return
    near = np.array(list(product(*(range(max(K, p - far), p + far + 1) for p in parts)))).T
    twins = near[:, (looks(near) == here).all(axis=0)]
    assert len(set(twins.sum(axis=0))) > 1
    assert all(len(set(twins[i])) > 1 for i in range(1 if bands == 2 else bands))


@given(st.integers(200, 5000), st.integers(200, 5000))
@example(200, 1400)  # 12.5 and 87.5 are both halves
def test_large_groups_are_within_a_point_of_their_true_percentage(yes: int, no: int) -> None:
    assert abs(shown(yes, no)[0] - 100 * yes / (yes + no)) <= 1


@given(st.integers(K, 300), st.integers(K, 300), st.integers(-2, 2), st.integers(-2, 2))
def test_what_looks_the_same_as_counts_has_the_same_percentage(yes: int, no: int, one: int, other: int) -> None:
    """Nothing but the rounded counts goes in: so places that add up tell no more with percentages than without."""
    assume(min(yes + one, no + other) >= K)
    here, there = np.array([[yes], [no]]), np.array([[yes + one], [no + other]])
    if (looks(here)[:2] == looks(there)[:2]).all():
        assert (looks(here) == looks(there)).all()


def test_cells_do_not_depend_on_their_neighbors() -> None:
    together = published_percent([np.array([12, 400]), np.array([31, 900])], K)
    assert [tuple(p[i] for p in together) for i in range(2)] == [shown(12, 31), shown(400, 900)]


def farthest(k: int) -> dict[int, float]:
    """Published size -> how far a shown percentage of any two counts can be from the true one, in points."""
    found: dict[int, float] = {}
    for whole in (*range(2 * k, 413), *range(798, 813)):
        yes = np.arange(k, whole - k + 1)
        off = np.abs(published_percent([yes, whole - yes], k)[0] - 100 * yes / whole)
        size = 5 * round(whole / 5)
        found[size] = max(found.get(size, 0.0), float(np.nanmax(off, initial=0.0)))
    return found


@pytest.mark.parametrize("k", [5, 10])
def test_no_percentage_is_farther_off_than_readers_are_told(k: int) -> None:
    """Both counts are at most 2 off, which moves a share by less than 4 / (n - 2); a whole percent adds a half."""
    found = farthest(k)
    assert all(off <= 400 / (n - 2) + 0.5 for n, off in found.items())
    assert max(off for n, off in found.items() if n >= 800) <= 1
    words = re.compile(r"(\d+)(?: points)? (?:for|from) (\d+)")
    told = {int(n): int(points) for points, n in words.findall(ROUNDED)}
    assert set(words.findall(ROUNDED_BRIEFLY)) == {("8", "50"), ("3", "200")}
    assert set(told) == {50, 100, 200, 400, 800}
    assert all(points - 1 < found[n] <= points for n, points in told.items())


@pytest.mark.parametrize("k", [5, 10])
def test_the_note_of_a_table_begins_with_its_fewest_children(k: int) -> None:
    """A reader of a table of 25 to 45 children is not told about 50 and more alone."""
    for n, off in farthest(k).items():
        assert farthest_off(n, k) == max(math.ceil(off - 1e-9), 1), n
    told = rounded(30, k)
    assert f"by up to {farthest_off(30, k)} points for 30 children, the fewest in this table, 8 for 50, 4" in told
    assert "for 50" not in rounded(120, k) and "for 120 children, the fewest in this table, 3 for 200" in rounded(
        120, k
    )
    assert rounded(900, k).endswith("by up to 1 point.") and rounded(None, k) == ROUNDED


def test_bands_are_no_farther_off_than_rates() -> None:
    for n in (40, 50, 75):
        tables = [t for t in product(range(K, n, 3), repeat=3) if abs(sum(t) - n) <= 2]
        off = [abs(p - 100 * part / sum(t)) for t in tables for p, part in zip(shown(*t), t, strict=True) if p == p]
        assert max(off) <= 400 / (n - 2) + 0.5
