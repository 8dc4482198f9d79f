"""A sentence about the places a reader has chosen: which are clearly higher or lower than the one in focus."""

from collections.abc import Sequence

from components.cells import Cell
from components.report import listed
from components.sentences import differing, rate
from evaluation.intervals import stands

KINDS = ("clearly higher", "clearly lower", "", "hidden", "not available")
SAME = KINDS.index("")


def against(base: Cell | None, chosen: Sequence[Cell]) -> str:
    """Each chosen place against one other, all of one year; "" where there is nothing to say.

    base: the place in focus, or the county, which the places are then held against as in the title.
    """
    if base is None or not chosen:
        return ""
    if base.is_count:
        return f"In {base.period}: {listed([_told(cell) for cell in (base, *chosen)])}."
    if base.value is None:
        return f"Nothing can be compared with {base.name} in {base.period}: its number is {KINDS[_kind(base, base)]}."
    found: list[list[Cell]] = [[] for _ in KINDS]
    for cell in chosen:
        found[_kind(cell, base)].append(cell)
    parts = [_part(words, cells) for words, cells in zip(KINDS, found, strict=True) if cells]
    return f"Compared with {_told(base)}: {'; '.join(parts)}."


def _kind(cell: Cell, base: Cell) -> int:
    """Which of KINDS a place is."""
    if cell.value is None:
        return SAME + (1 if cell.hidden else 2)
    if cell.level == base.level:
        way = stands(rate(cell), rate(base))
    else:
        above, below = differing([cell], base.value or 0)
        way = above - below
    return {1: 0, -1: 1, 0: SAME}[way]


def _part(words: str, cells: Sequence[Cell]) -> str:
    if not words:
        return f"no clear difference for {listed([_told(cell) for cell in cells])}"
    shown = listed([_told(cell) if cell.value is not None else cell.name for cell in cells])
    return f"{shown} {'is' if len(cells) == 1 else 'are'} {words}"


def _told(cell: Cell) -> str:
    return f"{cell.name} {cell.text}" if cell.is_count else f"{cell.name} ({cell.text})"
