"""One application for all tests of the web base; no publication, so every page shows its empty or refused state."""

from collections.abc import Iterator

import pytest

from tests.support import web


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> web.Web:
    """The demo on this computer, with a person for every role."""
    home = tmp_path_factory.mktemp("web")
    stores = web.empty(home)
    return web.make(home, stores)


@pytest.fixture(scope="package")
def real_site(site: web.Web) -> web.Web:
    """The same stores behind https."""
    return web.make(site.stores.home, site.stores, real=True)


@pytest.fixture(autouse=True)
def fresh_tries(site: web.Web) -> Iterator[None]:
    """Each test starts at the same time of day; wrong passwords of one do not throttle the next."""
    yield
    site.clock.move(days=1)
