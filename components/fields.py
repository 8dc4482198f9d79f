"""Fields of forms: each with its label above it, an id of (form, field), and room for a hint."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components.filters import dom_id, listing

Options = Mapping[str, str]


def identity(form: str, field: str) -> dict[str, str]:
    """The id of a field; forms are read by the pattern {"form": name, "field": ALL}."""
    return {"form": form, "field": field}


def line(
    form: str, field: str, label: str, value: str = "", hint: str = "", kind: str = "text", most: int = 200
) -> Any:
    """One line of text; kind: an input type, such as date, number, email."""
    control = dbc.Input(id=identity(form, field), type=kind, value=value, maxLength=most, autoComplete="off")
    return _field(form, field, label, hint, control)


def day(form: str, field: str, label: str, value: str = "", hint: str = "", told: bool = False) -> Any:
    """A day as the browser's own date field. told: with room for what is wrong with it, id (form, wrong)."""
    control = dbc.Input(id=identity(form, field), type="date", value=value)
    wrong = html.P(id={"form": form, "wrong": field}, className="said-error", role="alert")
    return _field(form, field, label, hint, [control, wrong] if told else control)


def long(form: str, field: str, label: str, value: str = "", hint: str = "", rows: int = 3) -> Any:
    """Several lines of text."""
    return _field(form, field, label, hint, dbc.Textarea(id=identity(form, field), value=value, rows=rows))


def choice(form: str, field: str, label: str, options: Options, value: str = "", hint: str = "") -> Any:
    """One of a few."""
    control = dbc.Select(id=identity(form, field), options=listing(options), value=value, placeholder="Choose…")
    return _field(form, field, label, hint, control)


def several(form: str, field: str, label: str, options: Options, values: Sequence[str] = (), hint: str = "") -> Any:
    """Any number of a few, as check boxes."""
    control = dbc.Checklist(id=identity(form, field), options=listing(options), value=list(values))
    told = [html.P(hint, className="hint")] if hint else []
    return html.Fieldset([html.Legend(label), *told, control], className="field checks")


def grouped(
    form: str, field: str, label: str, groups: Mapping[str, Options], values: Sequence[str] = (), hint: str = ""
) -> Any:
    """Any number of many, in groups that open; a group with something chosen is open. `gathered` reads it."""
    told = [html.P(hint, className="hint")] if hint else []
    parts = [
        _group(form, f"{field}:{place}", title, options, [v for v in values if v in options])
        for place, (title, options) in enumerate(groups.items())
    ]
    return html.Fieldset([html.Legend(label), *told, *parts], className="field groups")


def _group(form: str, field: str, title: str, options: Options, chosen: list[str]) -> Any:
    boxes = dbc.Checklist(id=identity(form, field), options=listing(options), value=chosen)
    inner = html.Div(boxes, role="group", **{"aria-label": title})
    return html.Details([html.Summary(title), inner], open=bool(chosen))


def gathered(typed: Mapping[str, Any], field: str) -> list[str]:
    """What was chosen in all groups of a field."""
    return [value for name, chosen in typed.items() if name.startswith(f"{field}:") for value in chosen or ()]


def button(form: str, act: str, label: str, look: str = "button-quiet") -> Any:
    """A button that does one thing; id of (form, act)."""
    return html.Button(label, id={"form": form, "act": act}, type="button", className=look)


def needed(form: str, field: str, control: Any) -> Any:
    """A field under the room where a form says that it is missing; id of (form, lack)."""
    return html.Div([html.Div(id={"form": form, "lack": field}, className="lack"), control])


def lacks(identities: Sequence[Any], missing: Mapping[str, str]) -> list[Any]:
    """What stands over the fields of a form, from the ids of their rooms and what is said of those that are missing."""
    told = [missing.get(one["id"]["lack"], "") for one in identities]
    return [html.P(words, className="said-error") if words else None for words in told]


def said(form: str) -> Any:
    """Where a form answers, for eyes and for screen readers."""
    return html.Div(id=f"{form}-said", role="status", className="said", tabIndex=-1)


def answer(text: str, good: bool) -> Any:
    """What a form answers."""
    return html.P(text, className="said-good" if good else "said-error")


def at_field(part: Any, fault: str = "", *notes: Any) -> Any:
    """A field with what is to be mended there, and with what else is to be known about it."""
    told = [html.P(fault, className="said-error fault")] if fault else []
    part.children = [*part.children, *notes, *told]
    return part


def values(identities: Sequence[Any], found: Sequence[Any]) -> dict[str, Any]:
    """Field -> value, from the ids and values of a pattern."""
    return {str(one["id"]["field"]): value for one, value in zip(identities, found, strict=True)}


def _field(form: str, field: str, label: str, hint: str, control: Any) -> Any:
    told = [html.Span(hint, className="hint")] if hint else []
    rest = control if isinstance(control, list) else [control]
    return html.Div([html.Label(label, htmlFor=dom_id(identity(form, field))), *told, *rest], className="field")
