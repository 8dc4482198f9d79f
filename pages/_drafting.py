"""The form in which an agreement is drafted or amended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dash import html

from catalog.terms import area_levels, elements, purposes
from components import covenant, fields
from data_access.agreements import Organization
from pages._drafted import CODES, DAYS, KEEP, MINE, SETS, THEIRS, Merged, Values, free_elements
from privacy.agreement import ANY, TEXTS, Agreement, Tier

FORM = "draft"
EVERYONE = {ANY: "Everyone"}
Staff = Mapping[str, Mapping[str, str]]
Members = Mapping[str, Organization]
LABELS: Mapping[str, str] = {
    "title": "Title",
    "tier": "Kind",
    "party": "Whose agreement",
    "id": "Short name",
    "level": "Level",
    "finest_area": "Smallest areas",
    "minimum_count": "Smallest count that may be shown",
    "elements": "Data elements",
    "purposes": "Purposes",
    "starts": "First day",
    "ends": "Last day",
    "destruction_due": "Data destroyed by",
    "contributors": "License: whose data",
    "receivers": "License: who may receive data",
    "recipients": "Sharing: who may receive named children",
    "free": "Sharing: no consent needed for",
    "areas": "Only these places",
    "programs": "Named children: only these programs",
} | {f"text.{key}": title for key, title in TEXTS.items()}


@dataclass(frozen=True)
class Form:
    """What stands in the form. one: the version it amends; faults: by field; merged: beside what others saved."""

    one: Agreement | None
    members: Members
    staff: Staff
    values: Values
    faults: Mapping[str, str] = field(default_factory=dict)
    merged: Merged | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)

    def at(self, make: Callable[..., Any], name: str, *more: Any, **options: Any) -> Any:
        """One field with its label, its value, and all that is said about it."""
        part = make(FORM, name, LABELS[name], *more, self.values[name], **options)
        return fields.at_field(part, self.faults.get(name, ""), *self._notes(name))

    def _notes(self, name: str) -> list[Any]:
        """What somebody else saved meanwhile, and the choice where both changed a field."""
        if self.merged is None or name not in self.merged.changed_here | self.merged.changed_there:
            return []
        theirs = self.said(name, self.merged.theirs.get(name))
        if name in self.merged.both:
            told = f"You both changed this. Saved now: {theirs}. What is in the field is yours."
            options, chosen = (
                {THEIRS: "What is saved now", MINE: "What is in the field"},
                self.kept.get(f"{KEEP}{name}"),
            )
            choice = fields.choice(FORM, f"{KEEP}{name}", "Which of the two holds?", options, str(chosen or ""))
            return [html.P(told, className="meanwhile"), choice]
        if name in self.merged.changed_there:
            return [html.P(f"Changed by somebody else meanwhile; now: {theirs}.", className="meanwhile")]
        return [html.P(f"Yours, not saved yet; what is saved: {theirs}.", className="meanwhile")]

    def said(self, name: str, value: Any) -> str:
        """A value as it is read."""
        if name in SETS:
            options = self.options(name)
            ordered = [*(c for c in options if c in value), *(c for c in value if c not in options)]
            return covenant.lists([options.get(code, code) for code in ordered]) or "none chosen"
        if name in ("level", "finest_area"):
            return self.options(name).get(value, value)
        return f"“{value}”" if value else "empty"

    def options(self, name: str) -> dict[str, str]:
        """What can be chosen in a field, by code."""
        members = self.members
        return {
            "elements": lambda: {n: e.title for n, e in elements().items()},
            "purposes": lambda: dict(purposes()),
            "level": lambda: dict(covenant.LEVELS),
            "finest_area": lambda: {n: level.title for n, level in area_levels().items()},
            "free": free_elements,
            "contributors": lambda: EVERYONE | {c: m.name for c, m in members.items() if m.kind == "contributor"},
            "recipients": lambda: EVERYONE | {c: m.name for c, m in members.items() if m.kind != "families"},
            "receivers": lambda: {c: n for group in self.groups().values() for c, n in group.items()},
        }[name]()

    def groups(self) -> dict[str, dict[str, str]]:
        """Organization -> itself, then its people by name."""
        return {
            member.name: {code: f"Everybody of {member.name}"} | dict(self.staff.get(code, {}))
            for code, member in self.members.items()
            if member.kind != "families"
        }


def form(shown: Form) -> Any:
    """Empty for a new agreement, filled with the newest version for an amendment."""
    told = (
        "What is in force stays in force until the amendment is signed by every party and activated."
        if shown.one
        else "A draft allows nothing. It takes effect once every party has signed and it is activated."
    )
    save = html.Div([fields.button(FORM, "save", "Save as draft", "button-main")], className="acts")
    inner = html.Div(parts(shown), id=f"{FORM}-fields")
    return html.Section([html.P(told), inner, fields.said(FORM), save], className="form")


def parts(shown: Form) -> list[Any]:
    """All fields, in reading order."""
    return [*_kind(shown), *_scope(shown), _days(shown), *_people(shown), _texts(shown)]


def _kind(shown: Form) -> list[Any]:
    names, one = {code: found.name for code, found in shown.members.items()}, shown.one
    titled = shown.at(fields.line, "title")
    if one is not None:
        kept = f"{covenant.TIERS[one.tier]} · {names.get(one.party, one.party)}"
        return [html.P(kept), titled]
    hint = "Small letters, digits and hyphens; it cannot change."
    grid = [
        shown.at(fields.choice, "tier", covenant.TIERS),
        shown.at(fields.choice, "party", names),
        shown.at(fields.line, "id", hint=hint, most=60),
    ]
    return [titled, html.Div(grid, className="form-grid")]


def _scope(shown: Form) -> list[Any]:
    grid = [
        shown.at(fields.choice, "level", covenant.LEVELS),
        shown.at(fields.choice, "finest_area", shown.options("finest_area")),
        shown.at(fields.line, "minimum_count", kind="number"),
    ]
    several = [shown.at(fields.several, name, shown.options(name)) for name in ("elements", "purposes")]
    return [html.Div(grid, className="form-grid"), *several]


def _days(shown: Form) -> Any:
    hints = {"destruction_due": "What was received is destroyed by then; may stay empty."}
    grid = [shown.at(fields.day, name, hint=hints.get(name, "")) for name in DAYS]
    return html.Div(grid, className="form-grid")


def _people(shown: Form) -> list[Any]:
    """Who is on the other side, and where consent is not needed."""
    tiers, found = ({shown.one.tier} if shown.one else set(Tier)), []
    if Tier.USE in tiers:
        found.append(shown.at(fields.several, "contributors", shown.options("contributors")))
        hint = "None chosen: everybody of the organization whose license it is. An organization chosen here signs too."
        found.append(shown.at(fields.grouped, "receivers", shown.groups(), hint=hint))
    if Tier.SHARING in tiers:
        found.append(shown.at(fields.several, "recipients", shown.options("recipients")))
        hint = "Named children only. Health, early intervention and meal records always need consent."
        found.append(shown.at(fields.several, "free", shown.options("free"), hint=hint))
    hint = "Codes with commas between; empty for all."
    lines = [shown.at(fields.line, name, hint=hint, most=2000) for name in CODES]
    return [*found, html.Div(lines, className="form-grid")]


def _texts(shown: Form) -> Any:
    rows = [shown.at(fields.long, f"text.{key}") for key in TEXTS]
    said = {*shown.faults, *(shown.merged.changed_there if shown.merged else ())}
    opened = any(name.startswith("text.") for name in said)
    return html.Details([html.Summary("What the agreement says in words"), *rows], className="more-texts", open=opened)
