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


def looks(parts: tuple[int, ...]) -> tuple[object, ...]:
    """Everything a reader sees of one cell."""
    seen = parts[:1] if len(parts) == 2 else parts
    percent = tuple(None if np.isnan(p) else p for p in shown(*parts))
    return (5 * round(sum(parts) / 5), tuple(5 * round(p / 5) for p in seen), percent)


@pytest.mark.parametrize("bands", [2, 3])
@given(data=st.data())
def test_no_reader_can_pin_a_count(bands: int, data: st.DataObject) -> None:
    parts = tuple(data.draw(st.integers(K, 45)) for _ in range(bands))
    here = looks(parts)
    if here[2][0] is None:
        return
    near = product(*(range(max(K, p - 9), p + 10) for p in parts))
    twins = [other for other in near if looks(other) == here] if bands == 2 else _close_twins(parts, here)
    assert len({sum(t) for t in twins}) > 1
    assert all(len({t[i] for t in twins}) > 1 for i in range(1 if bands == 2 else bands))


def _close_twins(parts: tuple[int, ...], here: tuple[object, ...]) -> list[tuple[int, ...]]:
    near = product(*(range(max(K, p - 4), p + 5) for p in parts))
    return [other for other in near if looks(other) == here]


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
