"""Names of places on a map: where an area has room for its own, in one line or two; no name leaves its area."""

import textwrap
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import cos, radians
from typing import Any, Final

from shapely import Geometry
from shapely.geometry import box

from components import theme
from components.marks import plain

SIZE: Final = 13
# Pixels that a letter and a line of this size take, with a little air.
LETTER, LINE = 6.7, 16
# The frame of a map on a page of 1,280 pixels; where it is narrower than 600, pages.css shows no names.
WIDTH, HEIGHT = 650, 560
Box = tuple[float, float, float, float]


def labels(
    names: Mapping[str, str], areas: Mapping[str, Geometry], view: Box, below: Mapping[str, float]
) -> list[dict[str, Any]]:
    """The names that have room, as one trace; view: the box that is shown; below: radius of a mark."""
    placed = [
        (round(lon, 4), round(lat, 4), text)
        for code, name in names.items()
        if code in areas and (found := _place(name, areas[code], view, below.get(code, 0)))
        for lon, lat, text in [found]
    ]
    if not placed:
        return []
    lon, lat, text = (list(part) for part in zip(*placed, strict=True))
    font = {"size": SIZE, "color": theme.INK}
    where = {"lon": lon, "lat": lat, "text": text}
    return [{"type": "scattergeo", "mode": "text", **where, "textfont": font, "hoverinfo": "skip"}]


@lru_cache(4096)  # areas stay and pages are asked for again and again; finding room took half of a map's answer
def _place(name: str, area: Geometry, view: Box, below: float) -> tuple[float, float, str] | None:
    return next(_room(name, area, view, below), None)


def _room(name: str, area: Geometry, view: Box, below: float) -> Iterator[tuple[float, float, str]]:
    """Where the name lies inside its area, as seen."""
    across, up = _pixel(view)
    seen = area.intersection(box(*view))
    if seen.is_empty:
        return
    for lines in _broken(name):
        wide, tall = across * LETTER * max(map(len, lines)) / 2, up * LINE * len(lines) / 2
        for lon, lat in _spots(area, seen, up * below + tall if below else 0):
            if seen.contains(box(lon - wide, lat - tall, lon + wide, lat + tall)):
                yield lon, lat, "<br>".join(map(plain, lines))


def _spots(area: Geometry, seen: Geometry, beside: float) -> list[tuple[float, float]]:
    """Where a name could stand: in the middle of what is seen of its area, or under and over its mark."""
    if beside:
        mark = area.point_on_surface()
        return [(mark.x, mark.y - beside), (mark.x, mark.y + beside)]
    return [(point.x, point.y) for point in (seen.point_on_surface(), seen.centroid)]


def _broken(name: str) -> list[list[str]]:
    """The name in one line, and in two where it has several words."""
    half = max(len(name) // 2 + 1, *map(len, name.split()))
    two = textwrap.wrap(name, half)
    return [[name], two] if len(two) == 2 else [[name]]


def _pixel(view: Box) -> tuple[float, float]:
    """Degrees of longitude and of latitude that a pixel is."""
    west, south, east, north = view
    shrunk = cos(radians((south + north) / 2))
    across = max((east - west) / WIDTH, (north - south) / shrunk / HEIGHT)
    return across, across * shrunk
