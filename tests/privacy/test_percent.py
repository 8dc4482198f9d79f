"""A whole percentage beside rounded counts is the true one wherever it may be, and never pins a count."""

from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from privacy.percent import published_percent

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


def test_most_groups_of_a_class_or_two_show_their_true_percentage() -> None:
    cells = [(yes, no) for yes in range(K, 40) for no in range(K, 40)]
    true = [shown(*cell)[0] == (200 * cell[0] + sum(cell)) // (2 * sum(cell)) for cell in cells]
    assert np.mean(true) > 0.5


def test_cells_do_not_depend_on_their_neighbors() -> None:
    together = published_percent([np.array([12, 400]), np.array([31, 900])], K)
    assert [tuple(p[i] for p in together) for i in range(2)] == [shown(12, 31), shown(400, 900)]
