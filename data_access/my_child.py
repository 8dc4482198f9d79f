"""A guardian's view of their own children, and what they may do: say who may see what, ask, and get copies.

Nothing about a child is told before staff have verified the link; every answer is as the reads would decide now.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from data_access.agreements import NotRecorded, organizations
from data_access.births import newest_identity
from data_access.consents import By, Statement, events_of, newest_statement, record, signer_key
from data_access.guardians import Link, in_person, links_of
from data_access.holdings import holdings
from data_access.ledger_search import CHILD_LEVEL
from data_access.links import child_of, records_of
from data_access.registry.engine import lock, transaction
from data_access.registry.guardian_tables import guardian_receipt
from data_access.registry.tables import identity, ledger
from data_access.rights import facts_of
from data_access.session import Session
from privacy.agreement import Agreement, Level
from privacy.authorize import Reason, Refused
from privacy.choices import ANYTHING, Choice, Offer, Said, judged, offers_of, said
from privacy.consent import Capacity, ConsentPolicy, right_has_moved
from privacy.coverage import Coverage
from privacy.viewer import Role

NO_CHILD: Final = "There is no such child on your page."
SELF: Final = "self"  # a young person who holds the right
FORM, FORM_VERSION = "guardian-page", "2"


# recipient, purpose, contributor, element
Shared = tuple[str, str, str, str]


class NotSigned(NotRecorded):
    """The signature cannot be taken; field: what to mend (name, day, changed, moved, nothing)."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"The signature cannot be taken: {field}.")


@dataclass(frozen=True)
class Child:
    """One of the guardian's children; number: 1, 2, ... on their page."""

    number: int
    child_id: int
    first_name: str
    link: Link
    moved: bool
    dated: bool


@dataclass(frozen=True)
class Disclosure:
    """One time somebody received data about the child: when, who, what for, what, from whom, resting on what."""

    at: datetime
    recipient: str
    purpose: str
    action: str
    elements: tuple[str, ...]
    contributors: tuple[str, ...]
    agreement: str


@dataclass(frozen=True)
class Receipt:
    """What was signed, as it was shown."""

    number: int
    signed_name: str
    signed_on: date
    recorded_at: datetime
    language: str
    child_id: int
    recipient: str
    purpose: str
    open: tuple[Shared, ...]
    stopped: tuple[Shared, ...]
    until: date | None


@dataclass(frozen=True)
class Effect:
    """What a choice would change. held_back: asked for, but somebody else entitled says no, or a form is missing.

    seen: the newest statement about the child that the guardian knew of.
    """

    starts: tuple[Shared, ...]
    stops: tuple[Shared, ...]
    stays: tuple[Shared, ...]
    held_back: tuple[Shared, ...]
    until: date | None
    seen: int


class _Undone(Exception):
    """The trial is over; nothing of it stays."""


