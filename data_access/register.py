"""The register of agreements as it is read: every version with its states and signatures, and who may have what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, select

from data_access.agreements import Signature, versions
from data_access.lifecycle import newest_state, parties
from data_access.registry.tables import account, agreement_signature, agreement_state
from privacy.agreement import Agreement, Level, State, Tier


@dataclass(frozen=True)
class Step:
    """One state of one version: since when, by whom (name, or the command), and why."""

    version: int
    state: State
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """One agreement with all its versions, oldest first.

    seen: number of the newest state, which an act on the agreement names. missing: parties that have yet to sign the
    newest version.
    """

    id: str
    versions: tuple[Agreement, ...]
    governing: Agreement
    steps: tuple[Step, ...]
    signatures: Mapping[int, tuple[Signature, ...]]
    missing: tuple[str, ...]
    seen: int

    @property
    def newest(self) -> Agreement:
        """The newest version, which may be a draft."""
        return self.versions[-1]

    @property
    def amendment(self) -> Agreement | None:
        """A newer version than the one that governs, not in force yet."""
        waiting = self.newest.state in (State.DRAFT, State.SIGNED)
        return self.newest if waiting and self.newest != self.governing else None


def entry(engine: Engine, name: str, governing: Mapping[str, Agreement]) -> Entry | None:
    """One agreement; governing: the version that governs, by id. None where there is none."""
    if name not in governing:
        return None
    with engine.connect() as connection:
        return _entry(connection, name, governing[name])


def _entry(conn: Connection, name: str, governing: Agreement) -> Entry:
    found = tuple(one for _, one in versions(conn, name))
    signed = _signatures(conn, name)
    newest = found[-1]
    waiting = newest.state is State.DRAFT
    missing = parties(conn, newest) - {s.organization for s in signed.get(newest.version, ())} if waiting else ()
    return Entry(name, found, governing, _steps(conn, name), signed, tuple(sorted(missing)), newest_state(conn, name))


def _signatures(conn: Connection, name: str) -> dict[int, tuple[Signature, ...]]:
    here = agreement_signature.c
    query = select(here.version, here.organization, here.signed_by, here.signed_on).where(here.agreement == name)
    found: dict[int, tuple[Signature, ...]] = {}
    for version, *rest in conn.execute(query.order_by(here.version, here.recorded_at, here.organization)):
        found[version] = (*found.get(version, ()), Signature(*rest))
    return found


def _steps(conn: Connection, name: str) -> tuple[Step, ...]:
    here = agreement_state.c
    query = select(here.version, here.state, here.at, here.changed_by, account.c.name, here.reason)
    query = query.outerjoin(account, account.c.user_id == here.changed_by).where(here.agreement == name)
    return tuple(
        Step(row.version, State(row.state), row.at, row.name or row.changed_by, row.reason)
        for row in conn.execute(query.order_by(here.sequence))
    )


@dataclass(frozen=True)
class Cell:
    """The most one data user may have of one contributor's data, and the agreements it rests on."""

    level: Level
    agreements: tuple[str, ...]


def matrix(agreements: Iterable[Agreement], today: date) -> dict[tuple[str, str], Cell]:
    """(contributor, data user) -> the highest level that agreements of both sides allow today; absent: nothing.

    Aggregate and de-identified data need the contributor's sharing agreement and the user's license; child-level data
    also name the user among the recipients. Consent is asked besides, child by child.
    """
    active = [a for a in agreements if a.active(today)]
    found: dict[tuple[str, str], Cell] = {}
    for sharing in (a for a in active if a.tier is Tier.SHARING):
        for license_ in (a for a in active if a.tier is Tier.USE and a.reaches(sharing.party)):
            for taker in license_.holders if sharing.elements & license_.elements else ():
                level, key = _together(sharing, license_, taker), (sharing.party, taker)
                if level is not None and (key not in found or found[key].level < level):
                    found[key] = Cell(level, (sharing.id, license_.id))
    return found


def _together(sharing: Agreement, license_: Agreement, taker: str) -> Level | None:
    level, both = min(sharing.level, license_.level), sharing.purposes & license_.purposes
    if level is Level.IDENTIFIABLE and both and sharing.sends_to(taker):
        return level
    return min(level, Level.DEIDENTIFIED) if both and sharing.counts else None
