"""What becomes of the children each year: clubs, absence, readiness, tests, graduation, screening."""

from dataclasses import dataclass, field

import numpy as np

from demo.contributors import BEACON, CLINIC, EARLY, LIBRARY, MENTORS, TRAILHEAD, VISITS
from demo.effects import EFFECT, chance, happens
from demo.world import World
from demo.years import YEARS

REGULAR_SHARE = 0.46  # of the children in after-school clubs
ABSENCE_BY_GRADE = (0.05, 0.02, 0.0, -0.02, -0.03, -0.03, -0.02, 0.0, 0.01, 0.02, 0.02, 0.02, 0.03)
GRADUATION = ("regular_diploma", "dropped_out", "still_enrolled", "equivalency", "transferred_out", "emigrated")


@dataclass
class Outcomes:
    """By child (rows) and year (columns): yes, no; -1 where it does not apply. graduation: codes of GRADUATION."""

    regular: np.ndarray
    chronic: np.ndarray
    readiness: np.ndarray
    reading: np.ndarray
    math: np.ndarray
    graduation: np.ndarray
    screened: np.ndarray
    exposed: dict[str, np.ndarray] = field(default_factory=dict)


def live(world: World, rng: np.random.Generator) -> Outcomes:
    """All outcomes of all years."""
    shape = world.enrollment.present.shape
    made = Outcomes(*(np.full(shape, -1, dtype=np.int8) for _ in range(7)))
    club = world.enrollment.member[BEACON] | world.enrollment.member[TRAILHEAD]
    keen = rng.standard_normal(shape[0])
    for year in range(len(YEARS)):
        draw = happens(np.full(shape[0], REGULAR_SHARE), keen, 0.5, rng)
        made.regular[:, year] = np.where(club[:, year], draw, -1)
    made.exposed = _exposures(world, made.regular == 1, rng)
    for year in range(len(YEARS)):
        _year(world, made, year, rng)
    return made


def _exposures(world: World, regular: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Who had which program before or with an outcome (child x year); the years before the first are drawn unseen."""
    member, age = world.enrollment.member, world.enrollment.age
    poor = world.poor[:, None]
    early = _before(member[EARLY] & (age >= 3) & (age <= 4), 1, 0.40 + 0.25 * poor, rng)
    visits = _before(member[VISITS], 2, 0.13 + 0.30 * poor, rng)
    summer = np.zeros_like(regular)
    summer[:, 1:] = member[LIBRARY][:, :-1]
    summer[:, 0] = rng.random(len(summer)) < 0.2
    recent = regular.copy()
    recent[:, 1:] |= regular[:, :-1]
    mentors = np.logical_or.accumulate(member[MENTORS] & (world.enrollment.grade >= 9), axis=1)
    return {
        "early_childhood": early,
        "home_visiting": visits,
        "summer": summer,
        "after_school": recent,
        "mentoring": mentors,
    }


def _before(member: np.ndarray, unseen: int, share: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ever a member in an earlier year; for the first years, when that was not recorded, drawn at random."""
    ever = np.zeros_like(member)
    ever[:, 1:] = np.logical_or.accumulate(member, axis=1)[:, :-1]
    hidden = rng.random((len(member), 1)) < share
    ever[:, :unseen] |= hidden
    return ever


def _year(world: World, made: Outcomes, year: int, rng: np.random.Generator) -> None:
    """One school year."""
    e, exposed = world.enrollment, made.exposed
    student = e.school[:, year] >= 0
    grade = e.grade[:, year]
    steps = np.array(ABSENCE_BY_GRADE)[np.maximum(grade, 0)] + EFFECT["after_school", "chronic_absence"] * (
        made.regular[:, year] == 1
    )
    made.chronic[:, year] = _draw(world, "chronic_absence", year, student, steps, world.children.absence, rng)
    tested = student & (rng.random(len(student)) < 0.955 - 0.04 * (made.chronic[:, year] == 1))
    first = EFFECT["early_childhood", "kindergarten_readiness"] * exposed["early_childhood"][:, year]
    first = first + EFFECT["home_visiting", "kindergarten_readiness"] * exposed["home_visiting"][:, year]
    extra = {
        "kindergarten_readiness": (made.readiness, 0, first),
        "reading_grade3": (made.reading, 3, EFFECT["summer", "reading_grade3"] * exposed["summer"][:, year]),
        "math_grade8": (made.math, 8, EFFECT["after_school", "math_grade8"] * exposed["after_school"][:, year]),
    }
    for outcome, (target, at, points) in extra.items():
        target[:, year] = _draw(world, outcome, year, tested & (grade == at), points, world.children.ability, rng)
    made.graduation[:, year] = _graduation(world, year, student & (grade == 12), exposed["mentoring"][:, year], rng)
    made.screened[:, year] = _screening(world, year, rng)


def _draw(
    world: World,
    outcome: str,
    year: int,
    who: np.ndarray,
    extra: np.ndarray,
    trait: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Yes, no or -1 by child; the level of a year is met whatever share of children had the programs."""
    result = np.full(len(who), -1, dtype=np.int8)
    mine = np.flatnonzero(who)
    points = extra[mine] - (extra[mine].mean() if len(mine) else 0)
    chances = chance(outcome, year, world.poor[mine], world.poverty(year)[mine], world.english[mine], points)
    result[mine] = happens(chances, trait[mine], 0.5, rng)
    return result


def _graduation(
    world: World, year: int, cohort: np.ndarray, mentored: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Status of each cohort member; some have moved away for good and are left out of the rate."""
    points = EFFECT["mentoring", "graduation_status"] * mentored
    done = _draw(world, "graduation_status", year, cohort, points, world.children.ability, rng)
    other = 1 + np.searchsorted([0.55, 0.88], rng.random(len(done)))
    status = np.where(done == 1, 0, other)
    gone = rng.random(len(done))
    status = np.where(gone < 0.03, 4, np.where(gone < 0.034, 5, status))
    return np.where(done >= 0, status, -1).astype(np.int8)


def _screening(world: World, year: int, rng: np.random.Generator) -> np.ndarray:
    """Screened or not, of the young children in a program that screens."""
    member = world.enrollment.member[:, :, year]
    young = (member[EARLY] | member[VISITS] | member[CLINIC]) & (world.enrollment.age[:, year] <= 5)
    points = EFFECT["home_visiting", "developmental_screening"] * member[VISITS]
    return _draw(world, "developmental_screening", year, young, points, world.children.ability, rng)
