"""A whole percentage beside rounded counts is the true one wherever it may be, and never pins a count."""

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from privacy.percent import published_percent
from privacy.rounding import ROUNDED, ROUNDED_BRIEFLY

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


def farthest(most: int, k: int) -> dict[int, float]:
    """Published size -> how far a shown percentage of any two counts can be from the true one, in points."""
    yes, no = (a.ravel() for a in np.meshgrid(np.arange(k, most), np.arange(k, most), indexing="ij"))
    yes, no = yes[yes + no <= most + 2], no[yes + no <= most + 2]
    off = np.abs(published_percent([yes, no], k)[0] - 100 * yes / (yes + no))
    sizes = 5 * np.round((yes + no) / 5).astype(int)
    shown = np.isfinite(off)
    return {n: float(off[shown & (sizes == n)].max()) for n in set(sizes[shown].tolist())}


@pytest.mark.parametrize("k", [5, 10])
def test_no_percentage_is_farther_off_than_readers_are_told(k: int) -> None:
    """Both counts are at most 2 off, which moves a share by less than 4 / (n - 2); a whole percent adds a half."""
    found = farthest(410, k)
    assert all(off <= 400 / (n - 2) + 0.5 for n, off in found.items())
    assert max(off for n, off in found.items() if n >= 400) <= 1
    words = re.compile(r"(\d+)(?: points)? (?:for|from) (\d+)")
    told = {int(n): int(points) for points, n in words.findall(ROUNDED)}
    assert set(words.findall(ROUNDED_BRIEFLY)) == {("8", "50"), ("2", "200")}
    assert set(told) == {50, 100, 200, 400}
    assert all(points - 1 < found[n] <= points for n, points in told.items())


def test_bands_are_no_farther_off_than_rates() -> None:
    for n in (40, 50, 75):
        tables = [t for t in product(range(K, n, 3), repeat=3) if abs(sum(t) - n) <= 2]
        off = [abs(p - 100 * part / sum(t)) for t in tables for p, part in zip(shown(*t), t, strict=True) if p == p]
        assert max(off) <= 400 / (n - 2) + 0.5
