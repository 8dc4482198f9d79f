"""A strip: where one place stands among its peers and the county on one outcome, as an image that also prints."""

import base64
from collections.abc import Sequence
from typing import Final

from components import theme
from components.cells import Cell
from components.markup import Element, html
from components.scales import limits

WIDTH: Final = 190
HEIGHT: Final = 34
AIR: Final = 8


def strip_image(here: Cell, peers: Sequence[Cell], county: Cell | None) -> Element:
    """Peers as gray dots, the county as a tick, the place with its interval in accent."""
    encoded = base64.b64encode(svg(here, peers, county).encode()).decode()
    source = f"data:image/svg+xml;base64,{encoded}"
    return html.Img(src=source, alt=words(here, peers, county), className="strip", width=WIDTH, height=HEIGHT)


def words(here: Cell, peers: Sequence[Cell], county: Cell | None) -> str:
    """The strip in words."""
    parts = [f"{here.name}: {here.text}"]
    parts += [f"{county.name}: {county.text}"] if county else []
    return ". ".join([*parts, *(f"{peer.name}: {peer.text}" for peer in peers)])


def svg(here: Cell, peers: Sequence[Cell], county: Cell | None) -> str:
    """The drawing; it holds places on paper of published values only."""
    found = [here, *peers, *([county] if county else [])]
    low, high = limits([v for c in found for v in (c.low, c.value, c.high)], percent=not here.is_count)

    def at(value: int) -> str:
        return f"{AIR + (value - low) / max(high - low, 1e-9) * (WIDTH - 2 * AIR):.1f}"

    middle = HEIGHT / 2
    line = f'<line x1="{AIR}" x2="{WIDTH - AIR}" y1="{middle}" y2="{middle}" stroke="{theme.LINE}"/>'
    tick = f'stroke="{theme.INK}" stroke-width="1.5" stroke-dasharray="2 2"'
    ring = f'r="4" fill="{theme.SURFACE}" stroke="{theme.CONTEXT}" stroke-width="1.5"'
    shown = [at(peer.value) for peer in peers if peer.value is not None]
    dots = "".join(f'<circle cx="{x}" cy="{middle}" {ring}/>' for x in shown)
    middle_line = "" if county is None or county.value is None else _tick(at(county.value), tick)
    own = "" if here.value is None else f'<circle cx="{at(here.value)}" cy="{middle}" r="5" fill="{theme.ACCENT}"/>'
    if here.low is not None and here.high is not None:
        look = f'stroke="{theme.ACCENT}" stroke-opacity="0.4" stroke-width="3"'
        own = f'<line x1="{at(here.low)}" x2="{at(here.high)}" y1="{middle}" y2="{middle}" {look}/>{own}'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"{line}{dots}{middle_line}{own}</svg>"
    )


def _tick(x: str, look: str) -> str:
    return f'<line x1="{x}" x2="{x}" y1="4" y2="{HEIGHT - 4}" {look}/>'
