"""The registry's connection: SQLite by default, PostgreSQL by URL; writers wait for each other."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError

WAIT_SECONDS = 30
_WRITING = "quorum_writing"
_AFTER = "quorum_after_commit"
READ_ONLY = "quorum_read_only"  # execution option of an engine through which nothing may be written


class NotOpened(ValueError):
    """What the settings name cannot be opened; the message says where and how to mend it, and holds no password."""


class ReadOnly(RuntimeError):
    """Somebody tried to write through an engine that only reads."""


def connect(url: str) -> Engine:
    """An engine for a database URL. SQLite: WAL, synchronous FULL, foreign keys; PostgreSQL: psycopg, pre-ping.

    Its errors do not repeat what was to be written. Raises NotOpened where it is not the URL of either.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": WAIT_SECONDS}, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)


def _parsed(url: str) -> URL:
    try:
        parsed: URL | None = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    name = parsed.get_backend_name() if parsed else ""
    # With an @ in the password, a part of the password would be taken for the host, and told in error messages.
    if parsed and (name == "sqlite" or (name == "postgresql" and url.partition("?")[0].count("@") < 2)):
        return parsed
    raise NotOpened(
        "QUORUM_DATABASE_URL is not one that Quorum can use: it begins with sqlite:// or postgresql://, such as "
        "postgresql://quorum@localhost/quorum. In a password, write @ as %40."
    ) from None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by us, not guessed by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={WAIT_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: upgrading a reader's snapshot later fails when somebody else wrote meanwhile.
    if connection.get_execution_options().get(_WRITING):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # takes no lock, so cannot fail; the driver's own way costs a tenth of SQLAlchemy's
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A writing transaction: committed at the end of the block, rolled back on any exception. Raises ReadOnly."""
    if engine.get_execution_options().get(READ_ONLY):
        raise ReadOnly("Nothing can be changed here: this is a look only.")
    with engine.connect().execution_options(**{_WRITING: True}) as connection:
        after: dict[str, Callable[[], None]] = {}
        connection.info[_AFTER] = after
        try:
            with connection.begin():
                yield connection
        finally:
            connection.info.pop(_AFTER, None)
    for action in after.values():
        action()


def is_writing(connection: Connection) -> bool:
    """True inside `transaction`."""
    return bool(connection.get_execution_options().get(_WRITING))


def after_commit(connection: Connection, name: str, action: Callable[[], None]) -> None:
    """Do something once the transaction is committed; a later action of the same name takes the place of an earlier."""
    connection.info[_AFTER][name] = action


def awaits_commit(connection: Connection, name: str) -> bool:
    """True where something of this name is to be done after the commit."""
    return name in connection.info[_AFTER]


def lock(connection: Connection, name: str, *, shared: bool = False) -> None:
    """Wait until nobody else holds this lock; held to the end of the transaction. SQLite's writer holds it already.

    shared: many may hold it so at once, but not beside one who holds it alone.
    """
    if connection.dialect.name == "postgresql":
        take = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
        connection.execute(select(take(zlib.crc32(name.encode()))))
