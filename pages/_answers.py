"""The slots of a content page and what stands in them when the lawful answer is no.

A page's callback fills content, title, context and notes, in this order, then options of its controls. Where it raises,
the content slot says why and offers a way on; nothing of the last answer stays.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import dash
from dash import Output, html, no_update
from flask import g

from catalog.indicators import indicators
from catalog.terms import UnknownTerm, area_levels, dimensions
from catalog.views import View
from components import shell, states, tables, urlstate
from components.markup import running
from components.report import span
from data_access.published import NoPublication, NotOffered
from pages._asked import Choices
from pages._errors import nothing_to_show
from pages._session import current, open_areas
from privacy.authorize import Refused

MOST_LINKS, MOST_WORDS = 24, 8
ORDERS = {"": "As published", "-value": "Highest first", "value": "Lowest first"}
# What stands in the other outputs of a page that has no answer; a property that is not here stays as it is.
EMPTY: Mapping[str, Any] = {"children": None, "figure": {"data": [], "layout": {}}, "hidden": True}
Query = Mapping[str, str]


def slots(page: str) -> list[Output]:
    """Outputs of a page: content, title, context, notes."""
    return [Output(f"{page}-{part}", "children") for part in ("content", "title", "context", "notes")]


def frame(
    page: str,
    title: str,
    query: Query,
    defaults: Query,
    *,
    controls: Sequence[Any],
    around: Callable[[html.Div], list[Any]] = lambda slot: [slot],
    notes_below: bool = False,
    beside: Sequence[Any] = (),
    aside: str = "Notes",
) -> html.Article:
    """The page around its slots; title stands until the first answer is there.

    around: what stands beside the content; notes_below: the content needs the width of the page; beside: what stands
    under the notes and stays; aside: heading of the notes.
    """
    notes = html.Div(id=f"{page}-notes", className="notes-below" if notes_below else "")
    content = around(html.Div(id=f"{page}-content", className="content-slot"))
    return shell.page(
        html.Span(title, id=f"{page}-title"),  # type: ignore[arg-type]
        html.Span("", id=f"{page}-context"),  # type: ignore[arg-type]
        [*content, notes] if notes_below else content,
        filters=controls,
        notes=() if notes_below else [notes, *beside],
        aside=aside,
        parts=[urlstate.store(page, query, defaults)],
    )


def answered(path: str, title: str) -> Callable[[Callable[[Query], Any]], Callable[[Any], Any]]:
    """For a callback whose outputs begin with the slots; path and title are the page's own.

    An answer is drawn once for one publication as one viewer's agreements open it today; see `_kept`.
    """

    def wrap(draw: Callable[[Query], Any]) -> Callable[[Any], Any]:
        @wraps(draw)
        def content(query: Any) -> Any:
            asked = words(query)
            try:
                answer = draw(asked)
            except UnknownTerm as error:
                return _instead(_unknown(draw, path, asked, error), title, asked)
            except (Refused, NotOffered, NoPublication) as error:
                return _instead(state_for(error, path, asked), title, asked)
            g.drawn = True
            return answer

        content.lasting = True  # type: ignore[attr-defined]
        return content

    return wrap


def words(query: Any) -> Query:
    """The query of a page's store as text; what a request made up instead is left out, what is missing is empty."""
    return defaultdict(str, urlstate.clean(query if isinstance(query, dict) else {}))


def _instead(state: Any, title: str, query: Query) -> Any:
    outputs = dash.ctx.outputs_list
    first = (state, title, running(_context(query)), None)
    return (*first, *(EMPTY.get(output["property"], no_update) for output in outputs[len(first) :]))


def _context(query: Query) -> str:
    """The line under the title, as far as what was asked is known; "" where there is no publication for this viewer."""
    try:
        choices = Choices.of(current())
    except (Refused, NoPublication):
        return ""
    asked = indicators().get(query["i"])
    years = {query[key] for key in ("year", "from", "to")} & set(choices.years)
    population = asked.population_title if asked else ""
    return choices.imprint.context(choices.info.community, population, span(sorted(years)) if years else "")


def _unknown(draw: Callable[[Query], Any], path: str, query: Query, error: UnknownTerm) -> html.Section:
    """Every word that is not known, found by putting a known one in its place and asking again."""
    found, mended = [(error, _links(error, path, query))], query
    for _ in range(MOST_WORDS):
        mended = _mended(error, mended)
        try:
            draw(mended)
        except UnknownTerm as next_:
            error = next_
            found.append((error, _links(error, path, query)))
        except (Refused, NotOffered, NoPublication):
            break
        else:
            break
    return states.unknown_words(found)


def _mended(error: UnknownTerm, query: Query) -> Query:
    key = _key(error, query)
    rest = [word for word in urlstate.split(query[key]) if word != error.word]
    return defaultdict(str, {**query, key: ",".join(rest) or next(iter(error.valid), "")})


def state_for(error: Exception, path: str, query: Query) -> html.Section:
    """The state for a lawful no, with links that keep everything else the reader has chosen."""
    if isinstance(error, Refused):
        return states.refused([reason.text for reason in error.reasons], _open_page(path))
    if isinstance(error, NotOffered):
        return states.not_offered(
            error.sentence, None if error.coarser is None else instead(error.coarser, path, query)
        )
    return states.no_publication(nothing_to_show(error))


def _open_page(path: str) -> str:
    """This page as it opens, where something is open on it: one of places has nothing for who may see the county only.

    "" where nothing is open anywhere.
    """
    try:
        offers = current().publication().offers
    except (Refused, NoPublication):
        return ""
    levels = {offer.view.level for offer in offers if offer.offered and offer.permitted}
    return path if levels - {"county"} else "/reports" if levels else ""


def instead(view: View, path: str, query: Query) -> tuple[str, str]:
    """Title and address of a table that is shown in the place of another."""
    if path != "/reports" and view.level == "county":  # A page of places has nothing to show of the county alone.
        path = "/reports"
    narrower = {"view": str(view), "level": view.level, "by": ",".join(view.dimensions)}
    kept = {key: value for key, value in query.items() if key in ("i", "year", "from", "to")}
    title = view.title.lower()
    return (f"the {title}" if view.level == "county" else title, urlstate.link(path, kept | narrower))


def _links(error: UnknownTerm, path: str, query: Query) -> list[tuple[str, str]]:
    key = _key(error, query)
    if not key:
        return []
    valid = list(error.valid)[:MOST_LINKS]
    names = _orders(valid) if key == "sort" else _names()
    return [(names.get(code, code), urlstate.link(path, {**query, key: code})) for code in valid]


def _key(error: UnknownTerm, query: Query) -> str:
    return next((key for key, value in query.items() if error.word and error.word in urlstate.split(value)), "")


def _orders(codes: Sequence[str]) -> dict[str, str]:
    return tables.orders({code: code for code in codes if code != "name" and not code.startswith("-")}) | ORDERS


def _names() -> dict[str, str]:
    """Titles of all codes an address can hold."""
    session = current()
    found = {code: indicator.title for code, indicator in indicators().items()}
    found |= {code: level.title for code, level in area_levels().items()}
    found |= {code: dimension.title for code, dimension in dimensions().items()}
    return found | open_areas(session)
