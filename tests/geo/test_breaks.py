"""Classes are few, round, and never give one area's value away; equal and missing values are ordinary."""

from math import floor, isfinite, log10

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.breaks import breaks, breaks_around

VALUE = st.one_of(
    st.none(),
    st.just(float("nan")),
    st.integers(0, 100),
    st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda v: round(v, 4)),
)


@settings(deadline=None)
@given(st.lists(VALUE, max_size=40), st.integers(1, 7))
@example([0.0001, -50001.0], 1)
@example([0.1, 0.2, 0.3, 0.30000000000000004], 5)
def test_few_round_classes_that_hold_every_value(values, at_most):
    there = [v for v in values if v is not None and isfinite(v)]
    found = breaks(values, at_most)
    if not there:
        assert found.edges == () and found.classify(values) == [None] * len(values)
        return
    across = min(there) < 0 < max(there)
    assert 1 <= found.classes <= max(min(at_most, 5, len(set(there))), 2 if across else 1)
    assert found.edges[0] <= min(there) and max(there) <= found.edges[-1]
    step = found.edges[1] - found.edges[0]
    assert round(step / 10 ** floor(log10(step) + 1e-9), 6) in (1, 2, 5)
    for edge in found.edges:
        assert edge / step == pytest.approx(round(edge / step), abs=1e-6)
    for value, at in zip(values, found.classify(values), strict=True):
        assert (at is None) == (value is None or not isfinite(value))
        assert at is None or found.edges[at] <= value <= found.edges[at + 1]
    assert len(set(found.labels())) == found.classes


def test_examples():
    assert breaks([3, 14, 25, 36, 47, 58]).edges == (0, 20, 40, 60)
    assert breaks([0.12, 0.31, 0.52, 0.77, 0.9]).edges == (0, 0.2, 0.4, 0.6, 0.8, 1.0)
    assert breaks([40, 40, 40]).edges == (40, 45) and breaks([0, 0]).classes == 1
    assert breaks([12, 88], 5).labels(" %") == ["0 to 50 %", "50 to 100 %"]
    assert breaks([1000, 5000, 9000, 12000, 15000]).labels()[0] == "0 to 5,000"


@settings(deadline=None)
@given(st.lists(st.floats(0, 100).map(lambda v: round(v, 1)), min_size=1, max_size=30), st.floats(1, 99))
def test_a_named_reference_is_a_limit(values, reference):
    found = breaks_around(values, round(reference, 1), "Alder County")
    assert round(reference, 1) in found.edges and found.classes in (2, 4)
    middle = found.edges.index(round(reference, 1))
    for value, at in zip(values, found.classify(values), strict=True):
        assert (at >= middle) == (value >= round(reference, 1))
    assert all("Alder County" in label for label in found.labels()) and len(set(found.labels())) == found.classes
