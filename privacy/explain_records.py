"""Why somebody may or may not read one field of a contributor's named children, clause by clause."""

from collections.abc import Iterable, Sequence
from datetime import date

from catalog.terms import elements, purposes
from privacy.agreement import Agreement, Level, Tier
from privacy.authorize import GRANT, OWN, Reason, licenses, no_license, not_in_force
from privacy.records import needs_consent, personal_gaps, reads
from privacy.viewer import Viewer


def explain_record(
    viewer: Viewer, contributor: str, element: str, purpose: str, agreements: Iterable[Agreement], today: date
) -> tuple[Reason, ...]:
    """Why somebody may or may not read one element of one contributor's named children; yes for all means yes.

    Where consent is needed besides, the last reason says so: it is decided child by child.
    """
    known = list(agreements)
    active = [a for a in known if a.active(today)]
    limits = viewer.limits
    found = list(personal_gaps(viewer, purpose))
    if limits.elements is not None and element not in limits.elements:
        told = f"Your own access does not include: {elements()[element].title.lower()}. {OWN}"
        found.append(Reason(told, None, "person.elements"))
    shares = [a for a in known if a.tier is Tier.SHARING and a.party == contributor]
    sharing = [a for a in shares if a in active]
    if contributor == viewer.organization:
        return (*found, _own(sharing, element), *(_asleep(shares, today) if not sharing else ()))
    asked = (("level", "identifiable data"), ("elements", elements()[element].title.lower()))
    why = ("purposes", f"the purpose: {purposes()[purpose].lower()}")
    held = licenses(viewer, active)
    if not held:
        found += [no_license(viewer, active), *_asleep(licenses(viewer, known), today)]
    found += _half(held, (*asked, why, ("contributors", "data of this contributor")), (contributor, element, purpose))
    if not sharing:
        told = "This contributor has no data sharing agreement in force. The contributor can agree to one."
        found += [Reason(told, None, "state"), *_asleep(shares, today)]
    takers = ("recipients", "your organization as a recipient")
    found += _half(sharing, (*asked, why, takers), (viewer.organization, element, purpose))
    if all(reason.allows for reason in found):
        found.append(_consent(sharing, viewer, element, purpose))
    return tuple(found)


def _asleep(known: Iterable[Agreement], today: date) -> list[Reason]:
    """Agreements that are there and not in force, and what would bring them into force."""
    return [Reason(not_in_force(a, today), a.id, "state") for a in known if not a.active(today)]


def _own(sharing: Sequence[Agreement], element: str) -> Reason:
    one = next((a for a in sharing if element in a.elements), None)
    if one is None:
        told = f"The organization's own sharing agreement does not name: {elements()[element].title.lower()}. {GRANT}"
        return Reason(told, sharing[0].id if sharing else None, "elements")
    return Reason(f"These are the organization's own children, under “{one.title}”.", one.id, "elements", True)


def _half(held: Sequence[Agreement], asked: Sequence[tuple[str, str]], words: tuple[str, str, str]) -> list[Reason]:
    """One side of the pair: the agreement that lacks the least, clause by clause."""
    if not held:
        return []
    other, element, purpose = words

    def says(one: Agreement, clause: str) -> bool:
        if clause == "level":
            return one.level is Level.IDENTIFIABLE
        if clause in ("elements", "purposes"):
            return (element if clause == "elements" else purpose) in getattr(one, clause)
        return one.reaches(other) if clause == "contributors" else one.sends_to(other)

    best = max(held, key=lambda a: sum(says(a, clause) for clause, _ in asked))
    return [
        Reason(f"“{best.title}” names {title}.", best.id, clause, True)
        if says(best, clause)
        else Reason(f"“{best.title}” does not name {title}. {GRANT}", best.id, clause)
        for clause, title in asked
    ]


def _consent(sharing: Sequence[Agreement], viewer: Viewer, element: str, purpose: str) -> Reason:
    fitting = [a for a in sharing if reads(a, purpose) and element in a.elements and a.sends_to(viewer.organization)]
    asking = [a for a in fitting if needs_consent(a, element)]
    if asking:
        told = f"“{asking[0].title}” asks for a parent's or guardian's consent besides, child by child."
        return Reason(told, asking[0].id, "consent", True)
    return Reason(f"“{fitting[0].title}” asks for no further consent.", fitting[0].id, "consent", True)
