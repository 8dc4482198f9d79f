"""What one viewer may see of a publication under the agreements of a day: one report, or every table there is."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from catalog.report import ReportSpec
from catalog.terms import UnknownTerm
from catalog.views import View
from data_access.publication import Publication
from data_access.published import NOT_YET, NotOffered, Offer, PublicationInfo
from data_access.reach import narrowed
from privacy.agreement import Agreement
from privacy.authorize import Permit, Reason, Refused, Request, authorize
from privacy.viewer import Viewer


def may_see(
    found: Publication, viewer: Viewer, spec: ReportSpec, agreements: Iterable[Agreement], today: date
) -> tuple[Permit, ReportSpec]:
    """The permit for a report, and the report kept to its places; raises Refused with every gap named."""
    permit = authorize(viewer, Request.of(spec), agreements, today)
    return permit, kept_to(found, permit, spec)


def kept_to(found: Publication, permit: Permit, spec: ReportSpec) -> ReportSpec:
    """The report with the places of its permit alone; raises Refused where the publication shows smaller counts."""
    if found.info.rule.k < permit.minimum_count:
        raise Refused([Reason(_too_small(found, permit), permit.agreement, "minimum_count")])
    return narrowed(found, permit, spec)


def _too_small(found: Publication, permit: Permit) -> str:
    return (
        f"Your agreement asks that no count below {permit.minimum_count} is shown; the newest publication was made for "
        f"{found.info.rule.k}. The backbone organization can publish again."
    )


def check_offered(found: Publication, spec: ReportSpec) -> None:
    """Raises NotOffered where the publication does not have the table."""
    offer = found.info.offer(spec.indicator, spec.view)
    if offer is None:
        raise NotOffered(View("county"), NOT_YET)
    if not offer.offered:
        raise NotOffered(offer.coarser, offer.why)


# Pure, and asked by every request of a reader for every table there is; a changed agreement or day is another question.
@lru_cache(maxsize=64)
def judged(found: Publication, viewer: Viewer, agreements: tuple[Agreement, ...], today: date) -> PublicationInfo:
    """The publication with every table permitted to this viewer or not, and why."""
    return found.judged(lambda offer: _judge(found, viewer, offer, agreements, today))


def _judge(found: Publication, viewer: Viewer, offer: Offer, agreements: tuple[Agreement, ...], today: date) -> Offer:
    try:
        permit, _ = may_see(found, viewer, ReportSpec(offer.indicator, offer.view), agreements, today)
    except UnknownTerm:  # the catalog has changed since
        return offer.judged(False, ("This table is no longer part of the catalog.",))
    except Refused as refusal:
        return offer.judged(False, tuple(reason.text for reason in refusal.reasons))
    return offer.judged(True, tuple(reason.text for reason in permit.reasons))
