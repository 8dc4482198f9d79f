"""Tools on files that need no database: protect, assign, merge-areas."""

import sys
from pathlib import Path

import click

from cli.saying import FILE, mendable


@click.command()
@click.argument("table", type=FILE)
@click.option("-o", "--output", "out", required=True, type=FILE, help="JSON file to write.")
@click.option("--rule", type=click.Choice(("provable", "exact")), default="provable", show_default=True)
@click.option("--zeros", type=click.Choice(("hidden", "shown")), default="hidden", show_default=True)
def protect(table: Path, out: Path, rule: str, zeros: str) -> None:
    """Find a provably safe pattern of cells to hide in a table of counts."""
    from intake.protect_table import protect_file

    with mendable():
        protect_file(table, out, rule, zeros)


@click.command()
@click.argument("points", type=FILE)
@click.option("--boundaries", required=True, type=FILE, help="Areas, in any file OGR can read.")
@click.option("--id", "id_field", required=True, help="Field that holds the id of an area.")
@click.option("-o", "--output", "out", required=True, type=FILE, help="CSV file to write.")
def assign(points: Path, boundaries: Path, id_field: str, out: Path) -> None:
    """Find the area of each point (CSV with id, lon, lat)."""
    from geo.commands import assign_file

    with mendable():
        done = assign_file(points, boundaries, id_field, out)
    click.echo("\n".join(done.lines()), err=True)


@click.command("merge-areas")
@click.option("--boundaries", required=True, type=FILE, help="Areas, in any file OGR can read.")
@click.option("--id", "id_field", required=True, help="Field that holds the id of an area.")
@click.option("--counts", required=True, type=FILE, help="CSV with area_id, count.")
@click.option("--minimum", required=True, type=int, help="Smallest count of a region.")
@click.option("--within", help="Field of the larger area that regions must not cross.")
@click.option("-o", "--output", "out", required=True, type=FILE, help="CSV file to write.")
def merge_areas(boundaries: Path, id_field: str, counts: Path, minimum: int, within: str | None, out: Path) -> None:
    """Join small neighboring areas into regions that are large enough."""
    from geo.commands import merge_file

    with mendable():
        done = merge_file(boundaries, id_field, counts, minimum, within, out)
    click.echo("\n".join(done.lines()), err=True)
    sys.exit(done.exit_code)