class Guardian:
    """What one guardian may see and do; refuses every other role."""

    def __init__(self, session: Session) -> None:
        if session.viewer.role is not Role.GUARDIAN:
            raise Refused([Reason("This page is for parents and guardians.")])
        in_person(session)
        self.viewer, self.today = session.viewer, session.today
        self._session, self._stores, self._now = session, session._stores, session._now
        self._policy = ConsentPolicy(self._stores.time_zone)

    def waiting(self) -> int:
        """How many links staff have not verified yet."""
        with self._stores.registry.connect() as connection:
            return sum(link.state == "accepted" for link in links_of(connection, account=self.viewer.user_id))

    def children(self) -> tuple[Child, ...]:
        """The children whose link staff have verified, in the order of the links; each once."""
        with self._stores.registry.connect() as connection:
            return self._children(connection)

    def child(self, number: int) -> Child:
        """One of them; raises Refused alike where there is none of that number."""
        found = next((one for one in self.children() if one.number == number), None)
        if found is None:
            raise Refused([Reason(NO_CHILD)])
        return found

    def held(self, child: Child) -> dict[str, tuple[str, ...]]:
        """Kinds of data by organization."""
        with self._stores.registry.connect() as connection:
            return holdings(connection, self._stores.lake, records_of(connection, child.child_id))

    def offers(self, child: Child) -> tuple[Offer, ...]:
        """Who may see what for which purpose until when, and what they could see if the guardian agreed."""
        with self._stores.registry.connect() as connection:
            return self._offers(connection, child)

    def offer(self, child: Child, recipient: str, purpose: str) -> Offer:
        """One of them; raises Refused."""
        found = [one for one in self.offers(child) if (one.recipient, one.purpose) == (recipient, purpose)]
        if not found:
            raise Refused([Reason("No agreement lets this organization ask for this.")])
        return found[0]

    def disclosures(self, child: Child) -> tuple[Disclosure, ...]:
        """Every time somebody received data about the child, newest first: the record of 34 CFR 99.32.

        An organization's own staff at its own records are on the ledger, but no disclosure.
        """
        query = select(ledger).where(ledger.c.child == child.child_id, ledger.c.action.in_(CHILD_LEVEL))
        with self._stores.registry.connect() as connection:
            rows = connection.execute(query.where(ledger.c.outcome == "done").order_by(ledger.c.sequence.desc()))
            found = (self._disclosure(row) for row in rows)
            return tuple(one for one in found if one.contributors or one.elements)

    def preview(self, child: Child, choice: Choice) -> Effect:
        """What would change, found out by trying it and taking it back."""
        found: list[Effect] = []
        try:
            with transaction(self._stores.registry) as connection:
                before, seen = self._offers(connection, child), newest_statement(connection, child.child_id)
                self._say(connection, child, choice, before)
                after = self._offers(connection, child)
                found.append(_effect(choice, before, after, seen))
                raise _Undone
        except _Undone:
            return found[0]

    def sign(self, child: Child, choice: Choice, effect: Effect, name: str, day: date | None, language: str) -> int:
        """Record the choice and give the number of its receipt; raises NotSigned."""
        if signer_key(name) != signer_key(child.link.guardian_name):
            raise NotSigned("name")
        if day != self.today:
            raise NotSigned("day")
        with transaction(self._stores.registry) as connection:
            lock(connection, "consent")
            child = self._still_theirs(connection, child)
            if child.moved or not child.dated:
                raise NotSigned("moved")
            before = self._offers(connection, child)
            if newest_statement(connection, child.child_id) != effect.seen:
                raise NotSigned("changed")
            row = {"link": child.link.id, "child_id": child.child_id, "signed_name": " ".join(name.split())}
            row |= {"signed_on": day, "language": language, "choice": "{}", "recorded_at": self._now()}
            made = insert(guardian_receipt).returning(guardian_receipt.c.id)
            number = int(connection.execute(made, row).scalar_one())
            if not self._say(connection, child, choice, before, f"guardian's page, receipt {number}", language):
                raise NotSigned("nothing")
            after = _effect(choice, before, self._offers(connection, child), effect.seen)
            if (after.starts, after.stops) != (effect.starts, effect.stops):
                raise NotSigned("changed")
            kept = update(guardian_receipt).where(guardian_receipt.c.id == number)
            connection.execute(kept.values(choice=_kept(choice, after)))
        return number

    def receipts(self, child: Child) -> tuple[Receipt, ...]:
        """What this guardian has signed about the child, newest first."""
        query = select(guardian_receipt).where(guardian_receipt.c.child_id == child.child_id)
        query = query.where(guardian_receipt.c.link.in_(self._links(child)))
        with self._stores.registry.connect() as connection:
            rows = connection.execute(query.order_by(guardian_receipt.c.id.desc())).mappings()
            return tuple(_receipt(row) for row in rows)

    def receipt(self, child: Child, number: int) -> Receipt:
        """One of them; raises Refused."""
        found = [one for one in self.receipts(child) if one.number == number]
        if not found:
            raise Refused([Reason("There is no such receipt on your page.")])
        return found[0]

    def organizations(self) -> dict[str, str]:
        """Names of organizations by id."""
        return {one.id: one.name for one in organizations(self._stores.registry)}

    def _links(self, child: Child) -> list[int]:
        with self._stores.registry.connect() as connection:
            mine = links_of(connection, account=self.viewer.user_id)
            return [one.id for one in mine if child_of(connection, one.record_id) == child.child_id]

    def _children(self, connection: Connection) -> tuple[Child, ...]:
        found: dict[int, Child] = {}
        for link in links_of(connection, account=self.viewer.user_id):
            number = child_of(connection, link.record_id)
            if link.state == "verified" and number is not None and number not in found:
                facts = facts_of(connection, number)
                moved = facts is not None and right_has_moved(facts, self.today) and link.relationship != SELF
                name = _first_name(connection, link.record_id)
                found[number] = Child(len(found) + 1, number, name, link, moved, facts is not None)
        return tuple(found.values())

    def _still_theirs(self, connection: Connection, child: Child) -> Child:
        found = next((one for one in self._children(connection) if one.child_id == child.child_id), None)
        if found is None:
            raise Refused([Reason(NO_CHILD)])
        return found

    def _offers(self, connection: Connection, child: Child) -> tuple[Offer, ...]:
        held = frozenset(records_of(connection, child.child_id).values())
        agreements: list[Agreement] = self._session._agreements()
        facts = facts_of(connection, child.child_id)
        events = events_of(connection, child.child_id)
        found = offers_of(agreements, held, self.today)
        # A moment later than any statement of this very transaction.
        at = max([self._now(), *(event.recorded_at for event in events)])
        return tuple(judged(offer, child.child_id, facts, events, at, self._policy) for offer in found)

    def _say(
        self,
        connection: Connection,
        child: Child,
        choice: Choice,
        before: Iterable[Offer],
        evidence: str = "trial",
        language: str = "en",
    ) -> int:
        """Record what the choice says; how many statements that took."""
        offer = next((o for o in before if (o.recipient, o.purpose) == (choice.recipient, choice.purpose)), None)
        if offer is None and choice.recipient != ANYTHING:
            raise Refused([Reason("No agreement lets this organization ask for this.")])
        by = By(self.viewer.user_id, self.viewer.organization)
        statements = said(choice, offer, self._policy)
        for one in statements:
            told = self._statement(child, one, evidence, language)
            record(connection, self._stores.ledger_key, told, by=by, at=self._now())
        return len(statements)

    def _statement(self, child: Child, one: Said, evidence: str, language: str) -> Statement:
        sets = (one.elements, one.purposes, one.disclosing, one.recipients)
        return Statement(
            record=child.link.record_id,
            signer=child.link.guardian_name,
            relationship=child.link.relationship,
            capacity=Capacity.YOUNG_PERSON if child.link.relationship == SELF else Capacity.PARENT,
            say=one.say,
            coverage=Coverage(one.basis, Level.IDENTIFIABLE, *sets),
            channel="guardian",
            signed_on=self.today,
            expires_on=one.until,
            evidence=evidence,
            form=FORM,
            form_version=FORM_VERSION,
            language=language,
        )

    def _disclosure(self, row: Any) -> Disclosure:
        detail = json.loads(row.detail)
        sources = {one["contributor"]: one["fields"] for one in detail.get("from", ())}
        outside = {name: fields for name, fields in sources.items() if name != row.organization}
        elements = {element for fields in outside.values() for element in fields} | set(detail.get("elements", ()))
        return Disclosure(
            at=datetime.fromisoformat(row.at).astimezone(self._stores.time_zone),
            recipient=row.organization,
            purpose=row.purpose or "",
            action=row.action,
            elements=tuple(sorted(elements)),
            contributors=tuple(sorted(outside)),
            agreement=row.agreement or "",
        )


