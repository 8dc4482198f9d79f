"""Which areas of a publication a permit reaches, where an agreement or a person's access names places."""

from catalog.naming import by_name
from catalog.report import ReportSpec
from data_access.publication import Publication
from privacy.authorize import GRANT, OWN, Permit, Reason, Refused


def reached(found: Publication, permit: Permit, level: str) -> frozenset[str] | None:
    """Codes of a level that lie in every place the permit names; None where it names none."""
    if not permit.areas:
        return None
    parents = {area.code: area.parent for areas in found.areas.values() for area in areas}
    codes = (area.code for area in found.areas.get(level, ()))
    return frozenset(code for code in codes if all(_inside(code, parents, place) for place in permit.areas))


def _inside(code: str, parents: dict[str, str], places: frozenset[str]) -> bool:
    seen: set[str] = set()
    while code and code not in seen:
        if code in places:
            return True
        seen.add(code)
        code = parents.get(code, "")
    return False


def narrowed(found: Publication, permit: Permit, spec: ReportSpec) -> ReportSpec:
    """The report kept to the places of the permit; raises Refused where it asks for others, or none is left."""
    mine = reached(found, permit, spec.view.level)
    if mine is None:
        return spec
    asked = frozenset(code for name, codes in spec.where if name == "area" for code in codes)
    if not mine or not asked <= mine:
        raise Refused([outside(found, permit)])
    rest = tuple((name, codes) for name, codes in spec.where if name != "area")
    return spec.narrowed(where=(("area", tuple(sorted(asked or mine))), *rest))


def outside(found: Publication, permit: Permit) -> Reason:
    """The sentence for places that are not reached."""
    names = {area.code: area.name for areas in found.areas.values() for area in areas}
    places = sorted({names.get(code, code) for place in permit.areas for code in place}, key=by_name)
    told = f"What you may see is limited to: {', '.join(places) or 'no place'}."
    if permit.viewer.limits.areas is not None:
        return Reason(f"{told} {OWN}", None, "person.areas")
    return Reason(f"{told} {GRANT}", permit.agreement, "areas")
