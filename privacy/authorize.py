"""Permits: what a request needs, compared with the agreements in force. Refused by default, always with reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.report import ReportSpec
from catalog.terms import area_levels, elements, purposes
from privacy.agreement import Agreement, Level, State, Tier
from privacy.viewer import Role, Viewer

GRANT = "The backbone organization can widen it."
OWN = "The backbone organization can widen what you may see."
FIRST_STEP = "Draft one for it under Agreements, sign it and put it in force."
_ASLEEP: Mapping[State, str] = {
    State.DRAFT: "is a draft. It waits for the signatures that its parties can give.",
    State.SIGNED: "is signed but not in force yet. The backbone organization can put it in force.",
    State.SUSPENDED: "is signed and suspended. The organization that suspended it can resume it.",
    State.ENDED: "has ended. The backbone organization can draft a new one.",
}


@dataclass(frozen=True)
class Reason:
    """One sentence of a decision: the agreement (id) and clause it rests on, if any, and whether that allows."""

    text: str
    agreement: str | None = None
    clause: str | None = None
    allows: bool = False


class Refused(Exception):
    """A lawful no. Each reason says what is missing and who can grant it."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(reason.text for reason in self.reasons))


@dataclass(frozen=True)
class Request:
    """What somebody wants: data elements at a level and an area level, for a purpose (None: any they hold)."""

    elements: frozenset[str]
    level: Level
    area_level: str
    purpose: str | None = None

    @classmethod
    def of(cls, spec: ReportSpec, purpose: str | None = None) -> "Request":
        """What a report needs."""
        return cls(spec.needs(), Level[spec.level.upper()], spec.view.level, purpose)


@dataclass(frozen=True)
class Permit:
    """A granted request: under which agreement, for which purposes, with the reasons in words.

    areas: sets of area codes; what is shown lies within each of them. Empty: no such limit.
    """

    viewer: Viewer
    request: Request
    agreement: str
    agreement_version: int
    purposes: frozenset[str]
    minimum_count: int
    reasons: tuple[Reason, ...]
    areas: tuple[frozenset[str], ...] = ()


def authorize(viewer: Viewer, request: Request, agreements: Iterable[Agreement], today: date) -> Permit:
    """The permit for a request under the viewer's own agreements; raises Refused with every gap named."""
    known = list(agreements)
    active = [a for a in known if a.active(today)]
    held = licenses(viewer, active)
    if not held:
        raise Refused([no_license(viewer, active), *asleep(viewer, known, today)])
    fed = feeding(request, active)
    common = [*person_gaps(viewer, request), *floor_gaps(request, fed)]
    judged = [
        (a, [*license_gaps(a, request), *overlap_gaps(viewer, a), *purpose_gaps(a, viewer, request, fed), *common])
        for a in held
    ]
    for agreement, gaps in judged:
        if not gaps:
            return _permit(viewer, request, agreement, fed)
    fewest = min((gaps for _, gaps in judged), key=len)
    raise Refused(fewest)


def licenses(viewer: Viewer, active: Iterable[Agreement]) -> list[Agreement]:
    """The data-use licenses under which the viewer may receive data, in the order in which they are tried."""
    held = [a for a in active if a.tier is Tier.USE and a.serves(viewer.user_id, viewer.organization)]
    return sorted(held, key=lambda a: (a.id, -a.version))


def no_license(viewer: Viewer, active: Iterable[Agreement]) -> Reason:
    """The answer to somebody without any license: the organization has none, or it names others."""
    for one in active:
        if one.tier is Tier.USE and viewer.organization in {one.party, *one.holders}:
            told = f"“{one.title}” names who may receive data, and you are not among them. {GRANT}"
            return Reason(told, one.id, "recipients")
    mend = FIRST_STEP if viewer.role is Role.BACKBONE else "The backbone organization can sign one."
    return Reason(f"Your organization has no data-use agreement in force. {mend}")


def asleep(viewer: Viewer, known: Iterable[Agreement], today: date) -> list[Reason]:
    """Licenses that the viewer would have and that are not in force, and what would bring them into force."""
    return [Reason(not_in_force(a, today), a.id, "state") for a in licenses(viewer, known) if not a.active(today)]


def not_in_force(agreement: Agreement, today: date) -> str:
    """Why an agreement allows nothing today, and who can change that."""
    if agreement.state is not State.ACTIVE:
        return f"“{agreement.title}” {_ASLEEP[agreement.state]}"
    if today < agreement.starts:
        told = f"“{agreement.title}” starts on {agreement.starts:%B %-d, %Y}."
        return f"{told} The backbone organization can agree on an earlier day."
    return f"“{agreement.title}” ended on {agreement.ends:%B %-d, %Y}. The backbone organization can renew it."


def feeding(request: Request, active: Iterable[Agreement]) -> list[Agreement]:
    """The sharing agreements whose data go into what is asked for."""
    return sorted((a for a in active if a.elements & request.elements and a.counts), key=lambda a: a.id)


def agreed_purposes(
    agreement: Agreement, viewer: Viewer, request: Request, active: Iterable[Agreement]
) -> frozenset[str]:
    """What a request may be used for: what the license, the person's limits and every contributor all allow."""
    allowed = narrower(agreement.purposes, viewer.limits.purposes)
    return allowed.intersection(*_contributed(request, active).values())


