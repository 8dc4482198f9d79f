"""A registry to test on: SQLite and PostgreSQL alike, with the tables and nothing in them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from data_access.agreements import Organization, save_organization
from data_access.registry.engine import transaction
from data_access.registry.schema import metadata
from data_access.stores import open_registry
from tests.data_access import postgres
from tests.support.town import Town, make_town

KEY = b"key of the ledger in these tests"


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of a private server."""
    reason = postgres.why_not()
    if reason:
        pytest.skip(reason)
    with postgres.server() as url:
        open_registry(f"{url}/postgres", tmp_path_factory.mktemp("made")).dispose()
        yield f"{url}/postgres"


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry to copy, because a copy is quicker than the migrations."""
    folder = tmp_path_factory.mktemp("made")
    open_registry(f"sqlite:///{folder / 'registry.db'}", folder).dispose()
    return folder / "registry.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def registry_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the tables and nothing in it."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_file"), tmp_path / "registry.db")
        return f"sqlite:///{tmp_path / 'registry.db'}"
    url: str = request.getfixturevalue("postgres_url")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        names = ", ".join(metadata.tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    engine.dispose()
    return url


@pytest.fixture
def registry(registry_url: str, tmp_path: Path) -> Iterator[Engine]:
    """An open registry with two organizations; its ledger's head is tmp_path/ledger.head."""
    engine = open_registry(registry_url, tmp_path)
    with transaction(engine) as connection:
        save_organization(connection, Organization("alder-together", "Alder Together", "backbone"))
        save_organization(connection, Organization("fund", "Alder Community Fund", "funder"))
    yield engine
    engine.dispose()


@pytest.fixture
def town(registry: Engine, tmp_path: Path) -> Town:
    """Two contributors that may share, two children, and a clock."""
    return make_town(registry, tmp_path)
