"""A small lake of plain Python rows in memory, and a community made by chance to fill it; nobody here exists."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine, insert
from sqlalchemy.pool import StaticPool

from data_access import facts

Rows = dict[str, list[dict[str, Any]]]
KINDS = {
    "north/school": "school",
    "south/school": "school",
    "club/days": "after_school",
    "fort/days": "after_school",
    "steps/care": "early_childhood",
    "clinic/visits": "health",
}


def blank() -> Rows:
    """Every table, empty but for the programs."""
    tables: Rows = {table: [] for table in facts.metadata.tables}
    tables["program"] = [{"program": p, "contributor": p.split("/")[0], "kind": k} for p, k in KINDS.items()]
    return tables


@contextmanager
def lake_of(rows: Rows) -> Iterator[Connection]:
    """A connection with these rows."""
    engine = create_engine("duckdb:///:memory:", poolclass=StaticPool)
    try:
        with engine.connect() as connection:
            facts.metadata.create_all(connection)
            for name, found in rows.items():
                if found:
                    connection.execute(insert(facts.metadata.tables[name]), found)
            yield connection
    finally:
        engine.dispose()


def community(seed: int, children: int = 60) -> Rows:
    """Children with several records, gaps, moves, transfers, repeated and contradicting results over two years."""
    chance = random.Random(seed)
    rows, record = blank(), 0
    for child in range(children):
        for contributor in chance.sample(["north", "south", "club", "fort", "steps", "clinic"], chance.randint(1, 4)):
            for _ in range(1 + (chance.random() < 0.15)):
                record += 1
                rows["person"].append({"record_id": record, "child_id": child, "contributor": contributor})
                _facts(rows, chance, record, contributor, child)
    return rows


def _facts(rows: Rows, chance: random.Random, record: int, contributor: str, child: int) -> None:
    for year in (2023, 2024):
        if chance.random() < 0.8:
            _roster(rows, chance, record, year, child)
        for program, kind in KINDS.items():
            if program.startswith(contributor) and kind in ("school", "after_school", "early_childhood"):
                _attendance(rows, chance, record, program, year)
            if program.startswith(contributor) and kind in ("health", "early_childhood") and chance.random() < 0.5:
                start = date(year, 8, 1) + timedelta(chance.randint(-60, 330))
                end = None if chance.random() < 0.3 else start + timedelta(chance.randint(0, 200))
                stay = {"record_id": record, "program": program, "start_date": start, "end_date": end}
                rows["participation"].append(stay)
        for _ in range(chance.randint(0, 3)):
            _outcome(rows, chance, record, year)


def _roster(rows: Rows, chance: random.Random, record: int, year: int, child: int) -> None:
    day = date(year, 8, 1) + timedelta(chance.randint(0, 364))
    pick = chance.choice
    rows["roster"].append(
        {
            "record_id": record,
            "as_of": day,
            "age": pick([None, child % 14 + year - 2023]),
            "grade": pick(["", "KG", "03", "08", f"{child % 12 + 1:02d}"]),
            "gender": pick(["F", "M", "", "X"]),
            "race_ethnicity": pick(["white", "black", "", "two"]),
            "home_language": pick(["english", "spanish", "", "karen"]),
            "economically_disadvantaged": pick(["yes", "no", ""]),
        }
    )
    tract = pick(["", "t1", "t2", "t3"])
    town = {"": "", "t1": "A", "t2": "A", "t3": "B"}[tract]
    home = {
        "record_id": record,
        "as_of": day,
        "tract": tract,
        "town": town,
        "district": pick(["d1", "d2"]) if town else "",
    }
    rows["residence"].append(home)


def _attendance(rows: Rows, chance: random.Random, record: int, program: str, year: int) -> None:
    for month in chance.sample(range(12), chance.randint(0, 6)):
        first = date(year + (month + 7) // 12, (month + 7) % 12 + 1, 1)
        enrolled = chance.choice([0, 1, 5, 10, 20])
        present = min(enrolled, chance.choice([0, enrolled, enrolled - enrolled // 10, enrolled // 2]))
        day = {"record_id": record, "program": program, "month": first}
        rows["attendance"].append(day | {"days_enrolled": enrolled, "days_present": present})


def _outcome(rows: Rows, chance: random.Random, record: int, year: int) -> None:
    measure, instrument = chance.choice(
        [
            ("kindergarten_readiness", "ARI"),
            ("kindergarten_readiness", "OTHER"),
            ("reading_grade3", "STATE-ELA"),
            ("math_grade8", "STATE-MATH"),
            ("graduation_status", ""),
            ("developmental_screening", "ASQ-3"),
        ]
    )
    value = (
        chance.choice(["", "regular_diploma", "dropped_out", "emigrated"])
        if "grad" in measure
        else chance.choice(["", "12"])
    )
    rows["outcome"].append(
        {
            "record_id": record,
            "measure": measure,
            "date": date(year, 8, 1) + timedelta(chance.randint(0, 364)),
            "value": value,
            "met": chance.choice([True, False, None]),
            "instrument": instrument,
        }
    )
