"""What evaluators are to find is there: a trend, gaps by place and income, programs with the stated effects."""

import numpy as np
import pandas as pd
import pytest

from demo.attendance import school_days, spread
from demo.effects import EFFECT
from demo.outcomes import Outcomes, live
from demo.world import World, build_world

PROGRAMS = ("early_childhood", "home_visiting", "summer", "after_school", "mentoring")


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(40_000, 11)


@pytest.fixture(scope="module")
def lived(world: World) -> Outcomes:
    return live(world, np.random.default_rng(5))


def _adjusted(world: World, result: np.ndarray, exposed: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Effects with standard errors by least squares, with income, place, language and year held equal."""
    child, year = np.nonzero(result >= 0)
    rest = [world.poor[child], world.english[child]]
    rest.append(np.choose(year, [world.poverty(y)[child] for y in range(4)]))
    rest += [year == y for y in range(4)]
    design = np.column_stack([table[child, year] for table in exposed] + rest).astype(float)
    outcome = result[child, year].astype(float)
    fit, *_ = np.linalg.lstsq(design, outcome, rcond=None)
    spread_of = np.var(outcome - design @ fit)
    error = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * spread_of)
    return fit[: len(exposed)], error[: len(exposed)]


@pytest.mark.parametrize(
    ("outcome", "programs"),
    [
        ("readiness", {"early_childhood": "kindergarten_readiness", "home_visiting": "kindergarten_readiness"}),
        ("reading", {"summer": "reading_grade3"}),
        ("math", {"after_school": "math_grade8"}),
    ],
)
def test_programs_change_outcomes_by_what_they_say(world, lived, outcome, programs):
    found, error = _adjusted(world, getattr(lived, outcome), [lived.exposed[p] for p in programs])
    stated = np.array([EFFECT[pair] for pair in programs.items()])
    assert (np.abs(found - stated) < 3.5 * error).all(), (found, stated, error)
    assert (found > 0).all()


def test_children_who_come_regularly_miss_less_school(world, lived):
    found, error = _adjusted(world, lived.chronic, [lived.regular == 1])
    assert abs(found[0] - EFFECT["after_school", "chronic_absence"]) < 4 * error[0] + 0.01


def test_absence_recovers_and_follows_income_and_place(world, lived):
    shares = [(lived.chronic[:, y] == 1).sum() / (lived.chronic[:, y] >= 0).sum() for y in range(4)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == pytest.approx(0.29, abs=0.015) and shares[3] == pytest.approx(0.21, abs=0.015)
    student = lived.chronic[:, 3] >= 0
    chronic = pd.Series(lived.chronic[student, 3] == 1)
    assert chronic[world.poor[student]].mean() > chronic[~world.poor[student]].mean() + 0.08
    assert np.corrcoef(world.poverty(3)[student], chronic)[0, 1] > 0.07


def test_days_tell_exactly_who_is_chronically_absent():
    rng = np.random.default_rng(1)
    count = 5_000
    chronic, joined, left = (rng.random(count) < p for p in (0.3, 0.05, 0.05))
    days = school_days(joined, left & ~joined, chronic, rng)
    enrolled, present = days.enrolled.sum(axis=1), days.present.sum(axis=1)
    assert (days.present >= 0).all() and (days.present <= days.enrolled).all()
    assert ((10 * (enrolled - present) >= enrolled) == chronic).all()
    assert (enrolled < 10).any(), "some leave within days and do not count"


def test_spread_deals_every_day_and_no_more_than_a_month_has():
    rng = np.random.default_rng(2)
    offered = rng.integers(0, 20, (300, 10))
    total = rng.integers(0, offered.sum(axis=1) + 1)
    dealt = spread(total, offered, rng)
    assert (dealt.sum(axis=1) == total).all() and (dealt <= offered).all() and (dealt >= 0).all()
