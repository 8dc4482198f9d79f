"""My child: what is shared about a guardian's children, with whom and why, and the guardian's own decision."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, no_update
from dash import dcc as dash_core
from dash import html as dash_html

from components import family, family_forms, family_lists, shell, urlstate
from components.markup import html
from components.receipt import receipt_pdf
from components.wording import Words, wording
from data_access.my_child import NotSigned
from pages import _family
from pages._family_asked import Asked
from pages._family_asking import sent
from pages._site import site
from privacy.authorize import Refused
from privacy.viewer import Role

PAGE, PATH, TITLE = "my-child", "/my-child", "My child"
DEFAULTS = {"lang": "", "child": "", "view": "", "to": "", "for": "", "n": ""}
dash.register_page(
    __name__, path=PATH, name=TITLE, title=f"{TITLE} · Quorum", order=-1, audience=frozenset({Role.GUARDIAN})
)


def layout(**words: Any) -> Any:
    """An empty slot; the address fills it."""
    query = urlstate.clean(words, DEFAULTS)
    told = wording(query["lang"])
    around = dash_core.Store(id="mc-frame", data=family.frame(told))
    parts = [urlstate.store(PAGE, query, DEFAULTS), family.download(), around]
    slot = dash_html.Div(id=f"{PAGE}-content", className="family", lang=told.code)
    title = dash_html.Span(told("page.title"), id=f"{PAGE}-title", lang=told.code)
    context = dash_html.Span(told("page.context"), id=f"{PAGE}-context", lang=told.code)
    return shell.page(title, context, slot, parts=parts)  # type: ignore[arg-type]


@callback(
    *(Output(f"{PAGE}-{part}", prop) for part in ("content", "title", "context") for prop in ("children", "lang")),
    Output("mc-frame", "data"),
    urlstate.changed(PAGE),
)
def content(query: Any) -> Any:
    """The view the address names, in its language."""
    asked = Asked.of(query)
    words = asked.words
    drawn = [family.switch(words, asked.query), *_or_refused(asked, lambda: _family.drawn(asked))]
    said = (words("page.title"), words.code, words("page.context"), words.code)
    return drawn, words.code, *said, family.frame(words)


shell.spoken(Output("mc-frame", "storage_type"), Input("mc-frame", "data"))


@callback(
    Output("mc-effect", "children"),
    Output("mc-choice", "children"),
    Input({"type": "mc-do", "act": ALL}, "n_clicks"),
    State({"type": "mc-keep", "contributor": ALL}, "value"),
    State({"type": "mc-keep", "contributor": ALL}, "id"),
    State({"type": "mc-typed", "field": ALL}, "value"),
    State({"type": "mc-typed", "field": ALL}, "id"),
    State({"type": "mc-shown", "n": ALL}, "data"),
    urlstate.state(PAGE),
    prevent_initial_call=True,
)
def decide(_: Any, kept: Any, places: Any, values: Any, fields: Any, shown: Any, query: Any) -> Any:
    """Show what would change, or sign what was shown; a receipt stands alone, without the form it came from."""
    if not ctx.triggered or not ctx.triggered[0]["value"] or not isinstance(ctx.triggered_id, dict):
        return no_update, no_update
    asked = Asked.of(query)
    typed = {str(one.get("field")): str(value or "") for one, value in zip(fields, values, strict=True)}
    act = ctx.triggered_id["act"]
    if act == "sign" and shown and isinstance(shown[-1], dict):
        return _signing(asked, shown[-1], typed)
    pairs = [
        (str(one.get("contributor")), str(element))
        for one, chosen in zip(places, kept, strict=True)
        for element in (chosen if isinstance(chosen, list) else [])
    ]
    return _or_refused(asked, lambda: _family.previewed(asked, pairs, typed, stop=act == "stop")), no_update


def _signing(asked: Asked, shown: dict[str, Any], typed: dict[str, str]) -> tuple[Any, Any]:
    try:
        drawn, done = signed(asked, shown, typed)
    except Refused:
        return _not_here(asked), no_update
    return drawn, [] if done else no_update


def _or_refused(asked: Asked, draw: Callable[[], list[Any]]) -> list[Any]:
    """What is drawn; or one sentence in the family's language, the same whether the thing exists or not."""
    try:
        return draw()
    except Refused:
        return _not_here(asked)


def _not_here(asked: Asked) -> list[Any]:
    back = dash_core.Link(asked.words("page.back"), href=family.address(asked.words, 1))
    return [html.P(asked.words("page.not_here"), className="notice", role="alert"), html.P(back)]


def signed(asked: Asked, shown: dict[str, Any], typed: dict[str, str]) -> tuple[list[Any], bool]:
    """The receipt and True; or the form again with the reason and all that was typed, and False."""
    child, choice, effect = _family.remembered(asked, shown)
    if child.unfit:
        return _family.barred(asked, child), False
    try:
        day = date.fromisoformat(typed.get("day", ""))
    except ValueError:
        day = None
    try:
        now = asked.guardian.preview(child, choice)
        texts = _family.read(asked, now)
        if family_forms.digest(texts) != shown.get("texts"):
            raise NotSigned("changed")
        effect = replace(effect, statements=now.statements)
        number = asked.guardian.sign(child, choice, effect, typed.get("name", ""), day, texts)
    except NotSigned as refusal:
        return _family.refused(asked, child, choice, typed, refusal.field), False
    return _family.receipt(asked, child, number, fresh=True), True


clientside_callback(
    ClientsideFunction("family", "arrived"),
    Output("mc-effect", "title"),
    Input("mc-effect", "children"),
    prevent_initial_call=True,
)


@callback(
    Output("mc-file", "data"), Input({"type": "mc-pdf", "number": ALL}, "n_clicks"), urlstate.state(PAGE),
    prevent_initial_call=True,
)  # fmt: skip
def receipt_file(clicks: list[int | None], query: Any) -> Any:
    """The receipt as a file, in the language it was signed in."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update
    asked = Asked.of(query)
    child = asked.child()
    found = asked.guardian.receipt(child, int(ctx.triggered_id["number"]))
    words: Words = wording(found.language, asked.guardian.alone)
    head, lists = _family.told(asked, words, child, found)
    papers = family_forms.papers(words, found.texts)
    content = receipt_pdf(words, head, lists, found.number, site().community, papers)
    return dash_core.send_bytes(content, f"receipt-{found.number}.pdf")


@callback(
    Output("mc-asked", "children"),
    Output("mc-ask-words", "value"),
    Output("mc-ask-list", "children"),
    Input("mc-ask-send", "n_clicks"),
    State("mc-ask-who", "value"),
    State("mc-ask-kind", "value"),
    State("mc-ask-words", "value"),
    urlstate.state(PAGE),
    prevent_initial_call=True,
)
def request(clicks: Any, who: Any, kind: Any, words: Any, query: Any) -> Any:
    """Send a request for a copy or a correction; what was typed stays until it is sent."""
    if not clicks:
        return no_update, no_update, no_update
    asked = Asked.of(query)
    said, lines = sent(asked, str(who or ""), str(kind or ""), str(words or ""))
    if lines is None:
        return html.P(said, className="form-error"), no_update, no_update
    return html.P(said), "", family_lists.requests(asked.words, lines)
