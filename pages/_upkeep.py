"""What has to be looked after: agreements that end soon, data to be destroyed, agreements that do not fit together."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from dash import dcc, html

from catalog.naming import many
from components import covenant, fields
from data_access.agreements import NotRecorded
from data_access.destruction import Certificate, Duty
from data_access.office import Office, Party, party
from data_access.session import Session
from pages import _tasks
from pages._tasks import Task
from privacy.agreement import State, Tier
from privacy.cross_checks import BANDS
from privacy.viewer import Role

PATH = "/agreements"


@_tasks.source
def endings(session: Session) -> Iterable[Task]:
    """For the backbone organization: agreements that end within 90 days."""
    if session.viewer.role is not Role.BACKBONE:
        return []
    return [
        Task(f"“{one.title}” ends on {covenant.day(one.ends)}: renew it, or see what closes.", f"{PATH}?id={one.id}")
        for _, one in Office(session).ending()
    ]


@_tasks.source
def destructions(session: Session) -> Iterable[Task]:
    """For who holds the data, and for the backbone organization: data whose day is near or past."""
    if session.viewer.role not in Party.roles:
        return []
    desk = party(session)
    found = [duty for duty in desk.duties() if duty.pressing(session.today) and _concerns(desk, duty)]
    return [
        Task(f"{due(duty, session.today)} “{duty.agreement.title}”.", f"{PATH}?id={duty.agreement.id}")
        for duty in found
    ]


def _concerns(desk: Party, duty: Duty) -> bool:
    return isinstance(desk, Office) or duty.agreement.tier is Tier.USE


def due(duty: Duty, today: date) -> str:
    """What is to be destroyed, and when."""
    if duty.overdue(today):
        return f"Data were to be destroyed by {covenant.day(duty.due)}, and nobody has said that they are:"
    return f"Data are to be destroyed by {covenant.day(duty.due)}:"


def listed(desk: Party) -> list[Any]:
    """On the register: what ends soon, and what is to be destroyed."""
    return [*_ends(desk), *_destroys(desk)]


def _ends(desk: Party) -> list[Any]:
    found = desk.ending()
    if not found:
        return []
    counts = {band: sum(one == band for one, _ in found) for band in BANDS}
    told = covenant.lists([f"{count} within {band} days" for band, count in counts.items() if count])
    rows = [
        html.Li([dcc.Link(one.title, href=f"{PATH}?id={one.id}"), f" ends on {covenant.day(one.ends)}. ", *lapse])
        for _, one in found
        for lapse in [_lapse(desk, one.id)]
    ]
    count = many(len(found), "agreement ends", "agreements end")
    return [html.Section([html.H2(f"{count} soon: {told}"), html.Ul(rows)])]


def _destroys(desk: Party) -> list[Any]:
    rows = [_duty(duty, desk.session.today) for duty in desk.duties()]
    grid = covenant.grid("By when what was received is destroyed", ["Agreement", "Destroyed by", "State"], rows)
    return [html.Section([html.H2("Data to be destroyed"), grid])] if rows else []


def _lapse(desk: Party, name: str) -> list[Any]:
    return [dcc.Link("What would close?", href=f"/why?if={name}&change=end")] if isinstance(desk, Office) else []


def _duty(duty: Duty, today: date) -> list[Any]:
    if duty.certificate is not None:
        state = f"Destroyed on {covenant.day(duty.certificate.destroyed_on)}"
    else:
        state = "Overdue" if duty.overdue(today) else "Soon" if duty.pressing(today) else "Later"
    return [dcc.Link(duty.agreement.title, href=f"{PATH}?id={duty.agreement.id}"), covenant.day(duty.due), state]


def checks(desk: Party) -> list[Any]:
    """On the register of the backbone organization: overlaps and gaps."""
    if not isinstance(desk, Office):
        return []
    found, title = desk.findings(), html.H2("Do the agreements fit together?")
    titles = {one.id: one.title for one in desk.register()}
    if not found:
        told = "Yes: none in force says other things than another about the same data, and none lacks its other half."
        return [html.Section([title, html.P(told)])]
    rows = [
        html.Li(
            [html.Strong({"gap": "Gap. ", "overlap": "Overlap. "}[one.kind]), one.text, *_links(one.agreements, titles)]
        )
        for one in found
    ]
    overlaps = sum(one.kind == "overlap" for one in found)
    summary = html.Summary(f"Overlaps: {overlaps} · gaps: {len(found) - overlaps}")
    return [html.Section([title, html.Details([summary, html.Ul(rows)])])]


def _links(names: Iterable[str], titles: Mapping[str, str]) -> list[Any]:
    links = [dcc.Link(titles.get(name, name), href=f"{PATH}?id={name}") for name in names]
    return [part for place, link in enumerate(links) for part in (" · " if place else " ", link)]


def destroyed(desk: Party, name: str, names: Mapping[str, str]) -> list[Any]:
    """On one agreement: the certificate, or that it is due."""
    duty, today = _of(desk, name), desk.session.today
    if duty is None:
        return []
    if (said := duty.certificate) is None:
        told = due(duty, today).removesuffix(":") + "."
        return [html.P(told)] if duty.pressing(today) else []
    told = (
        f"{said.certified_by}, for {names.get(said.organization, said.organization)}, says that what was received was "
    )
    return [html.P(f"{told}destroyed on {covenant.day(said.destroyed_on)}. How: {said.method}")]


def destroying(desk: Party, name: str, form: str) -> list[Any]:
    """The form of the certificate, for who may sign it, once the agreement is over."""
    duty = _of(desk, name)
    if duty is None or duty.certificate is not None or not _concerns(desk, duty):
        return []
    if duty.agreement.active(desk.session.today) or duty.agreement.state is State.SUSPENDED:
        return []
    grid = [
        fields.line(form, "certifier", "Full name of the person who says so"),
        fields.day(form, "destroyed_on", "Destroyed on", desk.session.today.isoformat()),
    ]
    how = fields.long(
        form, "method", "How the data were destroyed", hint="In 5 to 300 characters; it stays here.", rows=2
    )
    button = html.Div(fields.button(form, "destroyed", "Record the destruction", "button-main"), className="acts")
    told = "Everything that was received under this agreement, copies and backups included."
    parts = [html.H3("Data were destroyed"), html.P(told), html.Div(grid, className="form-grid"), how, button]
    return [html.Section(parts, className="form")]


def certificate(desk: Party, name: str, typed: Mapping[str, Any]) -> Certificate:
    """The certificate of a filled form; raises NotRecorded."""
    try:
        when = date.fromisoformat(str(typed.get("destroyed_on") or "")[:10])
    except ValueError:
        raise NotRecorded("Give the day on which the data were destroyed as a date, such as 2026-11-22.") from None
    duty = _of(desk, name)
    ours = duty is None or duty.agreement.tier is not Tier.USE
    holder = desk.session.viewer.organization if duty is None or ours else duty.agreement.party
    return Certificate(when, str(typed.get("method") or ""), str(typed.get("certifier") or ""), holder)


def _of(desk: Party, name: str) -> Duty | None:
    return next((duty for duty in desk.duties() if duty.agreement.id == name), None)
