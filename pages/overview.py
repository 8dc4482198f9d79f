"""Overview: how the children are doing, one row an outcome; what this viewer may see, what is new, what waits."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import dash

from catalog.indicators import indicators
from catalog.terms import dimensions
from catalog.views import View
from components import attacker, sentences, shell, summary
from components.markup import Element, dcc, html
from components.states import Closed
from pages import _access, _ledger, _tasks
from pages._access import ALL
from pages._asked import Choices
from pages._session import current
from pages._site import local

# Gaps by age or grade are no inequities; these are.
BETWEEN = ("economically_disadvantaged", "race_ethnicity", "gender", "home_language")
dash.register_page(__name__, path="/", name="Overview", title="Overview · Quorum", order=0, audience=ALL, charts=True)


def layout(**_: Any) -> Any:
    """Parse nothing, ask for the county, draw."""
    choices = Choices.of(current())
    rows = [row for name in choices.outcomes() if (row := of_county(choices, name))]
    title, lead = finding(rows, choices)
    return shell.page(title, context(choices), content(rows, choices), lead=lead)


def of_county(choices: Choices, name: str) -> summary.Outcome | None:
    """One outcome of the whole county with its widest gap in the latest year."""
    if not choices.has(name, View("county")):
        return None
    between = () if indicators()[name].is_count else BETWEEN
    shut = closed_groups(choices, name, between)
    by = [View("county", (d,)) for d in between if d not in shut]
    groups = [choices.report(name, view, choices.latest) for view in by]
    found = summary.outcome(choices.report(name, View("county")), groups)
    told = tuple((dimensions()[d], closed) for d, closed in shut.items())
    return replace(found, level=choices.usual_level(name), shut=told) if found else None


def closed_groups(choices: Choices, name: str, between: Sequence[str]) -> dict[str, Closed]:
    """Dimensions by which the whole county is not shown to this viewer, each with the reason."""
    found = {d: choices.closed(name, View("county", (d,))) for d in between}
    return {d: closed for d, closed in found.items() if closed}


def finding(rows: list[summary.Outcome], choices: Choices) -> tuple[str, str]:
    """How the children are doing, in one sentence, and which outcomes it means."""
    moved = {row.indicator.title: row.movement for row in rows if not row.indicator.is_count}
    return sentences.overview(moved, choices.info.periods)


def context(choices: Choices) -> str:
    """place · population · period · as of."""
    return choices.imprint.context(choices.info.community, "children and students of all partners", choices.latest)


def content(rows: list[summary.Outcome], choices: Choices) -> list[Any]:
    """The outcomes, and beneath them what may be seen, what is new and what waits."""
    closed = [(indicators()[o.indicator], " ".join(o.reasons)) for o in choices.closed_outcomes()]
    below = [may_see(choices, rows), news(choices), waiting(choices), *chain()]
    return [
        summary.overview_table(rows, closed, "Outcomes of the whole county"),
        *rounded(),
        html.Div(below, className="below"),
    ]


def rounded() -> list[Element]:
    """Under the outcomes: how their numbers are rounded."""
    more = dcc.Link("How far off a percentage can be", href="/about#rounding")
    return [
        html.P(["Numbers of children are rounded to the nearest 5, except children served. ", more], className="source")
    ]


def may_see(choices: Choices, rows: list[summary.Outcome]) -> Element:
    """The agreements in force, in sentences, and what is not shown by groups."""
    found = [*choices.session.what_i_may_see(), *summary.not_shown(rows)]
    return html.Section([html.H2("What you may see, and why"), html.Ul([html.Li(sentence) for sentence in found])])


def news(choices: Choices) -> Element:
    """The newest publication: when, until when, what is hidden, and that the attack on it failed."""
    info, proof = choices.info, choices.info.proof
    made = local(info.made_at)
    lines = [
        f"Published on {made:%B %-d, %Y}, with data as of {choices.imprint.day}.",
        attacker.in_short(proof.cells, proof.hidden),
        *choices.not_updated(choices.outcomes()),
    ]
    link = dcc.Link("About the data and the proof", href="/about")
    return html.Section([html.H2("What is new"), html.Ul([html.Li(line) for line in lines]), link])


def chain() -> list[Element]:
    """How the ledger stands, for those who may open it."""
    if not _access.opens("/ledger"):
        return []
    link = dcc.Link("Open the ledger", href="/ledger")
    return [html.Section([html.H2("The ledger"), _ledger.chain(), link])]


def waiting(choices: Choices) -> Element:
    """Tasks of this viewer, and saved reports."""
    tasks = [html.Li(dcc.Link(task.words, href=task.path)) for task in _tasks.waiting(choices.session)]
    saved = [
        html.Li(dcc.Link(f"Your report “{r.name}”", href=f"/reports?{r.query}"))
        for r in choices.session.saved_reports()
    ]
    return html.Section(
        [html.H2("What waits for you"), html.Ul([*(tasks or [html.Li("Nothing waits for you.")]), *saved])]
    )
