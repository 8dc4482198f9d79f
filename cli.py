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

# Rooms are imported inside the commands, so that `quorum --help` and the tools without a database start at once.
FILE = click.Path(path_type=Path)
ROLES = ("backbone", "funder", "evaluator", "partner", "guardian")
KINDS = {
    "program": "a list of programs",
    "roster": "a list of children",
    "attendance": "days enrolled and present by month",
    "participation": "who took part in which program, from when until when",
    "outcome": "results and milestones",
}


def fail(sentences: str, code: int = 2) -> NoReturn:
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
    """What a user can mend is said in sentences, with exit code 2; they are all kinds of ValueError or OSError."""
    from settings import SettingsError

    try:
        yield
    except SettingsError as error:
        fail(str(error))
    except (ValueError, OSError) as error:
        if type(error).__module__.partition(".")[0] in ("intake", "data_access", "geo", "privacy", "catalog"):
            fail(str(error))
        raise


@contextmanager
def opened() -> Iterator["Stores"]:
    """The stores that the settings name."""
    from data_access.stores import open_stores
    from settings import Settings

    with mendable():
        chosen = Settings.load(os.environ)
        yield open_stores(chosen.database_url, chosen.home, chosen.ledger_key, chosen.time_zone)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Quorum: a community's numbers, never small enough to point at a child."""


@main.group("import")
def import_() -> None:
    """Take in a file, wholly or not at all."""


def _kind(name: str, what: str) -> None:
    @import_.command(name, help=f"Take in {what} (CSV or XLSX).")
    @click.argument("file", type=FILE)
    @click.option("--contributor", required=True, help="Id of the organization whose file it is.")
    @click.option("--as-of", callback=day, help="The day the file tells of, such as 2024-10-01 (default: today).")
    def command(file: Path, contributor: str, as_of: date | None) -> None:
        from intake.batches import Unchanged, import_file

        with opened() as stores:
            done = import_file(stores, name, file, contributor, as_of)
        if isinstance(done, Unchanged):
            click.echo(f"Nothing changed: this very file is in already, as batch {done.batch_id}.")
            return
        _notes(done.notes)
        rows = "1 row" if done.rows == 1 else f"{done.rows:,} rows"
        click.echo(f"Batch {done.batch_id} is in: {rows} of {name} from {contributor}, as of {done.as_of}.")


for _name, _what in KINDS.items():
    _kind(_name, _what)


def _notes(notes: tuple[str, ...]) -> None:
    for note in notes:
        click.echo(f"Note: {note}")


@import_.command("boundaries")
@click.argument("file", type=FILE)
@click.option("--level", required=True, type=click.Choice(("tract", "town", "district", "county")))
@click.option("--id", "id_field", required=True, help="Field that holds the id of an area.")
@click.option("--name", "name_field", help="Field that holds its name.")
@click.option("--parent", "parent_field", help="Field that holds the id of the larger area it lies in.")
@click.option("--vintage", required=True, help="Year the areas are of, such as 2020.")
def import_boundaries(file: Path, level: str, vintage: str, **fields: str | None) -> None:
    """Take in the areas of one level (any file OGR can read) and place all rosters by them."""
    from intake.places import import_boundaries as run

    with opened() as stores:
        done = run(stores, file, level=level, vintage=vintage, **fields)
    if done is None:
        click.echo("Nothing changed: these very areas are in force already.")
        return
    _notes(done.notes)
    click.echo(f"{done.row.id} is in force: {done.areas:,} areas. Rosters placed anew: {done.rosters}.")


@import_.command("population")
@click.argument("file", type=FILE)
@click.option("--id", "id_field", required=True, help="Column that holds the id of an area.")
@click.option("--value", "value_field", required=True, help="Column that holds the number of people.")
@click.option("--vintage", required=True, help="Year the areas of the table are of, such as 2020.")
def import_population(file: Path, id_field: str, value_field: str, vintage: str) -> None:
    """Take in a table of people by area; -999 and nothing mean that there is no estimate."""
    from intake.places import import_population as run

    with opened() as stores:
        done = run(stores, file, id_field=id_field, value_field=value_field, vintage=vintage)
    click.echo(f"Population of {done.set_id}: {done.report.sentence()} Without an estimate: {done.missing}.")


