"""What the web pages know about the site they belong to; put on the Flask server once, by `app.make_app`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask, current_app

from data_access.accounts import SessionLimits
from data_access.stores import Stores

NAME = "quorum"


@dataclass(frozen=True)
class Site:
    """stores: the data stores; cookie: name of the session cookie; secure: readers come over https.

    public_url: scheme and host readers use, None where taken from the request; address_key: secret that turns a network
    address into a throttling key; now: the clock (UTC); limits: how long a session lasts.
    """

    stores: Stores
    community: str
    cookie: str
    secure: bool
    public_url: str | None
    address_key: bytes = field(repr=False)
    now: Callable[[], datetime]
    limits: SessionLimits = field(default_factory=SessionLimits)


def attach(server: Flask, site: Site) -> None:
    """Make the site known to every request of the server."""
    server.extensions[NAME] = site


def site() -> Site:
    """The site the current request belongs to."""
    found: Any = current_app.extensions[NAME]
    return found  # type: ignore[no-any-return]


def local(when: datetime) -> datetime:
    """A moment as the clocks of the community show it: the day people are told is theirs, not that of UTC."""
    return when.astimezone(site().stores.time_zone)
