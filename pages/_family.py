"""The views of a guardian's page: the child, a choice and its effect, the receipt, the record, requests."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from catalog.forms import SignedText
from catalog.terms import elements
from components import family, family_forms, family_lists
from components.markup import dcc, html
from components.wording import Words
from data_access.accounts import came_with_code
from data_access.family_effects import Effect
from data_access.family_receipts import Receipt
from data_access.my_child import Child
from pages._family_asked import Asked
from pages._family_asking import asking
from pages._identity import token
from pages._site import local, site
from privacy.choices import ANYTHING, Choice

PARTS = ("starts", "stops", "stays", "free", "held_back")
USUAL = timedelta(days=365)
HEALTH = frozenset(name for name, one in elements().items() if {"health", "part_2"} & set(one.tags))


def drawn(asked: Asked) -> list[Any]:
    """The view; without a verified child, what is still to be done."""
    children = asked.guardian.children()
    if not children:
        return [*_waiting(asked), *_signing_in(asked)]
    child = asked.child()
    views = {"choose": _choose, "renew": _renew, "record": _record, "ask": asking, "receipt": _kept}
    view = views.get(asked.get("view"))
    if view is None and not child.theirs:
        return _closed(asked, child, [one.first_name for one in children])
    if view is None:
        return _card(asked, child, [one.first_name for one in children])
    back = dcc.Link(asked.words("page.back"), href=family.address(asked.words, child.number))
    return [html.P(back), *view(asked, child)]


def _waiting(asked: Asked) -> list[Any]:
    told = (
        ("waiting.title", "waiting.text") if asked.guardian.waiting() else ("waiting.none_title", "waiting.none_text")
    )
    return [html.H2(asked.words(told[0])), html.P(asked.words(told[1]))]


def _card(asked: Asked, child: Child, names: Sequence[str]) -> list[Any]:
    words, guardian, name = asked.words, asked.guardian, child.first_name
    offers = guardian.offers(child)
    more = [
        html.Li(dcc.Link(words("record.link", name=name), href=family.address(words, child.number, "record"))),
        html.Li(dcc.Link(words("ask.title"), href=family.address(words, child.number, "ask"))),
    ]
    return [
        *family.chooser(words, names, child.number),
        html.H2(name),
        html.P(_summary(words, [o.recipient for o in offers if o.open], name), className="lead"),
        *(_unfit(words, child) or [html.P(words("page.lead"))]),
        family.uses(words, offers, asked.names, child, guardian.today),
        html.Ul(more, className="plain-list"),
        family.holds(words, guardian.held(child), asked.names, name),
        *_receipts(asked, child),
        *_signing_in(asked),
    ]


def _signing_in(asked: Asked) -> list[Any]:
    """How the reader came in, where that was a code, and that somebody made one."""
    words, made = asked.words, asked.guardian.code_made()
    parts = []
    if made is not None:
        parts.append(
            html.P(words("password.made", organization=made.organization, day=words.day(local(made.at).date())))
        )
    if came_with_code(site().stores.registry, token() or "", site().now()):
        way = html.A(words("password.link"), href=f"/new-password?lang={words.code}", className="button-quiet")
        parts += [html.P(words("password.note")), html.P(way, className="buttons")]
    return [html.Section(parts, className="note")] if parts else []


def _closed(asked: Asked, child: Child, names: Sequence[str]) -> list[Any]:
    """A child whose records are not this person's to see: only what they signed themselves."""
    head = [*family.chooser(asked.words, names, child.number), html.H2(child.first_name)]
    return [*head, *_unfit(asked.words, child), *_receipts(asked, child)]


def _unfit(words: Words, child: Child) -> list[Any]:
    """Why nothing can be signed, where that is so."""
    told = words(f"card.{child.unfit}", name=child.first_name) if child.unfit else ""
    return [html.P(told, className="notice")] if told else []


