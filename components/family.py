"""What a guardian's page says about one child, in the words of a language."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, timedelta
from typing import Any, Final, Protocol

import dash_bootstrap_components as dbc
from dash import dcc as dash_core

from catalog.terms import elements
from components import urlstate
from components.filters import dom_id
from components.markup import Element, dcc, html
from components.wording import Words
from privacy.choices import ANYTHING, Item, Offer

PATH: Final = "/my-child"
SOON: Final = timedelta(days=60)
CHILD: Final = "child"  # with every record goes that the child is known there
MENU: Final = {
    PATH: "child",
    "/": "overview",
    "/compare": "compare",
    "/map": "map",
    "/profile": "profile",
    "/reports": "reports",
    "/about": "about",
}
# recipient, purpose, contributor, element
Shared = tuple[str, str, str, str]
Names = Mapping[str, str]


class Person(Protocol):
    """A child on its family's page: its place there, and why nothing can be signed, if so."""

    @property
    def number(self) -> int: ...
    @property
    def first_name(self) -> str: ...
    @property
    def unfit(self) -> str: ...


def address(words: Words, child: int, view: str = "", **more: str) -> str:
    """The page with another view; the child is told by its place on the page."""
    lang = "" if words.code == "en" else words.code
    number = "" if child == 1 else str(child)
    return urlstate.link(PATH, {"lang": lang, "child": number, "view": view, **more})


def frame(words: Words) -> dict[str, Any]:
    """The words of the frame around the page, with the pages of a guardian's menu by their path."""
    told = {key: words(f"frame.{key}") for key in ("menu", "pages", "skip", "out")}
    links = {path: words(f"frame.{key}") for path, key in MENU.items()}
    return told | {"lang": words.code, "path": PATH, "title": f"{words('page.title')} · Quorum", "links": links}


def switch(words: Words, query: Mapping[str, str]) -> Element:
    """The way to the same view in the other language."""
    other = words.told["other_code"]
    href = urlstate.link(PATH, {**query, "lang": other})
    link = dcc.Link(html.Span(words.told["other"], lang=other), href=href, className="button-quiet")
    return html.P([link], className="language")


def chooser(words: Words, names: Sequence[str], number: int) -> list[Element]:
    """Links to the other children, where there are several."""
    if len(names) < 2:
        return []
    links = [
        html.Li(html.Strong(name) if n == number else dcc.Link(name, href=address(words, n)))
        for n, name in enumerate(names, start=1)
    ]
    return [html.Nav(html.Ul(links), className="children-nav", **{"aria-label": words("page.which")})]


def by_source(words: Words, items: Iterable[tuple[str, str]], names: Names) -> str:
    """(contributor, element) pairs: grades and attendance (from a school)."""
    found: dict[str, list[str]] = {}
    for contributor, element in items:
        found.setdefault(contributor, []).append(element)
    told = {
        c: words("card.may_see_from", element=kinds(words, e), contributor=names.get(c, c)) for c, e in found.items()
    }
    return "; ".join(told.values())


def kinds(words: Words, codes: Iterable[str]) -> str:
    """Elements as people list them; that a child goes there is half a sentence and comes last."""
    return words.listed(map(words.element, sorted(codes, key=CHILD.__eq__)))


def keys(items: Iterable[Item]) -> list[tuple[str, str]]:
    """(contributor, element) pairs of items."""
    return [item.key for item in items]


def holds(words: Words, held: Mapping[str, Sequence[str]], names: Names, name: str) -> Element:
    """Which organizations hold which kinds of data."""
    lines = [
        html.Li(words("card.holds", organization=names.get(one, one), kinds=words.listed(map(words.kind, kinds))))
        for one, kinds in held.items()
    ]
    head = html.H3(words("card.holds_title", name=name))
    return html.Section([head, html.Ul(lines), html.P(words("card.holds_note"), className="note")])


def uses(words: Words, offers: Sequence[Offer], names: Names, child: Person, today: date) -> Element:
    """Who else may see what, for what, until when, each with the way to change it."""
    name, may_sign = child.first_name, not child.unfit
    parts = [_use(words, offer, names, child.number, may_sign, today) for offer in offers]
    nobody = [html.P(words("card.nobody", name=name))]
    stop = dcc.Link(
        words("card.stop_all"), href=address(words, child.number, "choose", to=ANYTHING), className="button-quiet"
    )
    any_open = any(item.consent for offer in offers for item in offer.open)
    rest = [html.P(stop)] if may_sign and any_open else []
    head = html.H3(words("card.uses_title"))
    return html.Section([head, *(parts or nobody), *rest, html.P(words("card.groups"), className="note")])


