"""What a publication says about itself: frozen records that the session hands to pages."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from catalog.views import View

UNKNOWN = "unknown"
NOT_YET = "The newest publication does not have this table yet; it comes with the next one."


class NoPublication(Exception):
    """There is nothing to show. sentence: why, and whom a reader asks; mend: what the backbone organization does."""

    def __init__(self, sentence: str, mend: str = "") -> None:
        self.sentence, self.mend = sentence, mend
        super().__init__(f"{sentence} {mend}".strip())


class NotOffered(Exception):
    """A view that would hide too many cells. coarser: the view that is offered in its place, if any."""

    def __init__(self, coarser: View | None, sentence: str) -> None:
        self.coarser, self.sentence = coarser, sentence
        super().__init__(sentence)


@dataclass(frozen=True)
class RuleInfo:
    """The promise of a publication: rule name, smallest count that may be shown, zero policy, version."""

    name: str
    k: int
    zeros: str
    version: str


@dataclass(frozen=True)
class Offer:
    """One view of one indicator: is it offered, for which school years, and may this viewer see it.

    hidden_share: share of its cells that are hidden, 0 to 1. coarser: what to show where it is not offered; why: the
    sentence that says so. permitted and reasons: the viewer's own agreements.
    """

    indicator: str
    view: View
    periods: tuple[str, ...]
    offered: bool
    hidden_share: float
    cells: int
    coarser: View | None = None
    why: str = ""
    permitted: bool = False
    reasons: tuple[str, ...] = ()

    def judged(self, permitted: bool, reasons: tuple[str, ...]) -> "Offer":
        """The same offer with a viewer's permission."""
        return replace(self, permitted=permitted, reasons=reasons)


@dataclass(frozen=True)
class Area:
    """One area of a level. code "unknown": children whose address is not known. residents: somebody lives there."""

    level: str
    code: str
    name: str
    parent: str
    residents: bool


@dataclass(frozen=True)
class Layer:
    """Where a map's shapes are: a URL behind the session, and the file's name."""

    url: str
    name: str


@dataclass(frozen=True)
class ProofEntry:
    """One lattice (a population in a school year): how many cells, how many hidden, and that the attack failed.

    tightest: the narrowest interval of possible counts an attacker can get for a cell that must be protected.
    carried: the first publication whose cells and proof stand. Whether anything came in since is told nowhere: that
    alone would say whether one child was added.
    """

    population: str
    period: str
    cells: int
    hidden: int
    primary: int
    rule: str
    zeros: str
    k: int
    version: str
    tightest: float | None
    solver: str
    seconds: float
    attackers: tuple[str, ...]
    carried: str = ""


@dataclass(frozen=True)
class Tight:
    """A hidden cell that an attacker can narrow most: its name in words and the counts that remain possible."""

    population: str
    period: str
    cell: str
    low: float
    high: float | None


@dataclass(frozen=True)
class Proof:
    """All lattices of a publication, with the spread of interval widths and the share of hidden cells by level.

    widths: lower edge of a class of interval widths -> number of hidden cells; hidden_by_level: level -> share.
    """

    entries: tuple[ProofEntry, ...]
    widths: Mapping[str, int]
    hidden_by_level: Mapping[str, float]
    tight: tuple[Tight, ...] = ()

    @property
    def cells(self) -> int:
        """Cells published or hidden in all lattices."""
        return sum(entry.cells for entry in self.entries)

    @property
    def hidden(self) -> int:
        """Cells hidden so that no child can be recognized."""
        return sum(entry.hidden for entry in self.entries)

    @property
    def tightest(self) -> float | None:
        """The narrowest interval over all lattices."""
        found = [entry.tightest for entry in self.entries if entry.tightest is not None]
        return min(found, default=None)


@dataclass(frozen=True)
class ProofSummary:
    """The proof in three numbers, for a line on a page."""

    cells: int
    hidden: int
    tightest: float | None


@dataclass(frozen=True)
class Older:
    """Numbers of an earlier publication that stand, whether or not the data changed. day: the day they are as of."""

    population: str
    period: str
    day: date


def standing(older: Iterable[Older], ending: str = "") -> list[str]:
    """A sentence for each day as of which numbers stand. ending: of what, after the school years.

    Whether anything came in since is not said: where a few children are added, that alone would give them away.
    """
    years: dict[date, list[str]] = {}
    for one in sorted(older, key=lambda one: (one.day, one.period)):
        years.setdefault(one.day, []).append(one.period)
    return [
        f"{', '.join(dict.fromkeys(found))}{ending}: numbers as of {day:%B} {day.day}, {day.year}. What came in later, "
        "if anything did, is not in them: beside them it could give single children away."
        for day, found in years.items()
    ]


@dataclass(frozen=True)
class PublicationInfo:
    """What a reader must know about a publication. periods: school years, oldest first.

    not_on_map: school year -> children served whose address is not known (only where that number may be shown).
    geography: boundary sets, vintage, smallest number of children of a region, number of regions. older: what
    stands of earlier publications.
    """

    id: str
    made_at: datetime
    as_of: date
    community: str
    rule: RuleInfo
    data_version: str
    periods: tuple[str, ...]
    offers: tuple[Offer, ...]
    proof: ProofSummary
    not_on_map: Mapping[str, int] = field(default_factory=dict)
    geography: Mapping[str, object] = field(default_factory=dict)
    older: tuple[Older, ...] = ()

    def offer(self, indicator: str, view: View) -> Offer | None:
        """The offer of one view, if the publication knows it."""
        return next((o for o in self.offers if o.indicator == indicator and o.view == view), None)

    def not_updated(self, population: str, periods: Collection[str]) -> list[Older]:
        """What stands of earlier publications in the numbers of these school years."""
        return [one for one in self.older if one.population == population and one.period in periods]
