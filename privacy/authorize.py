"""Permits: what a request needs, compared with the agreements in force. Refused by default, always with reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from catalog.report import ReportSpec
from catalog.terms import area_levels, elements, purposes
from privacy.agreement import Agreement, Level, Tier
from privacy.viewer import Viewer

GRANT = "The backbone organization can widen it."


@dataclass(frozen=True)
class Reason:
    """One sentence of a decision, and the agreement it rests on, if any."""

    text: str
    agreement: str | None = None


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
    """A granted request: under which agreement, for which purposes, with the reasons in words."""

    viewer: Viewer
    request: Request
    agreement: str
    agreement_version: int
    purposes: frozenset[str]
    minimum_count: int
    reasons: tuple[Reason, ...]


def authorize(viewer: Viewer, request: Request, agreements: Iterable[Agreement], today: date) -> Permit:
    """The permit for a request under the viewer's own agreements; raises Refused with every gap named."""
    held = [a for a in agreements if a.tier is Tier.USE and a.party == viewer.organization and a.active(today)]
    if not held:
        raise Refused(
            [Reason("Your organization has no data-use agreement in force. The backbone organization can sign one.")]
        )
    judged = [(a, _gaps(a, request)) for a in sorted(held, key=lambda a: (a.id, -a.version))]
    for agreement, gaps in judged:
        if not gaps:
            return _permit(viewer, request, agreement)
    fewest = min((gaps for _, gaps in judged), key=len)
    raise Refused(fewest)


def _permit(viewer: Viewer, request: Request, agreement: Agreement) -> Permit:
    why = ", ".join(purposes()[p].lower() for p in sorted(agreement.purposes))
    reason = Reason(f"Allowed by “{agreement.title}” through {agreement.ends:%B %-d, %Y}, to: {why}.", agreement.id)
    return Permit(
        viewer, request, agreement.id, agreement.version, agreement.purposes, agreement.minimum_count, (reason,)
    )


def _gaps(agreement: Agreement, request: Request) -> list[Reason]:
    title, order = agreement.title, area_levels()
    gaps = [
        Reason(
            f"“{title}” does not include: {elements()[e].title.lower()}. The backbone organization can add it.",
            agreement.id,
        )
        for e in sorted(request.elements - agreement.elements)
    ]
    if agreement.level < request.level:
        gaps.append(Reason(f"“{title}” allows {agreement.level.code} data only. {GRANT}", agreement.id))
    if order[request.area_level].order < order[agreement.finest_area].order:
        finest = order[agreement.finest_area].title.lower()
        gaps.append(Reason(f"“{title}” allows areas no smaller than {finest}. {GRANT}", agreement.id))
    if request.purpose is not None and request.purpose not in agreement.purposes:
        gaps.append(
            Reason(
                f"“{title}” does not cover the purpose: {purposes()[request.purpose].lower()}. {GRANT}", agreement.id
            )
        )
    return gaps
