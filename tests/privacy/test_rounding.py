"""Rounding and coarser percentages."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.rounding import BY_SIZE, Coding, band_text, code_percent, live_counts, round_counts, whole_percent

COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=8)


def test_counts_go_to_the_nearest_five():
    assert round_counts(np.array([0, 2, 3, 7, 8, 12, 13])).tolist() == [0, 0, 5, 5, 10, 10, 15]
    assert np.isnan(round_counts(np.array([np.nan])))[0]


def test_midpoints_of_an_even_base_go_to_the_even_multiple():
    assert round_counts(np.array([5, 15, 25, 35]), 10).tolist() == [0, 20, 20, 40]
    with pytest.raises(ValueError, match="base"):
        round_counts(np.array([1]), 0)


@given(st.integers(0, 500), st.integers(0, 500))
def test_percentages_are_whole_and_halves_go_up(part, whole):
    percent = whole_percent(np.array([part]), np.array([whole]))[0]
    if whole == 0:
        assert np.isnan(percent)
    else:
        assert percent == (200 * part + whole) // (2 * whole)
        assert abs(percent - 100 * part / whole) <= 0.5


def test_a_percentage_of_something_hidden_is_hidden():
    assert np.isnan(whole_percent(np.array([np.nan, 5, 3]), np.array([10, np.nan, 0]))).all()
    assert whole_percent(np.array([1]), np.array([8])).tolist() == [13]


def test_live_totals_are_sums_of_rounded_parts():
    parts, total = live_counts(np.array([12, 13, 21]), 10)
    assert parts.tolist() == [10, 15, 20] and total == 45


@given(COUNTS, st.sampled_from([5, 10, 11]))
def test_a_live_total_never_gives_a_small_part_away(counts, k):
    parts, total = live_counts(np.array(counts), k)
    hidden = np.isnan(parts)
    assert hidden[np.array(counts) < k].all()
    pooled = sum(np.array(counts)[hidden])
    if np.isnan(total):
        assert hidden.all() and pooled < k
    else:
        assert total == np.nansum(parts) + round_counts(np.array(pooled))
        assert not hidden.any() or (pooled >= k and hidden.sum() >= 2)


@given(COUNTS, st.randoms(use_true_random=False))
def test_equal_parts_have_one_fate_in_any_order(counts, random):
    order = random.sample(range(len(counts)), len(counts))
    parts, total = live_counts(np.array(counts), 10)
    other, again = live_counts(np.array(counts)[order], 10)
    np.testing.assert_array_equal(parts[order], other)
    assert total == again or (np.isnan(total) and np.isnan(again))
    for value in set(counts):
        assert len({bool(np.isnan(p)) for p, c in zip(parts, counts, strict=True) if c == value}) == 1


@pytest.mark.parametrize(
    ("percent", "size", "text"),
    [
        (99, 300, "at least 99%"),
        (98, 300, "98%"),
        (99, 299, "at least 98%"),
        (1, 100, "at most 2%"),
        (3, 100, "3%"),
        (95, 99, "at least 95%"),
        (5, 40, "at most 5%"),
        (6, 40, "6%"),
        (11, 39, "11-20%"),
        (89, 20, "81-89%"),
        (90, 20, "at least 90%"),
        (50, 19, "41-60%"),
        (79, 10, "61-79%"),
        (np.nan, 500, ""),
        (50, np.nan, ""),
    ],
)
def test_percentages_of_small_groups_are_banded(percent, size, text):
    low, high = code_percent(np.array([percent]), np.array([size]))
    assert band_text(low[0], high[0]) == text


@given(st.integers(0, 100), st.integers(0, 400))
def test_every_percentage_lies_in_its_band_and_bands_do_not_overlap(percent, size):
    everything = np.arange(101)
    low, high = code_percent(everything, np.array([size]))
    assert low[percent] <= percent <= high[percent]
    bands = sorted(set(zip(low, high, strict=True)))
    assert [a[1] + 1 for a in bands[:-1]] == [b[0] for b in bands[1:]]


def test_a_policy_can_hide_small_groups_and_its_order_does_not_matter():
    policy = (Coding(20, 10, 10), Coding(40, 5))
    for choice in (policy, policy[::-1]):
        low, _ = code_percent(np.array([50, 50, 50]), np.array([10, 20, 40]), choice)
        assert np.isnan(low[0]) and low[1:].tolist() == [41, 50]
    assert BY_SIZE[-1].size == 0
