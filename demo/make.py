"""Make the synthetic community: boundary files, contribution files, and the truth for tests."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from demo.boundaries import write_boundaries, write_population
from demo.consents import write_consents
from demo.contributors import CLINIC, LIBRARY, MENTORS, VISITS, Contributor
from demo.facts import ATTENDANCE, OUTCOME, PARTICIPATION, Facts
from demo.outcomes import live
from demo.programs import Programs, build_programs
from demo.roster import columns, roster_rows, spellings
from demo.truth import write_truth
from demo.world import World, build_world
from demo.write import CsvFile, XlsxFile, chunks
from demo.years import YEARS

Progress = Callable[[str, float], None]
XLSX = (LIBRARY, 2)  # the library's roster of the third year comes as a workbook
BOM = (MENTORS,)  # and the mentors' files as a spreadsheet program saves CSV


@dataclass
class Community:
    """What was made. counts: rows by kind of file and children served by year; names: of county and contributors."""

    folder: Path
    counts: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    imports: list[tuple[str, str, str, str]] = field(default_factory=list)


def make_community(
    folder: Path, *, children: int = 20_000, seed: int = 2026, progress: Progress | None = None
) -> Community:
    """Write a community in which about `children` children are served in each of four school years.

    The same seed gives the same files, byte for byte. index.csv lists the imports in order.
    """
    say = progress or (lambda text, share: None)
    say("Drawing the county and its families", 0.0)
    world = build_world(children, seed)
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence([seed, 1]).spawn(2 + len(YEARS) * 9)]
    say("Living four school years", 0.2)
    outcomes = live(world, streams[0])
    made = Community(folder)
    made.names = {world.geography.places.county_id: world.geography.places.county_name}
    made.names |= {c.id: c.name for c in world.contributors}
    write_boundaries(folder / "boundaries", world.geography)
    write_population(folder / "boundaries" / "population.csv", world, streams[1])
    programs = build_programs(world.contributors, world.geography)
    _write_programs(made, world.contributors, programs)
    for number, year in enumerate(YEARS):
        made.counts[f"children {year}"] = int(world.enrollment.served[:, number].sum())
        for which, contributor in enumerate(world.contributors):
            say(f"Writing {contributor.name}, {year}", 0.3 + 0.6 * (9 * number + which) / 36)
            facts = Facts(world, outcomes, programs[which], which, number, streams[2 + 9 * number + which])
            _write_year(made, world, facts)
    for contributor in world.contributors:
        write_consents(folder, contributor.id)
    say("Writing the truth for tests", 0.92)
    write_truth(folder / "truth", world, outcomes)
    _write_contributors(folder / "contributors.toml", world.contributors)
    _write_index(made)
    say("Done", 1.0)
    return made


def _write_programs(made: Community, contributors: tuple[Contributor, ...], programs: tuple[Programs, ...]) -> None:
    for contributor, own in zip(contributors, programs, strict=True):
        path = f"contributors/{contributor.id}/program.csv"
        with CsvFile(made.folder / path, ("program", "name", "kind", "site")) as file:
            code, name, kind, site = zip(*own.rows, strict=True)
            file.add({"program": code, "name": name, "kind": kind, "site": site})
        made.imports.append(("program", contributor.id, YEARS[0].start.isoformat(), path))


def _write_year(made: Community, world: World, facts: Facts) -> None:
    """All files of one contributor and year."""
    records, year = facts.records, facts.year
    base = f"contributors/{records.contributor.id}/{YEARS[year]}"
    bom = facts.which in BOM
    roster = f"{base}/roster.{'xlsx' if (facts.which, year) == XLSX else 'csv'}"
    kinds = {"attendance": ATTENDANCE, "participation": PARTICIPATION, "outcome": OUTCOME}
    if facts.which in (VISITS, CLINIC):
        del kinds["attendance"]
    if facts.which > CLINIC:
        del kinds["outcome"]
    with ExitStack() as stack:
        path = made.folder / roster
        own = columns(records)
        out = stack.enter_context(XlsxFile(path, own) if roster.endswith("x") else CsvFile(path, own, bom=bom))
        files = {k: stack.enter_context(CsvFile(made.folder / base / f"{k}.csv", c, bom=bom)) for k, c in kinds.items()}
        words = spellings(world.lexicon, records.contributor.capitals)
        for rows in chunks(records.rows(year)):
            out.add(roster_rows(world, records, rows, year, words))
            _write_facts(files, facts, rows[records.main[rows]])
    name, last = records.contributor.id, YEARS[year].end.isoformat()
    made.imports.append(("roster", name, f"{YEARS[year].first}-10-01", roster))
    made.imports += [(kind, name, last, f"{base}/{kind}.csv") for kind in kinds]
    for kind, file in {"roster": out, **files}.items():
        made.counts[kind] = made.counts.get(kind, 0) + file.rows


def _write_facts(files: dict[str, CsvFile], facts: Facts, rows: np.ndarray) -> None:
    """One piece of the facts files."""
    attendance, days, start = facts.attendance(rows)
    if attendance is not None:
        files["attendance"].add(attendance)
    files["participation"].add(facts.participation(rows, days, start))
    for piece in facts.outcome(rows):
        files["outcome"].add(piece)


def _write_contributors(path: Path, contributors: tuple[Contributor, ...]) -> None:
    blocks = [
        f'[[contributors]]\nid = "{c.id}"\nname = "{c.name}"\n'
        f"kinds = {_list(c.kinds)}\nelements = {_list(c.elements)}\n"
        + (f'district = "{c.district}"\n' if c.district else "")
        for c in contributors
    ]
    path.write_text("\n".join(blocks), encoding="utf-8")


def _list(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


def _write_index(made: Community) -> None:
    kind, contributor, as_of, path = zip(*made.imports, strict=True)
    with CsvFile(made.folder / "index.csv", ("order", "kind", "contributor", "as_of", "path")) as file:
        order = list(range(1, len(kind) + 1))
        file.add({"order": order, "kind": kind, "contributor": contributor, "as_of": as_of, "path": path})
