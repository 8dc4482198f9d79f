"""Import, match, list and withdraw."""

from datetime import date
from pathlib import Path

import click

from catalog.naming import many
from cli.saying import FILE, day, fail, opened

KINDS = {
    "program": "a list of programs",
    "roster": "a list of children",
    "attendance": "days enrolled and present by month",
    "participation": "who took part in which program, from when until when",
    "outcome": "results and milestones",
}


@click.group("import")
def import_() -> None:
    """Take in a file, wholly or not at all."""


def _kind(name: str, what: str) -> None:
    @import_.command(name, help=f"Take in {what} (CSV or XLSX).")
    @click.argument("file", type=FILE)
    @click.option(
        "--contributor",
        required=True,
        help="Id of the organization whose file it is: a contributor, or the backbone organization.",
    )
    @click.option("--as-of", callback=day, help="The day the file tells of, such as 2024-10-01 (default: today).")
    def command(file: Path, contributor: str, as_of: date | None) -> None:
        from intake.batches import Unchanged, import_file

        with opened() as stores:
            done = import_file(stores, name, file, contributor, as_of)
        if isinstance(done, Unchanged):
            click.echo(f"Nothing changed: this very file is in already, as batch {done.batch_id}.")
            return
        _notes(done.notes)
        click.echo(
            f"Batch {done.batch_id} is in: {many(done.rows, 'row')} of {name} from {contributor}, as of {done.as_of}."
        )


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
    click.echo(f"{done.row.id} is in force: {many(done.areas, 'area')}. Rosters placed anew: {done.rosters}.")


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


@import_.command("consent")
@click.argument("file", type=FILE)
@click.option("--contributor", required=True, help="Id of the organization whose children these are.")
def import_consent(file: Path, contributor: str) -> None:
    """Take in what parents and guardians agreed to or refused (CSV or XLSX)."""
    from intake.batches import Unchanged
    from intake.consent_file import import_consents

    with opened() as stores:
        done = import_consents(stores, file, contributor)
    if isinstance(done, Unchanged):
        click.echo(f"Nothing changed: this very file is in already, as batch {done.batch_id}.")
        return
    _notes(done.notes)
    click.echo(f"Batch {done.batch_id} is in: {many(done.rows, 'consent')} from {contributor}, in force from now on.")


@click.command()
def batches() -> None:
    """List the batches that are in."""
    from data_access.batches import batches as listed

    with opened() as stores:
        for one in listed(stores.registry):
            gone = f", withdrawn {one.withdrawn_at:%Y-%m-%d}" if one.withdrawn_at else ""
            click.echo(f"{one.id}\t{one.kind}\t{one.contributor}\tas of {one.as_of}\t{many(one.rows, 'row')}{gone}")


@click.command()
@click.argument("batch", type=int)
def withdraw(batch: int) -> None:
    """Take a batch out of everything counted from now on."""
    from intake.batches import withdraw as run

    with opened() as stores:
        done = run(stores, batch)
    if not done:
        fail(f"No batch {batch} is in. See: quorum batches")
    click.echo(f"Batch {batch} is withdrawn. Publications that stand keep their numbers; the next one leaves it out.")


@click.command()
def match() -> None:
    """Find the records that are of one child (exact name and birth date)."""
    from intake.matching import match as run

    with opened() as stores:
        done = run(stores)
    told = f"New links: {done.new_links:,}. New pairs to review: {done.new_reviews:,}."
    click.echo(
        f"{many(done.records, 'record is', 'records are')} of {many(done.children, 'child', 'children')}. {told}"
    )