def _use(words: Words, offer: Offer, names: Names, child: int, may_sign: bool, today: date) -> Element:
    who = names.get(offer.recipient, offer.recipient)
    agreed = [item for item in offer.open if item.consent]
    lifted = [item for item in offer.open if not item.consent]
    closed = [item for item in offer.items if not item.open]
    why = words.purpose(offer.purpose)
    lines: list[Any] = []
    if agreed:
        until = ends(offer) or offer.until
        lines.append(words("card.may_see", organization=who, items=by_source(words, keys(agreed), names)))
        lines += [words("card.what_for", purpose=why), words("card.until", day=words.day(until))]
    else:
        lines.append(words("card.closed", organization=who))
    if lifted:
        lines.append(words("card.no_consent", items=by_source(words, keys(lifted), names)))
    if closed and may_sign:
        lines.append(words("card.closed_could", items=by_source(words, keys(closed), names), purpose=why))
    if any(item.disputed for item in closed):
        lines.append(words("card.disputed"))
    if not (may_sign and any(item.consent for item in offer.items)):
        return html.Div([html.H4(who), *map(html.P, lines)], className="use")
    soon = _ending(words, offer, today)
    buttons = [_way(words, offer, child, "choose", "card.change" if agreed else "card.allow", who)]
    if agreed and (ends(offer) or today) < offer.until:
        buttons.insert(0 if soon else 1, _way(words, offer, child, "renew", "card.renew", who))
    return html.Div([html.H4(who), *map(html.P, lines), *soon, html.P(buttons, className="buttons")], className="use")


def ends(offer: Offer) -> date | None:
    """The last day of what was agreed to; None where nothing is."""
    return min((item.until for item in offer.open if item.consent and item.until), default=None)


def _ending(words: Words, offer: Offer, today: date) -> list[Element]:
    """A reminder in the last weeks of what was agreed to."""
    last = ends(offer)
    if last is None or last - today > SOON:
        return []
    key = "card.ends_soon" if last < offer.until else "card.agreement_ends"
    return [html.P(words(key, day=words.day(last)), className="notice")]


def _way(words: Words, offer: Offer, child: int, view: str, key: str, who: str) -> Element:
    link = address(words, child, view, to=offer.recipient, **{"for": offer.purpose})
    return dcc.Link(words(key, organization=who), href=link, className="button-quiet")


def choosing(
    words: Words, offer: Offer, names: Names, name: str, until: date, health: frozenset[str], renew: bool
) -> list[Any]:
    """The form: what may be seen, until when. health: elements whose form is that of health records."""
    who = names.get(offer.recipient, offer.recipient)
    lifted = [item for item in offer.items if not item.consent]
    asked = [item for item in offer.items if item.consent]
    contributors = list(dict.fromkeys(item.contributor for item in asked))
    boxes = [_boxes(words, names, c, [i for i in asked if i.contributor == c], health) for c in contributors]
    always = [html.P(words("choose.always", items=by_source(words, keys(lifted), names)))] if lifted else []
    help_ = words("choose.until_help", day=words.day(offer.until))
    day = typed_field(words("choose.until"), "until", "date", until.isoformat(), help_)
    buttons = [do(words("choose.preview"), "preview", True)]
    if any(item.open for item in asked):
        buttons.append(do(words("choose.stop", organization=who), "stop"))
    lead = html.P(words("choose.lead", purpose=words.purpose(offer.purpose)))
    title = html.H2(words("choose.title_renew" if renew else "choose.title", organization=who, name=name))
    return [title, lead, *boxes, *always, day, html.Div(buttons, className="buttons")]


def do(label: str, act: str, first: bool = False) -> Element:
    """A button of the form."""
    look = "button-main" if first else "button-quiet"
    return html.Button(label, id={"type": "mc-do", "act": act}, type="button", className=look)


def _boxes(words: Words, names: Names, contributor: str, items: Sequence[Item], health: frozenset[str]) -> Element:
    options = [{"value": item.element, "label": words.element(item.element)} for item in items]
    chosen = [item.element for item in items if item.open]
    legend = words("choose.from", contributor=names.get(contributor, contributor))
    boxes = dbc.Checklist(id={"type": "mc-keep", "contributor": contributor}, options=options, value=chosen)
    asked = {item.element for item in items}
    note = [html.P(words("choose.goes", element=words.element(CHILD)), className="note")] if goes_along(asked) else []
    note += [html.P(words("choose.health"), className="note")] if asked & health else []
    if any("meal_status" in elements()[i.element].tags for i in items):
        note.append(html.P(words("choose.meals"), className="note"))
    return html.Fieldset([html.Legend(legend), boxes, *note])


def goes_along(codes: Set[str]) -> bool:
    """Whether with these elements goes that the child is known there."""
    return CHILD in codes and len(codes) > 1


