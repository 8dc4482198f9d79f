"""A registry to test on: SQLite and PostgreSQL alike, with the tables and nothing in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data_access.agreements import Organization, save_organization
from data_access.registry.engine import transaction
from data_access.registry.schema import metadata
from data_access.stores import open_registry
from tests.data_access import postgres
from tests.support import fresh
from tests.support.town import Town, make_town

KEY = b"k" * 32  # of the ledger, as in servers that tests start


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of a private server."""
    reason = postgres.why_not()
    if reason:
        pytest.skip(reason)
    with postgres.server() as url:
        open_registry(f"{url}/postgres", tmp_path_factory.mktemp("made")).dispose()
        yield f"{url}/postgres"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Everything is tested on SQLite; on PostgreSQL what is marked, which together sends it every statement."""
    if "registry_url" in metafunc.fixturenames:
        also = ["postgresql"] if metafunc.definition.get_closest_marker("postgresql") else []
        metafunc.parametrize("registry_url", ["sqlite", *also], indirect=True)


@pytest.fixture
def registry_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the tables and nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{fresh.registry_file(tmp_path)}"
    url: str = request.getfixturevalue("postgres_url")
    postgres.empty(url, metadata.tables)
    return url


@pytest.fixture
def registry(registry_url: str, tmp_path: Path) -> Iterator[Engine]:
    """An open registry with two organizations; its ledger's head is tmp_path/ledger.head."""
    engine = fresh.quick(open_registry(registry_url, tmp_path))
    with transaction(engine) as connection:
        save_organization(connection, Organization("alder-together", "Alder Together", "backbone"))
        save_organization(connection, Organization("fund", "Alder Community Fund", "funder"))
    yield engine
    engine.dispose()


@pytest.fixture
def town(registry: Engine, tmp_path: Path) -> Town:
    """Two contributors that may share, two children, and a clock."""
    return make_town(registry, tmp_path)
