"""Fixtures for all tests: one small published community, made once and only read."""

import pytest
from hypothesis import settings

from data_access.stores import Stores
from tests.support import once, web

# The files whose tests keep one browser busy as long as those of all the others do.
BROWSED_ALONE = {"test_content", "test_frame"}
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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares something dear stays with one worker: the tests of a file, and those of two halves of the browser's.

    The longest groups come first, or the last of them would keep everybody waiting.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    slow = {_group(item) for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (not _group(item).startswith("browser"), _group(item) not in slow))


def _group(item: pytest.Item) -> str:
    if item.get_closest_marker("browser"):
        return "browser of content" if item.path.stem in BROWSED_ALONE else "browser of forms"
    return str(item.path)


@pytest.fixture(scope="session")
def community(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Stores with one publication of invented children, agreements, and a person for every role. Not to be changed."""
    from tests.support import publication

    stores = publication.published(tmp_path_factory.mktemp("community"))
    web.add_people(stores)
    return stores
