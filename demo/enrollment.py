"""Who is in which contributor's care in which year, and in which school district and grade."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from demo.contributors import BEACON, CLINIC, EARLY, LIBRARY, MENTORS, MERROW, TRAILHEAD, VALLEY, VISITS
from demo.geography import Geography
from demo.households import Households
from demo.people import Children
from demo.years import YEARS

LAST_GRADE = 12
# Share of the children of towns that both districts share who spend the spring of these grades at the valley's academy.
ACADEMY, ACADEMY_GRADES = 0.30, (4, 7)
TESTED = (0, 3, 8, LAST_GRADE)  # nobody changes districts in a year of tests, which would belong to one of the two only


@dataclass(frozen=True)
class Enrollment:
    """By child (rows) and year (columns). present: lives here; home: number of the home; district: of residence;

    school: MERROW, VALLEY or -1; grade: 0 kindergarten..12, -1 not of school age; joins: the second district of a year,
    from February on, or -1; academy: joins it without moving; member: contributor (first axis) x child x year.
    """

    present: np.ndarray
    home: np.ndarray
    atom: np.ndarray
    age: np.ndarray
    grade: np.ndarray
    school: np.ndarray
    joins: np.ndarray
    academy: np.ndarray
    member: np.ndarray

    @property
    def served(self) -> np.ndarray:
        """In at least one contributor's care (child x year)."""
        return np.asarray(self.member.any(axis=0))


def enroll(children: Children, households: Households, geography: Geography, rng: np.random.Generator) -> Enrollment:
    """Decide every child's districts and programs for all years."""
    house = children.household
    home = households.home[house]
    atom = households.homes.atom[home]
    span = range(len(YEARS))
    age = np.column_stack([children.age(y) for y in span])
    grade = np.column_stack([children.grade(y) for y in span])
    grade = np.where((grade >= 0) & (grade <= LAST_GRADE), grade, -1).astype(np.int8)
    here = np.column_stack([(households.first[house] <= y) & (households.last[house] >= y) for y in span])
    present = here & (age >= 0) & (age <= 18)
    school, joins, academy = _schools(households.public[house], present, grade, atom, geography, rng)
    member = _programs(children, households, geography, present, age, grade, school, atom, rng)
    for club in (BEACON, TRAILHEAD):  # a child who moves in February has left one town's club for no other
        member[club] &= (joins < 0) | academy
    for district in (MERROW, VALLEY):
        member[district] = (school == district) | (joins == district)
    return Enrollment(present, home, atom, age, grade, school, joins, academy, member)


def _schools(
    public: np.ndarray,
    present: np.ndarray,
    grade: np.ndarray,
    atom: np.ndarray,
    geography: Geography,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """District attended by year, the second one of children who change in February, and whether to the academy."""
    district = geography.atom_district[atom]
    school = np.where(present & public[:, None] & (grade >= 0) & (district < 2), district, -1).astype(np.int8)
    shared = np.array([set(t.districts) == {0, 1} for t in geography.places.towns])[geography.atom_town[atom]]
    fits = (school == MERROW) & shared & (grade >= ACADEMY_GRADES[0]) & (grade <= ACADEMY_GRADES[1])
    academy = (rng.random(len(public)) < ACADEMY)[:, None] & fits
    joins = np.full(school.shape, -1, dtype=np.int8)
    moves = (school[:, :-1] >= 0) & (district[:, 1:] == 1 - school[:, :-1]) & (rng.random(joins[:, 1:].shape) < 0.5)
    moves &= ~np.isin(grade[:, :-1], TESTED) & ~academy[:, :-1]
    joins[:, :-1][moves] = 1 - school[:, :-1][moves]
    joins[academy] = VALLEY
    return school, joins, academy


def _programs(
    children: Children,
    households: Households,
    geography: Geography,
    present: np.ndarray,
    age: np.ndarray,
    grade: np.ndarray,
    school: np.ndarray,
    atom: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Members of the seven programs (contributor x child x year); the districts' rows are left empty."""
    member = np.zeros((9, *present.shape), dtype=bool)
    poor = households.poor[children.household][:, None]
    town = geography.atom_town[atom]
    beacon = np.array([serves_beacon(t.name, t.in_city) for t in geography.places.towns])[town]
    club = _club_chance(age, grade, poor, school)
    chances = {
        EARLY: np.select(
            [(age >= 3) & (age <= 4), (age >= 1) & (age <= 2), age == 5],
            [0.40 + 0.28 * poor, 0.17 + 0.15 * poor, 0.07 + 0.06 * poor],
        ),
        VISITS: np.where(age <= 3, (0.17 + 0.28 * poor) * np.where(age == 3, 0.5, 1), 0),
        CLINIC: np.where(age <= 5, 0.31 + 0.17 * poor, 0.15 + 0.14 * poor + 0.16 * (school < 0)),
        BEACON: np.where(beacon, club, 0),
        TRAILHEAD: np.where(beacon, 0, club),
        LIBRARY: np.select(
            [(age >= 2) & (age <= 4), (age >= 5) & (age <= 12)], [0.14, 0.17 + 0.18 * (school < 0)], 0.02
        ),
        MENTORS: np.where((age >= 10) & (age <= 17), 0.03 + 0.05 * poor, 0),
    }
    for program, chance in chances.items():
        lasting = rng.standard_normal((len(children), 1))
        for year in range(len(YEARS)):
            luck = ndtr(np.sqrt(0.6) * lasting[:, 0] + np.sqrt(0.4) * rng.standard_normal(len(children)))
            member[program, :, year] = present[:, year] & (luck < chance[:, year])
    return member


def serves_beacon(town: str, in_city: bool) -> bool:
    """Beacon runs the clubs of the city and the towns beside it, Trailhead those of all other towns."""
    return in_city or town in ("Wexley", "Penfold", "Brackett")


def _club_chance(age: np.ndarray, grade: np.ndarray, poor: np.ndarray, school: np.ndarray) -> np.ndarray:
    """Chance to go to an after-school club, by grade, a little higher for children outside the two districts."""
    by_grade = np.select([grade < 0, grade <= 5, grade <= 8], [0.0, 0.27, 0.22], 0.15)
    return np.asarray(by_grade * (0.92 + 0.2 * poor) * np.where(school < 0, 1.1, 1.0))
