"""Published intervals cover chance and rounding: tried for every small table, and by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom

from evaluation.intervals import wilson
from evaluation.reliability import unreliable
from evaluation.rounded import rounded_wilson
from privacy.percent import published_percent
from privacy.rounding import HALF, round_counts

K = 10
Floats = NDArray[np.float64]


def published(yes: NDArray[np.int64], no: NDArray[np.int64], k: int = K) -> tuple[Floats, Floats, Floats]:
    """Percent, count and n as a reader sees them."""
    return published_percent([yes, no], k)[0], round_counts(yes), round_counts(yes + no)


def tables(most: int, k: int = K) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every pair of shown counts up to a size of the whole."""
    yes, no = np.meshgrid(np.arange(k, most), np.arange(k, most), indexing="ij")
    inside = yes + no <= most
    return yes[inside], no[inside]


@pytest.mark.parametrize("k", [5, 10, 20])
def test_the_limits_of_the_true_counts_lie_inside(k: int) -> None:
    yes, no = tables(160, k)
    percent, count, n = published(yes, no, k)
    found, true = rounded_wilson(percent, count, n, slack=HALF, fewest=k), wilson(yes, yes + no)
    shown = np.isfinite(percent)
    assert shown.mean() > 0.9
    assert (found.low[shown] <= 100 * true.low[shown] + 1e-6).all()
    assert (found.high[shown] >= 100 * true.high[shown] - 1e-6).all()
    assert (found.low[shown] <= percent[shown]).all() and (percent[shown] <= found.high[shown]).all()


@pytest.mark.parametrize("n", [24, 33, 52, 57, 88, 121, 202])
@pytest.mark.parametrize("p", [0.3, 0.42, 0.5, 0.66, 0.8])
def test_they_cover_the_true_share_as_often_as_they_say(n: int, p: float) -> None:
    """By drawing 4,000 communities; the same draws whose limits are Wilson's of the true counts cover no more often."""
    drawn = np.random.default_rng(n).binomial(n, p, 4_000)
    yes = drawn[(drawn >= K) & (n - drawn >= K)]
    percent, count, whole = published(yes, n - yes)
    shown = np.isfinite(percent)
    found = rounded_wilson(percent[shown], count[shown], whole[shown], slack=HALF, fewest=K)
    true = wilson(yes[shown], n)
    covered = (found.low <= 100 * p) & (100 * p <= found.high)
    assert covered.mean() >= ((true.low <= p) & (p <= true.high)).mean()
    assert covered.mean() > 0.94 or len(yes) < 0.98 * len(drawn)  # what is often hidden is no fair sample


def test_wilson_from_what_is_published_would_cover_too_rarely() -> None:
    """Why the limits are wider: over all counts of 34 children with a share of one half."""
    yes = np.arange(K, 34 - K + 1)
    percent, _, n = published(yes, 34 - yes)
    plain = wilson(percent / 100 * n, n)
    true = wilson(yes, 34)
    assert ((plain.low > true.low + 0.04) | (plain.high < true.high - 0.04)).any()
    assert binom.pmf(yes, 34, 0.5).sum() > 0.98


def test_what_rounding_alone_may_shift_by_five_points_is_marked() -> None:
    """The interval covers the rounding, so the mark for wide intervals covers it too and needs no rule of its own."""
    yes, no = tables(160)
    percent, count, n = published(yes, no)
    marked = unreliable(percent, n, *rounded_wilson(percent, count, n, slack=HALF, fewest=K))
    off = np.abs(percent - 100 * yes / (yes + no))
    assert np.nanmax(off) > 10 and np.nanmax(off[~marked]) < 5


@given(st.integers(0, 400), st.integers(0, 400))
def test_one_answer_for_everything_that_looks_the_same(yes: int, no: int) -> None:
    """A visible zero is exactly zero; of large groups little more than Wilson's is left."""
    whole = yes + no
    n, count = 5 * round(whole / 5), 5 * round(yes / 5)
    if 0 < yes < K or 0 < no < K or not n:
        return
    percent = (200 * yes + whole) // (2 * whole)
    low, high = (float(v) for v in rounded_wilson(percent, count, n, slack=HALF, fewest=K))
    assert 0 <= low <= percent <= high <= 100
    if whole > 300:
        plain = wilson(yes, whole)
        assert high - low <= 100 * float(plain.high - plain.low) + 5
    if yes == 0:
        assert low == 0


def test_what_is_hidden_has_no_interval() -> None:
    found = rounded_wilson([np.nan, 40, 40], [20, np.nan, 20], [50, 50, np.nan], slack=HALF, fewest=K)
    assert np.isnan(found.low).all() and np.isnan(found.high).all()
