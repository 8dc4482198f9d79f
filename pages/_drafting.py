"""The form in which an agreement is drafted or amended, and the agreement it makes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from dash import html

from catalog.terms import area_levels, elements, purposes
from components import covenant, fields
from data_access.agreements import NotRecorded, Organization
from privacy.agreement import ALWAYS_CONSENT, ANY, NOT_REQUIRED, REQUIRED, TEXTS, Agreement, Level, State, Tier

FORM = "draft"
EVERYONE = {ANY: "Everyone"}
Staff = Mapping[str, Mapping[str, str]]


def form(one: Agreement | None, members: Mapping[str, Organization], staff: Staff) -> Any:
    """Empty for a new agreement, filled with the newest version for an amendment."""
    told = (
        "What is in force stays in force until the amendment is signed by every party and activated."
        if one
        else "A draft allows nothing. It takes effect once every party has signed and it is activated."
    )
    parts = [*_kind(one, members), *_scope(one), *_days(one), *_people(one, members, staff), _texts(one)]
    save = html.Div([fields.button(FORM, "save", "Save as draft", "button-main")], className="acts")
    return html.Section([html.P(told), *parts, fields.said(FORM), save], className="form")


def _kind(one: Agreement | None, members: Mapping[str, Organization]) -> list[Any]:
    names = {code: found.name for code, found in members.items()}
    titled = fields.line(FORM, "title", "Title", one.title if one else "")
    if one is not None:
        kept = f"{covenant.TIERS[one.tier]} · {names.get(one.party, one.party)}"
        return [html.P(kept), titled]
    return [
        titled,
        html.Div(
            [
                fields.choice(FORM, "tier", "Kind", covenant.TIERS, Tier.USE),
                fields.choice(FORM, "party", "Whose agreement", names),
                fields.line(
                    FORM, "id", "Short name", hint="Small letters, digits and hyphens; it cannot change.", most=60
                ),
            ],
            className="form-grid",
        ),
    ]


def _scope(one: Agreement | None) -> list[Any]:
    levels = {name: level.title for name, level in area_levels().items()}
    count = str(one.minimum_count if one else 10)
    return [
        html.Div(
            [
                fields.choice(FORM, "level", "Level", covenant.LEVELS, one.level.code if one else "aggregate"),
                fields.choice(FORM, "finest_area", "Smallest areas", levels, one.finest_area if one else "town"),
                fields.line(FORM, "minimum_count", "Smallest count that may be shown", count, kind="number"),
            ],
            className="form-grid",
        ),
        fields.several(
            FORM, "elements", "Data elements", {n: e.title for n, e in elements().items()}, _of(one, "elements")
        ),
        fields.several(FORM, "purposes", "Purposes", purposes(), _of(one, "purposes")),
    ]


def _days(one: Agreement | None) -> list[Any]:
    due = one.destruction_due.isoformat() if one and one.destruction_due else ""
    return [
        html.Div(
            [
                fields.day(FORM, "starts", "First day", one.starts.isoformat() if one else ""),
                fields.day(FORM, "ends", "Last day", one.ends.isoformat() if one else ""),
                fields.day(
                    FORM,
                    "destruction_due",
                    "Data destroyed by",
                    due,
                    "What was received is destroyed by then; may stay empty.",
                ),
            ],
            className="form-grid",
        )
    ]


def _people(one: Agreement | None, members: Mapping[str, Organization], staff: Staff) -> list[Any]:
    """Who is on the other side, and where consent is not needed."""
    givers = EVERYONE | {c: m.name for c, m in members.items() if m.kind == "contributor"}
    takers = EVERYONE | {c: m.name for c, m in members.items() if m.kind != "families"}
    free = {n: e.title for n, e in elements().items() if ALWAYS_CONSENT.isdisjoint(e.tags)}
    lifted = [name for name, rule in (one.consent.items() if one else ()) if rule == NOT_REQUIRED]
    shown = []
    if one is None or one.tier is Tier.USE:
        given = _of(one, "contributors") or [ANY]
        shown.append(fields.several(FORM, "contributors", "License: whose data", givers, given))
        hint = "None chosen: everybody of the organization whose license it is. An organization chosen here signs too."
        label = "License: who may receive data"
        shown.append(fields.grouped(FORM, "receivers", label, _groups(members, staff), _of(one, "recipients"), hint))
    if one is None or one.tier is Tier.SHARING:
        label = "Sharing: who may receive named children"
        shown.append(fields.several(FORM, "recipients", label, takers, _of(one, "recipients")))
        hint = "Named children only. Health, early intervention and meal records always need consent."
        shown.append(fields.several(FORM, "free", "Sharing: no consent needed for", free, lifted, hint))
    places = {"areas": "Only these places", "programs": "Named children: only these programs"}
    lines = [
        fields.line(
            FORM, name, label, ", ".join(_of(one, name)), "Codes with commas between; empty for all.", most=2000
        )
        for name, label in places.items()
    ]
    return [*shown, html.Div(lines, className="form-grid")]


def _groups(members: Mapping[str, Organization], staff: Staff) -> dict[str, dict[str, str]]:
    """Organization -> itself, then its people by name."""
    return {
        member.name: {code: f"Everybody of {member.name}"} | dict(staff.get(code, {}))
        for code, member in members.items()
        if member.kind != "families"
    }


def _texts(one: Agreement | None) -> Any:
    rows = [
        fields.long(FORM, f"text.{key}", title, one.texts.get(key, "") if one else "") for key, title in TEXTS.items()
    ]
    return html.Details([html.Summary("What the agreement says in words"), *rows], className="more-texts")


def _of(one: Agreement | None, field: str) -> list[str]:
    return sorted(getattr(one, field)) if one else []


def made(typed: Mapping[str, Any], before: Agreement | None) -> Agreement:
    """The agreement of a filled form; raises NotRecorded, naming the field."""
    consent = dict.fromkeys(typed["elements"] or (), REQUIRED) | dict.fromkeys(typed.get("free") or (), NOT_REQUIRED)
    tier = before.tier if before else Tier(_one_of(typed, "tier", covenant.TIERS, "Choose a kind of agreement."))
    return Agreement(
        id=before.id if before else _word(typed, "id"),
        version=before.version + 1 if before else 1,
        tier=tier,
        title=" ".join(str(typed["title"] or "").split()),
        party=before.party if before else str(typed["party"] or ""),
        level=Level[_one_of(typed, "level", covenant.LEVELS, "Choose a level.").upper()],
        elements=_known(typed, "elements", elements()),
        purposes=_known(typed, "purposes", purposes()),
        finest_area=_one_of(typed, "finest_area", area_levels(), "Choose the smallest areas."),
        minimum_count=_number(typed),
        starts=_day(typed, "starts", "first day"),
        ends=_day(typed, "ends", "last day"),
        state=State.DRAFT,
        contributors=frozenset(typed.get("contributors") or ()) if tier is Tier.USE else frozenset({ANY}),
        recipients=frozenset(_recipients(typed, tier)),
        programs=_codes(typed, "programs"),
        areas=_codes(typed, "areas"),
        consent=consent if tier is Tier.SHARING else {},
        destruction_due=_day(typed, "destruction_due", "") if typed["destruction_due"] else None,
        texts={key: text for key in TEXTS if (text := str(typed.get(f"text.{key}") or "").strip())},
    )


def _recipients(typed: Mapping[str, Any], tier: Tier) -> list[str]:
    return list(typed.get("recipients") or ()) if tier is Tier.SHARING else fields.gathered(typed, "receivers")


def _word(typed: Mapping[str, Any], field: str) -> str:
    word = str(typed[field] or "").strip()
    if not word:
        raise NotRecorded("Give the agreement a short name, such as fund-use-2027.")
    return word


def _one_of(typed: Mapping[str, Any], field: str, valid: Mapping[str, Any], told: str) -> str:
    if typed[field] not in valid:
        raise NotRecorded(told)
    return str(typed[field])


def _known(typed: Mapping[str, Any], field: str, valid: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(word for word in typed[field] or () if word in valid)


def _codes(typed: Mapping[str, Any], field: str) -> frozenset[str]:
    return frozenset(word.strip() for word in str(typed[field] or "").split(",") if word.strip())


def _number(typed: Mapping[str, Any]) -> int:
    try:
        return int(typed["minimum_count"])
    except (TypeError, ValueError):
        raise NotRecorded("The smallest count must be a whole number, 5 or more.") from None


def _day(typed: Mapping[str, Any], field: str, title: str) -> date:
    try:
        return date.fromisoformat(str(typed[field] or "")[:10])
    except ValueError:
        raise NotRecorded(f"Give the {title or 'day'} as a date, such as 2027-06-30.") from None