@main.command()
def batches() -> None:
    """List the batches that are in."""
    from data_access.batches import batches as listed

    with opened() as stores:
        for one in listed(stores.registry):
            gone = f", withdrawn {one.withdrawn_at:%Y-%m-%d}" if one.withdrawn_at else ""
            click.echo(f"{one.id}\t{one.kind}\t{one.contributor}\tas of {one.as_of}\t{one.rows:,} rows{gone}")


@main.command()
@click.argument("batch", type=int)
def withdraw(batch: int) -> None:
    """Take a batch out of everything counted from now on."""
    from intake.batches import withdraw as run

    with opened() as stores:
        done = run(stores, batch)
    if not done:
        fail(f"No batch {batch} is in. See: quorum batches")
    click.echo(f"Batch {batch} is withdrawn. Publications that stand keep their numbers; the next one leaves it out.")


@main.command()
def match() -> None:
    """Find the records that are of one child (exact name and birth date)."""
    from intake.matching import match as run

    with opened() as stores:
        done = run(stores)
    told = f"New links: {done.new_links:,}. New pairs to review: {done.new_reviews:,}."
    click.echo(f"{done.records:,} records are of {done.children:,} children. {told}")


@main.group()
def organization() -> None:
    """Members of the collaborative."""


@organization.command("add")
@click.argument("organization_id", metavar="ID")
@click.argument("name")
@click.option("--kind", required=True, help="backbone, contributor, funder, evaluator or families")
def organization_add(organization_id: str, name: str, kind: str) -> None:
    """Add a member, or give it a new name."""
    from data_access.agreements import Organization, save_organization
    from data_access.registry.engine import transaction

    with opened() as stores, transaction(stores.registry) as connection:
        save_organization(connection, Organization(organization_id, name, kind))
    click.echo(f"{name} is recorded as {organization_id}.")


@main.group()
def agreement() -> None:
    """Agreements between members."""


@agreement.command("add")
@click.argument("file", type=FILE)
def agreement_add(file: Path) -> None:
    """Record the organizations and agreements of a TOML file (example: demo/agreements.toml)."""
    from data_access.agreement_files import read_agreement_file, record_agreement_file

    with opened() as stores:
        content = read_agreement_file(file)
        changed = record_agreement_file(stores.registry, stores.ledger_key, content, "command")
    click.echo(f"{len(content.agreements)} agreements read; new or changed: {changed}.")


@main.group()
def user() -> None:
    """People who may sign in."""


@user.command("add")
@click.option("--email", required=True)
@click.option("--name", prompt="Name", help="As pages show it.")
@click.option("--organization", "member", required=True, help="Id of the person's organization.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def user_add(email: str, name: str, member: str, role: str, password_stdin: bool) -> None:
    """Add a person; asks for the password."""
    from data_access.accounts import create_user
    from privacy.viewer import Role

    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with opened() as stores:
        try:
            made = create_user(
                stores.registry, email=email, name=name, organization=member, role=Role(role), password=password
            )
        except ValueError as error:
            fail(str(error))
    click.echo(f"{made.email} may sign in as {role} of {member}.")


@main.command()
def verify() -> None:
    """Check that the ledger is whole and that the lake is what the registry lists."""
    from data_access.batches import broken_files
    from data_access.ledger import verify as check

    with opened() as stores:
        found = check(stores.registry, stores.ledger_key, stores.ledger_head)
        broken = broken_files(stores.lake)
    click.echo(f"Ledger: {found.rows:,} rows, {'whole' if found.ok else 'NOT WHOLE'}.")
    click.echo(f"Lake: {'whole' if not broken else 'NOT WHOLE'}.")
    problems = [*([] if found.ok else [found.why]), *broken]
    if problems:
        fail("\n".join(problems), 1)


if __name__ == "__main__":
    main()
