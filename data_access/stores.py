"""The stores a running Quorum works on, opened together."""

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError

from data_access.cache import Cache
from data_access.lake import Lake
from data_access.ledger import HEAD, newest, other_key
from data_access.publications import Publications
from data_access.registry.engine import NotOpened, connect
from data_access.registry.migrate import upgrade


class OtherKey(NotOpened):
    """The ledger was sealed with another key; rows sealed with this one would leave no key for the whole."""


@dataclass(frozen=True)
class Stores:
    """Registry, lake, publications, cache; the key of the ledger; the community's time zone."""

    registry: Engine
    lake: Lake
    publications: Publications
    cache: Cache
    ledger_key: bytes
    time_zone: ZoneInfo
    home: Path
    head_copy: Path | None = None

    @property
    def ledger_head(self) -> Path:
        """The file that keeps the ledger's newest seal."""
        return self.home / "ledger.head"

    @property
    def ledger_heads(self) -> tuple[Path, ...]:
        """That file, and the second one where there is one."""
        return (self.ledger_head,) if self.head_copy is None else (self.ledger_head, self.head_copy)


def open_stores(
    database_url: str,
    home: Path,
    ledger_key: bytes | Callable[[bool], bytes],
    time_zone: ZoneInfo,
    head_copy: Path | None = None,
    *,
    any_key: bool = False,
) -> Stores:
    """Open everything under `home` and bring the registry up to date; head_copy: second file of the ledger's head.

    ledger_key: the key, or what gives it when told whether it will be the first. any_key: also one that did not seal
    the ledger, for whoever checks it; else raises OtherKey.
    """
    with _in_words(home):
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        registry = open_registry(database_url, home, head_copy)
        key = ledger_key if isinstance(ledger_key, bytes) else ledger_key(_is_empty(registry))
        if not any_key and (why := other_key(registry, key)):
            raise OtherKey(why)
        return Stores(
            registry=registry,
            lake=Lake(home / "lake", registry),
            publications=Publications(home / "publications", registry),
            cache=Cache(home / "cache", hmac.digest(key, b"cache", "sha256")),
            ledger_key=key,
            time_zone=time_zone,
            home=home,
            head_copy=head_copy,
        )


@contextmanager
def _in_words(home: Path) -> Iterator[None]:
    """A folder that cannot be written raises NotOpened."""
    try:
        yield
    except OSError as error:
        raise NotOpened(
            f"{error.filename or home} cannot be opened ({error.strerror}). Name a folder you may write in "
            "QUORUM_HOME, or correct QUORUM_DATABASE_URL where it names this file."
        ) from error


def _is_empty(registry: Engine) -> bool:
    with registry.connect() as connection:
        return newest(connection) is None


def open_registry(database_url: str, home: Path, head_copy: Path | None = None) -> Engine:
    """The registry alone, up to date; its rows of the ledger keep their head under `home`. Raises NotOpened."""
    heads = [str(file) for file in (home / "ledger.head", head_copy) if file is not None]
    engine = connect(database_url).execution_options(**{HEAD: tuple(heads)})
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and file != ":memory:":
        Path(file).touch(mode=0o600)  # names and birth dates will be in it
    try:
        upgrade(engine)
    except DBAPIError as error:
        raise NotOpened(
            f"The registry {_shown(engine.url)} cannot be opened ({str(error.orig).splitlines()[0]}). See that the "
            "database runs, is there and is yours, correct QUORUM_DATABASE_URL, or restore the database from a backup."
        ) from error
    return engine


def _shown(url: URL) -> str:
    """Where a registry is, without password and options."""
    return (
        url.database or "" if url.get_backend_name() == "sqlite" else f"{url.database} at {url.host or 'this computer'}"
    )
