"""Why somebody may or may not see something, and what would change if agreements changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import parse_qsl

from catalog.indicators import indicators
from catalog.report import ReportSpec
from catalog.terms import purposes
from data_access import accounts
from data_access.accounts import Account
from data_access.agreements import versions
from data_access.consents import events_of
from data_access.judged import may_see
from data_access.ledger import append
from data_access.office import Office, as_if
from data_access.publication import Publication
from data_access.published import NoPublication
from data_access.register import Cell, matrix
from data_access.registry.engine import transaction
from data_access.rights import facts_of
from data_access.saved_reports import saved
from data_access.scope import Scope
from privacy.agreement import Agreement, Level, State, Tier, person
from privacy.authorize import Reason, Refused, Request
from privacy.consent import ConsentPolicy, ConsentRequest, decide_consent
from privacy.explain import explain
from privacy.explain_records import explain_record
from privacy.records import authorize_records
from privacy.viewer import Viewer

Cells = Mapping[tuple[str, str], Cell]
Seen = tuple[set[str], set[str]]
Sight = tuple[Seen, Seen]
CHANGES = {
    "activate": "the newest version were in force",
    "end": "it lapsed or ended",
    "withdraw": "this contributor withdrew from all sharing",
}


@dataclass(frozen=True)
class Effect:
    """What would change for one person: tables that close or open, saved reports that close, child-level fields."""

    account: Account
    closed: tuple[str, ...]
    opened: tuple[str, ...]
    reports: tuple[str, ...]
    fields_lost: tuple[str, ...]
    fields_won: tuple[str, ...]

    @property
    def any(self) -> bool:
        """True where something would change."""
        return bool(self.closed or self.opened or self.reports or self.fields_lost or self.fields_won)


@dataclass(frozen=True)
class Outlook:
    """What would change. minimum: the smallest count shown, before and after.

    licenses: (data user, contributor, level before, level after), none as "". counts: measures whose numbers the next
    publication would change, each with the contributors that leave and those that join.
    """

    people: tuple[Effect, ...]
    licenses: tuple[tuple[str, str, str, str], ...]
    counts: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    minimum: tuple[int, int]


class Insight(Office):
    """Questions of the backbone organization about who sees what."""

    def accounts(self) -> list[Account]:
        """Everybody who may be asked about."""
        return accounts.accounts(self._registry)

    def why_report(self, user_id: str, spec: ReportSpec) -> tuple[Reason, ...]:
        """Every clause that was looked at for a report or, at another level, an extract."""
        viewer = self._viewer(user_id)
        told = list(explain(viewer, Request.of(spec), self.session._agreements(), self.session.today))
        if all(reason.allows for reason in told) and spec.level == "aggregate":
            told += self._published(viewer, spec)
        return tuple(told)

    def _published(self, viewer: Viewer, spec: ReportSpec) -> list[Reason]:
        """Whether the newest publication has the table, for the places of this person."""
        try:
            found = self.session._stores.publications.current()
            may_see(found, viewer, spec, self.session._agreements(), self.session.today)
        except NoPublication as missing:
            return [Reason(str(missing), None, "publication")]
        except Refused as refusal:
            return list(refusal.reasons)
        offer = found.info.offer(spec.indicator, spec.view)
        if offer is None or not offer.offered:
            return [
                Reason(offer.why if offer else "The newest publication does not have this table.", None, "publication")
            ]
        return [Reason("The newest publication has this table.", None, "publication", True)]

    def why_field(
        self, user_id: str, contributor: str, element: str, purpose: str, child: int = 0
    ) -> tuple[Reason, ...]:
        """Every clause that was looked at for a field of a child's record; with a child's number, the consents too, and
        that look is on the ledger."""
        viewer = self._viewer(user_id)
        known = self.session._agreements()
        told = explain_record(viewer, contributor, element, purpose, known, self.session.today)
        asks = any(reason.clause == "consent" and "asks for a parent" in reason.text for reason in told)
        if child and asks:
            told = (*told, *self._decided(viewer, contributor, element, purpose, child))
        return told

    def _decided(self, viewer: Viewer, contributor: str, element: str, purpose: str, child: int) -> list[Reason]:
        now: datetime = self.session._now()
        me, detail = self.session.viewer, {"register": "consents", "kind": "why"}
        with transaction(self._registry) as connection:
            who = {"actor": me.user_id, "organization": me.organization, "action": "list", "channel": "page"}
            append(connection, self.session._stores.ledger_key, child=child, detail=detail, **who)
            events, facts = events_of(connection, child), facts_of(connection, child)
        if facts is None:
            return [Reason("No consent is on file. A parent or guardian can give it.", None, "consent")]
        asked = ConsentRequest(child, facts, contributor, viewer.organization, purpose, element, Level.IDENTIFIABLE)
        policy = ConsentPolicy(self.session._stores.time_zone)
        decision = decide_consent(events, asked, now, policy)
        return [Reason(text, None, "consent", decision.permitted) for text in decision.reasons]

    def _viewer(self, user_id: str) -> Viewer:
        found = accounts.account_of(self._registry, user_id)
        if found is None:
            raise Refused([Reason("There is no such person.")])
        return found.viewer

    def what_if(self, change: str, name: str) -> Outlook:
        """What would change. change: one of CHANGES; name: an agreement, or for `withdraw` a contributor."""
        before = self.session._agreements()
        return self._outlook(before, self._after(before, change, name))

    def _after(self, before: list[Agreement], change: str, name: str) -> list[Agreement]:
        if change == "withdraw":
            gone = [a for a in before if a.tier is Tier.SHARING and a.party == name]
            return as_if(before, *(replace(a, state=State.ENDED) for a in gone))
        if change == "end":
            return as_if(before, *(replace(a, state=State.ENDED) for a in before if a.id == name))
        with self._registry.connect() as connection:
            newest = [one for _, one in versions(connection, name)][-1:]
        return as_if(before, *(replace(one, state=State.ACTIVE) for one in newest))

    def _outlook(self, before: list[Agreement], after: list[Agreement]) -> Outlook:
        today = self.session.today
        try:
            found: Publication | None = self.session._stores.publications.current()
        except NoPublication:
            found = None
        alike: dict[Viewer, Sight] = {}  # people of one organization, role and limits see the same, unless named
        named = frozenset[str]().union(*(a.recipients for a in (*before, *after)))
        people = []
        for one in (one for one in self.accounts() if not one.disabled):
            viewer = one.viewer if person(one.user_id) in named else replace(one.viewer, user_id="")
            if viewer not in alike:
                alike[viewer] = _sight(viewer, found, before, today), _sight(viewer, found, after, today)
            people.append(self._effect(one, *alike[viewer]))
        least = [max((a.minimum_count for a in known if a.active(today)), default=10) for known in (before, after)]
        counts = _counts(Scope.of(before, today), Scope.of(after, today))
        licenses = _licenses(matrix(before, today), matrix(after, today))
        return Outlook(tuple(e for e in people if e.any), licenses, counts, (least[0], least[1]))

    def _effect(self, one: Account, before: Seen, after: Seen) -> Effect:
        (was, had), (will, has) = before, after
        kept = [r for r in saved(self._registry, one.user_id) if _table(r.query) in was - will]
        return Effect(
            one,
            tuple(sorted(was - will)),
            tuple(sorted(will - was)),
            tuple(r.name for r in kept),
            tuple(sorted(had - has)),
            tuple(sorted(has - had)),
        )


def _sight(viewer: Viewer, found: Publication | None, known: list[Agreement], today: date) -> Seen:
    """Tables and child-level fields that somebody may see."""
    return _tables(viewer, found, known, today), _fields(viewer, known, today)


def _tables(viewer: Viewer, found: Publication | None, known: list[Agreement], today: date) -> set[str]:
    """The offered tables a viewer may see."""
    if found is None:
        return set()

    def may(spec: ReportSpec) -> None:
        may_see(found, viewer, spec, known, today)

    offers = [o for o in found.info.offers if o.offered and o.indicator in indicators()]
    return {f"{o.indicator} {o.view}" for o in offers if _passes(may, ReportSpec(o.indicator, o.view))}


def _passes(may: Callable[[ReportSpec], None], spec: ReportSpec) -> bool:
    try:
        may(spec)
    except Refused:
        return False
    return True


def _table(query: str) -> str:
    """The table of a saved report, by its words."""
    words = dict(parse_qsl(query))
    if "level" in words:
        by = [name for name in words.get("by", "").split("*") if name]
        return f"{words.get('i', '')} {'*'.join([words['level'], *by])}"
    return f"{words.get('i', '')} {words.get('view', '')}"


def _fields(viewer: Viewer, known: list[Agreement], today: date) -> set[str]:
    """Child-level fields a viewer may read of others: contributor, element, purpose."""
    found: set[str] = set()
    for purpose in purposes():
        try:
            permit = authorize_records(viewer, purpose, known, today)
        except Refused:
            continue
        found |= {
            f"{source.contributor} {source.element} {purpose}"
            for source in permit.sources
            if source.contributor != viewer.organization
        }
    return found


def _counts(before: Scope, after: Scope) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """Measures whose contributors would change with the next publication."""
    found = []
    for indicator in indicators().values():
        needs: Sequence[str] = sorted(indicator.data_elements)
        was, will = set(before.sharing(*needs)), set(after.sharing(*needs))
        if was != will:
            found.append((indicator.title, tuple(sorted(was - will)), tuple(sorted(will - was))))
    return tuple(found)


def _licenses(before: Cells, after: Cells) -> tuple[tuple[str, str, str, str], ...]:
    """(data user, contributor, level before, level after) wherever the level changes."""

    def level(cells: Cells, key: tuple[str, str]) -> str:
        return cells[key].level.code if key in cells else ""

    keys: Iterable[tuple[str, str]] = sorted({*before, *after})
    rows = [(taker, giver, level(before, (giver, taker)), level(after, (giver, taker))) for giver, taker in keys]
    return tuple(row for row in rows if row[2] != row[3])
