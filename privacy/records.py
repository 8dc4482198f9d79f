"""Permits for child-level records: which elements of which contributors, under which pair of agreements."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.terms import elements, purposes
from privacy.agreement import ALWAYS_CONSENT, NOT_REQUIRED, Agreement, Level, Tier
from privacy.authorize import GRANT, OWN, Reason, Refused, licenses, narrower, no_license, within
from privacy.viewer import Limits, Role, Viewer


@dataclass(frozen=True)
class Source:
    """One element of one contributor, and what it rests on.

    sharing, license: id/version of both agreements; a contributor's own records rest on its sharing agreement alone.
    consent: a valid consent is needed for each child. programs, areas: sets of codes; a record is inside each.
    """

    contributor: str
    element: str
    sharing: str
    license: str
    consent: bool
    programs: tuple[frozenset[str], ...] = ()
    areas: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True)
class RecordPermit:
    """Child-level records a viewer may read for a purpose; own: their own organization's children are among them."""

    viewer: Viewer
    purpose: str
    level: Level
    own: bool
    sources: tuple[Source, ...]
    reasons: tuple[Reason, ...]


def authorize_records(viewer: Viewer, purpose: str, agreements: Iterable[Agreement], today: date) -> RecordPermit:
    """The permit for child-level records; raises Refused, saying what is missing and who can grant it.

    Own children: every element the organization's own sharing agreement names. Others': an identifiable license of the
    organization, and an identifiable sharing agreement of the contributor that sends to it, for element and purpose.
    """
    if gaps := personal_gaps(viewer, purpose):
        raise Refused(gaps)
    active = [a for a in agreements if a.active(today)]
    chosen: dict[tuple[str, str], Source] = {}
    for source in sorted(_sources(viewer, purpose, active), key=_strictest_last):
        chosen[source.contributor, source.element] = source
    if not chosen:
        raise Refused(record_gaps(viewer, purpose, active))
    sources = tuple(chosen[key] for key in sorted(chosen))
    own = any(source.contributor == viewer.organization for source in sources)
    return RecordPermit(viewer, purpose, Level.IDENTIFIABLE, own, sources, _reasons(sources, active))


def needs_consent(sharing: Agreement, element: str) -> bool:
    """True unless the contributor's clause lifts it, which it cannot for elements with a rule of their own."""
    guarded = not ALWAYS_CONSENT.isdisjoint(elements()[element].tags)
    return guarded or sharing.consent.get(element) != NOT_REQUIRED


def personal_gaps(viewer: Viewer, purpose: str) -> list[Reason]:
    """Why this person reads no child-level records, whatever the agreements say."""
    limits: Limits = viewer.limits
    if viewer.role is Role.GUARDIAN:
        return [Reason("Parents and guardians see their own children under “My child”.", None, "person.role")]
    gaps = []
    if limits.level is not None and limits.level < Level.IDENTIFIABLE:
        gaps.append(Reason(f"Your own access is for {limits.level.code} data only. {OWN}", None, "person.level"))
    if limits.purposes is not None and purpose not in limits.purposes:
        told = f"Your own access does not cover the purpose: {purposes()[purpose].lower()}. {OWN}"
        gaps.append(Reason(told, None, "person.purposes"))
    return gaps


def record_gaps(viewer: Viewer, purpose: str, active: Sequence[Agreement]) -> list[Reason]:
    """What is missing before an organization may read child-level records of others for a purpose."""
    held = licenses(viewer, active)
    close = [a for a in held if a.level is Level.IDENTIFIABLE]
    fitting = [a for a in close if purpose in a.purposes]
    why = purposes()[purpose].lower()
    if not held:
        return [no_license(viewer, active)]
    if not close:
        told = f"“{held[0].title}” allows {held[0].level.code} data only. {GRANT}"
        return [Reason(told, held[0].id, "level")]
    if not fitting:
        return [Reason(f"“{close[0].title}” does not cover the purpose: {why}. {GRANT}", close[0].id, "purposes")]
    told = f"No contributor shares child-level data with your organization to: {why}. A contributor can agree to it."
    return [Reason(told, fitting[0].id, "recipients")]


def _sources(viewer: Viewer, purpose: str, active: Sequence[Agreement]) -> Iterator[Source]:
    sharing = [a for a in active if a.tier is Tier.SHARING]
    limits = viewer.limits
    for one in (a for a in sharing if a.party == viewer.organization):
        for element in narrower(one.elements, limits.elements):
            scope = within(one.programs, limits.programs), within(one.areas, limits.areas)
            yield Source(one.party, element, one.reference, one.reference, False, *scope)
    for license_ in (a for a in licenses(viewer, active) if reads(a, purpose)):
        for one in (a for a in sharing if a.party != viewer.organization and reads(a, purpose)):
            if one.sends_to(viewer.organization) and license_.reaches(one.party):
                yield from _shared(viewer, license_, one)


def reads(one: Agreement, purpose: str) -> bool:
    """True where an agreement is about named children, for this purpose."""
    return one.level is Level.IDENTIFIABLE and purpose in one.purposes


def _shared(viewer: Viewer, license_: Agreement, sharing: Agreement) -> Iterator[Source]:
    limits = viewer.limits
    programs = within(license_.programs, sharing.programs, limits.programs)
    areas = within(license_.areas, sharing.areas, limits.areas)
    for element in narrower(license_.elements & sharing.elements, limits.elements):
        consent = needs_consent(sharing, element)
        yield Source(sharing.party, element, sharing.reference, license_.reference, consent, programs, areas)


def _strictest_last(source: Source) -> tuple[object, ...]:
    """Where several agreements allow the same, the one that asks for consent governs, then the narrower one."""
    return (source.consent, len(source.programs) + len(source.areas), source.sharing, source.license)


def _reasons(sources: Sequence[Source], active: Sequence[Agreement]) -> tuple[Reason, ...]:
    used = {reference for source in sources for reference in (source.sharing, source.license)}
    return tuple(
        Reason(f"Allowed by “{a.title}” through {a.ends:%B %-d, %Y}.", a.id, "elements", True)
        for a in sorted(active, key=lambda a: a.id)
        if a.reference in used
    )


def emergency_permit(
    viewer: Viewer, reference: str, fields: Iterable[str], contributors: Iterable[str], purpose: str
) -> RecordPermit:
    """What an emergency opens: these elements of every contributor, without consent (34 CFR 99.36); nothing else."""
    named = tuple(sorted(set(fields) & set(elements())))
    sources = tuple(Source(giver, one, reference, reference, False) for giver in sorted(contributors) for one in named)
    told = "Opened for three hours because somebody's health or safety is in danger. It is written down and looked at."
    return RecordPermit(
        viewer, purpose, Level.IDENTIFIABLE, False, sources, (Reason(told, reference, "emergency", True),)
    )
