"""Asking for a copy or a correction on a guardian's page, and where each request stands."""

from typing import Any

from components import family_lists
from data_access.agreements import NotRecorded
from data_access.family_requests import KINDS, WITHIN, AskedAlready, FamilyRequest, ask, asked
from data_access.my_child import Child
from pages._family_asked import Asked
from privacy.authorize import Refused


def asking(page: Asked, child: Child) -> list[Any]:
    """The form, and what was asked before."""
    words = page.words
    holders = {one: page.names.get(one, one) for one in page.guardian.held(child)}
    kinds = {kind: words(f"ask.{kind}") for kind in reversed(KINDS)}
    return family_lists.asking(words, holders, kinds, before(page, child))


def before(page: Asked, child: Child) -> list[str]:
    """Every request, one line each."""
    return [_line(page, one) for one in asked(page.guardian, child)]


def _line(page: Asked, one: FamilyRequest) -> str:
    words = page.words
    state = "late" if one.state == "open" and one.due_on < page.guardian.today else one.state
    named = {"kind": words(f"ask.{one.kind}"), "organization": one.member, "day": words.day(one.due_on)}
    wrote = [words("ask.wrote", words=one.words)] if one.words else []
    return " ".join([words(f"ask.{state}", **named, note=one.note), *wrote])


def sent(page: Asked, who: str, kind: str, text: str) -> tuple[str, list[str] | None]:
    """Send a request: until when it will be answered and all requests there are now; or what to mend, and nothing."""
    words = page.words
    try:
        child = page.child()
        ask(page.guardian, child, kind, who, text)
    except AskedAlready:
        return words("ask.error_again"), None
    except NotRecorded:
        return words("ask.error"), None
    except Refused:
        return words("ask.error_gone"), None
    until = words.day(page.guardian.today + WITHIN)
    return words("ask.sent", organization=page.names.get(who, who), day=until), before(page, child)
