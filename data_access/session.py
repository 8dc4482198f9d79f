"""The one door to data. Every call: permit first, then read in scope, then a sealed type; files leave by the ledger.

A session reads publications, agreements and the viewer's own saved reports; the lake and source records only for
named children, under `data_access.records`.
"""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import Connection

from catalog.naming import many
from catalog.report import ReportSpec
from catalog.terms import area_levels, known, purposes
from data_access import saved_reports
from data_access.agreements import agreements, governing, organizations
from data_access.glasses import PURPOSE, glass_of
from data_access.judged import check_offered, judged, kept_to
from data_access.ledger import append
from data_access.publication import Publication
from data_access.published import Area, Layer, NoPublication, Offer, Proof, PublicationInfo
from data_access.reach import outside, reached
from data_access.records import Reading, note_nothing
from data_access.registry.engine import lock, transaction
from data_access.slices import sliced
from data_access.stores import Stores
from privacy.agreement import Agreement, Level
from privacy.authorize import OWN, Permit, Reason, Refused, Request, asleep, authorize, licenses, no_license
from privacy.records import authorize_records
from privacy.sealed import IdentifiableRecords, ProtectedTable
from privacy.viewer import Role, Viewer

FORMS = ("csv", "xlsx", "pdf")
_NO_MAP = "This map does not exist. Open the page again for the newest."


