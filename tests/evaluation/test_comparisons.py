"""Change, gaps, peers and the mark for small bases."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.change import change
from evaluation.disparity import index_of_disparity, widest_gap
from evaluation.intervals import Rate, newcombe, stands, wilson
from evaluation.peers import peers
from evaluation.reliability import unreliable

NAN = float("nan")


def rate(percent: float, n: float) -> Rate:
    """A percentage of n children with its Wilson limits."""
    if not n > 0 or percent != percent:
        return Rate(percent, NAN, NAN)
    low, high = wilson(percent / 100 * n, n)
    return Rate(percent, 100 * float(low), 100 * float(high))


RATES = st.builds(rate, st.integers(0, 100).map(float), st.integers(5, 2000).map(float))


def test_a_fall_of_absence_is_better_and_a_fall_of_reading_worse() -> None:
    fall = change(rate(30, 1000), rate(20, 1000), higher_is_better=False)
    assert fall is not None and fall.points == -10 and fall.clear and fall.direction == "better"
    assert change(rate(30, 1000), rate(20, 1000), higher_is_better=True).direction == "worse"  # type: ignore[union-attr]


def test_a_change_within_chance_is_no_change() -> None:
    small = change(rate(30, 40), rate(33, 40), higher_is_better=True)
    assert small is not None and not small.clear and small.direction == "same" and small.low < 0 < small.high


@pytest.mark.parametrize("year", [(NAN, 100.0), (20.0, 0.0), (20.0, NAN)])
def test_what_is_hidden_has_no_change(year: tuple[float, float]) -> None:
    assert change(rate(*year), rate(20, 100)) is None and change(rate(20, 100), rate(*year)) is None


@given(RATES, RATES)
def test_change_contains_its_points(one: Rate, two: Rate) -> None:
    found = change(one, two)
    assert found is not None and found.low <= found.points + 1e-9 and found.points - 1e-9 <= found.high


@given(st.integers(0, 100), st.integers(5, 2000), st.integers(0, 100), st.integers(5, 2000))
def test_from_wilson_limits_a_change_is_newcombes(p0: int, n0: int, p1: int, n1: int) -> None:
    found, plain = change(rate(p0, n0), rate(p1, n1)), newcombe(p1 / 100 * n1, n1, p0 / 100 * n0, n0)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((100 * float(plain.low), 100 * float(plain.high)), abs=1e-9)


def test_wider_limits_of_a_year_make_its_change_less_clear() -> None:
    """As those of rounded counts are."""
    sharp, rounded = change(Rate(40, 35, 45), Rate(50, 45, 55)), change(Rate(40, 32, 48), Rate(50, 42, 58))
    assert sharp is not None and rounded is not None and sharp.clear and not rounded.clear


@given(RATES, RATES)
def test_two_places_stand_as_a_change_between_them_would(one: Rate, two: Rate) -> None:
    found = change(two, one)
    assert found is not None
    assert stands(one, two) == (0 if not found.clear else 1 if found.points > 0 else -1) == -stands(two, one)


def test_gaps_are_on_the_event_nobody_wants() -> None:
    # 95 against 90 percent reading well: a ratio of 1.06 by success, of 2 by failure.
    found = widest_gap({"a": rate(95.0, 1000.0), "b": rate(90.0, 1000.0)}, higher_is_better=True)
    assert found is not None and (found.worst, found.best) == ("b", "a")
    assert found.points == 5 and found.ratio == pytest.approx(2.0) and found.clear


def test_hidden_groups_have_no_gap() -> None:
    assert widest_gap({"a": rate(20.0, 100.0), "b": rate(NAN, 100.0)}, False) is None
    found = widest_gap({"a": rate(20.0, 100.0), "b": rate(NAN, NAN), "c": rate(0.0, 50.0)}, False)
    assert found is not None and found.ratio is None and found.points == 20


def test_index_of_disparity() -> None:
    assert index_of_disparity({"a": (10.0, 1.0), "b": (30.0, 1.0)}, 20.0) == pytest.approx(50.0)
    assert index_of_disparity({"a": (NAN, 1.0)}, 20.0) is None


def test_peers_are_alike_in_number_and_mix() -> None:
    sizes = {"me": 100.0, "twin": 110.0, "other": 100.0, "giant": 1600.0, "hidden": NAN}
    mix = {
        "me": {"poor": 40.0, "rest": 60.0},
        "twin": {"poor": 42.0, "rest": 58.0},
        "other": {"poor": 95.0, "rest": 5.0},
    }
    assert peers("me", sizes, mix) == ["twin", "other", "giant"]
    assert peers("hidden", sizes, mix) == []


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 999).map(float), min_size=2), st.floats(0.1, 9))
def test_peers_do_not_change_with_the_unit(sizes: dict[str, float], unit: float) -> None:
    place = sorted(sizes)[0]
    near = [round(math.log2(s / sizes[place]), 9) ** 2 for o, s in sizes.items() if o != place]
    if len(set(near)) == len(near):
        assert peers(place, sizes, {}) == peers(place, {k: v * unit for k, v in sizes.items()}, {})


def test_marks_of_small_bases() -> None:
    found = unreliable([50, 50, 3, 50, NAN], [20, 400, 400, 45, NAN], [30, 45, 2, 36, NAN], [70, 55, 6, 64, NAN])
    assert found.tolist() == [True, False, False, False, False]
    assert bool(unreliable(50, 100, 30, 65)) and bool(unreliable(98, 60, 91, 100))
    assert np.asarray(unreliable(2, 100, 1, 7)).item() is True
