"""The views of a guardian's page: the child, a choice and its effect, the receipt, the record, requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from catalog.terms import elements
from components import family, family_lists, urlstate
from components.markup import dcc, html
from components.wording import Words, wording
from data_access.agreements import NotRecorded
from data_access.family_requests import KINDS, WITHIN, ask  # fmt: skip
from data_access.family_requests import asked as requests_of
from data_access.my_child import Child, Effect, Guardian, Receipt
from pages._session import current
from privacy.authorize import Refused
from privacy.choices import ANYTHING, Choice

PARTS = ("starts", "stops", "stays", "held_back")
USUAL = timedelta(days=365)
HEALTH = frozenset(name for name, one in elements().items() if {"health", "part_2"} & set(one.tags))


@dataclass(frozen=True)
class Asked:
    """What the address asks for, and who asks."""

    query: Mapping[str, str]
    words: Words
    guardian: Guardian

    @classmethod
    def of(cls, query: Any) -> "Asked":
        """From the page's store; raises Refused for everybody but guardians."""
        clean = urlstate.clean(query if isinstance(query, dict) else {})
        return cls(clean, wording(clean.get("lang", "")), Guardian(current()))

    @cached_property
    def names(self) -> dict[str, str]:
        """Organizations by id."""
        return self.guardian.organizations()

    def get(self, key: str) -> str:
        """A word of the address."""
        return self.query.get(key, "")

    def child(self) -> Child:
        """The child the address means; the first where it names none. Raises Refused."""
        text = self.get("child") or "1"
        return self.guardian.child(int(text) if text.isdecimal() and len(text) < 4 else 0)


def drawn(asked: Asked) -> list[Any]:
    """The view; without a verified child, what is still to be done."""
    children = asked.guardian.children()
    if not children:
        return _waiting(asked)
    child = asked.child()
    views = {"choose": _choose, "record": _record, "ask": _ask, "receipt": _kept}
    view = views.get(asked.get("view"))
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
    may_sign = child.dated and not child.moved
    state = [html.P(words(f"card.{key}", name=name), className="notice") for key, on in _states(child) if on]
    more = [
        html.Li(dcc.Link(words("record.link", name=name), href=family.address(words, child.number, "record"))),
        html.Li(dcc.Link(words("ask.title"), href=family.address(words, child.number, "ask"))),
    ]
    return [
        *family.chooser(words, names, child.number),
        html.H2(name),
        html.P(_summary(words, [o.recipient for o in offers if o.open], name), className="lead"),
        *state,
        html.P(words("page.lead")),
        family.uses(words, offers, asked.names, name, child.number, may_sign),
        html.Ul(more, className="plain-list"),
        family.holds(words, guardian.held(child), asked.names, name),
        *_receipts(asked, child),
    ]


def _states(child: Child) -> list[tuple[str, bool]]:
    return [("moved", child.moved), ("undated", not child.dated)]


def _summary(words: Words, recipients: Sequence[str], name: str) -> str:
    count = len(set(recipients))
    if not count:
        return words("card.shared_none", name=name)
    told = words("card.one_organization") if count == 1 else words("card.organizations", count=count)
    return words("card.shared_some", count=told, name=name)


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


def _choose(asked: Asked, child: Child) -> list[Any]:
    slot = html.Div(id="mc-effect", className="effect", **{"aria-live": "polite"})
    if not child.dated or child.moved:
        return [html.P(asked.words("sign.error_moved" if child.moved else "card.undated", name=child.first_name))]
    if asked.get("to") == ANYTHING:
        slot = html.Div(previewed(asked, [], {}, stop=True), id="mc-effect", className="effect")
        return [html.H2(asked.words("card.stop_all")), slot]
    offer = asked.guardian.offer(child, asked.get("to"), asked.get("for"))
    ends = [item.until for item in offer.open if item.consent and item.until]
    until = min(ends) if ends else min(offer.until, asked.guardian.today + USUAL)
    return [*family.choosing(asked.words, offer, asked.names, child.first_name, until, HEALTH), slot]


def previewed(asked: Asked, pairs: Sequence[tuple[str, str]], typed: Mapping[str, str], *, stop: bool) -> list[Any]:
    """What would change, and the form to sign it."""
    child, words = asked.child(), asked.words
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
    shown: dict[str, Sequence[family.Shared]] = {part: getattr(found, part) for part in PARTS}
    kept = {"keep": sorted(choice.keep), "until": choice.until and choice.until.isoformat(), "seen": found.seen}
    memory = dcc.Store(id={"type": "mc-shown", "n": 0}, data=kept | {"starts": found.starts, "stops": found.stops})
    form = family.signing(words, child.first_name, asked.guardian.today, typed, error, stop=not choice.keep)
    return [*family.effect(words, shown, asked.names, found.until), memory, *form]


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


def refused(asked: Asked, child: Child, choice: Choice, typed: Mapping[str, str], field: str) -> list[Any]:
    """The effect as it is now and the form with what was typed, saying what to mend."""
    named = {"signer": child.link.guardian_name, "day": asked.words.day(asked.guardian.today)}
    return _effect(asked, child, choice, typed, asked.words(f"sign.error_{field}", **named))


def receipt(asked: Asked, child: Child, number: int, fresh: bool = False) -> list[Any]:
    """A receipt on the page."""
    words = asked.words
    head, lists = told(asked, words, child, asked.guardian.receipt(child, number))
    title = [html.H2(words("receipt.title"))]
    done = [html.P(words("receipt.done"), className="lead", role="status")] if fresh else []
    return [*title, *done, *family.receipt(words, head, lists, number)]


def told(asked: Asked, words: Words, child: Child, found: Receipt) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The lines of a receipt; page and file say the same."""
    head = [
        words("receipt.number", number=found.number),
        words("receipt.child", name=child.first_name),
        words("receipt.signed", signer=found.signed_name, day=words.day(found.signed_on)),
        *([words("receipt.until", day=words.day(found.until))] if found.until else []),
    ]
    return head, family.receipt_lines(words, found.open, found.stopped, asked.names)


def _kept(asked: Asked, child: Child) -> list[Any]:
    text = asked.get("n")
    return receipt(asked, child, int(text) if text.isdecimal() and len(text) < 16 else 0)


def _record(asked: Asked, child: Child) -> list[Any]:
    rows = [
        (one.at.date(), one.recipient, one.action, one.elements, one.purpose, one.contributors)
        for one in asked.guardian.disclosures(child)
    ]
    return family_lists.record(asked.words, rows, asked.names, child.first_name)


def _ask(asked: Asked, child: Child) -> list[Any]:
    words = asked.words
    holders = {one: asked.names.get(one, one) for one in asked.guardian.held(child)}
    done = [
        words(
            f"ask.{one.state}",
            kind=words(f"ask.{one.kind}"),
            organization=one.member,
            day=words.day(one.due_on),
            note=one.note,
        )
        for one in requests_of(asked.guardian, child)
    ]
    return family_lists.asking(words, holders, {kind: words(f"ask.{kind}") for kind in reversed(KINDS)}, done)


def sent(asked: Asked, who: str, kind: str, text: str) -> str:
    """Send a request and say until when it will be answered, or what to mend."""
    words = asked.words
    try:
        ask(asked.guardian, asked.child(), kind, who, text)
    except (NotRecorded, Refused):
        return words("ask.error")
    return words("ask.sent", organization=asked.names.get(who, who), day=words.day(asked.guardian.today + WITHIN))
