"""Why can this person (not) see this? What would change if? And: look as somebody else."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash
from dash import ALL as EVERY
from dash import Input, Output, State, callback, ctx, dcc, html, no_update

from catalog.indicators import indicators
from catalog.report import ReportSpec
from catalog.terms import UnknownTerm, elements, purposes
from catalog.views import View
from components import covenant, fields, shell
from data_access.accounts import Account
from data_access.insight import CHANGES, Effect, Insight, Outlook
from pages._session import current
from privacy.agreement import Tier
from privacy.authorize import Reason, Refused
from privacy.viewer import Role

PAGE, PATH, TITLE = "why", "/why", "Who sees what, and why"
IF = "if"
dash.register_page(
    __name__, path=PATH, name=TITLE, title=f"{TITLE} · Quorum", order=72, audience=frozenset({Role.BACKBONE})
)
WHAT = {
    "aggregate": "A report: protected numbers",
    "deidentified": "An extract: rows without names",
    "identifiable": "A field of named children",
}
MOST = 12


def layout(who: str = "", **words: Any) -> Any:
    """The three questions."""
    insight = Insight(current())
    people = {one.user_id: _named(one, insight) for one in insight.accounts()}
    parts = [
        asking(insight, people, who),
        supposing(insight, str(words.get("if", "")), str(words.get("change", ""))),
        looking(people, who),
    ]
    return shell.page("Why can this person (not) see this?", "Answers cite the clause or the consent", parts)


def _named(one: Account, insight: Insight) -> str:
    return f"{one.name}, {insight.organizations()[one.organization].name}"


def asking(insight: Insight, people: Mapping[str, str], who: str) -> Any:
    """A viewer and what they want to see."""
    members = insight.organizations()
    givers = {code: one.name for code, one in members.items() if one.kind == "contributor"}
    views = sorted({str(view) for one in indicators().values() for view in one.views}, key=lambda v: (v.count("*"), v))
    first = who if who in people else next(iter(people), "")
    report = [
        fields.choice(PAGE, "indicator", "Measure", {n: i.title for n, i in indicators().items()}, "children_served"),
        fields.choice(PAGE, "view", "By", {v: View.parse(v).title for v in views}, "county"),
    ]
    child = [
        fields.choice(PAGE, "contributor", "Whose records", givers, next(iter(givers), "")),
        fields.choice(PAGE, "element", "Field", {n: e.title for n, e in elements().items()}, "child"),
        fields.choice(PAGE, "purpose", "What for", dict(purposes()), "coordination"),
        fields.line(
            PAGE, "child", "Number of one child", "", "May stay empty; with it, the consents are looked at.", "number"
        ),
    ]
    grid = [
        fields.choice(PAGE, "who", "Who", people, first),
        fields.choice(PAGE, "what", "Wants to see", WHAT, "aggregate"),
    ]
    return html.Section(
        [
            html.Div(grid, className="form-grid"),
            # Which of the two is asked for is a matter of looks alone: assets/office.css shows one of them.
            html.Div(report, className="form-grid of-report"),
            html.Div(child, className="form-grid of-child"),
            html.Div(fields.button(PAGE, "ask", "Why?", "button-main"), className="acts"),
            fields.said(PAGE),
        ],
        className="form",
    )


@callback(
    Output(f"{PAGE}-said", "children"),
    Input({"form": PAGE, "act": EVERY}, "n_clicks"),
    State({"form": PAGE, "field": EVERY}, "value"),
    prevent_initial_call=True,
)
def why(clicks: list[int | None], typed: list[Any]) -> Any:
    """The answer, clause by clause."""
    if not any(clicks):
        return no_update
    asked = {name: str(value or "") for name, value in fields.values(ctx.states_list[0], typed).items()}
    insight = Insight(current())
    try:
        return answer(insight, reasons(insight, asked))
    except (Refused, UnknownTerm, ValueError) as refusal:
        return fields.answer(str(refusal), good=False)


def reasons(insight: Insight, asked: Mapping[str, str]) -> Sequence[Reason]:
    """What the office says."""
    if asked["what"] == "identifiable":
        number = int(asked["child"]) if asked["child"].isdigit() else 0
        return insight.why_field(asked["who"], asked["contributor"], asked["element"], asked["purpose"], number)
    spec = ReportSpec(asked["indicator"], View.parse(asked["view"]), level=asked["what"])
    return insight.why_report(asked["who"], spec)


def answer(insight: Insight, found: Sequence[Reason]) -> Any:
    """Yes or no in one sentence, and every clause with its link."""
    allowed = all(reason.allows for reason in found)
    titles = {one.id: one.title for one in insight.register()}
    rows = [
        html.Li(
            [html.Strong("Yes" if reason.allows else "No"), f" {reason.text} ", *_cited(reason, titles)],
            className="why-yes" if reason.allows else "why-no",
        )
        for reason in found
    ]
    head = "Yes, this person can see it." if allowed else "No, this person cannot see it. What is missing:"
    shown = [row for row, reason in zip(rows, found, strict=True) if allowed or not reason.allows]
    rest = [row for row, reason in zip(rows, found, strict=True) if not allowed and reason.allows]
    more = [html.Details([html.Summary("What is in order"), html.Ul(rest, className="why-list")])] if rest else []
    return [html.H2(head), html.Ul(shown, className="why-list"), *more]


def _cited(reason: Reason, titles: Mapping[str, str]) -> list[Any]:
    if reason.agreement not in titles:
        return []
    clause = (reason.clause or "").replace("_", " ")
    return [dcc.Link(f"Clause: {clause}", href=f"/agreements?id={reason.agreement}")]


def supposing(insight: Insight, draft: str, change: str = "") -> Any:
    """What would change if."""
    held = insight.register()
    named = {one.id: f"{one.title} ({covenant.TIERS[one.tier].split(':')[0].lower()})" for one in held}
    givers = {f"from:{one.party}": insight.organizations()[one.party].name for one in held if one.tier is Tier.SHARING}
    options = named | {code: f"{name} (contributor)" for code, name in givers.items()}
    grid = [
        fields.choice(
            IF, "change", "Suppose", CHANGES, change if change in CHANGES else "activate" if draft else "end"
        ),
        fields.choice(IF, "name", "Of", options, draft if draft in named else next(iter(options), "")),
    ]
    return html.Section(
        [
            html.H2("What would change if …"),
            html.P("Nothing is changed by asking."),
            html.Div(grid),
            html.Div(fields.button(IF, "ask", "Show what would change", "button-main"), className="acts"),
            fields.said(IF),
        ],
        className="form",
    )


@callback(
    Output(f"{IF}-said", "children"),
    Input({"form": IF, "act": EVERY}, "n_clicks"),
    State({"form": IF, "field": EVERY}, "value"),
    prevent_initial_call=True,
)
def what_if(clicks: list[int | None], typed: list[Any]) -> Any:
    """Views, licenses, saved reports and counts that would change."""
    if not any(clicks):
        return no_update
    asked = {name: str(value or "") for name, value in fields.values(ctx.states_list[0], typed).items()}
    insight, change = Insight(current()), asked["change"]
    name = asked["name"].removeprefix("from:")
    if change not in CHANGES or (change == "withdraw") != asked["name"].startswith("from:"):
        return fields.answer("Choose an agreement, or for a withdrawal a contributor.", good=False)
    return outlook(insight, insight.what_if(change, name))


def outlook(insight: Insight, found: Outlook) -> Any:
    """What would change, in tables; one sentence where nothing would."""
    names = {code: one.name for code, one in insight.organizations().items()}
    parts: list[Any] = []
    if found.people:
        rows = [[_named(one.account, insight), *_effect(one, names)] for one in found.people]
        heads = ["Person", "Tables that close", "Tables that open", "Saved reports that close", "Named children"]
        parts.append(covenant.grid("For whom something would change", heads, rows))
    if found.licenses:
        words = {"": "Nothing", **covenant.SHORT}
        rows = [[names[taker], names[giver], words[was], words[will]] for taker, giver, was, will in found.licenses]
        parts.append(covenant.grid("Licenses and projects", ["Data user", "Contributor", "Now", "Then"], rows))
    if found.counts:
        rows = [
            [title, *(", ".join(names[c] for c in both) or "—" for both in (gone, come))]
            for title, gone, come in found.counts
        ]
        heads = ["Measure", "Without", "And with"]
        parts.append(covenant.grid("Counts that would change with the next publication", heads, rows))
    if found.minimum[0] != found.minimum[1]:
        parts.append(html.P(f"The smallest count shown would be {found.minimum[1]} instead of {found.minimum[0]}."))
    return [html.H3("What would change"), *(parts or [html.P("Nothing would change.")])]


def _effect(one: Effect, names: Mapping[str, str]) -> list[Any]:
    fields_ = [f"no longer: {_field(words, names)}" for words in one.fields_lost]
    fields_ += [f"newly: {_field(words, names)}" for words in one.fields_won]
    return [_tables(one.closed), _tables(one.opened), _some(one.reports), _some(fields_)]


def _field(words: str, names: Mapping[str, str]) -> str:
    giver, element, purpose = words.split()
    return f"{elements()[element].title.lower()} of {names[giver]}, to {purposes()[purpose].lower()}"


def _tables(found: Sequence[str]) -> Any:
    told = []
    for words in found:
        name, view = words.split(" ", 1)
        told.append(f"{indicators()[name].title} by {View.parse(view).title.lower()}")
    return _some(told)


def _some(told: Sequence[str]) -> Any:
    if not told:
        return "—"
    if len(told) <= 2:
        return "; ".join(told)
    more = [html.Li(f"and {len(told) - MOST} more")] if len(told) > MOST else []
    return html.Details([html.Summary(f"{len(told)}"), html.Ul([*map(html.Li, told[:MOST]), *more])])


def looking(people: Mapping[str, str], who: str) -> Any:
    """Look as somebody else: a plain form, because the whole frame changes."""
    options = [html.Option(name, value=code, selected=code == who) for code, name in people.items()]
    field = [
        html.Label("Person", htmlFor="view-as-who"),
        html.Select(options, id="view-as-who", name="who", className="form-select"),
    ]
    told = (
        "You see the pages of published numbers as that person sees them, no more than that. Nothing can be saved or "
        "downloaded, and no child is shown. That you looked is written to the ledger."
    )
    button = html.Div(html.Button("Look as this person", type="submit", className="button-main"), className="acts")
    form = html.Form([html.Div(field, className="field"), button], action="/view-as", method="POST")
    return html.Section([html.H2("Look as somebody else"), html.P(told), form], className="form")