def _summary(words: Words, recipients: Sequence[str], name: str) -> str:
    count = len(set(recipients))
    if not count:
        return words("card.shared_none", name=name)
    return words("card.shared_one" if count == 1 else "card.shared_some", count=count, name=name)


def _receipts(asked: Asked, child: Child) -> list[Any]:
    words = asked.words
    links = [
        html.Li(
            dcc.Link(
                words("receipt.link", number=one.number, day=words.day(one.signed_on)),
                href=family.address(words, child.number, "receipt", n=str(one.number)),
            )
        )
        for one in asked.guardian.receipts(child)
    ]
    return [html.Section([html.H3(words("receipt.list")), html.Ul(links)])] if links else []


def _renew(asked: Asked, child: Child) -> list[Any]:
    return _choose(asked, child, renew=True)


def _choose(asked: Asked, child: Child, renew: bool = False) -> list[Any]:
    if child.unfit:
        return _unfit(asked.words, child)
    if asked.get("to") == ANYTHING:
        slot = html.Div(previewed(asked, [], {}, stop=True), id="mc-effect", className="effect")
        return [html.Div(html.H2(asked.words("card.stop_all")), id="mc-choice"), slot]
    offer = asked.guardian.offer(child, asked.get("to"), asked.get("for"))
    usual = min(offer.until, asked.guardian.today + USUAL)
    until = usual if renew else family.ends(offer) or usual
    form = family.choosing(asked.words, offer, asked.names, child.first_name, until, HEALTH, renew)
    bar = _vouched(asked, offer.recipient)
    choice = html.Div([*([html.P(bar, className="notice")] if bar else []), *form], id="mc-choice")
    return [choice, html.Div(id="mc-effect", className="effect")]


def _vouched(asked: Asked, recipient: str) -> str:
    """Why this organization cannot be let see more now; empty where it can."""
    if recipient not in asked.guardian.vouched_by():
        return ""
    return asked.words("sign.error_vouched", organization=asked.names.get(recipient, recipient))


def previewed(asked: Asked, pairs: Sequence[tuple[str, str]], typed: Mapping[str, str], *, stop: bool) -> list[Any]:
    """What would change, and the form to sign it."""
    child, words = asked.child(), asked.words
    if child.unfit:
        return barred(asked, child)
    if asked.get("to") == ANYTHING:
        choice = Choice(ANYTHING, ANYTHING, frozenset(), None)
    else:
        offer = asked.guardian.offer(child, asked.get("to"), asked.get("for"))
        until = _day(typed.get("until", ""))
        if not stop and pairs and (until is None or not asked.guardian.today <= until <= offer.until):
            told = words("choose.bad_day", day=words.day(offer.until))
            return [html.P(told, className="form-error", role="alert")]
        open_to_choice = {item.key for item in offer.items if item.consent}
        keep = frozenset() if stop else frozenset(open_to_choice.intersection(_whole(pairs)))
        choice = Choice(offer.recipient, offer.purpose, keep, until if keep else None)
    return _effect(asked, child, choice, {}, "")


