"""What tests may know and the product may not: who is who, and what the programs really do."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from demo.effects import TRUE_EFFECTS
from demo.outcomes import GRADUATION, Outcomes
from demo.roster import local_ids
from demo.world import World
from demo.write import CsvFile, chunks, dates, picked
from demo.years import YEARS


def write_truth(folder: Path, world: World, outcomes: Outcomes) -> None:
    """records.csv, children.csv, years.csv, effects.csv."""
    _records(folder / "records.csv", world)
    _children(folder / "children.csv", world)
    _years(folder / "years.csv", world, outcomes)
    with CsvFile(folder / "effects.csv", ("program", "outcome", "points")) as file:
        program, outcome, points = zip(*TRUE_EFFECTS, strict=True)
        file.add({"program": program, "outcome": outcome, "points": points})


def _records(path: Path, world: World) -> None:
    """Person behind each contributor's child id."""
    with CsvFile(path, ("contributor", "child_id", "person")) as file:
        for records in world.records:
            for rows in chunks(np.arange(len(records.child))):
                name = picked([records.contributor.id], np.zeros(len(rows), int))
                file.add({"contributor": name, "child_id": local_ids(records, rows), "person": records.child[rows]})


def _children(path: Path, world: World) -> None:
    children = world.children
    words = world.lexicon.array()
    columns = ("person", "household", "last_name", "first_name", "birth_date", "poor")
    with CsvFile(path, columns) as file:
        for who in chunks(np.flatnonzero(world.enrollment.served.any(axis=1))):
            file.add(
                {
                    "person": who,
                    "household": children.household[who],
                    "last_name": picked(words, children.last[who]),
                    "first_name": picked(words, children.first[who]),
                    "birth_date": dates(children.birth[who]),
                    "poor": world.poor[who],
                }
            )


def _years(path: Path, world: World, outcomes: Outcomes) -> None:
    """What happened to each child each year; -1 in an outcome: it does not apply."""
    exposed = outcomes.exposed
    results = ("regular", "chronic", "readiness", "reading", "math", "screened")
    columns = ["person", "year", "town", "grade", "poverty", *results, "graduation", *exposed]
    with CsvFile(path, columns) as file:
        for number, year in enumerate(YEARS):
            for who in chunks(np.flatnonzero(world.enrollment.served[:, number])):
                file.add(_year_rows(world, outcomes, number, str(year), who))


def _year_rows(world: World, outcomes: Outcomes, number: int, year: str, who: np.ndarray) -> dict[str, pa.Array]:
    town_ids = world.geography.town_ids
    rows = {
        "person": pa.array(who),
        "year": picked([year], np.zeros(len(who), int)),
        "town": picked(town_ids, world.town(number)[who]),
        "grade": pa.array(world.enrollment.grade[who, number]),
        "poverty": pa.array(np.round(world.poverty(number)[who], 4)),
        "graduation": picked([*GRADUATION, ""], outcomes.graduation[who, number] % (len(GRADUATION) + 1)),
    }
    for name in ("regular", "chronic", "readiness", "reading", "math", "screened"):
        rows[name] = pa.array(getattr(outcomes, name)[who, number])
    return rows | {name: pa.array(table[who, number].astype(np.int8)) for name, table in outcomes.exposed.items()}
