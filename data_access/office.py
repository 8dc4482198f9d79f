"""The office: the acts of the backbone organization, and what a party may do with its own agreements."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from data_access import accounts, lifecycle
from data_access.agreements import NotRecorded, Organization, Signature, organizations
from data_access.destruction import Certificate, Duty, certify, duties
from data_access.known_codes import unknown_codes
from data_access.lifecycle import Actor
from data_access.register import Cell, Entry, entry, matrix
from data_access.registry.engine import transaction
from data_access.session import Session
from privacy.agreement import Agreement, person
from privacy.authorize import Reason, Refused
from privacy.cross_checks import Finding, cross_checks, ending
from privacy.viewer import Role

NOT_YOURS = "This is not open to you. The backbone organization can tell you more."


class Party:
    """An organization's own agreements: read them, sign, suspend, end. Refuses guardians, and everything of others."""

    roles = frozenset({Role.BACKBONE, Role.PARTNER, Role.FUNDER, Role.EVALUATOR})
    absent = NOT_YOURS

    def __init__(self, session: Session) -> None:
        if session.viewer.role not in self.roles:
            raise Refused([Reason(NOT_YOURS)])
        self.session = session
        self._registry = session._stores.registry

    @property
    def _actor(self) -> Actor:
        stores = self.session._stores
        return Actor(self.session.viewer, stores.ledger_key, self.session.today, stores.time_zone)

    def _open(self, one: Agreement) -> bool:
        """May this person read the agreement?"""
        return self.session.viewer.organization in {one.party, *one.signers}

    def organizations(self) -> dict[str, Organization]:
        """Members of the collaborative by id."""
        return {found.id: found for found in organizations(self._registry)}

    def register(self) -> list[Agreement]:
        """The version that governs of every agreement that is open here, by id."""
        return [one for one in self.session._agreements() if self._open(one)]

    def matrix(self) -> dict[tuple[str, str], Cell]:
        """(contributor, data user) -> the highest level allowed today, of the agreements of this organization."""
        mine = self.session.viewer.organization
        return {key: cell for key, cell in self._whole_matrix().items() if mine in key}

    def _whole_matrix(self) -> dict[tuple[str, str], Cell]:
        return matrix(self.session._agreements(), self.session.today)

    def agreement(self, name: str) -> Entry:
        """One agreement with its versions, states and signatures; refused alike where there is none."""
        found = entry(self._registry, name, {one.id: one for one in self.register()})
        if found is None:
            raise Refused([Reason(self.absent)])
        return found

    def nameable(self) -> dict[str, str]:
        """Names of those who may be named in a license, as it names them: of this organization."""
        mine = self.session.viewer.organization
        return {code: name for code, (name, home) in self._everybody().items() if home == mine}

    def _everybody(self) -> dict[str, tuple[str, str]]:
        staff = (one for one in accounts.accounts(self._registry) if one.role in Party.roles)
        return {person(one.user_id): (one.name, one.organization) for one in staff}

    def ending(self) -> list[tuple[int, Agreement]]:
        """Agreements open here that end within 30, 60 or 90 days, with that number."""
        return ending(self.register(), self.session.today)

    def duties(self) -> list[Duty]:
        """What is to be destroyed under the agreements open here, earliest first."""
        return duties(self._registry, self.register())

    def certify(self, name: str, said: Certificate) -> None:
        """Record that what was received under an agreement is destroyed; raises NotRecorded, Refused."""
        self.agreement(name)
        with transaction(self._registry) as connection:
            certify(connection, self._actor, name, said)

    def sign(self, name: str, organization: str, signed_by: str, signed_on: date, seen: int) -> None:
        """Sign the newest version; raises NotRecorded, Stale, Refused."""
        signature = Signature(organization, " ".join(signed_by.split()), signed_on)
        self._act(name, lambda conn: lifecycle.sign(conn, self._actor, name, signature, seen))

    def suspend(self, name: str, reason: str, seen: int) -> None:
        """Stop all reading under an agreement at once."""
        self._act(name, lambda conn: lifecycle.suspend(conn, self._actor, name, reason, seen))

    def resume(self, name: str, seen: int) -> None:
        """Let an agreement govern again that this organization suspended."""
        self._act(name, lambda conn: lifecycle.resume(conn, self._actor, name, seen))

    def end(self, name: str, reason: str, seen: int) -> None:
        """End an agreement for good."""
        self._act(name, lambda conn: lifecycle.end(conn, self._actor, name, reason, seen))

    def _act(self, name: str, act: Callable[[Connection], int]) -> None:
        self.agreement(name)
        with transaction(self._registry) as connection:
            act(connection)
        self.session.forget()