def _first_name(connection: Connection, record: int) -> str:
    newest = newest_identity().where(identity.c.record_id == record).subquery()
    here = (identity.c.record_id == newest.c.record_id) & (identity.c.batch_id == newest.c.batch_id)
    return connection.scalar(select(identity.c.first_name).join(newest, here)) or ""


def _effect(choice: Choice, before: Iterable[Offer], after: Iterable[Offer], seen: int) -> Effect:
    then, now = _open(choice, before), _open(choice, after)
    asked = {(choice.recipient, choice.purpose, *key) for key in choice.keep}
    return Effect(
        starts=tuple(sorted(now - then)),
        stops=tuple(sorted(then - now)),
        stays=tuple(sorted(now & then)),
        held_back=tuple(sorted(asked - now)),
        until=choice.until if choice.keep else None,
        seen=seen,
    )


def _open(choice: Choice, offers: Iterable[Offer]) -> set[Shared]:
    """What may be seen by those the choice is about."""
    asked = [
        o
        for o in offers
        if choice.recipient == ANYTHING or (o.recipient, o.purpose) == (choice.recipient, choice.purpose)
    ]
    return {(offer.recipient, offer.purpose, *item.key) for offer in asked for item in offer.open}


def _kept(choice: Choice, effect: Effect) -> str:
    until = effect.until.isoformat() if effect.until else None
    told = {"recipient": choice.recipient, "purpose": choice.purpose, "until": until}
    return json.dumps(told | {"open": [*effect.starts, *effect.stays], "stopped": effect.stops})


def _receipt(row: Any) -> Receipt:
    told = json.loads(row["choice"])
    return Receipt(
        number=row["id"],
        signed_name=row["signed_name"],
        signed_on=row["signed_on"],
        recorded_at=row["recorded_at"],
        language=row["language"],
        child_id=row["child_id"],
        recipient=told["recipient"],
        purpose=told["purpose"],
        open=tuple(tuple(one) for one in told["open"]),
        stopped=tuple(tuple(one) for one in told["stopped"]),
        until=date.fromisoformat(told["until"]) if told["until"] else None,
    )
