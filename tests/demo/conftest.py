from pathlib import Path

import pytest

from demo.make import Community, make_community
from tests.demo.shares import Files, read_community


@pytest.fixture(scope="session")
def community(tmp_path_factory: pytest.TempPathFactory) -> Community:
    return make_community(tmp_path_factory.mktemp("community"), children=1_500, seed=7)


@pytest.fixture(scope="session")
def folder(community: Community) -> Path:
    return community.folder


@pytest.fixture(scope="session")
def files(folder: Path) -> Files:
    return read_community(folder)
