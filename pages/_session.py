"""The one door to data, for the viewer of the current request."""

from dataclasses import replace
from functools import cached_property
from typing import Any

from flask import g

from catalog.terms import area_levels
from data_access.agreements import agreements_at
from data_access.looking import Looking, read_only
from data_access.moment import Moment
from data_access.publication import Publication
from data_access.session import Session
from pages._site import site
from privacy.agreement import Agreement
from privacy.authorize import Permit, Refused


class _OneMoment(Session):
    """A session for one request: agreements and the newest publication are those of the guard's look at the registry.

    So all parts of a page are of one moment, and a page that asks for forty things reads the registry once, not forty
    times. The next request looks again.
    """

    @cached_property
    def _known(self) -> list[Agreement]:
        now = _moment()
        return super()._agreements() if now is None else list(agreements_at(self._stores.registry, now.stamp))

    def _agreements(self) -> list[Agreement]:
        return self._known

    @cached_property
    def _permits(self) -> dict[str, Permit]:
        return {}

    def _entrance(self, level: str = "county") -> Permit:
        if level not in self._permits:
            self._permits[level] = super()._entrance(level)
        return self._permits[level]

    def forget(self) -> None:
        """Look the agreements up again."""
        self._known = super()._agreements()
        self._permits.clear()


class _LookingMoment(Looking, _OneMoment):
    """The same for somebody who looks as another: published numbers only, and nothing is written."""


class _Publications:
    """The publications, the newest looked up once."""

    def __init__(self, publications: Any) -> None:
        self._all = publications

    @cached_property
    def _newest(self) -> Publication:
        now = _moment()
        found: Publication = self._all.current() if now is None else self._all.newest(now.newest)
        return found

    def current(self) -> Publication:
        """The newest publication at the time of the first call."""
        return self._newest

    def __getattr__(self, name: str) -> Any:
        return getattr(self._all, name)


def _moment() -> Moment | None:
    """What the guard saw; None where nobody has signed in, as with a code from an invitation."""
    found: Moment | None = g.get("moment")
    return found


def current() -> Session:
    """The viewer's session; made once a request."""
    if "session" not in g:
        stores = replace(site().stores, publications=_Publications(site().stores.publications))
        looking = "looker" in g
        kind = _LookingMoment if looking else _OneMoment
        g.session = kind(g.viewer, read_only(stores) if looking else stores, site().now)
    session: Session = g.session
    return session


def looking(session: Session) -> bool:
    """True where somebody looks as another."""
    return isinstance(session, Looking)


def open_areas(session: Session) -> dict[str, str]:
    """Code -> name of the areas of every level that the viewer's agreements reach."""
    found: dict[str, str] = {}
    for level in area_levels():
        try:
            found |= {area.code: area.name for area in session.areas(level)}
        except Refused:
            continue
    return found
