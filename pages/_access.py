"""Which pages exist for which role. A page without an audience exists for nobody."""

from collections.abc import Callable, Mapping, Set
from functools import partial
from typing import Any

import dash
from flask import g, has_request_context

from components import shell, states
from privacy.viewer import Role

ALL = frozenset(Role)
# What somebody who looks as another may open: pages of published numbers.
PUBLISHED = frozenset({"/", "/compare", "/map", "/profile", "/reports", "/about", "/attacker"})


class NoAudience(ValueError):
    """A page that does not say whom it is for; the message names its file and the mend."""


def may_open(page: Mapping[str, Any], role: Role) -> bool:
    """True when the page names the role among its audience; of published numbers only, for one who looks as another."""
    if has_request_context() and "looker" in g and page["path"] not in PUBLISHED:
        return False
    return role in page.get("audience", frozenset())


def page_at(path: str) -> Mapping[str, Any] | None:
    """The registered page at a URL path, or None."""
    return next((page for page in dash.page_registry.values() if page["path"] == path), None)


def open_to(path: str, role: Role) -> bool:
    """True when there is a page at this path and the role may open it."""
    page = page_at(path)
    return page is not None and may_open(page, role)


def opens(path: str) -> bool:
    """True when whoever is looking may open the page at this path."""
    return open_to(path, g.viewer.role)


def menu(role: Role) -> list[tuple[str, str]]:
    """(title, path) of the pages a role may open, in their order."""
    pages = (page for page in dash.page_registry.values() if page["path"] and not page.get("unlisted"))
    return [(page["name"], page["path"]) for page in pages if may_open(page, role)]


def may_call(callback: Any, role: Role) -> bool:
    """True unless the callback belongs to a page the role may not open; parts shared by pages are open to all."""
    page = dash.page_registry.get(_home(callback))
    return page is None or may_open(page, role)


def _home(callback: Any) -> str:
    """The module that defined a callback, below Dash's wrappers."""
    while hasattr(callback, "__wrapped__"):
        callback = callback.__wrapped__
    return str(getattr(callback, "__module__", ""))


def guard_layouts() -> None:
    """Put the audience check before every page's layout: the router takes the path from the body of a request.

    Raises NoAudience where a page could be opened by nobody without saying so.
    """
    for page in dash.page_registry.values():
        audience = page.get("audience")
        if not isinstance(audience, Set) or not all(isinstance(role, Role) for role in audience):
            raise NoAudience(
                f"{page['module'].replace('.', '/')}.py does not say who may open the page: give its register_page "
                "audience=ALL of pages._access, or roles such as audience=frozenset({Role.FUNDER})."
            )
        page["layout"] = partial(_layout, page, page["layout"])


def _layout(page: Mapping[str, Any], layout: Callable[..., Any] | Any, /, **query: Any) -> Any:
    if not may_open(page, g.viewer.role):
        return not_found()
    return layout(**query) if callable(layout) else layout


def not_found() -> Any:
    """The page for an address that leads nowhere, inside the frame."""
    state = states.not_found()
    return shell.page(states.title_of(state), "", states.body_of(state))