def purpose_gaps(agreement: Agreement, viewer: Viewer, request: Request, active: Iterable[Agreement]) -> list[Reason]:
    """Contributors that let their data be used for none of the purposes that are left, or not for the one asked for."""
    known = list(active)
    wanted = narrower(agreement.purposes, viewer.limits.purposes)
    wanted = wanted if request.purpose is None else wanted & {request.purpose}
    if not wanted or wanted & agreed_purposes(agreement, viewer, request, known):
        return []
    why = ", ".join(purposes()[p].lower() for p in sorted(wanted))
    told = "does not let its data be used for all of this: {}. The contributor can widen it."
    return [
        Reason(f"“{a.title}” {told.format(why)}", a.id, "purposes")
        for a in feeding(request, known)
        if not wanted <= _contributed(request, known)[a.party]
    ]


def _contributed(request: Request, active: Iterable[Agreement]) -> dict[str, frozenset[str]]:
    """Contributor -> the purposes for which its data that are asked for may be used."""
    found: dict[str, frozenset[str]] = {}
    for one in feeding(request, active):
        found[one.party] = found.get(one.party, frozenset()) | one.purposes
    return found


def _permit(viewer: Viewer, request: Request, agreement: Agreement, active: Sequence[Agreement]) -> Permit:
    allowed = agreed_purposes(agreement, viewer, request, active)
    why = ", ".join(purposes()[p].lower() for p in sorted(allowed))
    told = f"Allowed by “{agreement.title}” through {agreement.ends:%B %-d, %Y}, to: {why}."
    reasons = [Reason(told, agreement.id, "purposes", True)]
    strictest = max((agreement, *feeding(request, active)), key=lambda a: a.minimum_count)
    if strictest is not agreement:
        told = f"No count below {strictest.minimum_count} is shown, as “{strictest.title}” asks."
        reasons.append(Reason(told, strictest.id, "minimum_count", True))
    return Permit(
        viewer,
        request,
        agreement.id,
        agreement.version,
        allowed,
        strictest.minimum_count,
        tuple(reasons),
        within(agreement.areas, viewer.limits.areas),
    )


def narrower(wide: frozenset[str], own: frozenset[str] | None) -> frozenset[str]:
    """What an agreement and a person's own limit (None: no limit) both allow."""
    return wide if own is None else wide & own


def within(*limits: frozenset[str] | None) -> tuple[frozenset[str], ...]:
    """The limits there are: an agreement says all by naming nothing, a person's limit by being None."""
    agreements, own = limits[:-1], limits[-1]
    return tuple(one for one in agreements if one) + (() if own is None else (own,))


def license_gaps(agreement: Agreement, request: Request) -> list[Reason]:
    """What a license lacks for a request."""
    title, order = agreement.title, area_levels()
    gaps = [
        Reason(
            f"“{title}” does not include: {elements()[e].title.lower()}. The backbone organization can add it.",
            agreement.id,
            "elements",
        )
        for e in sorted(request.elements - agreement.elements)
    ]
    if agreement.level < request.level:
        gaps.append(Reason(f"“{title}” allows {agreement.level.code} data only. {GRANT}", agreement.id, "level"))
    if order[request.area_level].order < order[agreement.finest_area].order:
        gaps.append(_too_fine(agreement, GRANT))
    if request.purpose is not None and request.purpose not in agreement.purposes:
        told = f"“{title}” does not cover the purpose: {purposes()[request.purpose].lower()}. {GRANT}"
        gaps.append(Reason(told, agreement.id, "purposes"))
    return gaps


def _too_fine(agreement: Agreement, grant: str) -> Reason:
    finest = area_levels()[agreement.finest_area].title.lower()
    return Reason(f"“{agreement.title}” allows areas no smaller than {finest}. {grant}", agreement.id, "finest_area")


def floor_gaps(request: Request, active: Iterable[Agreement]) -> list[Reason]:
    """Contributors that let their data be shown for larger areas only."""
    order = area_levels()
    return [
        _too_fine(a, "The contributor can widen it.")
        for a in feeding(request, active)
        if order[request.area_level].order < order[a.finest_area].order
    ]


def person_gaps(viewer: Viewer, request: Request) -> list[Reason]:
    """What the person's own limits leave out, whatever the organization may see."""
    limits, gaps = viewer.limits, []
    outside = request.elements - limits.elements if limits.elements is not None else frozenset()
    for one in sorted(outside):
        told = f"Your own access does not include: {elements()[one].title.lower()}. {OWN}"
        gaps.append(Reason(told, None, "person.elements"))
    if limits.level is not None and limits.level < request.level:
        told = f"Your own access is for {limits.level.code} data only. {OWN}"
        gaps.append(Reason(told, None, "person.level"))
    if limits.purposes is not None and request.purpose is not None and request.purpose not in limits.purposes:
        told = f"Your own access does not cover the purpose: {purposes()[request.purpose].lower()}. {OWN}"
        gaps.append(Reason(told, None, "person.purposes"))
    return gaps


def overlap_gaps(viewer: Viewer, agreement: Agreement) -> list[Reason]:
    """A person's purposes that leave nothing of a license."""
    if viewer.limits.purposes is None or agreement.purposes & viewer.limits.purposes:
        return []
    told = f"Your own access covers none of the purposes of “{agreement.title}”. {OWN}"
    return [Reason(told, agreement.id, "person.purposes")]
