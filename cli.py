"""The command `quorum`: each subcommand calls one function of a room and says in plain words what came of it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from data_access.stores import Stores

FILE = click.Path(path_type=Path)


def fail(sentences: str) -> NoReturn:
    """Say what is wrong on standard error and leave with exit code 2."""
    click.echo(sentences, err=True)
    sys.exit(2)


def day(_context: click.Context, _option: click.Parameter, value: str | None) -> date | None:
    """A date such as 2024-10-01."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter(f"“{value}” is not a date. Write it as 2024-10-01.") from None


@contextmanager
def stores() -> Iterator["Stores"]:
    """The stores of the settings; whatever a user can mend is said in one sentence with exit code 2."""
    from data_access.agreement_files import BadAgreementFile
    from data_access.agreements import NotRecorded
    from data_access.files import NoRoom
    from data_access.stores import open_stores
    from intake.problems import BadFile
    from settings import Settings, SettingsError

    try:
        chosen = Settings.load(os.environ)
        yield open_stores(chosen.database_url, chosen.home, chosen.ledger_key, chosen.time_zone)
    except (BadFile, BadAgreementFile, NotRecorded, NoRoom, SettingsError) as error:
        fail(str(error))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Quorum: a community's numbers, never small enough to point at a child."""


@main.group("import")
def import_() -> None:
    """Take in a contributed file; nothing is stored where anything in it is wrong."""


def _kind(name: str, what: str) -> None:
    """Add `quorum import NAME FILE --contributor X`."""

    @import_.command(name, help=f"Take in {what} (CSV or XLSX).")
    @click.argument("file", type=FILE)
    @click.option("--contributor", required=True, help="Id of the organization whose file it is.")
    @click.option("--as-of", callback=day, help="The day the file speaks of (default: today).")
    def command(file: Path, contributor: str, as_of: date | None) -> None:
        from intake.batches import Unchanged, import_file

        with stores() as opened:
            done = import_file(opened, name, file, contributor, as_of)
        if isinstance(done, Unchanged):
            click.echo(f"Nothing changed: this very file is in already, as batch {done.batch_id}.")
            return
        for note in done.notes:
            click.echo(f"Note: {note}")
        click.echo(f"Batch {done.batch_id} is in: {done.rows:,} rows of {name} from {contributor}, as of {done.as_of}.")


for _name, _what in {
    "roster": "a list of children",
    "attendance": "days enrolled and present by month",
    "participation": "who took part in which program",
    "outcome": "results and milestones",
    "program": "a list of programs",
}.items():
    _kind(_name, _what)


@main.command()
def match() -> None:
    """Find the records that are of one child (exact name and birth date)."""
    from intake.matching import match as run

    with stores() as opened:
        done = run(opened)
    told = f"{done.new_links:,} new links, {done.new_reviews:,} new pairs to review."
    click.echo(f"{done.records:,} records are of {done.children:,} children; {told}")


if __name__ == "__main__":
    main()
