"""Source records: what each contributor has written down about its children, faults included."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from demo.contributors import Contributor
from demo.enrollment import Enrollment
from demo.lexicon import Lexicon
from demo.messiness import misspell, shift_dates
from demo.people import Children
from demo.years import YEARS, days

NO_DATE = -(10**6)
POINT_GOOD, POINT_NONE, POINT_ZERO, POINT_SWAPPED = range(4)


@dataclass(frozen=True)
class Records:
    """A contributor's records by row. child: whose; number: local; active: on the roster by year; main: carries facts.

    first, last, new_last, middle: name codes; birth: day number or NO_DATE; gender: code; away: has the other parent's
    address; old: still has the address before the last move; point: POINT_*; grade_known: grade is recorded.
    """

    contributor: Contributor
    child: np.ndarray
    number: np.ndarray
    active: np.ndarray
    main: np.ndarray
    first: np.ndarray
    last: np.ndarray
    new_last: np.ndarray
    middle: np.ndarray
    birth: np.ndarray
    gender: np.ndarray
    away: np.ndarray
    old: np.ndarray
    point: np.ndarray
    grade_known: np.ndarray
    row_of: np.ndarray

    def rows(self, year: int) -> np.ndarray:
        """Rows of that year's roster, in the order of local numbers."""
        mine = np.flatnonzero(self.active[:, year])
        return np.asarray(mine[np.argsort(self.number[mine], kind="stable")])


def keep_records(
    which: int,
    contributor: Contributor,
    children: Children,
    enrollment: Enrollment,
    once: np.ndarray,
    lexicon: Lexicon,
    rng: np.random.Generator,
) -> Records:
    """Write down everybody who is ever in the contributor's care; once: children whom nobody writes down twice."""
    member = enrollment.member[which]
    rates = contributor.quality
    own = np.flatnonzero(member.any(axis=1))
    twice = own[(rng.random(len(own)) < rates["again"]) & ~once[own]]
    child = np.concatenate([own, twice])
    main = np.arange(len(child)) < len(own)
    active = member[child]
    row_of = np.full(len(children), -1)
    row_of[own] = np.arange(len(own))
    first, last, new_last = _names(child, main, children, rates, lexicon, rng)
    return Records(
        contributor=contributor,
        child=child,
        number=_numbers(active, contributor.digits, rng),
        active=active,
        main=main,
        first=first,
        last=last,
        new_last=new_last,
        middle=children.middle[child],
        birth=_birth_days(children.birth[child], _first_roster(active), rates, rng),
        gender=np.where(rng.random(len(child)) < rates["no_gender"], 3, children.gender[child]),
        away=rng.random(len(child)) < 0.4,
        old=rng.random(len(child)) < rates["old"],
        point=_points(len(child), rates, rng),
        grade_known=rng.random(len(child)) >= 0.025,
        row_of=row_of,
    )


def as_sent(mine: Records, theirs: Records) -> Records:
    """The same records with the spellings of another contributor that sends its records along when a child comes."""
    rows = np.flatnonzero(mine.main & (theirs.row_of[mine.child] >= 0))
    source = theirs.row_of[mine.child[rows]]
    changed = {}
    for name in ("first", "last", "new_last", "birth"):
        changed[name] = getattr(mine, name).copy()
        changed[name][rows] = getattr(theirs, name)[source]
    return replace(mine, **changed)


def _numbers(active: np.ndarray, digits: int, rng: np.random.Generator) -> np.ndarray:
    """Local numbers with gaps; children who came later have higher ones."""
    order = np.lexsort((rng.random(len(active)), active.argmax(axis=1)))
    number = np.empty(len(active), dtype=np.int64)
    start = 10 ** (digits - 2) if digits > 3 else 1
    number[order] = start + np.cumsum(rng.integers(1, 4, len(active)))
    return number


def _names(
    child: np.ndarray,
    main: np.ndarray,
    children: Children,
    rates: dict[str, float],
    lexicon: Lexicon,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Name codes as written: first, last, and last after a change of name."""
    first, last, new_last = children.first[child].copy(), children.last[child].copy(), children.new_last[child].copy()
    count = len(child)
    for row in np.flatnonzero(rng.random(count) < rates["nickname"]):
        shorts = lexicon.nicknames.get(int(first[row]), [])
        if shorts:
            first[row] = shorts[int(rng.integers(len(shorts)))]
    wrong = np.where(main, rates["typo"], 0.35)  # a child is written down twice because the first record was not found
    for row in np.flatnonzero(rng.random(count) < wrong):
        part = first if rng.random() < 0.5 else last
        part[row] = lexicon.code(misspell(lexicon.words[part[row]], rng))
    for row in np.flatnonzero(rng.random(count) < rates["lag"] * 0.15):
        last[row] = lexicon.code(lexicon.words[last[row]].split(" ")[0])  # the second of two family names left out
    late = rng.random(count) < rates["lag"]
    return first, last, np.where(late, last, new_last)


def _first_roster(active: np.ndarray) -> np.ndarray:
    """The day of the first roster each record is on; nobody is rostered before being born."""
    return days(*(date(year.first, 10, 1) for year in YEARS))[active.argmax(axis=1)]


def _birth_days(birth: np.ndarray, latest: np.ndarray, rates: dict[str, float], rng: np.random.Generator) -> np.ndarray:
    draw = rng.random(len(birth))
    written = birth.copy()
    wrong = np.flatnonzero(draw < rates["date"])
    written[wrong] = shift_dates(birth[wrong], latest[wrong], rng)
    none = (draw >= rates["date"]) & (draw < rates["date"] + rates["no_date"])
    placeholder = np.datetime64("1900-01-01").astype("datetime64[D]").astype(np.int64)
    written[none] = np.where(rng.random(none.sum()) < 0.3, placeholder, NO_DATE)
    return written


def _points(count: int, rates: dict[str, float], rng: np.random.Generator) -> np.ndarray:
    draw, none, bad = rng.random(count), rates["no_point"], rates["bad_point"]
    kind = np.full(count, POINT_GOOD, dtype=np.int8)
    kind[draw < none] = POINT_NONE
    kind[(draw >= none) & (draw < none + bad / 2)] = POINT_ZERO
    kind[(draw >= none + bad / 2) & (draw < none + bad)] = POINT_SWAPPED
    return kind
