"""Intervals agree with statsmodels and with printed examples, and keep what every interval must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from evaluation.intervals import byar, log_ratio, newcombe, poisson, wilson, z_for

SIZES = st.integers(1, 400)


@given(st.data(), SIZES)
def test_wilson_agrees_with_statsmodels(data: st.DataObject, n: int) -> None:
    count = data.draw(st.integers(0, n))
    low, high = proportion_confint(count, n, method="wilson")
    found = wilson(count, n)
    assert float(found.low) == pytest.approx(low, abs=1e-12)
    assert float(found.high) == pytest.approx(high, abs=1e-12)


@given(st.data(), SIZES)
def test_wilson_contains_the_estimate_and_mirrors(data: st.DataObject, n: int) -> None:
    count = data.draw(st.integers(0, n))
    found, mirrored = wilson(count, n), wilson(n - count, n)
    assert 0 <= found.low <= count / n <= found.high <= 1
    assert float(found.low) == pytest.approx(1 - float(mirrored.high), abs=1e-12)
    narrow = wilson(count, n, z_for(0.8))
    assert found.low <= narrow.low + 1e-12 and narrow.high <= found.high + 1e-12


@given(st.data(), SIZES, SIZES)
def test_newcombe_agrees_with_statsmodels(data: st.DataObject, n1: int, n2: int) -> None:
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    low, high = confint_proportions_2indep(x1, n1, x2, n2, compare="diff", method="newcomb")
    found = newcombe(x1, n1, x2, n2)
    assert float(found.low) == pytest.approx(low, abs=1e-9)
    assert float(found.high) == pytest.approx(high, abs=1e-9)


def test_newcombe_printed_example() -> None:
    # Newcombe 1998, Statistics in Medicine 17:873-890, Table II, example (a), method 10: 56/70 - 48/80.
    found = newcombe(56, 70, 48, 80)
    assert (round(float(found.low), 4), round(float(found.high), 4)) == (0.0524, 0.3339)


def test_poisson_is_exact_and_byar_is_near() -> None:
    events = np.arange(10, 300)
    exact, near = poisson(events), byar(events)
    assert np.allclose(exact.low, chi2.ppf(0.025, 2 * events) / 2, atol=1e-12)
    assert np.allclose(near.low, exact.low, rtol=0.01) and np.allclose(near.high, exact.high, rtol=0.01)
    assert float(poisson(0).low) == 0 and float(poisson(0).high) == pytest.approx(3.6889, abs=1e-4)


def test_nobody_gives_no_interval_and_no_error() -> None:
    found = wilson([0, 0], [0, 5])
    assert np.isnan(found.low[0]) and np.isnan(found.high[0]) and found.low[1] == 0
    assert np.isnan(log_ratio(0, 10, 3, 10).low)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and its denominator"):
        wilson(6, 5)
    with pytest.raises(ValueError, match="confidence"):
        z_for(1.0)
