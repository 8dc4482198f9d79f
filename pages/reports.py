"""Reports: a sentence that is the form, the table at once, downloads and saved reports beside it."""

from dataclasses import replace
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL as EVERY
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, no_update

from catalog.terms import area_levels, dimensions, known
from catalog.views import View
from components import filters, panels, states, tables, urlstate
from components.markup import Element, dcc, html, running
from components.report import Report
from data_access.saved_reports import NotSaved
from pages import _answers, _asked
from pages._access import ALL
from pages._asked import Choices
from pages._session import current, looking

PAGE, PATH, TITLE = "reports", "/reports", "Reports"
NOTHING = {"": "nothing else"}
IN_FILES = "95 % intervals are in the CSV and Excel files"
ONLY = urlstate.choices(PAGE, "only")
dash.register_page(__name__, path=PATH, name=TITLE, title=f"{TITLE} · Quorum", order=50, audience=ALL)
tables.sorting(PAGE)
filters.adding(PAGE, "only")
filters.following(PAGE)
clientside_callback(
    ClientsideFunction("urlstate", "ordered"),
    [Output(urlstate.control(PAGE, "from"), "value"), Output(urlstate.control(PAGE, "to"), "value")],
    [Input(urlstate.control(PAGE, "from"), "value"), Input(urlstate.control(PAGE, "to"), "value")],
    prevent_initial_call=True,
)


def layout(**words: Any) -> Any:
    """The sentence, an empty slot, and saved reports beside it; the address fills both."""
    choices = Choices.of(current())
    usual = defaults(choices)
    query = in_order(choices, urlstate.clean(words, usual))
    shown = {
        "controls": [sentence(choices, query), only(query), filters.nearest(PAGE, choices.nearest())],
        "beside": [only_looking() if looking(choices.session) else keeping(choices)],
        "aside": "Take it with you",
    }
    return _answers.frame(PAGE, TITLE, query, usual, **shown)


def defaults(choices: Choices) -> dict[str, str]:
    """The first rate by town over all years."""
    first = next((name for name in choices.outcomes(rates_only=True) if choices.levels(name)), "children_served")
    levels = choices.levels(first, with_county=True)
    level = "town" if "town" in levels else next(iter(levels), "county")
    ends = {"from": choices.info.periods[0], "to": choices.latest}
    return {"i": first, "level": level, "by": "", **ends, "across": "period", "sort": "", "only": ""}


def in_order(choices: Choices, query: dict[str, str]) -> dict[str, str]:
    """The query with the earlier of two known school years first."""
    ends = [query["from"], query["to"]]
    first, last = sorted(ends) if set(ends) <= set(choices.years) else ends
    return query | {"from": first, "to": last}


def sentence(choices: Choices, query: dict[str, str]) -> Element:
    """Show this by that for these years."""

    def word(key: str, label: str, options: dict[str, str]) -> Element:
        named = {
            code: title if key == "i" else title.lower() for code, title in choices.named(options, query[key]).items()
        }
        return filters.inline(PAGE, key, label, named, query[key], NOTHING[""])

    return html.P(
        [
            "Show ",
            word("i", "Outcome", choices.outcomes()),
            " by ",
            word("level", "Places", choices.levels(query["i"], with_county=True)),
            " and ",
            word("by", "Groups", NOTHING | choices.groups(query["i"])),
            " for ",
            word("from", "First school year", choices.years),
            " to ",
            word("to", "Last school year", choices.years),
            " with ",
            word("across", "Columns", {"period": "school years"}),
            " across.",
        ],
        className="sentence",
    )


def only(query: dict[str, str]) -> Element:
    """Narrowing to some places, and the order of rows, under More."""
    chosen = urlstate.split(query["only"])
    chips = filters.chips(PAGE, "only", "Only these places", dict.fromkeys(chosen, ""), chosen)
    order = filters.choice(PAGE, "sort", "Order of rows", {query["sort"]: ""}, query["sort"], "wide", "As published")
    return filters.more("Places and order", [chips, filters.plain_choice(f"{PAGE}-add", "Add a place"), order])


@callback(
    *_answers.slots(PAGE),
    *(Output(urlstate.control(PAGE, key), "options") for key in ("level", "by", "across", "sort")),
    Output(ONLY, "options"),
    Output(f"{PAGE}-add", "options"),
    urlstate.changed(PAGE),
)
@_answers.answered(PATH, TITLE)
def content(query: _answers.Query) -> Any:
    """Parse, ask, draw."""
    choices = Choices.of(current())
    found = ask(query, choices)
    context = found.imprint.context(choices.info.community, found.indicator.population_title, found.years)
    drawn = body(found, query) if found.cells else [nothing(query)]
    return (drawn, found.title, running(context), files(found), *options(query, choices, found))


