"""Effective consents for one recipient and purpose: which child, from which contributor, which element, now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, Select, literal_column, select, union_all

from data_access.consents import coverages
from data_access.standing import Ground, Moment, registry_ground, standing
from privacy.agreement import Level
from privacy.consent import ConsentPolicy
from privacy.coverage import Ask, Coverage, Terms, terms

Pair = tuple[str, str]  # contributor, element


@dataclass(frozen=True)
class Asked:
    """To whom, for what, how close, and when."""

    recipient: str
    purpose: str
    level: Level
    at: datetime
    policy: ConsentPolicy

    @property
    def moment(self) -> Moment:
        """The moment, with its local day."""
        return Moment.of(self.at, self.policy)


def groups(asked: Asked, pairs: Iterable[Pair], known: Mapping[int, Coverage]) -> dict[Terms, tuple[Pair, ...]]:
    """The pairs of contributor and element, together where the same statements speak about them. None without a yes."""
    found: dict[Terms, list[Pair]] = {}
    for contributor, element in sorted(pairs):
        ask = Ask(contributor, element, asked.recipient, asked.purpose, asked.level)
        on = terms(ask, known, asked.policy)
        if on.carry:
            found.setdefault(on, []).append((contributor, element))
    return {on: tuple(named) for on, named in found.items()}


@dataclass(frozen=True)
class Standing:
    """Consents that stand, as a query to join with the records that are read.

    query: part, child, consent (number of a statement it rests on). parts: part -> pairs of contributor and element.
    """

    query: Select[int, int, int]
    parts: tuple[tuple[Pair, ...], ...]


def consented(asked: Asked, pairs: Iterable[Pair], known: Mapping[int, Coverage], ground: Ground) -> Standing:
    """Every consent that stands. ground: where the statements are (registry or columnar copy)."""
    found = groups(asked, pairs, known)
    queries = []
    for number, on in enumerate(found):
        here = standing(on, asked.moment, ground).subquery()
        queries.append(select(literal_column(str(number), Integer).label("part"), here.c.child, here.c.consent))
    if not queries:
        part, child, consent = (literal_column("0", Integer).label(name) for name in ("part", "child", "consent"))
        return Standing(select(part, child, consent).where(literal_column("1 = 0")), ())
    every = union_all(*queries).subquery()
    return Standing(select(every.c.part, every.c.child, every.c.consent), tuple(found.values()))


def consents_of(
    conn: Connection, children: Sequence[int], asked: Asked, pairs: Iterable[Pair]
) -> dict[int, dict[Pair, int]]:
    """The standing consents of some children, read in this transaction: child -> contributor, element -> statement."""
    stands = consented(asked, pairs, coverages(conn), registry_ground(asked.moment, children))
    found: dict[int, dict[Pair, int]] = {child: {} for child in children}
    for part, child, number in conn.execute(stands.query):
        found[child].update(dict.fromkeys(stands.parts[part], number))
    return found
