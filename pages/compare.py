"""Compare: places side by side for one outcome, over years, and by one dimension."""

from collections.abc import Mapping
from typing import Any

import dash
from dash import Output, callback

from catalog.indicators import Indicator, indicators
from catalog.terms import dimensions, known
from catalog.views import View
from components import comparison, filters, tables, urlstate
from components.comparison import MOST_MARKED, Comparison
from components.markup import Element, html, running
from components.sentences import count_word
from pages import _answers, _asked
from pages._access import ALL
from pages._alike import alike
from pages._asked import Choices
from pages._session import current
from privacy.sealed import ProtectedTable

PAGE, PATH, TITLE = "compare", "/compare", "Compare places"
WITH = urlstate.choices(PAGE, "with")
# The dimension shown first is the one the community asks about most.
FIRST_GROUPS = ("economically_disadvantaged", "race_ethnicity", "gender")
dash.register_page(__name__, path=PATH, name="Compare", title="Compare · Quorum", order=20, audience=ALL, charts=True)
tables.sorting(PAGE)
filters.adding(PAGE, "with")
filters.following(PAGE)


def layout(**words: Any) -> Any:
    """Filters and empty slots; the address fills both."""
    choices = Choices.of(current())
    usual = defaults(choices)
    query = urlstate.clean(words, usual)
    asked = indicators().get(query["i"])
    title = asked.question if asked else TITLE
    around = lambda slot: [picker(choices, query), slot]  # noqa: E731
    return _answers.frame(PAGE, title, query, usual, controls=controls(choices, query), around=around)


def defaults(choices: Choices) -> dict[str, str]:
    """What is shown to somebody who has chosen nothing."""
    first = next((name for name in choices.outcomes(rates_only=True) if choices.levels(name)), "children_served")
    levels, groups = choices.levels(first), choices.groups(first)
    return {
        "i": first,
        "level": "town" if "town" in levels else next(iter(levels), "town"),
        "year": choices.latest,
        "by": next((name for name in FIRST_GROUPS if name in groups), ""),
        "area": "",
        "with": "",
        "sort": "name",
    }


def controls(choices: Choices, query: dict[str, str]) -> list[Any]:
    """Outcome, places, year, groups; the order under More."""
    levels, groups = choices.levels_around(query["i"], query["level"]), {"": "None"} | choices.groups(query["i"])
    orders = tables.orders(choices.years)
    order = filters.choice(PAGE, "sort", "Order of places", orders, query["sort"], "wide")
    return [
        filters.choice(PAGE, "i", "Outcome", choices.named(choices.outcomes(), query["i"]), query["i"], "wide"),
        filters.choice(PAGE, "level", "Places", choices.named(levels, query["level"]), query["level"], "wide"),
        filters.choice(
            PAGE, "year", "School year", choices.named(choices.years, query["year"]), query["year"], "narrow"
        ),
        filters.choice(PAGE, "by", "Groups", choices.named(groups, query["by"]), query["by"]),
        filters.more("More", [order]),
        filters.nearest(PAGE, choices.nearest()),
    ]


def picker(choices: Choices, query: dict[str, str]) -> Element:
    """The place in focus and the places it is compared with."""
    chosen = [code for code in urlstate.split(query["with"]) if code != query["area"]][:MOST_MARKED]
    names = {code: title for one in chosen for code, title in choices.named({}, one).items()}
    label = f"Compare with (up to {count_word(MOST_MARKED)})"
    return html.Div(
        [
            filters.choice(PAGE, "area", "Place in focus", choices.named({}, query["area"]), query["area"]),
            filters.chips(PAGE, "with", label, names, chosen),
            filters.plain_choice("compare-add", "Add a place"),
        ],
        className="picker",
    )


