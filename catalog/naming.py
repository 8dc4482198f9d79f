"""How names are put in order and numbers are said, the same in lists, charts, tables and files."""

import re

_DIGITS = re.compile(r"(\d+)")
Rank = tuple[str | int, ...]


def by_name(name: str) -> Rank:
    """A sort key that reads numbers in a name as numbers: `Tract 2.01` comes before `Tract 10.01`."""
    return tuple(int(part) if place % 2 else part.casefold() for place, part in enumerate(_DIGITS.split(name)))


def many(number: int, one: str, more: str = "") -> str:
    """`1 area`, `12,480 areas`; more: where it is not the word with an s, such as `child is`, `children are`."""
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"
