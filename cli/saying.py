"""How commands speak: sentences on standard error with an exit code, progress on a terminal only."""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from data_access.stores import Stores
    from settings import Settings

# Rooms are imported inside commands everywhere in this package (but for naming, which needs nothing), so that
# `quorum --help` starts at once.
FILE = click.Path(path_type=Path)
ROOMS = {"pages", "intake", "data_access", "geo", "privacy", "catalog", "settings"}
NOT_SAFE = {"NotProven", "NoSafePattern"}
BAD_INPUT, UNSAFE = 2, 3
# The many ways in which a full disk shows itself, and those in which a database that went away does.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
TOLD_OF_NO_ROOM = ("disk is full", "disk i/o error", "no space left", "file too large")
LOST = {"OperationalError", "InterfaceError"}
WHOLLY = "Whatever was under way is stored wholly or not at all."
Step = Callable[[str, float], None]


def fail(sentences: str, code: int = BAD_INPUT) -> NoReturn:
    """Say what is wrong on standard error and leave."""
    click.echo(sentences, err=True)
    sys.exit(code)


def day(_context: click.Context, _option: click.Parameter, value: str | None) -> date | None:
    """A date such as 2024-10-01."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter(f"“{value}” is not a date. Write it as 2024-10-01.") from None


@contextmanager
def mendable() -> Iterator[None]:
    """What our own rooms refuse is said in their words, what the surroundings refuse in ours; without a traceback.

    Exit code 3 where nothing safe can be made, else 2.
    """
    try:
        yield
    except Exception as error:
        if "Query interrupted" in str(error):  # Ctrl-C while DuckDB was counting
            raise click.Abort from error
        if type(error).__module__.partition(".")[0] in ROOMS:
            fail(str(error), UNSAFE if type(error).__name__ in NOT_SAFE else BAD_INPUT)
        if told := _surroundings(error):
            fail(told)
        raise


def _surroundings(error: Exception) -> str:
    """What the disk or a database would not do; empty for faults of our own."""
    reason = str(getattr(error, "orig", error))
    if getattr(error, "errno", None) in NO_ROOM or any(words in reason.lower() for words in TOLD_OF_NO_ROOM):
        return "There is no room left on the disk, so nothing was stored. Free some space and try again."
    if type(error).__module__ == "sqlalchemy.exc" and type(error).__name__ in LOST:
        told = reason.strip().splitlines()[0].rstrip(".")
        return f"The database did not do what was asked of it ({told}). {WHOLLY} See that it runs, and try again."
    if type(error).__module__.strip("_") == "duckdb":
        told = reason.strip().splitlines()[0].rstrip(".")
        return f"The lake cannot be read ({told}). Its files are named by: quorum verify. Restore them from a backup."
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be read or written ({error.strerror}). {WHOLLY} Mend that, and try again."
    return ""


def settings(demo: bool | None = None) -> "Settings":
    """The settings of the environment."""
    from settings import Settings

    return Settings.load(os.environ, demo=demo)


def open_as(chosen: "Settings", any_key: bool = False) -> "Stores":
    """The stores that settings name."""
    from data_access.stores import open_stores

    copy = chosen.ledger_head_copy
    return open_stores(chosen.database_url, chosen.home, chosen.sealing_key, chosen.time_zone, copy, any_key=any_key)


@contextmanager
def opened(any_key: bool = False) -> Iterator["Stores"]:
    """The stores of the environment, with refusals in words; any_key: also where the ledger's key is another."""
    with mendable():
        yield open_as(settings(), any_key)


@contextmanager
def progress() -> Iterator[Step]:
    """A bar on standard error where that is a terminal: step(what, share of the whole)."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    look = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*look, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda what, share: bar.update(task, description=what, completed=share)


def counted(step: Step, start: float = 0.0, end: float = 1.0) -> Callable[[int, int, str], None]:
    """The same for work that tells how many of how many are done."""
    return lambda done, total, what: step(what, start + (end - start) * done / max(total, 1))