class Office(Party):
    """The backbone organization: every agreement, drafts, people. Refuses every other role."""

    roles = frozenset({Role.BACKBONE})
    absent = "There is no agreement of this name. The address may be mistyped; Agreements lists all there are."

    def _open(self, one: Agreement) -> bool:
        return True

    def matrix(self) -> dict[tuple[str, str], Cell]:
        """(contributor, data user) -> the highest level allowed today."""
        return self._whole_matrix()

    def nameable(self) -> dict[str, str]:
        """Names of everybody with an account, as a license names them, each with the organization."""
        members = self.organizations()
        return {code: f"{name}, {members[home].name}" for code, (name, home) in self._everybody().items()}

    def staff(self) -> dict[str, dict[str, str]]:
        """Organization -> those of its people who may be named in a license, by name."""
        found: dict[str, dict[str, str]] = {}
        for code, (name, home) in sorted(self._everybody().items(), key=lambda one: one[1]):
            found.setdefault(home, {})[code] = name
        return found

    def findings(self) -> tuple[Finding, ...]:
        """Where agreements in force overlap, and where one half of a pair is missing."""
        return cross_checks(self.session._agreements(), self.session.today)

    def faults(self, new: Agreement, before: Agreement | None = None) -> dict[str, str]:
        """Clauses that cannot be, and places and programs that nobody knows; those named before stay as they are."""
        named = [(one.areas, one.programs) for one in (new, before) if one is not None]
        (areas, programs), (old_areas, old_programs) = named[0], named[-1] if before else (frozenset(), frozenset())
        unknown = unknown_codes(self.session._stores, areas - old_areas, programs - old_programs)
        return unknown | lifecycle.clause_faults(new)

    def draft(self, new: Agreement) -> None:
        """Record a new agreement as a draft; raises NotRecorded, Faulty."""
        self._check(new, None)
        with transaction(self._registry) as connection:
            lifecycle.draft(connection, self._actor, new)
        self.session.forget()

    def amend(self, new: Agreement, seen: int) -> None:
        """Record the next version as a draft; raises NotRecorded, Stale, Faulty."""
        self._check(new, self.agreement(new.id).newest)
        self._act(new.id, lambda conn: lifecycle.amend(conn, self._actor, new, seen))

    def _check(self, new: Agreement, before: Agreement | None) -> None:
        if faults := self.faults(new, before):
            raise lifecycle.Faulty(faults)

    def activate(self, name: str, seen: int) -> None:
        """Let the signed version govern from this moment."""
        self._act(name, lambda conn: lifecycle.activate(conn, self._actor, name, seen))


def party(session: Session) -> Party:
    """The office for the backbone organization, the own agreements for everybody else."""
    return Office(session) if session.viewer.role is Role.BACKBONE else Party(session)


def as_if(agreements: list[Agreement], *changed: Agreement) -> list[Agreement]:
    """The agreements as they would be with these versions in place of, or besides, the ones that govern."""
    ids = {one.id for one in changed}
    return [*(one for one in agreements if one.id not in ids), *changed]


__all__ = ["NotRecorded", "Office", "Party", "as_if", "party", "replace"]
