"""What a guardian's page lists: who has seen records, and what the family asked for."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc

from components.filters import listing
from components.markup import Element, html
from components.wording import Words

# day, recipient, action, elements, purpose, contributors
Seen = tuple[date, str, str, Sequence[str], str, Sequence[str]]
WHAT = {"list": "record.list", "emergency": "record.emergency", "extract": "record.extract"}


def record(words: Words, rows: Sequence[Seen], names: Mapping[str, str], name: str, unsure: int) -> list[Any]:
    """The record of disclosures as a table; on a phone one card each. unsure: how many may be about another child."""
    title = words("record.title", name=name)
    more = [html.P(words("record.unsure", name=name, count=unsure), className="notice")] if unsure else []
    if not rows:
        return [html.H2(title), html.P(words("record.none", name=name)), *more]
    heads = [words(f"record.{key}") for key in ("when", "who", "what", "from", "why")]
    body = [_seen(words, row, names, name, heads) for row in rows]
    head = html.Thead(html.Tr([html.Th(one, scope="col") for one in heads]))
    table = html.Table([head, html.Tbody(body)], className="data-table cards", **{"aria-label": title})
    return [html.H2(title), html.P(words("record.lead", name=name)), table, *more]


def _seen(words: Words, row: Seen, names: Mapping[str, str], name: str, heads: Sequence[str]) -> Element:
    day, recipient, action, elements, purpose, contributors = row
    what = words.listed(map(words.element, elements)) or words(WHAT.get(action, "record.all_records"), name=name)
    cells = (
        names.get(recipient, recipient),
        what,
        words.listed(names.get(one, one) for one in contributors),
        words.purpose(purpose),
    )
    labelled = [html.Td(text, **{"data-label": head}) for text, head in zip(cells, heads[1:], strict=True)]
    return html.Tr([html.Th(words.day(day), scope="row"), *labelled])


def asking(words: Words, holders: Mapping[str, str], kinds: Mapping[str, str], done: Sequence[str]) -> list[Any]:
    """The form to ask for a copy or a correction, and what was asked before."""
    first = next(iter(holders), "")
    who = dbc.Select(id="mc-ask-who", options=listing(holders), value=first)
    kind = dbc.RadioItems(id="mc-ask-kind", options=listing(kinds), value=next(iter(kinds)))
    text = dbc.Textarea(id="mc-ask-words", maxLength=2000, rows=4)
    return [
        html.H2(words("ask.title")),
        html.P(words("ask.lead")),
        html.Div([html.Label(words("ask.who"), htmlFor="mc-ask-who"), who], className="field"),
        html.Fieldset([html.Legend(words("ask.kind")), kind], className="field"),
        html.Div([html.Label(words("ask.words"), htmlFor="mc-ask-words"), text], className="field"),
        html.Button(words("ask.button"), id="mc-ask-send", type="button", className="button-main"),
        html.Div(id="mc-asked", role="status"),
        html.Div(requests(words, done), id="mc-ask-list"),
    ]


def requests(words: Words, done: Sequence[str]) -> list[Any]:
    """What was asked before."""
    return [html.H3(words("ask.list")), html.Ul([html.Li(line) for line in done])] if done else []
