"""Sparklines: a line of years small enough for a table row, as an image that also prints."""

import base64
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from components import theme
from components.cells import Cell
from components.markup import Element, html

WIDTH: Final = 132
HEIGHT: Final = 36
AIR: Final = 6


def sparkline(cells: Sequence[Cell], says: str, year: str = "") -> Element:
    """One place over the years; a hidden year is a hatched stub, never a zero. says: the same in words.

    year: the school year whose value stands beside it, which is marked; the latest where none is given.
    """
    drawn = base64.b64encode(svg(cells, year).encode()).decode()
    return html.Img(
        src=f"data:image/svg+xml;base64,{drawn}", alt=says, className="sparkline", width=WIDTH, height=HEIGHT
    )


def svg(cells: Sequence[Cell], year: str = "") -> str:
    """The drawing; it holds places on paper, no numbers of the table."""
    step = (WIDTH - 2 * AIR) / max(len(cells) - 1, 1)
    shown = [cell.value for cell in cells if cell.value is not None]
    low, high = (min(shown), max(shown)) if shown else (0, 1)
    # A change of a point or two must not look like a mountain.
    room = max(high - low, 8 if not cells[0].is_count else max(high // 10, 1)) if cells else 1
    middle = (low + high) / 2
    at = [
        (AIR + i * step, None if c.value is None else HEIGHT / 2 - (c.value - middle) / room * (HEIGHT - 2 * AIR))
        for i, c in enumerate(cells)
    ]
    marked = [place for place, cell in zip(at, cells, strict=True) if year in ("", cell.period)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<defs><pattern id="h" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="1.2" height="4" fill="{theme.HIDDEN}"/></pattern></defs>'
        f"{_lines(at)}{_stubs(at)}{_marked(marked)}</svg>"
    )


Place = tuple[float, float | None]


def _lines(at: Sequence[Place]) -> str:
    joined = [(a, b) for a, b in pairwise(at) if a[1] is not None and b[1] is not None]
    look = f'stroke="{theme.SECOND}" stroke-width="1.5"'
    drawn = [f'<line x1="{a:.1f}" y1="{b:.1f}" x2="{c:.1f}" y2="{d:.1f}" {look}/>' for (a, b), (c, d) in joined]
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{theme.SECOND}"/>' for x, y in at if y is not None]
    return "".join(drawn + dots)


def _stubs(at: Sequence[Place]) -> str:
    look = f'width="8" height="11" fill="url(#h)" stroke="{theme.HIDDEN}" stroke-width="0.8"'
    return "".join(f'<rect x="{x - 4:.1f}" y="{HEIGHT - 12}" {look}/>' for x, y in at if y is None)


def _marked(at: Sequence[Place]) -> str:
    if not at:
        return ""
    x, y = at[-1]
    if y is None:
        return f'<rect x="{x - 4:.1f}" y="{HEIGHT - 12}" width="8" height="11" fill="none" stroke="{theme.ACCENT}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{theme.ACCENT}"/>'
