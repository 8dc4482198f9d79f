"""The web application in tests: invented accounts, a clock that can be moved, clients that behave like browsers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import app
from catalog.terms import elements, purposes
from data_access import accounts, agreements
from data_access.agreements import Organization, save_agreement, save_organization
from data_access.registry.engine import transaction
from data_access.stores import Stores, open_stores
from privacy.agreement import Agreement, Level, State, Tier
from privacy.viewer import Role
from settings import Settings
from tests.support import fresh

OPENED = datetime(2025, 9, 10, 12, tzinfo=UTC)
KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"
LEDGER_KEY = b"k" * 32
PASSWORD = "three calm otters"
HERE = "http://127.0.0.1"
REAL = "https://quorum.example.org"
# One millisecond instead of a tenth of a second; the real one is tested where it is made.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ORGANIZATIONS = {
    Role.BACKBONE: "backbone",
    Role.FUNDER: "fund",
    Role.EVALUATOR: "eval",
    Role.PARTNER: "club",
    Role.GUARDIAN: "families",
}


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = OPENED

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Go on by so many hours, minutes, ..."""
        self.now += timedelta(**by)


@dataclass
class Web:
    """An application with an account for every role. origin: how readers reach it."""

    app: Any
    stores: Stores
    clock: Clock
    origin: str = HERE
    tokens: dict[Role, str] = field(default_factory=dict)

    def stranger(self) -> FlaskClient:
        """A browser without a session."""
        return self.app.server.test_client()

    def browser(self, role: Role = Role.FUNDER) -> FlaskClient:
        """A browser of somebody signed in just now."""
        client = self.stranger()
        token = accounts.sign_in(self.stores.registry, email(role), PASSWORD, "test", self.clock())
        self.give(client, token)
        return client

    def give(self, client: FlaskClient, token: str) -> None:
        """Put a session cookie into a browser."""
        name = "__Host-quorum" if self.origin.startswith("https") else "quorum"
        client.set_cookie(name, token, domain=self.origin.split("://")[1], secure=self.origin.startswith("https"))

    def get(self, client: FlaskClient, path: str, **options: Any) -> TestResponse:
        """Open an address."""
        return client.get(path, base_url=self.origin, **options)

    def post(
        self, client: FlaskClient, path: str, headers: dict[str, str] | None = None, **options: Any
    ) -> TestResponse:
        """Send something from a page of this very site, unless other headers are given."""
        sent = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"} if headers is None else headers
        return client.post(path, base_url=self.origin, headers=sent, **options)

    def callback(self, client: FlaskClient, body: Any) -> TestResponse:
        """Send the body of a callback."""
        return self.post(client, "/_dash-update-component", json=body)

    def route(self, client: FlaskClient, path: str, search: str = "") -> TestResponse:
        """Ask Dash's router for a page, as the browser does after loading."""
        return self.callback(client, route_body(path, search))

    def page(self, client: FlaskClient, path: str, search: str = "") -> Any:
        """The content of a page as the browser gets it."""
        answer = self.route(client, path, search)
        assert answer.status_code == 200, answer.text
        return json.loads(answer.text)["response"]["_pages_content"]["children"]


def route_body(path: str, search: str = "") -> dict[str, Any]:
    """The body with which the browser asks for a page."""
    places = [("pathname", path), ("search", search)]
    return {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}],
        "inputs": [{"id": "_pages_location", "property": name, "value": value} for name, value in places],
        "changedPropIds": ["_pages_location.pathname"],
    }


def email(role: Role) -> str:
    """The address of the test person of a role."""
    return f"{role.value}@example.org"


def empty(home: Path) -> Stores:
    """Stores with a person for every role, agreements for the funder and the backbone, and nothing published."""
    stores = fresh.stores(home, LEDGER_KEY)
    add_people(stores)
    with transaction(stores.registry) as connection:
        for party in ("fund", "backbone"):
            save_agreement(connection, license_of(party))
    return stores


def license_of(party: str) -> Agreement:
    """A data-use agreement that allows every report."""
    return Agreement(
        id=f"use-{party}",
        version=1,
        tier=Tier.USE,
        title=f"License of {party}",
        party=party,
        level=Level.AGGREGATE,
        elements=frozenset(elements()),
        purposes=frozenset(list(purposes())[:1]),
        finest_area="region",
        minimum_count=10,
        starts=date(2024, 1, 1),
        ends=date(2027, 6, 30),
        state=State.ACTIVE,
    )


def add_people(
    stores: Stores, organizations: Mapping[Role, str] = ORGANIZATIONS, hasher: PasswordHasher = CHEAP
) -> None:
    """One person for every role; organizations that are not there yet are added."""
    there = {known.id for known in agreements.organizations(stores.registry)}
    with transaction(stores.registry) as connection:
        for role, code in organizations.items():
            kind = {Role.PARTNER: "contributor", Role.GUARDIAN: "families"}.get(role, role.value)
            if code not in there:
                save_organization(connection, Organization(code, f"The {code}", kind))
    for role, code in organizations.items():
        person = {"name": f"Robin {role.value.title()}", "organization": code, "role": role}
        accounts.create_user(stores.registry, email=email(role), password=PASSWORD, hasher=hasher, **person)


def settings(home: Path, *, real: bool = False, **changes: Any) -> Settings:
    """Settings of a demo on this computer, or of a real site behind https."""
    base: dict[str, Any] = {
        "home": home,
        "database_url": f"sqlite:///{home / 'registry.db'}",
        "time_zone": ZoneInfo("America/New_York"),
        "community": "Alder County",
        "demo": not real,
        "public_url": REAL if real else None,
        "secret_key": KEY,
        "ledger_key": LEDGER_KEY,
    }
    return Settings(**base | changes)


def make(home: Path, stores: Stores, *, real: bool = False) -> Web:
    """The application on these stores."""
    clock = Clock()
    made = app.make_app(settings(home, real=real), stores=stores, now=clock)
    made.server.testing = False
    return Web(made, stores, clock, REAL if real else HERE)


def reopened(stores: Stores, home: Path) -> Stores:
    """The same stores at a copy of their folder."""
    return open_stores(f"sqlite:///{home / 'registry.db'}", home, stores.ledger_key, stores.time_zone)