def ask(query: _answers.Query, choices: Choices) -> Report:
    """The table, through the one door."""
    chosen, level = _asked.outcome(query), _asked.level(query)
    by = tuple(known("kind of group", name, dimensions()) for name in query["by"].split("*") if name)
    # Whichever end was chosen first, the years between them are meant.
    first, last = sorted(known("school year", query[end], choices.years) for end in ("from", "to"))
    years = [year for year in choices.info.periods if first <= year <= last]
    picked = [place for code in urlstate.split(query["only"]) if (place := _asked.place(code, choices, level))]
    across = known("kind of column", query["across"], {"period": "", "band": "", **dimensions()})
    found = Report(choices.report(chosen.name, View(level, by), *years, area=picked), choices.imprint, across)
    return replace(found, order=_asked.order(query, choices, orders(found)))


def orders(found: Report) -> dict[str, str]:
    """What rows of this table can be ordered by."""
    return {"": "As published"} | tables.orders({column.code: column.title for column in found.grid.columns})


def body(found: Report, query: _answers.Query) -> list[Any]:
    """What is hidden in one sentence, the table, its notes, how it is measured."""
    hidden, *rest = found.notes
    how = html.Details([html.Summary("How is this measured?"), panels.measured(found.indicator)], className="on-screen")
    return [
        html.P(hidden, className="hidden-sentence"),
        tables.table(found.grid, page=PAGE),
        panels.sentences(rest),
        html.P(panels.source_line(found, "" if found.indicator.is_count else IN_FILES), className="source"),
        how,
    ]


def nothing(query: _answers.Query) -> Element:
    """The table has no rows; the places chosen are what empties it."""
    return states.empty("the places chosen", urlstate.link(PATH, {**query, "only": ""}))


def files(found: Report) -> Element:
    """The downloads, open."""
    return html.Div([html.H3("Download"), *panels.files("report", found)], className="note-block files")


def options(query: _answers.Query, choices: Choices, found: Report) -> list[Any]:
    """What the words of the sentence can be now."""
    places = choices.places(found.spec.view.level)
    picked = {code: places[code] for code in urlstate.split(query["only"]) if code in places}
    rest = {"": "Choose…"} | {code: name for code, name in places.items() if code not in picked}
    levels = {code: area_levels()[code].title.lower() for code in choices.levels(query["i"], with_county=True)}
    offered = [
        levels,
        NOTHING | {code: title.lower() for code, title in choices.groups(query["i"], found.spec.view.level).items()},
        {axis.name: axis.title.lower() + ("s" if axis.name == "period" else "") for axis in found.axes},
        orders(found),
        picked,
        rest,
    ]
    return [filters.listing(found) for found in offered]


def only_looking() -> Element:
    """In place of downloads and saving, while somebody looks as another."""
    return html.P("While you look as somebody else, nothing can be downloaded or saved.", className="note-block")


def keeping(choices: Choices) -> Element:
    """Save this report; the saved ones."""
    name = dbc.Input(id="reports-name", type="text", maxLength=120, autoComplete="off")
    save = html.Button("Save this report", id="reports-save", type="button", className="button-quiet")
    said = html.P(id="reports-saved-status", role="status", className="note")
    listed = html.Div(saved(choices), id="reports-saved")
    return html.Div(
        [html.H3("Save"), html.Label("Name", htmlFor="reports-name"), name, save, said, listed],
        className="note-block keeping",
    )


def saved(choices: Choices) -> list[Any]:
    """Links to the saved reports, each with a button that removes it."""
    rows = [
        html.Li(
            [
                dcc.Link(kept.name, href=f"{PATH}?{kept.query}"),
                html.Button(
                    "Remove", id={"type": "remove-report", "number": kept.id}, type="button", className="panel-button"
                ),
            ]
        )
        for kept in choices.session.saved_reports()
    ]
    return [html.H3("Saved reports"), html.Ul(rows)] if rows else []


@callback(
    Output("reports-saved", "children"),
    Output("reports-saved-status", "children"),
    Output("reports-name", "value"),
    Input("reports-save", "n_clicks"),
    Input({"type": "remove-report", "number": EVERY}, "n_clicks"),
    State("reports-name", "value"),
    urlstate.state(PAGE),
    prevent_initial_call=True,
)
def keep(_: Any, removed: list[int | None], name: str | None, query: Any) -> Any:
    """Save the report under its name, or remove one."""
    choices = Choices.of(current())
    if isinstance(ctx.triggered_id, dict):
        if not any(removed):
            return no_update, no_update, no_update
        gone = choices.session.remove_report(int(ctx.triggered_id["number"]))
        return saved(choices), "Removed." if gone else "You have no such saved report.", no_update
    try:
        choices.session.save_report(str(name or ""), urlstate.link("", _answers.words(query)).lstrip("?"))
    except NotSaved as refusal:
        return no_update, str(refusal), no_update
    return saved(choices), "Saved.", ""
