"""The places and programs there are, so that a clause or a limit names none that nobody knows."""

from collections.abc import Iterable

from data_access.boundaries import areas, current_sets
from data_access.published import NoPublication
from data_access.stores import Stores

NAMED = 3


def places(stores: Stores) -> dict[str, str]:
    """Code -> name of every area in force and of every area that is published."""
    rows = [row for one in current_sets(stores.registry).values() for row in areas(stores.registry, one.id)]
    found = {row.area_id: row.name for row in rows}
    try:
        shown = stores.publications.current().areas.values()
    except NoPublication:
        return found
    return found | {area.code: area.name for level in shown for area in level}


def programs(stores: Stores) -> dict[str, str]:
    """Code -> name of every program on a contributor's list."""
    return {row["program"]: row["name"] for row in stores.lake.programs().to_pylist()}


def unknown_codes(stores: Stores, areas: Iterable[str], programs_: Iterable[str]) -> dict[str, str]:
    """`areas` and `programs` -> which of these codes nobody knows, and what to write instead."""
    found = {}
    for field, what, asked, known in (
        ("areas", "place", frozenset(areas), places),
        ("programs", "program", frozenset(programs_), programs),
    ):
        if asked and (unknown := sorted(asked - (there := known(stores)).keys())):
            found[field] = _sentence(what, unknown, there)
    return found


def _sentence(what: str, unknown: list[str], there: dict[str, str]) -> str:
    told = ", ".join(f"“{code[:60]}”" for code in unknown[:NAMED]) + (" …" if len(unknown) > NAMED else "")
    if not there:
        return f"{told}: no {what} is on file yet. Leave this empty until there are some."
    some = ", ".join(f"{code} ({there[code]})" for code in sorted(there)[:NAMED])
    return f"{told}: there is no such {what}. Codes look like: {some}."