def _whole(pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """With a record of somewhere goes that the child is known there."""
    return {*pairs, *((contributor, "child") for contributor, _ in pairs)}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _effect(asked: Asked, child: Child, choice: Choice, typed: Mapping[str, str], error: str) -> list[Any]:
    words, found = asked.words, asked.guardian.preview(child, choice)
    if not found.statements:
        return _nothing(words, choice)
    shown: dict[str, Sequence[family.Shared]] = {part: getattr(found, part) for part in PARTS}
    kept = {"keep": sorted(choice.keep), "until": choice.until and choice.until.isoformat(), "seen": found.seen}
    texts = read(asked, found)
    kept |= {"starts": found.starts, "stops": found.stops, "texts": family_forms.digest(texts)}
    told = family.effect(words, shown, asked.names, found.until, found.before)
    bar = _vouched(asked, choice.recipient) if found.widens else ""
    if bar:
        return [*told, *([html.P(bar, className="form-error", role="alert")] if bar else [])]
    memory = dcc.Store(id={"type": "mc-shown", "n": 0}, data=kept)
    form = family.signing(words, child.first_name, asked.guardian.today, typed, error, stop=not choice.keep)
    return [*told, memory, *family_forms.shown(words, texts), *form]


def _nothing(words: Words, choice: Choice) -> list[Any]:
    """What to do where a choice comes to no statement: nothing is checked, and nobody can see anything by consent."""
    told = words("choose.none_open" if choice.recipient == ANYTHING else "choose.none")
    return [html.P(told, className="form-error", role="alert")]


def read(asked: Asked, effect: Effect) -> tuple[SignedText, ...]:
    """Every form that a choice needs, as it is read before signing."""
    return family_forms.read(asked.words, effect.statements, asked.names)


def remembered(asked: Asked, shown: Mapping[str, Any]) -> tuple[Child, Choice, Effect]:
    """What was shown before signing, as the browser gives it back; signing compares it with what is now."""

    def rows(name: str) -> tuple[Any, ...]:
        return tuple(tuple(map(str, one)) for one in shown.get(name) or () if isinstance(one, list))

    until = _day(str(shown.get("until") or ""))
    keep = frozenset((one[0], one[1]) for one in rows("keep") if len(one) == 2)
    seen = shown.get("seen")
    effect = Effect(rows("starts"), rows("stops"), (), (), until, seen if isinstance(seen, int) else -1)
    to = asked.get("to")
    return asked.child(), Choice(to, ANYTHING if to == ANYTHING else asked.get("for"), keep, until), effect


def barred(asked: Asked, child: Child) -> list[Any]:
    """Why nothing can be signed any more, for somebody whose page was open when that changed."""
    return [html.P(asked.words(f"sign.error_{child.unfit}"), className="form-error", role="alert")]


def refused(asked: Asked, child: Child, choice: Choice, typed: Mapping[str, str], field: str) -> list[Any]:
    """The effect as it is now and the form with what was typed, saying what to mend."""
    named = {"signer": child.link.guardian_name, "day": asked.words.day(asked.guardian.today)}
    named |= {"organization": asked.names.get(choice.recipient, choice.recipient)}
    return _effect(asked, child, choice, typed, asked.words(f"sign.error_{field}", **named))


def receipt(asked: Asked, child: Child, number: int, fresh: bool = False) -> list[Any]:
    """A receipt on the page."""
    words = asked.words
    found = asked.guardian.receipt(child, number)
    head, lists = told(asked, words, child, found)
    title, thanks = [html.H2(words("receipt.title"))], words("receipt.done_held" if found.held else "receipt.done")
    done = [html.P(thanks, className="lead", role="status")] if fresh else _unfit(words, child)
    texts = family_forms.papers(words, found.texts)
    return [*title, *done, *family.receipt(words, head, lists, number, texts, may_change=not child.unfit)]


def told(asked: Asked, words: Words, child: Child, found: Receipt) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The lines of a receipt; page and file say the same."""
    head = [
        words("receipt.number", number=found.number),
        words("receipt.child", name=child.first_name),
        words("receipt.signed", signer=found.signed_name, day=words.day(found.signed_on)),
        *([words("receipt.until", day=words.day(found.until))] if found.until else []),
    ]
    return head, family.receipt_lines(words, found, asked.names)


def _kept(asked: Asked, child: Child) -> list[Any]:
    text = asked.get("n")
    return receipt(asked, child, int(text) if text.isdecimal() and len(text) < 16 else 0)


def _record(asked: Asked, child: Child) -> list[Any]:
    found = asked.guardian.disclosures(child)
    rows = [
        (one.at.date(), one.recipient, one.action, one.elements, one.purpose, one.contributors) for one in found.rows
    ]
    return family_lists.record(asked.words, rows, asked.names, child.first_name, found.unsure)
