from pathlib import Path

import pytest

from demo.make import Community, make_community
from tests.demo.shares import Files, read_community


@pytest.fixture(scope="session")
def made_community(tmp_path_factory: pytest.TempPathFactory) -> Community:
    return make_community(tmp_path_factory.mktemp("community"), children=1_500, seed=7)


@pytest.fixture(scope="session")
def folder(made_community: Community) -> Path:
    return made_community.folder


@pytest.fixture(scope="session")
def files(folder: Path) -> Files:
    return read_community(folder)
