"""Why somebody may or may not see something: every clause that was looked at, with its answer."""

from collections.abc import Iterable
from datetime import date

from catalog.terms import area_levels, elements, purposes
from privacy.agreement import Agreement
from privacy.authorize import (
    Reason,
    Refused,
    Request,
    asleep,
    authorize,
    feeding,
    floor_gaps,
    license_gaps,
    licenses,
    no_license,
    overlap_gaps,
    person_gaps,
    purpose_gaps,
)
from privacy.viewer import Viewer


def explain(viewer: Viewer, request: Request, agreements: Iterable[Agreement], today: date) -> tuple[Reason, ...]:
    """Yes and no, each citing its clause, for the license that decides; a yes for everything means it is allowed."""
    known = list(agreements)
    active = [a for a in known if a.active(today)]
    decisive = _decisive(viewer, request, active, today)
    if decisive is None:
        return (no_license(viewer, active), *asleep(viewer, known, today))
    gaps = [*license_gaps(decisive, request), *overlap_gaps(viewer, decisive)]
    gaps += purpose_gaps(decisive, viewer, request, active)
    gaps += [*person_gaps(viewer, request), *floor_gaps(request, active)]
    return (*_granted(decisive, request, active), *gaps)


def _decisive(viewer: Viewer, request: Request, active: list[Agreement], today: date) -> Agreement | None:
    """The license a permit rests on, or the one that lacks the least."""
    held = licenses(viewer, active)
    try:
        permit = authorize(viewer, request, active, today)
    except Refused:
        return min(held, key=lambda a: len(license_gaps(a, request)), default=None)
    return next(a for a in held if (a.id, a.version) == (permit.agreement, permit.agreement_version))


def _granted(one: Agreement, request: Request, active: list[Agreement]) -> list[Reason]:
    """The clauses that say yes."""
    found = [Reason(f"“{one.title}” is in force through {one.ends:%B %-d, %Y}.", one.id, "period", True)]
    if both := sorted(request.elements & one.elements):
        named = ", ".join(elements()[e].title.lower() for e in both)
        found.append(Reason(f"It includes: {named}.", one.id, "elements", True))
    if one.level >= request.level:
        found.append(Reason(f"It allows {one.level.code} data.", one.id, "level", True))
    if area_levels()[request.area_level].order >= area_levels()[one.finest_area].order:
        finest = area_levels()[one.finest_area].title.lower()
        found.append(Reason(f"It allows areas down to {finest}.", one.id, "finest_area", True))
    if request.purpose is None or request.purpose in one.purposes:
        why = ", ".join(purposes()[p].lower() for p in sorted(one.purposes))
        found.append(Reason(f"It allows the data to be used to: {why}.", one.id, "purposes", True))
    strictest = max((one, *feeding(request, active)), key=lambda a: a.minimum_count)
    told = f"No count below {strictest.minimum_count} is shown, as “{strictest.title}” asks."
    return [*found, Reason(told, strictest.id, "minimum_count", True)]