@callback(
    *_answers.slots(PAGE),
    *(Output(urlstate.control(PAGE, key), "options") for key in ("level", "by", "area", "sort")),
    Output(WITH, "options"),
    Output("compare-add", "options"),
    urlstate.changed(PAGE),
)
@_answers.answered(PATH, TITLE)
def content(query: _answers.Query) -> Any:
    """Parse, ask, draw."""
    choices = Choices.of(current())
    asked = ask(query, choices)
    drawn = (
        comparison.content(asked),
        asked.report.indicator.question,
        running(comparison.context(asked)),
        comparison.notes(asked),
    )
    return (*drawn, *options(query, choices, asked))


def ask(query: _answers.Query, choices: Choices) -> Comparison:
    """Everything Compare shows, through the one door."""
    chosen, level, year = _asked.outcome(query), _asked.level(query), _asked.year(query, choices)
    focus = _asked.place(query["area"], choices, level)
    others = dict.fromkeys(_asked.place(code, choices, level) for code in urlstate.split(query["with"]))
    chosen_others = [code for code in others if code and code != focus]
    by = known("kind of group", query["by"], dimensions()) if query["by"] else ""
    order = _asked.order(query, choices, tables.orders(choices.years))
    return Comparison(
        places=choices.report(chosen.name, View(level)),
        now=choices.report(chosen.name, View(level), year),
        groups=groups(by, choices, chosen.name, level, year, focus),
        by=by,
        year=year,
        focus=focus,
        others=tuple(chosen_others[:MOST_MARKED]),
        beyond=len(chosen_others[MOST_MARKED:]),
        order=order,
        imprint=choices.imprint,
        alike=alike(choices, level, year, focus),
        without=without(by, choices, chosen, level, focus),
    )


def groups(by: str, choices: Choices, indicator: str, level: str, year: str, focus: str) -> ProtectedTable | None:
    """Groups of the place in focus where they are shown, of the county otherwise; none where neither is."""
    view = View(level, (by,)) if focus and choices.has(indicator, View(level, (by,))) else View("county", (by,))
    if not by or not choices.has(indicator, view):
        return None
    return choices.report(indicator, view, year, area=[focus] if focus and view.level == level else ())


def without(by: str, choices: Choices, indicator: Indicator, level: str, focus: str) -> Any:
    """What stands in the place of groups that are shown neither for the place in focus nor for the county."""
    own = View(level, (by,)) if focus else View("county", (by,))
    view = View("county", (by,)) if View("county", (by,)) in indicator.views else own
    closed = choices.closed(indicator.name, view) if by else None
    return closed.state(f"By {dimensions()[by].title.lower()}") if closed else None


def options(query: _answers.Query, choices: Choices, asked: Comparison) -> list[Any]:
    """What the controls offer now: levels, groups, places, orders, chips, places to add."""
    places = choices.places(query["level"])
    chips = _chips(query, asked, places)
    full = len(asked.others) == MOST_MARKED
    more = {} if query["level"] == "county" or full else places  # the county has nothing beside it
    first = f"{count_word(MOST_MARKED).capitalize()} are chosen" if full else "Choose…"
    rest = {"": first} | {code: name for code, name in more.items() if code not in {*chips, asked.focus}}
    offered = [
        choices.levels_around(query["i"], query["level"]),
        choices.named({"": "None"} | choices.groups(query["i"]), query["by"]),
        {"": "None"} | places,
        tables.orders(choices.years),
    ]
    shut = {code for code in chips if full and code not in asked.others}
    chosen = [option | ({"disabled": True} if option["value"] in shut else {}) for option in filters.listing(chips)]
    return [*(filters.listing(found) for found in offered), chosen, filters.listing(rest)]


def _chips(query: _answers.Query, asked: Comparison, places: Mapping[str, str]) -> dict[str, str]:
    """Places marked and similar ones; without those of the address that are too many, which would look marked."""
    beyond = {*urlstate.split(query["with"]), asked.focus} - {*asked.others}
    return {code: places[code] for code in dict.fromkeys((*asked.others, *asked.peers)) if code not in beyond}
