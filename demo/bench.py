"""A lake's worth of made-up facts for benchmarks: Parquet in the lake's own layout, without rosters or names."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from demo.attendance import spread
from demo.geography import Geography, make_geography
from demo.people import RACES
from demo.years import SCHOOL_DAYS, YEARS, day, months

CHUNK = 250_000  # children in one file
GRADES = ("KG", *(f"{n:02d}" for n in range(1, 13)))
CONTRIBUTOR = "merrow-city-schools"


def make_bench_attendance(
    folder: Path, children: int = 1_000_000, rows: int = 20_000_000, seed: int = 2026
) -> dict[str, int]:
    """Write attendance, residence and roster of the newest years as `<table>/<contributor>/<n>.parquet`.

    Every child has rows / children months of attendance (at most 40: ten a year) and one roster and residence row a
    year. Gives rows by table. The same seed gives the same rows.
    """
    geography = make_geography()
    spans = _spans(round(rows / children))
    written = {"attendance": 0, "residence": 0, "roster": 0}
    for number, first in enumerate(range(0, children, CHUNK)):
        rng = np.random.default_rng([seed, number])
        record = np.arange(first + 1, min(first + CHUNK, children) + 1)
        for table, parts in _facts(record, spans, geography, rng).items():
            path = folder / table / CONTRIBUTOR / f"{number + 1}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = pa.concat_tables(parts)
            pq.write_table(whole, path, compression="zstd")
            written[table] += whole.num_rows
    return written


def _spans(wanted: int) -> list[tuple[int, int]]:
    """Index of each school year, newest last, with its number of months."""
    full, rest = divmod(min(wanted, len(YEARS) * len(SCHOOL_DAYS)), len(SCHOOL_DAYS))
    counts = [rest] * (rest > 0) + [len(SCHOOL_DAYS)] * full
    return [(len(YEARS) - len(counts) + n, count) for n, count in enumerate(counts)]


def _facts(
    record: np.ndarray, spans: list[tuple[int, int]], geography: Geography, rng: np.random.Generator
) -> dict[str, list[pa.Table]]:
    """Tables of one piece of the children."""
    atom = rng.choice(len(geography.atom_children), len(record), p=geography.atom_children)
    grade = rng.integers(0, len(GRADES) + 3 - len(spans), len(record))
    poverty = geography.tract_poverty[geography.atom_tract[atom]]
    steady = _described(poverty, rng)
    found: dict[str, list[pa.Table]] = {"attendance": [], "residence": [], "roster": []}
    for step, (year, count) in enumerate(spans):
        now = np.minimum(grade + step, len(GRADES) - 1)
        as_of = pa.array(np.full(len(record), day(date(YEARS[year].first, 10, 1)), np.int32)).cast(pa.date32())
        head = {"record_id": record, "as_of": as_of}
        found["residence"].append(pa.table(head | _areas(atom, geography)))
        age = pa.array((now + 5).astype(np.int16))
        found["roster"].append(pa.table(head | {"age": age, "grade": _words(GRADES, now)} | steady))
        found["attendance"].append(_attendance(record, year, count, now, poverty, rng))
    return found


def _words(words: tuple[str, ...] | list[str], codes: np.ndarray) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(codes))


def _areas(atom: np.ndarray, geography: Geography) -> dict[str, pa.Array]:
    districts = [i for i, _ in geography.places.districts]
    return {
        "tract": _words(geography.tract_ids, geography.atom_tract[atom]),
        "town": _words(geography.town_ids, geography.atom_town[atom]),
        "district": _words(districts, geography.atom_district[atom]),
        "reason": _words([""], np.zeros(len(atom), int)),
        "boundary_sets": _words([""], np.zeros(len(atom), int)),
    }


def _described(poverty: np.ndarray, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Gender, race, language and income, which stay as they are."""
    count = len(poverty)
    race = np.searchsorted(np.cumsum([0.45, 0.15, 0.21, 0.08, 0.01, 0.01, 0.06]), rng.random(count))
    income = np.where(rng.random(count) < 0.11, 2, rng.random(count) < poverty)
    return {
        "gender": _words(["F", "M", "X", ""], np.searchsorted([0.468, 0.936, 0.97], rng.random(count))),
        "race_ethnicity": _words(list(RACES), race),
        "home_language": _words(
            ["english", "spanish", "arabic", ""], np.searchsorted([0.72, 0.89, 0.97], rng.random(count))
        ),
        "economically_disadvantaged": _words(["no", "yes", ""], income.astype(int)),
    }


def _attendance(
    record: np.ndarray, year: int, count: int, grade: np.ndarray, poverty: np.ndarray, rng: np.random.Generator
) -> pa.Table:
    """The last `count` months of a school year, child by child."""
    enrolled = np.tile(np.array(SCHOOL_DAYS[-count:]), (len(record), 1))
    days = enrolled.sum(axis=1)
    chronic = rng.random(len(record)) < 0.08 + 0.38 * poverty
    missed = np.where(chronic, 0.1 + rng.exponential(0.07, len(record)), 0.1 * rng.beta(2, 1.8, len(record)))
    absent = spread(np.minimum(np.floor(missed * days), days), enrolled, rng)
    # A date column counts days; arrays in the order child by child, month by month.
    opening = np.array(months(YEARS[year], len(SCHOOL_DAYS))[-count:], dtype="datetime64[D]").astype(np.int32)
    return pa.table(
        {
            "record_id": np.repeat(record, count),
            "program": _words([f"{CONTRIBUTOR}/MC-{n:02d}" for n in range(len(GRADES))], np.repeat(grade, count)),
            "month": pa.array(np.tile(opening, len(record))).cast(pa.date32()),
            "days_enrolled": enrolled.ravel().astype(np.int16),
            "days_present": (enrolled - absent).ravel().astype(np.int16),
            "hours": pa.nulls(enrolled.size, pa.float32()),
        }
    )