class Session:
    """What one viewer may see, now. Cheap to make: one per request."""

    def __init__(self, viewer: Viewer, stores: Stores, now: Callable[[], datetime]) -> None:
        self.viewer, self._stores, self._now = viewer, stores, now

    @property
    def today(self) -> date:
        """Today in the community's time zone."""
        return self._now().astimezone(self._stores.time_zone).date()

    def publication(self) -> PublicationInfo:
        """The newest publication with this viewer's offers; raises Refused, NoPublication."""
        self._entrance()
        return self._judged(self._stores.publications.current())

    def offers(self) -> tuple[Offer, ...]:
        """Every declared view of every indicator: offered or not, and permitted to this viewer or not, and why."""
        return self.publication().offers

    def report(self, spec: ReportSpec) -> ProtectedTable:
        """A slice of the newest publication.

        Rows: school years ascending; areas of the view's level in publication order, then the county as reference (its
        `level` says so; left out when areas are chosen); categories in catalog order, "" (all) first.
        Raises Refused (no agreement allows it), NotOffered (it would hide too much), UnknownTerm, NoPublication.
        """
        found, permit, mine = self._see(spec)
        check_offered(found, spec)
        return sliced(self._stores.cache, found, permit, mine)

    def areas(self, level: str) -> tuple[Area, ...]:
        """The areas of a level that are open to this viewer, in publication order; "unknown" comes last."""
        permit, found = self._entrance(level), self._stores.publications.current()
        areas, mine = found.areas[known("area level", level, area_levels())], reached(found, permit, level)
        return areas if mine is None else tuple(area for area in areas if area.code in mine)

    def layer(self, level: str) -> Layer:
        """Where the shapes of a level (or "outline") are; raises NoPublication where there is no map of it."""
        self._entrance(level if level in area_levels() else "county")
        found = self._stores.publications.current().layer(level)
        if found is None:
            raise NoPublication("This publication has no map of this level; the table shows the same numbers.")
        return found

    def layer_bytes(self, publication: str, file: str) -> bytes:
        """The shapes of one file (GeoJSON); raises NoPublication alike where publication or file is unknown."""
        self._entrance()
        level = file.partition("-")[0]
        try:
            self._entrance(level if level in area_levels() else "county")
        except Refused as refusal:
            raise NoPublication(_NO_MAP) from refusal
        found = self._stores.publications.get(publication).layers.get(file)
        if found is None:
            raise NoPublication(_NO_MAP)
        return found

    def proof(self) -> Proof:
        """What an attacker can learn from the newest publication."""
        self._entrance()
        return self._stores.publications.current().proof

    def disclose(self, table: ProtectedTable, form: str, sha256: str) -> str:
        """Write to the ledger that a file leaves, and give the number of the row; without it no file may leave."""
        known("form of file", form, dict.fromkeys(FORMS))
        found, permit, mine = self._see(table.spec)
        if mine != table.spec:
            raise Refused([outside(found, permit)])
        with transaction(self._stores.registry) as connection:
            row = append(
                connection,
                self._stores.ledger_key,
                actor=self.viewer.user_id,
                organization=self.viewer.organization,
                action="download",
                purpose=",".join(sorted(permit.purposes)),
                agreement=f"{permit.agreement}/{permit.agreement_version}",
                channel=form,
                detail={"publication": table.publication, "report": table.spec.to_query(), "sha256": sha256},
            )
        return f"D-{row}"

    def children(self, purpose: str, search: str = "") -> IdentifiableRecords:
        """Children whose names are open to this viewer for a purpose, by name, each on the ledger; raises Refused.

        search: the beginnings of names. At most 50; `more` says that there are others.
        """
        return self._named("list", purpose, lambda conn: self._reading(conn, purpose).listing(search))

    def child(self, child_id: int, purpose: str) -> IdentifiableRecords:
        """What this viewer may read of one child for a purpose, on the ledger; raises Refused alike for no child."""
        return self._named("view", purpose, lambda conn: self._reading(conn, purpose).one(child_id), child_id)

    def child_in_emergency(self, number: int) -> IdentifiableRecords:
        """The child of this viewer's own open emergency, each look on the ledger; raises Refused alike for others'."""

        def look(conn: Connection) -> IdentifiableRecords:
            glass, permit = glass_of(conn, self.viewer, number, self._now())
            return Reading(conn, permit, self._stores, self._now()).one(glass.child)

        return self._named("view", PURPOSE, look)

    def record_purposes(self) -> tuple[str, ...]:
        """The purposes for which this viewer may ask for named children today."""
        return tuple(name for name in purposes() if self._may_read(name))

    def member_names(self) -> dict[str, str]:
        """The names of the collaborative's organizations."""
        return {one.id: one.name for one in organizations(self._stores.registry)}

    def _may_read(self, purpose: str) -> bool:
        try:
            authorize_records(self.viewer, purpose, self._agreements(), self.today)
        except Refused:
            return False
        return True

    def _named(
        self, action: str, purpose: str, look: Callable[[Connection], IdentifiableRecords], child: int | None = None
    ) -> IdentifiableRecords:
        """Permit, reading and ledger in one transaction, which no act on an agreement can come between."""
        known("purpose", purpose, purposes())
        with transaction(self._stores.registry) as conn:
            lock(conn, "agreement", shared=True)
            try:
                return look(conn)
            except Refused as no:
                refusal = no
                note_nothing(conn, self._stores.ledger_key, self.viewer, action, purpose, child)
        raise refusal

    def _reading(self, conn: Connection, purpose: str) -> Reading:
        permit = authorize_records(self.viewer, purpose, governing(conn), self.today)
        return Reading(conn, permit, self._stores, self._now())

    def saved_reports(self) -> list[saved_reports.SavedReport]:
        """This viewer's saved reports."""
        return saved_reports.saved(self._stores.registry, self.viewer.user_id)

    def save_report(self, name: str, query: str) -> int:
        """Keep the query of a report under a name and give its number; raises NotSaved."""
        with transaction(self._stores.registry) as connection:
            return saved_reports.save(connection, self.viewer.user_id, name, query)

    def remove_report(self, number: int) -> bool:
        """Forget one of this viewer's saved reports; False where it is none of theirs."""
        with transaction(self._stores.registry) as connection:
            return saved_reports.remove(connection, self.viewer.user_id, number)

    def what_i_may_see(self) -> tuple[str, ...]:
        """Sentences: which agreements of this viewer's organization are in force, for what, until when."""
        held = self._held()
        if not held:
            known = self._agreements()
            told = [no_license(self.viewer, self._in_force()), *asleep(self.viewer, known, self.today)]
            return tuple(reason.text for reason in told)
        return (*(_sentence(agreement) for agreement in held), *own_limits(self.viewer))

    def forget(self) -> None:
        """Look again: an agreement was changed through this very session."""

    def _agreements(self) -> list[Agreement]:
        return agreements(self._stores.registry)

    def _in_force(self) -> list[Agreement]:
        return [one for one in self._agreements() if one.active(self.today)]

    def _held(self) -> list[Agreement]:
        return licenses(self.viewer, self._in_force())

    def _entrance(self, level: str = "county") -> Permit:
        """Names, shapes and proofs need an agreement too, though no data element."""
        known("area level", level, area_levels())
        request = Request(frozenset(), Level.AGGREGATE, level)
        try:
            return authorize(self.viewer, request, self._agreements(), self.today)
        except Refused as refusal:
            raise Refused([*refusal.reasons, *self._nothing_yet()]) from None

    def _nothing_yet(self) -> list[Reason]:
        """For the backbone organization, which begins a site: that nothing is published either."""
        if self.viewer.role is not Role.BACKBONE:
            return []
        try:
            self._stores.publications.current()
        except NoPublication as error:
            return [Reason(str(error))]
        return []

    def _see(self, spec: ReportSpec) -> tuple[Publication, Permit, ReportSpec]:
        # Before anything is looked for.
        permit = authorize(self.viewer, Request.of(spec), self._agreements(), self.today)
        found = self._stores.publications.current()
        return found, permit, kept_to(found, permit, spec)

    def _judged(self, found: Publication) -> PublicationInfo:
        return judged(found, self.viewer, tuple(self._agreements()), self.today)


def _sentence(agreement: Agreement) -> str:
    finest = area_levels()[agreement.finest_area].title.lower()
    return (
        f"“{agreement.title}” allows {agreement.level.code} data on areas down to {finest}, "
        f"through {agreement.ends:%B %-d, %Y}."
    )


def own_limits(viewer: Viewer) -> tuple[str, ...]:
    """What a person has less than the organization, in a sentence."""
    limits = viewer.limits
    parts = [f"{limits.level.code} data"] if limits.level is not None else []
    if limits.elements is not None:
        parts.append(many(len(limits.elements), "data element"))
    parts += [] if limits.purposes is None else [purposes()[p].lower() for p in sorted(limits.purposes)]
    parts += ["some places"] if limits.areas is not None else []
    parts += ["named children in some programs"] if limits.programs is not None else []
    return (f"Your own access is narrower: {', '.join(parts)}. {OWN}",) if parts else ()
