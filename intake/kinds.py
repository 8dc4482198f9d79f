"""The kinds of contributed file: their columns, their checks, and the facts they become."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

import pandas as pd

from catalog.indicators import indicators
from catalog.periods import SchoolYear
from catalog.terms import dimensions
from intake import texts
from intake.checker import Checker, short
from intake.sheet import Sheet

# A person on a roster is younger than this; an earlier date of birth is a placeholder such as 1900-01-01.
OLDEST: Final = 26
_CODED: Final = ("gender", "race_ethnicity", "grade", "home_language", "economically_disadvantaged")
_ROSTER: Final = ("child_id", "last_name", "first_name", "birth_date", "gender")
_IDENTITY: Final = (
    {"last_name": 100, "first_name": 100, "middle_name": 100, "gender": 40}
    | {"street": 200, "city": 100, "state": 40, "zip": 20, "longitude": 40, "latitude": 40}
    | {"guardian_name": 200, "guardian_contact": 200}
)


@dataclass(frozen=True)
class Facts:
    """Checked rows of a file. rows: child_id (where the kind has one) and the columns of the lake table.

    identity: names, birth dates and addresses of a roster, row by row as `rows`; keys: what may occur only once.
    """

    rows: pd.DataFrame
    notes: tuple[str, ...] = ()
    identity: pd.DataFrame | None = None


@dataclass(frozen=True)
class Known:
    """What a contributor has told before: child_id -> record_id of its rosters, the codes of its programs."""

    children: Mapping[str, int] = field(default_factory=dict)
    programs: Collection[str] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of file. keys: the columns that make two facts the same one; by_day: the file tells of one day."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    check: Callable[[Sheet, date, Known], Facts]
    keys: tuple[str, ...] = ()
    by_day: bool = False


def _roster(sheet: Sheet, as_of: date, known: Known) -> Facts:
    to = Checker(sheet)
    ids = to.text("child_id", 64, required=True)
    to.once(["child_id"], "this child_id")
    identity = pd.DataFrame(
        {name: to.text(name, most, required=name in ("last_name", "first_name")) for name, most in _IDENTITY.items()}
    )
    born = to.day("birth_date", secret=True)
    told = f"this lies after {as_of.isoformat()}, the day the roster speaks of. Correct the year."
    to.report(born > pd.Timestamp(as_of), "birth_date", told)
    rows = pd.DataFrame({"child_id": ids, **{name: to.text(name, 40) for name in _CODED}})
    to.done()
    age = ages(born, SchoolYear.of(as_of).reference)
    old = age > OLDEST
    rows["age"] = age.mask(old).clip(lower=0).astype("Int16")
    rows["as_of"] = pd.Timestamp(as_of)
    identity["birth_date"] = born
    return Facts(rows, (*_uncoded(rows), *_placeholders(old), *_unplaced(identity)), identity)


def ages(born: pd.Series, on: date) -> pd.Series:
    """Whole years of age on a day; missing where the date of birth is."""
    years = on.year - born.dt.year
    before = (born.dt.month > on.month) | ((born.dt.month == on.month) & (born.dt.day > on.day))
    return (years - before).where(born.notna())


def _uncoded(rows: pd.DataFrame) -> list[str]:
    """Recorded values the catalog does not list; they are kept, and counted as “not recorded”."""
    notes = []
    for name in _CODED:
        dimension = next(
            d for d in dimensions().values() if name in (d.name, d.name.removesuffix("_band"), *d.elements)
        )
        unknown = ~texts.among(rows[name], ["", *dimension.codes])
        if unknown.any():
            which = dimension.categories[dimension.fallback or ""]
            many = "1 row has" if unknown.sum() == 1 else f"{int(unknown.sum()):,} rows have"
            notes.append(f"{many} a {name} that the catalog does not list; counted as “{which}”.")
    return notes


def _placeholders(old: pd.Series) -> list[str]:
    many = int(old.sum())
    told = "1 date of birth lies" if many == 1 else f"{many:,} dates of birth lie"
    return [f"{told} more than {OLDEST} years back; the age counts as not known."] if many else []


def _unplaced(identity: pd.DataFrame) -> list[str]:
    """Coordinates nobody can be placed by; the children count, but not on a map, as with an address that is missing."""
    given = (identity["longitude"] != "") | (identity["latitude"] != "")
    limits = {"longitude": 180, "latitude": 90}
    there = [pd.to_numeric(identity[name], errors="coerce").abs() <= most for name, most in limits.items()]
    many = int((given & ~(there[0] & there[1])).sum())
    told = "1 row has" if many == 1 else f"{many:,} rows have"
    mend = "write degrees such as -77.61 and 43.15 to place these children on maps."
    return [f"{told} a longitude or latitude that is no place on earth; {mend}"] if many else []


def _attendance(sheet: Sheet, as_of: date, known: Known) -> Facts:
    to = Checker(sheet)
    rows = pd.DataFrame({"child_id": _child(to, known), "program": _listed(to, known)})
    rows["month"] = to.month("month")
    rows["days_enrolled"] = to.whole("days_enrolled", 31)
    rows["days_present"] = to.whole("days_present", 31)
    rows["hours"] = to.number("hours", 744)
    long = rows["days_enrolled"] > rows["month"].dt.days_in_month
    to.report(long, "days_enrolled", "the month has fewer days than this. Correct it.")
    told = "this is more than days_enrolled. Correct one of the two."
    to.report(rows["days_present"] > rows["days_enrolled"], "days_present", told)
    _again(to, rows, ["child_id", "program", "month"], "this child, program and month")
    to.done()
    return Facts(rows)


def _participation(sheet: Sheet, as_of: date, known: Known) -> Facts:
    to = Checker(sheet)
    rows = pd.DataFrame({"child_id": _child(to, known), "program": _listed(to, known)})
    for name, required in (("start_date", True), ("end_date", False)):
        rows[name] = to.day(name, required)
        to.in_reach(rows[name], name)
    to.report(rows["end_date"] < rows["start_date"], "end_date", "this lies before start_date. Correct one of the two.")
    _again(to, rows, ["child_id", "program", "start_date"], "this child, program and start")
    to.done()
    return Facts(rows)


def _outcome(sheet: Sheet, as_of: date, known: Known) -> Facts:
    to = Checker(sheet)
    rows = pd.DataFrame({"child_id": _child(to, known), "measure": to.text("measure", 60, True)})
    rows["date"] = to.day("date", True)
    to.in_reach(rows["date"], "date")
    rows["value"] = to.text("value", 100)
    rows["met"] = to.yes_no("met")
    rows["instrument"] = to.text("instrument", 60)
    to.report((rows["value"] == "") & rows["met"].isna(), "value", "this is empty, and so is met. Fill in one of them.")
    _again(to, rows, ["child_id", "measure", "date", "instrument"], "this child, measure and date")
    to.done()
    return Facts(rows, tuple(_unused(rows["measure"])))


def _unused(measures: pd.Series) -> list[str]:
    used = {i.parameters.get("measure") for i in indicators().values()}
    return [f"No indicator uses the measure “{m}” yet." for m in sorted(set(measures) - used)]


def _program(sheet: Sheet, as_of: date, known: Known) -> Facts:
    to = Checker(sheet)
    rows = pd.DataFrame({"program": to.text("program", 60, True), "name": to.text("name", 200, True)})
    rows["kind"] = to.word("kind", dimensions()["program_kind"].categories)
    rows["site"] = to.text("site", 200)
    to.once(["program"], "this program")
    to.done()
    return Facts(rows)


def _child(to: Checker, known: Known) -> pd.Series:
    """A child_id that stands on one of the contributor's rosters."""
    cells = to.text("child_id", 64, required=True)
    if not known.children:
        to.whole_file("child_id", "there is no roster of this contributor yet. Import the roster first.")
        return cells
    told = "no roster of this contributor has this child_id. Correct it, or import the roster that has it first."
    to.report(~texts.among(cells, known.children), "child_id", told)
    return cells


