"""A community of two contributors and the writers of their files. Everybody in it is invented."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data_access.agreements import Organization, save_organization
from data_access.registry.engine import transaction
from data_access.stores import Stores
from intake.batches import Accepted, Unchanged, import_file
from tests.support import fresh

KEY = b"k" * 32  # of the ledger, as in servers that tests start
DAY = date(2024, 10, 1)
PROGRAM = "program,name,kind,site\nP1,First School,school,North\nP2,Chess,after_school,South\n"
ROSTER = (
    "child_id,last_name,first_name,birth_date,gender\n"
    "00123,NA,None,2015-03-01,F\n"
    "00124,Núñez,Ana María,2016-04-02,M\n"
    "B-7,O'Hara,Li,,\n"
)
ATTENDANCE = "child_id,program,month,days_enrolled,days_present\n00123,P1,2024-09,20,19\n00124,P1,2024-09,20,12\n"
PARTICIPATION = "child_id,program,start_date,end_date\n00123,P2,2024-09-03,\n00124,P2,2024-09-03,2025-05-30\n"
OUTCOME = "child_id,measure,date,value,met,instrument\n00123,reading_grade3,2025-05-01,412,yes,STATE-ELA\n"

Bring = Callable[..., Accepted | Unchanged]


def _opened(folder: Path) -> Stores:
    made = fresh.stores(folder / "home", KEY)
    with transaction(made.registry) as connection:
        save_organization(connection, Organization("north", "North Schools", "contributor"))
        save_organization(connection, Organization("south", "South Clubs", "contributor"))
        save_organization(connection, Organization("fund", "The Fund", "funder"))
    return made


def _bringer(stores: Stores, folder: Path) -> Bring:
    def run(kind: str, content: str | bytes, contributor: str = "north", as_of: date | None = DAY, **more: Any):
        path = folder / more.pop("name", f"{kind}.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return import_file(stores, kind, path, contributor, as_of, **more)

    return run


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    made = _opened(tmp_path)
    yield made
    made.registry.dispose()


@pytest.fixture
def bring(stores: Stores, tmp_path: Path) -> Bring:
    """Write a file of this content and import it."""
    return _bringer(stores, tmp_path)


@pytest.fixture
def begun(bring: Bring) -> Bring:
    """A contributor whose programs and first roster are in."""
    bring("program", PROGRAM)
    bring("roster", ROSTER)
    return bring


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stores, Bring]]:
    """The same, made once, for files that change nothing."""
    folder = tmp_path_factory.mktemp("standing")
    made = _opened(folder)
    run = _bringer(made, folder)
    run("program", PROGRAM)
    run("roster", ROSTER)
    yield made, run
    made.registry.dispose()


def rows(stores: Stores, query: str) -> list[tuple[Any, ...]]:
    """What a query over the lake finds."""
    return stores.lake.duckdb().execute(query).fetchall()


def everything(stores: Stores) -> dict[str, list[str]]:
    """All that is stored: the rows of the registry's tables, and the files under the home folder."""
    from data_access.registry.tables import metadata

    with stores.registry.connect() as connection:
        found = {t.name: sorted(map(str, connection.execute(t.select()))) for t in metadata.sorted_tables}
    found["files"] = sorted(str(p.relative_to(stores.home)) for p in (stores.home / "lake").rglob("*") if p.is_file())
    return found
