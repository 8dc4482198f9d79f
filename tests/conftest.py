"""Fixtures for all tests: one small published community, made once and only read."""

import gc
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from data_access.stores import Stores
from tests.support import once, web

# The files whose tests keep one browser busy as long as those of all the others do.
BROWSED_ALONE = {"test_content", "test_guardian"}
# A busy machine is slow, not wrong: no property fails because one example took long. Each run draws other examples.
settings.register_profile("quorum", deadline=None, max_examples=30)
settings.load_profile("quorum")


def pytest_configure(config: pytest.Config) -> None:
    """Open what all workers of this run share; they are started later and find it."""
    gc.disable()  # nearly nothing that is imported and collected is garbage, and looking for it took a second
    if not hasattr(config, "workerinput"):
        once.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing is left behind."""
    if not hasattr(config, "workerinput"):
        once.end()


def pytest_collection_finish() -> None:
    """What all tests have imported stays; looking through it for garbage again and again took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.enable()


class Together(LoadScopeScheduling):
    """What shares something dear stays with one worker: a file's tests, the demo's, and each half of the browser's."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """In the place of the one named by --dist."""
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest groups come first, or the last of them would keep everybody waiting."""
    slow = {_group(item.nodeid) for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.get_closest_marker("browser") is None, _group(item.nodeid) not in slow))


def _group(nodeid: str) -> str:
    file = Path(nodeid.split("::")[0])
    if file.parent.name == "demo":  # the county is drawn once
        return "demo"
    if file.parent.name != "browser":
        return str(file)
    return "browser of content" if file.stem in BROWSED_ALONE else "browser of the frame"


@pytest.fixture(scope="session")
def community(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Stores with one publication of invented children, agreements, and a person for every role. Not to be changed."""
    from tests.support import publication

    stores = publication.published(tmp_path_factory.mktemp("community"))
    web.add_people(stores)
    return stores
