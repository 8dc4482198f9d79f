"""Publish, attack, verify."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from catalog.naming import many
from cli.saying import counted, day, fail, opened, progress

if TYPE_CHECKING:
    from data_access.published import Older

STANDS = (
    "What came in since then, if anything did, would give few children away beside them, to readers or to a "
    "contributor who takes its own away. Where a large mistake was mended and only contributors could read a small "
    "change of the others: quorum publish --corrected"
)
WAITS = (
    "it is not over before {end}, and what is shown of it now could later be replaced only where at least {k} children "
    "differ. To show it all the same: quorum publish --running-year"
)


@click.command()
@click.option("--as-of", callback=day, help="Leave out what happened later, such as 2026-07-31 (default: today).")
@click.option("--region-minimum", type=click.IntRange(10), help="Children a tract area must have.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes to use.")
@click.option("--reconsider", is_flag=True, help="Try views again that the last publication withdrew.")
@click.option("--running-year", is_flag=True, help="Also show the school year that is not over yet.")
@click.option("--corrected", is_flag=True, help="Correct wrong numbers though contributors may read small changes.")
def publish(
    as_of: date | None,
    region_minimum: int | None,
    workers: int,
    reconsider: bool,
    running_year: bool,
    corrected: bool,
) -> None:
    """Count, protect, attack, and publish what the attack could not narrow."""
    from data_access.publish import left_out
    from data_access.publish import publish as run

    more = {} if region_minimum is None else {"region_minimum": region_minimum}
    with opened() as stores, progress() as step:
        today = datetime.now(stores.time_zone).date()
        made = run(
            stores,
            as_of=as_of or today,
            today=today,
            workers=workers,
            reconsider=reconsider,
            running_year=running_year,
            corrected=corrected,
            progress=counted(step),
            **more,
        )
        waits = left_out(stores, made)
    hidden = f"{made.proof.hidden:,} of {made.proof.cells:,} cells hidden so that no child can be recognized"
    click.echo(
        f"Published {made.id}, as of {made.as_of}: {hidden}. {_tightest(made.proof.tightest, made.proof.hidden)}"
    )
    if waits:
        click.echo(f"Left out: {waits}, because {WAITS.format(end=waits.end, k=made.rule.k)}")
    _tell_standing(made.older)


def _tell_standing(older: "Sequence[Older]") -> None:
    """What stands of earlier publications, with its school years."""
    years: dict[tuple[date, str], list[str]] = {}
    for one in older:
        years.setdefault((one.day, one.population), []).append(one.period)
    for (since, population), found in years.items():
        click.echo(f"Stands as of {since}: {_titles(population)} ({', '.join(found)}).")
    if older:
        click.echo(STANDS)


def _titles(population: str) -> str:
    from catalog.indicators import indicators

    return ", ".join(i.title for i in indicators().values() if i.population == population) or population


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes to use.")
def attack(workers: int) -> None:
    """Attack everything that was ever published once more."""
    from data_access.attacks import attack_publications

    with opened() as stores, progress() as step:
        done = attack_publications(stores, workers=workers, progress=counted(step))
    if not done.publications:
        fail("Nothing is published yet, so there is nothing to attack. Publish with: quorum publish")
    attacked = [many(done.publications, "publication"), many(len(done.entries), "lattice", "lattices")]
    told = f"{', '.join(attacked)}, {many(done.pairs, 'pair')} compared"
    hidden = sum(entry.hidden for _, entry in done.entries)
    click.echo(f"Attacked {told} in {done.seconds:.0f} s. {_tightest(done.tightest, hidden)}")
    if not done.safe:
        fail("\n".join(done.findings), 1)
    click.echo("Nothing was found.")


def _tightest(width: float | None, hidden: int) -> str:
    if width is None:
        return "No attacker finds a largest count for any of them." if hidden else "No cell needed protection."
    return f"The tightest interval for a protected cell is {width:,.1f} children wide."


@click.command()
def verify() -> None:
    """Check that the ledger is whole and that lake and publications are what the registry lists."""
    from data_access.batches import broken_files
    from data_access.ledger import other_key
    from data_access.ledger import verify as check

    with opened(any_key=True) as stores:
        other = other_key(stores.registry, stores.ledger_key)
        found = check(stores.registry, stores.ledger_key, *stores.ledger_heads)
        lake, published = broken_files(stores.lake), stores.publications.broken_files()
    click.echo(f"Ledger: {many(found.rows, 'row')}, {'whole' if found.ok else 'NOT WHOLE'}.")
    click.echo(f"Lake: {'NOT WHOLE' if lake else 'whole'}.")
    click.echo(f"Publications: {'NOT WHOLE' if published else 'whole'}.")
    problems = [told for told in (other, found.why, found.behind, *lake, *published) if told]
    if problems:
        fail("\n".join(problems), 1)
