"""Fixtures for all tests: one small published community, made once and only read."""

import pytest
from hypothesis import settings

from data_access.stores import Stores
from tests.support import once, web

# A busy machine is slow, not wrong: no property fails because one example took long.
settings.register_profile("quorum", deadline=None)
settings.load_profile("quorum")


def pytest_configure(config: pytest.Config) -> None:
    """Open what all workers of this run share; they are started later and find it."""
    if not hasattr(config, "workerinput"):
        once.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing is left behind."""
    if not hasattr(config, "workerinput"):
        once.end()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow tests come where the second of three workers begins: browser tests keep the first one busy, and a slow
    test at the end would keep the others waiting."""
    slow = [item for item in items if item.get_closest_marker("slow")]
    rest = [item for item in items if not item.get_closest_marker("slow")]
    start = len(items) // 3
    items[:] = [*rest[:start], *slow, *rest[start:]]


@pytest.fixture(scope="session")
def community(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Stores with one publication of invented children, agreements, and a person for every role. Not to be changed."""
    from tests.support import publication

    stores = publication.published(tmp_path_factory.mktemp("community"))
    web.add_people(stores)
    return stores