def effect(
    words: Words, shown: Mapping[str, Sequence[Shared]], names: Names, until: date | None, before: date | None
) -> list[Any]:
    """What will change. shown: starts, stops, stays, free, held_back; before: until when it held."""
    longer = before is not None and until is not None and before != until and bool(shown["stays"])
    lines: list[str] = []
    for part in ("starts", "stops", "stays", "free"):
        for who in dict.fromkeys(one[0] for one in shown[part]):
            items = by_source(words, [(c, e) for r, _, c, e in shown[part] if r == who], names)
            lines.append(words(f"preview.{part}", organization=names.get(who, who), items=items))
    if longer and before is not None and until is not None:
        lines.append(words("preview.renewed", before=words.day(before), day=words.day(until)))
    elif not shown["starts"] and not shown["stops"]:
        lines.insert(0, words("preview.nothing"))
    if any(goes_along(some) for some in _by_contributor([*shown["starts"], *shown["stays"], *shown["held_back"]])):
        lines.append(words("preview.goes", element=words.element(CHILD)))
    if shown["held_back"]:
        items = by_source(words, [(c, e) for _, _, c, e in shown["held_back"]], names)
        lines.append(words("preview.held_back", items=items))
    if until is not None and not longer:
        lines.append(words("preview.until", day=words.day(until)))
    lines.append(words("preview.at_once"))
    if shown["stops"]:
        lines.append(words("preview.past"))
    return [html.H2(words("preview.title")), html.Ul([html.Li(line) for line in lines])]


def _by_contributor(shared: Iterable[Shared]) -> list[set[str]]:
    found: dict[str, set[str]] = {}
    for _, _, contributor, element in shared:
        found.setdefault(contributor, set()).add(element)
    return list(found.values())


def signing(words: Words, name: str, today: date, typed: Names, error: str, stop: bool) -> list[Any]:
    """The form to sign; error: why the last try was not taken. What was typed stays."""
    told = html.Div([html.H3(words("sign.error_title")), html.P(error)], className="form-error", role="alert")
    return [
        html.H2(words("sign.title")),
        *([told] if error else []),
        html.P(words("sign.text", name=name)),
        typed_field(words("sign.name"), "name", "text", typed.get("name", "")),
        typed_field(words("sign.day"), "day", "date", typed.get("day", today.isoformat())),
        do(words("sign.stop_button" if stop else "sign.button"), "sign", True),
    ]


def typed_field(label: str, field: str, kind: str, value: str, help_: str = "") -> Element:
    """A labelled box of the form."""
    identity = {"type": "mc-typed", "field": field}
    box = dbc.Input(
        id=identity, type=kind, maxLength=200, autoComplete="name" if field == "name" else "off", value=value
    )
    note = [html.P(help_, className="note")] if help_ else []
    return html.Div([html.Label(label, htmlFor=dom_id(identity)), box, *note], className="field")


class Signed(Protocol):
    """What a receipt lists."""

    @property
    def open(self) -> Sequence[Shared]: ...
    @property
    def stopped(self) -> Sequence[Shared]: ...
    @property
    def free(self) -> Sequence[Shared]: ...
    @property
    def held(self) -> Sequence[Shared]: ...


def receipt_lines(words: Words, signed: Signed, names: Names) -> list[tuple[str, list[str]]]:
    """The lists of a receipt, with their headings; page and PDF show the same."""
    none = [words("receipt.none")]
    more = [("held", "line_held", signed.held), ("free", "line", signed.free)]
    return [
        (words("receipt.open"), _lines(words, "receipt.line", signed.open, names) or none),
        (words("receipt.stopped"), _lines(words, "receipt.line_stopped", signed.stopped, names) or none),
        *((words(f"receipt.{name}"), _lines(words, f"receipt.{key}", some, names)) for name, key, some in more if some),
    ]


def _lines(words: Words, key: str, shared: Sequence[Shared], names: Names) -> list[str]:
    """One line for each organization, purpose and source."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for who, why, contributor, element in shared:
        found.setdefault((who, why, contributor), []).append(element)
    return [
        words(
            key,
            organization=names.get(who, who),
            contributor=names.get(contributor, contributor),
            items=kinds(words, codes),
            purpose=words.purpose(why),
        )
        for (who, why, contributor), codes in found.items()
    ]


def receipt(
    words: Words,
    head: Sequence[str],
    lists: Sequence[tuple[str, Sequence[str]]],
    number: int,
    texts: Sequence[tuple[str, Sequence[str]]],
    may_change: bool,
) -> list[Any]:
    """A receipt on the page, with the way to the file and every form as it was signed. may_change: the reader can still
    change it."""
    parts: list[Any] = [html.P(line) for line in head]
    for title, lines in lists:
        parts += [html.H3(title), html.Ul([html.Li(line) for line in lines])]
    identity = {"type": "mc-pdf", "number": number}
    button = html.Button(words("receipt.download"), id=identity, type="button", className="button-main")
    forms = [
        html.Section([html.H3(title), *map(html.P, lines)], className="paper-text", **{"aria-label": title})
        for title, lines in texts
    ]
    signed = [html.H2(words("receipt.texts")), *forms] if forms else []
    rights = [html.P(words("receipt.rights"), className="note")] if may_change else []
    return [*parts, *rights, html.P(button), *signed]


def download() -> Any:
    """Where the file of a receipt leaves."""
    return dash_core.Download(id="mc-file")
