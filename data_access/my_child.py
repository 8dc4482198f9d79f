"""A guardian's view of their own children, and what they may do: say who may see what, ask, and get copies.

Nothing about a child is told before staff have verified the link, nor once the right is somebody else's; every answer
is as the reads would decide now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from catalog.forms import SignedText, form
from data_access.agreements import NotRecorded, organizations
from data_access.births import newest_identity
from data_access.consents import By, Statement, events_of, known_signer, newest_statement, record, signer_key
from data_access.family_disclosures import Disclosures, disclosures_of
from data_access.family_effects import Effect, effect_of
from data_access.family_receipts import Receipt, begin, fill, receipts_of
from data_access.guardian_links import Link, links_of
from data_access.guardians import in_person
from data_access.holdings import holdings
from data_access.links import child_of, records_of
from data_access.registry.engine import lock, transaction
from data_access.registry.tables import identity
from data_access.rights import court_orders, facts_of
from data_access.session import Session
from data_access.sign_in_codes import Made, last_made, vouched_by
from privacy.agreement import Agreement, Level
from privacy.authorize import Reason, Refused
from privacy.choices import ANYTHING, Choice, Offer, Said, judged, offers_of, said, something_to_stop
from privacy.consent import Capacity, ConsentPolicy, right_has_moved
from privacy.coverage import Coverage
from privacy.viewer import Role

NO_CHILD: Final = "There is no such child on your page."
SELF: Final = "self"  # a young person who holds the right


class NotSigned(NotRecorded):
    """The signature cannot be taken; field: what to mend.

    One of name, day, changed, moved, early, barred, undated, nothing, vouched.
    """

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"The signature cannot be taken: {field}.")


@dataclass(frozen=True)
class Child:
    """One of the guardian's children; number: 1, 2, ... on their page.

    moved: the right is the young person's now; early: the young person does not have it yet; barred: what is on file
    takes the right from whoever reads; dated: a birth date is on file, so that it can be told.
    """

    number: int
    child_id: int
    first_name: str
    link: Link
    moved: bool
    early: bool
    barred: bool
    dated: bool

    @property
    def theirs(self) -> bool:
        """Whether whoever reads may see what is held and shared."""
        return not (self.moved or self.early or self.barred)

    @property
    def unfit(self) -> str:
        """Why nothing can be signed; empty where it can."""
        why = {"barred": self.barred, "undated": not self.dated, "moved": self.moved, "early": self.early}
        return next((name for name, holds in why.items() if holds), "")


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

    @property
    def alone(self) -> bool:
        """Whether everybody on the page is the reader, who decides alone."""
        found = self.children()
        return bool(found) and all(one.link.relationship == SELF for one in found)

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
        """Kinds of data by organization; raises Refused where the right is somebody else's."""
        _theirs(child)
        with self._stores.registry.connect() as connection:
            return holdings(connection, self._stores.lake, records_of(connection, child.child_id))

    def offers(self, child: Child) -> tuple[Offer, ...]:
        """Who may see what for which purpose until when, and what they could see if the guardian agreed."""
        _theirs(child)
        with self._stores.registry.connect() as connection:
            return self._offers(connection, child)

    def offer(self, child: Child, recipient: str, purpose: str) -> Offer:
        """One of them; raises Refused."""
        found = [one for one in self.offers(child) if (one.recipient, one.purpose) == (recipient, purpose)]
        if not found:
            raise Refused([Reason("No agreement lets this organization ask for this.")])
        return found[0]

    def disclosures(self, child: Child) -> Disclosures:
        """Every time somebody received data about the child, newest first: the record of 34 CFR 99.32."""
        _theirs(child)
        with self._stores.registry.connect() as connection:
            return disclosures_of(connection, child.child_id, self._stores.time_zone)

    def preview(self, child: Child, choice: Choice) -> Effect:
        """What would change, found out by trying it and taking it back."""
        _theirs(child)
        found: list[Effect] = []
        try:
            with transaction(self._stores.registry) as connection:
                before, seen = self._offers(connection, child), newest_statement(connection, child.child_id)
                statements = self._comes_to(connection, child, choice, before)
                self._say(connection, child, statements, "trial", "en")
                after = self._offers(connection, child)
                found.append(effect_of(choice, before, after, seen, statements))
                raise _Undone
        except _Undone:
            return found[0]

    def sign(
        self, child: Child, choice: Choice, effect: Effect, name: str, day: date | None, texts: Sequence[SignedText]
    ) -> int:
        """Record the choice and give the number of its receipt; raises NotSigned.

        effect, texts: what was shown before, with every form that the choice needs as it was read.
        """
        if signer_key(name) != signer_key(child.link.guardian_name):
            raise NotSigned("name")
        if day != self.today:
            raise NotSigned("day")
        with transaction(self._stores.registry) as connection:
            lock(connection, "consent")
            child = self._still_theirs(connection, child)
            before = self._offers(connection, child)
            statements = self._comes_to(connection, child, choice, before)
            if child.unfit or not statements:
                raise NotSigned(child.unfit or "nothing")
            newest = newest_statement(connection, child.child_id)
            if newest != effect.seen or not _read(statements, effect, texts):
                raise NotSigned("changed")
            language = texts[0].language
            number = begin(connection, child.link.id, child.child_id, name, day, language, self._now())
            self._say(connection, child, statements, f"guardian's page, receipt {number}", language)
            after = effect_of(choice, before, self._offers(connection, child), effect.seen, statements)
            if (after.starts, after.stops) != (effect.starts, effect.stops):
                raise NotSigned("changed")
            if after.widens and choice.recipient in vouched_by(connection, self.viewer.user_id, self._now()):
                raise NotSigned("vouched")
            fill(connection, number, choice, after, texts)
        return number

    def receipts(self, child: Child) -> tuple[Receipt, ...]:
        """What this guardian has signed about the child, newest first."""
        links = self._links(child)
        with self._stores.registry.connect() as connection:
            return receipts_of(connection, links)

    def receipt(self, child: Child, number: int) -> Receipt:
        """One of them; raises Refused."""
        found = [one for one in self.receipts(child) if one.number == number]
        if not found:
            raise Refused([Reason("There is no such receipt on your page.")])
        return found[0]

    def code_made(self) -> Made | None:
        """When a one-time code was last made for the reader, and by whom: whoever did not ask for it should know."""
        with self._stores.registry.connect() as connection:
            return last_made(connection, self.viewer.user_id)

    def vouched_by(self) -> frozenset[str]:
        """Organizations that cannot be let see more now, because the reader is in on their word alone."""
        with self._stores.registry.connect() as connection:
            return vouched_by(connection, self.viewer.user_id, self._now())

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
                found[number] = self._child(connection, len(found) + 1, number, link)
        return tuple(found.values())

    def _child(self, connection: Connection, place: int, number: int, link: Link) -> Child:
        facts = facts_of(connection, number)
        of_age, own = facts is not None and right_has_moved(facts, self.today), link.relationship == SELF
        barred = not (of_age or own) and self._barred(connection, number, link)
        name = _first_name(connection, link.record_id)
        return Child(place, number, name, link, of_age and not own, own and not of_age, barred, facts is not None)

    def _barred(self, connection: Connection, child: int, link: Link) -> bool:
        """Whether a court order takes the right of this guardian away today."""
        signer = known_signer(connection, link.guardian_name)
        return any(order.bars(signer, self.today) for order in court_orders(connection, child))

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

    def _comes_to(
        self, connection: Connection, child: Child, choice: Choice, before: Sequence[Offer]
    ) -> tuple[Said, ...]:
        """The statements a choice is, none where it would take away what nobody has; raises Refused where no agreement
        lets this organization ask."""
        offer = next((o for o in before if (o.recipient, o.purpose) == (choice.recipient, choice.purpose)), None)
        if offer is None and choice.recipient != ANYTHING:
            raise Refused([Reason("No agreement lets this organization ask for this.")])
        if not choice.keep and not self._stops(connection, child, choice, before):
            return ()
        return tuple(said(choice, offer, self._policy))

    def _stops(self, connection: Connection, child: Child, choice: Choice, before: Sequence[Offer]) -> bool:
        signer = known_signer(connection, child.link.guardian_name)
        own = [event for event in events_of(connection, child.child_id) if event.signer == signer]
        return something_to_stop(choice, before, own, self.today)

    def _say(
        self, connection: Connection, child: Child, statements: Sequence[Said], evidence: str, language: str
    ) -> None:
        by = By(self.viewer.user_id, self.viewer.organization)
        for one in statements:
            told = self._statement(child, one, evidence, language)
            record(connection, self._stores.ledger_key, told, by=by, at=self._now())

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
            form=one.form,
            form_version=form(one.form, language).version,
            language=language,
        )


def _theirs(child: Child) -> None:
    if not child.theirs:
        raise Refused([Reason(NO_CHILD)])


def _read(statements: Sequence[Said], effect: Effect, texts: Sequence[SignedText]) -> bool:
    """Whether what is about to be recorded is what was shown, on the newest version of every form it needs."""
    shown = {(one.code, one.version) for one in texts}
    needed = {(one.form, form(one.form, text.language).version) for one in statements for text in texts}
    return tuple(statements) == effect.statements and shown == needed and len({one.language for one in texts}) == 1


def _first_name(connection: Connection, record: int) -> str:
    newest = newest_identity().where(identity.c.record_id == record).subquery()
    here = (identity.c.record_id == newest.c.record_id) & (identity.c.batch_id == newest.c.batch_id)
    return connection.scalar(select(identity.c.first_name).join(newest, here)) or ""
