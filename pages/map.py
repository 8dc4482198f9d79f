"""Map: one outcome at one level and year, with the ranked list beside it."""

from collections.abc import Collection
from typing import Any

import dash
from dash import ALL as EVERY
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback

from catalog.indicators import indicators
from catalog.terms import UnknownTerm, area_levels, known
from catalog.views import View
from components import atlas, filters, places, theme, urlstate
from components.atlas import Atlas
from components.map import Shapes, shapes
from components.markup import dcc, html, running
from data_access.published import NoPublication
from pages import _answers, _asked
from pages._access import ALL
from pages._asked import Choices
from pages._session import current
from privacy.authorize import Refused

PAGE, PATH, TITLE = "map", "/map", "Map"
ORDERS = {"-value": "Highest first", "value": "Lowest first", "name": "By name"}
NEAR = {"": "Whole county", "1": "Near the chosen place"}
# The level whose borders help to find one's way among smaller areas.
AROUND = {"region": "town"}
dash.register_page(__name__, path=PATH, name="Map", title="Map · Quorum", order=30, audience=ALL, charts=True)
filters.following(PAGE)
clientside_callback(
    ClientsideFunction("panels", "choose"),
    Output(urlstate.control(PAGE, "area"), "value"),
    Input("map-graph", "clickData"),
    Input({"type": places.ROW, "page": PAGE, "area": EVERY}, "n_clicks"),
    Input(urlstate.control(PAGE, "level"), "value"),
    State(urlstate.control(PAGE, "area"), "value"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("panels", "far"),
    Output(urlstate.control(PAGE, "near"), "value"),
    Output(urlstate.control(PAGE, "near"), "options"),
    Input(urlstate.control(PAGE, "area"), "value"),
    State(urlstate.control(PAGE, "near"), "value"),
    State(urlstate.control(PAGE, "near"), "options"),
    prevent_initial_call=True,
)


def layout(**words: Any) -> Any:
    """Filters, the list slot, the map with its years, the legend."""
    choices = Choices.of(current())
    usual = defaults(choices)
    query = kept(choices, urlstate.clean(words, usual))
    asked = indicators().get(query["i"])
    title = asked.question if asked else TITLE
    shown = {"controls": controls(choices, query), "around": body(choices, query), "notes_below": True}
    return _answers.frame(PAGE, title, query, usual, **shown)


def defaults(choices: Choices) -> dict[str, str]:
    """What is shown to somebody who has chosen nothing."""
    first = next((name for name in ("chronic_absence", *choices.outcomes()) if choices.levels(name)), "children_served")
    levels = choices.levels(first)
    level = "town" if "town" in levels else next(iter(levels), "town")
    return {"i": first, "level": level, "year": choices.latest, "area": "", "sort": "-value", "near": ""}


def kept(choices: Choices, query: dict[str, str]) -> dict[str, str]:
    """The query without a place of another level, and without a close view of no place."""
    try:
        area = _asked.place(query["area"], choices, _asked.level(query))
    except (UnknownTerm, Refused):  # The answer says so.
        return query
    return query | {"area": area, "near": query["near"] if area else ""}


def controls(choices: Choices, query: dict[str, str]) -> list[Any]:
    """Outcome, areas, a place to find, order of the list."""
    return [
        filters.choice(PAGE, "i", "Outcome", choices.named(choices.outcomes(), query["i"]), query["i"], "wide"),
        filters.choice(
            PAGE,
            "level",
            "Areas",
            choices.named(levels(choices, query), query["level"]),
            query["level"],
            "wide",
        ),
        filters.choice(PAGE, "area", "Find a place", choices.named({}, query["area"]), query["area"]),
        filters.choice(PAGE, "sort", "Order of the list", ORDERS, query["sort"]),
        filters.nearest(PAGE, choices.nearest(with_county=False)),
    ]


def levels(choices: Choices, query: _answers.Query) -> dict[str, str]:
    """The levels of an outcome; the county only where it is what is shown."""
    return choices.levels(query["i"], with_county=query["level"] == "county")


def body(choices: Choices, query: dict[str, str]) -> Any:
    """How the slots stand: map, card of the chosen place, steps, legend; then the list, long to tab through."""
    years = {year: year for year in choices.info.periods}
    config = theme.CONFIG | {"responsive": True}
    graph = dcc.Graph(id="map-graph", figure=_answers.EMPTY["figure"], config=config, className="map-graph")
    steps = [
        filters.steps(PAGE, "year", "School year", years, query["year"]),
        filters.steps(PAGE, "near", "Show", NEAR, query["near"], closed(query["area"])),
    ]
    under = [html.Div(id="map-legend"), html.Div(id="map-foot")]
    drawn = [
        html.Div(graph, className="map-frame", **{"aria-hidden": "true"}),
        html.Div(id="map-card", className="map-card"),
        html.Div([html.Div(steps, className="map-steps"), *under], className="map-under"),
    ]
    main = html.Div(drawn, id="map-main", className="map-main")
    head = [
        html.P(id="map-sentence", className="lead"),
        html.P(id="map-said", role="status", className="visually-hidden"),
    ]
    return lambda slot: [*head, html.Div([main, slot], className="map-layout")]


def closed(area: str) -> Collection[str]:
    """What cannot be chosen: to come near to no place."""
    return () if area else [code for code in NEAR if code]


@callback(
    *_answers.slots(PAGE),
    Output("map-sentence", "children"),
    Output("map-graph", "figure"),
    Output("map-legend", "children"),
    Output("map-foot", "children"),
    Output("map-card", "children"),
    Output("map-said", "children"),
    Output("map-main", "hidden"),
    Output(urlstate.control(PAGE, "level"), "options"),
    Output(urlstate.control(PAGE, "area"), "options"),
    urlstate.changed(PAGE),
)
@_answers.answered(PATH, TITLE)
def content(query: _answers.Query) -> Any:
    """Parse, ask, draw."""
    choices = Choices.of(current())
    found = ask(query, choices)
    head = (atlas.beside(found), found.report.indicator.question, running(atlas.context(found)), atlas.notes(found))
    drawn = (atlas.sentence(found), atlas.figure(found), atlas.legend(found), atlas.foot(found))
    place = (atlas.card(found), atlas.said(found), False)
    offered = (levels(choices, query), {"": "None"} | choices.places(query["level"]))
    return (*head, *drawn, *place, *map(filters.listing, offered))


def ask(query: _answers.Query, choices: Choices) -> Atlas:
    """Everything the map shows, through the one door."""
    chosen, level, year = _asked.outcome(query), _asked.level(query), _asked.year(query, choices)
    area, order = _asked.place(query["area"], choices, level), known("order", query["sort"], ORDERS)
    near = known("part of the map", query["near"], NEAR)
    areas = choices.areas(level)
    finest = area_levels()[level].order
    larger = [name for name, other in area_levels().items() if other.order > finest]
    coarser = {area.code: area.name for name in larger for area in choices.areas(name)}
    return Atlas(
        table=choices.report(chosen.name, View(level)),
        year=year,
        drawn=layer(choices, level),
        borders=context_layer(choices, level),
        inside={area.code: coarser.get(area.parent, "") for area in areas},
        empty=tuple(area.code for area in areas if not area.residents),
        chosen=area,
        near=bool(near),
        order=order,
        imprint=choices.imprint,
    )


def layer(choices: Choices, level: str) -> Shapes:
    """Shapes of a level; raises NoPublication where the publication has none."""
    found = choices.session.layer(level)
    return shapes(found.url, choices.session.layer_bytes(choices.info.id, found.name))


def context_layer(choices: Choices, level: str) -> Shapes | None:
    """Coarser borders, where there are any."""
    try:
        return layer(choices, AROUND[level]) if level in AROUND else None
    except NoPublication:
        return None
