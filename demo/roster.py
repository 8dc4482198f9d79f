"""Roster files: a contributor's children as of October 1, as that contributor has them."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.lexicon import Lexicon
from demo.messiness import plain
from demo.people import GENDERS, RACES
from demo.records import NO_DATE, POINT_NONE, POINT_SWAPPED, POINT_ZERO, Records
from demo.world import World
from demo.write import dates, picked

COLUMNS = (
    "child_id",
    "last_name",
    "first_name",
    "birth_date",
    "gender",
    "middle_name",
    "race_ethnicity",
    "home_language",
    "economically_disadvantaged",
    "grade",
    "street",
    "city",
    "state",
    "zip",
    "longitude",
    "latitude",
    "guardian_name",
    "guardian_contact",
)
GRADES = ("KG", *(f"{n:02d}" for n in range(1, 13)))


def columns(records: Records) -> list[str]:
    """The roster columns this contributor has."""
    return [name for name in COLUMNS if name not in records.contributor.lacks]


def local_ids(records: Records, rows: np.ndarray) -> pa.Array:
    """The contributor's own child ids, leading zeros kept."""
    number = pc.cast(pa.array(records.number[rows]), pa.string())
    padded = pc.utf8_lpad(number, records.contributor.digits, "0")
    return pc.binary_join_element_wise(records.contributor.prefix, padded, "")


def spellings(lexicon: Lexicon, capitals: bool) -> np.ndarray:
    """All names as this contributor's system writes them."""
    return np.array([plain(w).upper() for w in lexicon.words] if capitals else lexicon.words, dtype=object)


def roster_rows(
    world: World, records: Records, rows: np.ndarray, year: int, words: np.ndarray
) -> Mapping[str, pa.Array]:
    """Columns of a piece of the roster of that year; words: from `spellings`."""
    child = records.child[rows]
    last = np.where(world.children.renamed[child] <= year, records.new_last[rows], records.last[rows])
    birth = records.birth[rows]
    return {
        "child_id": local_ids(records, rows),
        "last_name": picked(words, last),
        "first_name": picked(words, records.first[rows]),
        "middle_name": picked(words, records.middle[rows]),
        "birth_date": dates(np.where(birth == NO_DATE, 0, birth), birth == NO_DATE),
        "gender": picked(GENDERS, records.gender[rows]),
        **_described(world, records, rows, year),
        **_address(world, records, rows, year),
        **_guardian(world, child),
    }


def _described(world: World, records: Records, rows: np.ndarray, year: int) -> dict[str, pa.Array]:
    """Race, language, income and grade as recorded."""
    child = records.child[rows]
    household = world.children.household[child]
    income = np.where(world.children.income_known[child], world.poor[child].astype(int), 2)
    language = np.where(world.children.language_known[child], world.households.language[household], -1)
    return {
        "race_ethnicity": picked(RACES, world.children.race[child]),
        "home_language": picked([*world.lexicon.languages, ""], language % (len(world.lexicon.languages) + 1)),
        "economically_disadvantaged": picked(("no", "yes", ""), income),
        "grade": _grade(world, records, rows, year),
    }


def _grade(world: World, records: Records, rows: np.ndarray, year: int) -> pa.Array:
    child = records.child[rows]
    grade, age = world.enrollment.grade[child, year].astype(int), world.enrollment.age[child, year]
    code = np.where(grade >= 0, grade + 1, np.where((age >= 3) & (age <= 5), 0, len(GRADES) + 1))
    code = np.where(records.grade_known[rows], code, len(GRADES) + 1)
    return picked(("PK", *GRADES, ""), code)


def _address(world: World, records: Records, rows: np.ndarray, year: int) -> dict[str, pa.Array]:
    """Where the contributor thinks the child lives: this year's home, the one before, or the other parent's."""
    child = records.child[rows]
    places, homes = world.geography.places, world.households.homes
    home = known_home(world, records, rows, year)
    town = world.geography.atom_town[homes.atom[home]]
    number = pc.cast(pa.array(homes.house[home]), pa.string())
    cities = ["Merrow" if t.in_city else t.name for t in places.towns]
    point = records.point[rows]
    longitude, latitude = homes.longitude[home], homes.latitude[home]
    east = np.select([point == POINT_ZERO, point == POINT_SWAPPED], [0.0, latitude], longitude)
    north = np.select([point == POINT_ZERO, point == POINT_SWAPPED], [0.0, longitude], latitude)
    return {
        "street": pc.binary_join_element_wise(number, picked(world.lexicon.streets, homes.street[home]), " "),
        "city": picked(cities, town),
        "state": picked([places.state], np.zeros(len(child), int)),
        "zip": picked([f"568{n + 1:02d}" for n in range(len(places.towns))], town),
        "longitude": pa.array(east, mask=point == POINT_NONE),
        "latitude": pa.array(north, mask=point == POINT_NONE),
    }


def known_home(world: World, records: Records, rows: np.ndarray, year: int) -> np.ndarray:
    """Home numbers as the contributor has them."""
    child = records.child[rows]
    home = world.enrollment.home[child, year]
    before = world.enrollment.home[child, max(year - 1, 0)]
    district = world.geography.atom_district[world.households.homes.atom]
    # An address of another district would make a child of one district look like a stranger in the other.
    stale = records.old[rows] & (district[before] == district[home])
    other = world.households.other_home[world.children.household[child]]
    away = records.away[rows] & (other >= 0) & (district[other] == district[home])
    if "school" in records.contributor.kinds:
        joined = world.enrollment.joins[child, year] == world.contributors.index(records.contributor)
        joined &= ~world.enrollment.academy[child, year]
        return np.where(joined, world.enrollment.home[child, min(year + 1, 3)], home)
    return np.where(away, other, np.where(stale, before, home))


def _guardian(world: World, child: np.ndarray) -> dict[str, pa.Array]:
    """A guardian's name and an unassigned telephone number."""
    household = world.children.household[child]
    words = world.lexicon.array()
    first, last = (
        picked(words, world.households.guardian[household]),
        picked(words, world.households.surname[household]),
    )
    number = pc.cast(pa.array(100 + household * 7919 % 100), pa.string())
    return {
        "guardian_name": pc.binary_join_element_wise(first, last, " "),
        "guardian_contact": pc.binary_join_element_wise("555-0", number, ""),
    }