def _listed(to: Checker, known: Known) -> pd.Series:
    """A program that stands on the contributor's list of programs."""
    cells = to.text("program", 60, required=True)
    if not known.programs:
        to.whole_file("program", "there is no list of this contributor's programs yet. Import the program file first.")
        return cells
    told = "“{}” is not on this contributor's list of programs. Correct it, or import a program file that has it."
    to.report(~texts.among(cells, known.programs), "program", lambda row: told.format(short(cells.iloc[row])))
    return cells


def _again(to: Checker, rows: pd.DataFrame, columns: list[str], named: str) -> None:
    """The same fact twice, whichever way its dates are written."""
    again = rows.duplicated(columns) & (rows["child_id"] != "")
    if again.any():
        lines = pd.Series(to.sheet.lines).groupby(rows.groupby(columns, dropna=False).ngroup()).transform("first")
        told = f"{named} are in {to.sheet.word} {{}} already. Keep one of the two."
        to.report(again, columns[1], lambda row: told.format(lines.iloc[row]))


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "program": Kind("program", ("program", "name", "kind", "site"), (), _program),
        "roster": Kind(
            "roster",
            _ROSTER,
            tuple(name for name in (*_IDENTITY, *_CODED[1:]) if name not in _ROSTER),
            _roster,
            ("record_id", "as_of"),
            by_day=True,
        ),
        "attendance": Kind(
            "attendance",
            ("child_id", "program", "month", "days_enrolled", "days_present"),
            ("hours",),
            _attendance,
            ("record_id", "program", "month"),
        ),
        "participation": Kind(
            "participation",
            ("child_id", "program", "start_date", "end_date"),
            (),
            _participation,
            ("record_id", "program", "start_date"),
        ),
        "outcome": Kind(
            "outcome",
            ("child_id", "measure", "date", "value"),
            ("met", "instrument"),
            _outcome,
            ("record_id", "measure", "date", "instrument"),
        ),
    }
)
