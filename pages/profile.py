"""Community profile: one place, all its outcomes, against the county and similar places; prints on two pages."""

from typing import Any

import dash
from dash import Output, callback

from catalog.indicators import indicators
from catalog.views import View
from components import filters, portrait, urlstate
from components.markup import Element, html, running
from components.outline import outline
from components.portrait import Portrait, Without
from data_access.published import NoPublication
from pages import _answers, _asked
from pages._access import ALL
from pages._alike import SERVED, alike, mixes
from pages._asked import Choices
from pages._session import current

PAGE, PATH, TITLE = "profile", "/profile", "Community profile"
dash.register_page(__name__, path=PATH, name=TITLE, title=f"{TITLE} · Quorum", order=40, audience=ALL)


def layout(**words: Any) -> Any:
    """Filters and empty slots; the address fills both."""
    choices = Choices.of(current())
    usual = defaults(choices)
    query = urlstate.clean(words, usual)
    shown = {"controls": controls(choices, query), "notes_below": True}
    return _answers.frame(PAGE, TITLE, query, usual, **shown)


def defaults(choices: Choices) -> dict[str, str]:
    """The first town, in the newest year."""
    level = choices.usual_level(SERVED) or "town"
    return {"level": level, "area": first(choices, level), "year": choices.latest}


def controls(choices: Choices, query: dict[str, str]) -> list[Any]:
    """Kind of place, place, year; and paper."""
    paper = html.Button("Print", type="button", className="button-quiet print-button", **{"data-print": "page"})
    return [
        filters.choice(
            PAGE,
            "level",
            "Kind of place",
            choices.named(choices.levels(SERVED), query["level"]),
            query["level"],
            "wide",
        ),
        filters.choice(PAGE, "area", "Community", choices.named({}, query["area"]), query["area"], "wide"),
        filters.choice(
            PAGE, "year", "School year", choices.named(choices.years, query["year"]), query["year"], "narrow"
        ),
        paper,
    ]


@callback(*_answers.slots(PAGE), Output(urlstate.control(PAGE, "area"), "options"), urlstate.changed(PAGE))
@_answers.answered(PATH, TITLE)
def content(query: _answers.Query) -> Any:
    """Parse, ask, draw."""
    choices = Choices.of(current())
    asked = ask(query, choices)
    drawn = portrait.content(asked, picture(choices, asked))
    return (
        drawn,
        portrait.title(asked),
        running(portrait.context(asked)),
        None,
        filters.listing(offered(choices, asked, query["area"])),
    )


def offered(choices: Choices, asked: Portrait, chosen: str) -> dict[str, str]:
    """Places to choose; a list without the chosen one shows its first, which then is the place that is drawn."""
    places = choices.places(asked.level)
    return places if chosen in places else {asked.area: asked.name} | places


def ask(query: _answers.Query, choices: Choices) -> Portrait:
    """Everything the profile shows, through the one door."""
    level, year = _asked.level(query), _asked.year(query, choices)
    names = choices.places(level)
    area = _asked.place(query["area"], choices, level) or first(choices, level)
    choices.report(SERVED, View(level), year)  # without these there is no profile, and the answer says why
    here = [name for name in choices.outcomes() if choices.has(name, View(level))]
    coarser = [name for name in choices.outcomes() if name not in here and choices.has(name, View("county"))]
    parents = {a.code: a.parent for a in choices.areas(level)}
    towns = choices.places("town") if level == "region" else {}
    return Portrait(
        level=level,
        area=area,
        names=names,
        year=year,
        tables=[choices.report(name, View(level)) for name in here],
        without=[without(choices, name, level, year) for name in coarser],
        closed=[(indicators()[o.indicator], " ".join(o.reasons)) for o in choices.closed_outcomes()],
        mixes=mixes(choices, level, year),
        alike=alike(choices, level, year, area),
        imprint=choices.imprint,
        inside=towns.get(parents[area], ""),
        older=choices.not_updated([*here, *coarser]),
    )


def without(choices: Choices, name: str, level: str, year: str) -> Without:
    """An outcome that is not shown for this kind of place: the county's table, why, and what is open instead."""
    closed, near = choices.closed(name, View(level)), choices.instead(name, View(level))
    link = None if near is None else _answers.instead(near, "/compare", {"i": name, "year": year})
    return Without(choices.report(name, View("county"), year), closed.words if closed else "", link)


def first(choices: Choices, level: str) -> str:
    """The place shown to somebody who has chosen none: the first by name where somebody lives."""
    names, lived_in = choices.places(level), {area.code for area in choices.areas(level) if area.residents}
    return min(names, key=lambda code: code not in lived_in, default="")


def picture(choices: Choices, asked: Portrait) -> Element | None:
    """Where the place lies, if the publication has a map of its level."""
    try:
        layer = choices.session.layer(asked.level)
        shapes = choices.session.layer_bytes(choices.info.id, layer.name)
    except NoPublication:
        return None
    return outline(shapes, asked.area, f"Map of {asked.imprint.community} with {asked.name} marked")
