"""Maps as plain dict figures: areas colored by class, or circles for counts; hidden areas are hatched.

Shapes come by URL, so a figure carries codes and classes only. `assets/panels.js` and `assets/pages.css` turn the color
HATCHED into a hatch in the browser; where that failed, the area would still be gray and named in the legend.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import cos, radians, sqrt
from typing import Any, Final

import shapely

from components import theme
from components.cells import Cell
from components.labels import HEIGHT, WIDTH, Box, labels
from components.marks import Figure, says
from geo.breaks import Breaks

HATCHED: Final = "rgb(154,163,171)"
NO_DATA: Final = "rgb(240,238,232)"
EMPTY: Final = "rgb(253,253,252)"
CLEAR: Final = "rgba(0,0,0,0)"
LARGEST: Final = 32.0
# Width over height of the frame on the page, near enough; on a phone 343 by 300.
FRAME: Final = WIDTH / HEIGHT


@dataclass(frozen=True)
class Shapes:
    """Where the shapes of a level are and what is known of them: box of everything; box, middle and form by area."""

    url: str
    box: Box
    boxes: Mapping[str, Box]
    middles: Mapping[str, tuple[float, float]]
    forms: Mapping[str, shapely.Geometry] = field(repr=False)


@lru_cache(maxsize=32)
def shapes(url: str, content: bytes) -> Shapes:
    """Read a layer once; content: its GeoJSON."""
    features = json.loads(content)["features"]
    found = {f["id"]: shapely.from_geojson(json.dumps(f["geometry"])) for f in features}
    boxes = {code: shape.bounds for code, shape in found.items()}
    west, south, east, north = zip(*boxes.values(), strict=True)
    inside = {code: shapely.point_on_surface(shape) for code, shape in found.items()}
    middles = {code: (point.x, point.y) for code, point in inside.items()}
    return Shapes(url, (min(west), min(south), max(east), max(north)), boxes, middles, found)


@dataclass(frozen=True)
class Sorted:
    """Areas of a map by what can be said of them; codes of areas without residents are known from the area list."""

    shown: tuple[Cell, ...]
    hidden: tuple[Cell, ...]
    no_data: tuple[Cell, ...]
    empty: tuple[str, ...]


def sort_areas(found: Sequence[Cell], drawn: Shapes, empty: Sequence[str]) -> Sorted:
    """Split the cells of one school year; drawn areas without a cell and without residents stay blank."""
    here = [cell for cell in found if cell.area in drawn.boxes]
    blank = [code for code in empty if code in drawn.boxes]
    return Sorted(
        tuple(cell for cell in here if cell.value is not None),
        tuple(cell for cell in here if cell.hidden),
        tuple(cell for cell in here if cell.value is None and not cell.hidden and cell.area not in blank),
        tuple(blank),
    )


@dataclass(frozen=True)
class Look:
    """How a map is looked at: coarser areas drawn as lines, the outlined area, close to it or not, names by area."""

    borders: Shapes | None = None
    chosen: str = ""
    near: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


def choropleth(areas: Sorted, classes: Breaks, drawn: Shapes, look: Look) -> Figure:
    """Areas colored by the class of their value."""
    colors = ramp(classes.classes)
    values = _areas(drawn, [c.area for c in areas.shown], classes.classify([c.value for c in areas.shown]), colors)
    values["hovertext"] = [says(c.name, c) for c in areas.shown]
    return _figure([values, *_others(areas, drawn), *_lines(drawn, look)], drawn, look, {})


def circles(areas: Sorted, drawn: Shapes, look: Look, largest: int) -> Figure:
    """Counts as circles in the middle of their areas; the area of a circle stands for its count."""
    ground = _areas(drawn, [c.area for c in areas.shown], [0] * len(areas.shown), [EMPTY])
    ground["hovertext"] = [says(c.name, c) for c in areas.shown]
    marks = {
        "type": "scattergeo",
        "mode": "markers",
        "lon": [drawn.middles[c.area][0] for c in areas.shown],
        "lat": [drawn.middles[c.area][1] for c in areas.shown],
        "customdata": [c.area for c in areas.shown],
        "hovertext": [says(c.name, c) for c in areas.shown],
        "hoverinfo": "text",
        "marker": {
            "size": [diameter(c.value or 0, largest) for c in areas.shown],
            "color": theme.ACCENT,
            "opacity": 0.75,
            "line": {"color": theme.SURFACE, "width": 1},
        },
    }
    radii = {c.area: diameter(c.value or 0, largest) / 2 for c in areas.shown}
    return _figure([ground, *_others(areas, drawn), *_lines(drawn, look), marks], drawn, look, radii)


def diameter(count: float, largest: float) -> float:
    """Of a circle whose area stands for a count."""
    return round(max(LARGEST * sqrt(count / max(largest, 1)), 2.0), 1)


def ramp(classes: int) -> list[str]:
    """Colors of so many classes, light to dark; the lightest only where all five are needed."""
    colors = theme.SEQUENTIAL if classes > 4 else theme.SEQUENTIAL[1:]
    if classes <= 1:
        return [theme.SEQUENTIAL[2]] * classes
    return [colors[round(i * (len(colors) - 1) / (classes - 1))] for i in range(classes)]


def _others(areas: Sorted, drawn: Shapes) -> list[dict[str, Any]]:
    hidden = _areas(drawn, [c.area for c in areas.hidden], [0] * len(areas.hidden), [HATCHED])
    hidden["hovertext"] = [says(c.name, c) for c in areas.hidden]
    missing = _areas(drawn, [c.area for c in areas.no_data], [0] * len(areas.no_data), [NO_DATA])
    missing["hovertext"] = [says(c.name, c) for c in areas.no_data]
    nobody = _areas(drawn, list(areas.empty), [0] * len(areas.empty), [EMPTY]) | {"hoverinfo": "skip"}
    return [trace for trace in (hidden, missing, nobody) if trace["locations"]]


def _lines(drawn: Shapes, look: Look) -> list[dict[str, Any]]:
    """Borders of coarser areas as context, and a strong outline around the chosen one."""
    traces = []
    if look.borders is not None:
        traces.append(_outline(look.borders, list(look.borders.boxes), theme.SECOND, 1.2))
    if look.chosen in drawn.boxes:
        traces.append(_outline(drawn, [look.chosen], theme.CATEGORIES[1], 3))
    return traces


def _outline(drawn: Shapes, codes: list[str], color: str, width: float) -> dict[str, Any]:
    trace = _areas(drawn, codes, [0] * len(codes), [CLEAR]) | {"hoverinfo": "skip"}
    return trace | {"marker": {"line": {"color": color, "width": width}}}


def _areas(drawn: Shapes, codes: list[str], classes: Sequence[int | None], colors: Sequence[str]) -> dict[str, Any]:
    steps = [[edge / len(colors), color] for i, color in enumerate(colors) for edge in (i, i + 1)]
    return {
        "type": "choropleth",
        "geojson": drawn.url,
        "locations": codes,
        "z": list(classes),
        "zmin": -0.5,
        "zmax": max(len(colors), 1) - 0.5,
        "colorscale": steps or [[0, CLEAR], [1, CLEAR]],
        "showscale": False,
        "marker": {"line": {"color": theme.HIDDEN, "width": 0.7}},
        "hoverinfo": "text",
    }


def _figure(data: list[dict[str, Any]], drawn: Shapes, look: Look, radii: Mapping[str, float]) -> Figure:
    view = _view(drawn, look.chosen if look.near else "")
    west, south, east, north = view
    plain = {"showframe": False, "showcoastlines": False, "showland": False, "showlakes": False, "visible": False}
    ground = {
        "projection": {"type": "mercator"},
        "bgcolor": CLEAR,
        "lonaxis": {"range": [west, east]},
        "lataxis": {"range": [south, north]},
    }
    margin = {"l": 0, "r": 0, "t": 0, "b": 0}
    named = labels(look.names, drawn.forms, view, radii)
    return {"data": [*data, *named], "layout": theme.layout(geo=plain | ground, margin=margin, dragmode=False)}


def _view(drawn: Shapes, chosen: str) -> Box:
    """The box to show: all areas with a little air, or about three times the chosen one, in the shape of the frame."""
    whole = _wider(drawn.box, 1.04, 1.04)
    if chosen not in drawn.boxes:
        return whole
    west, south, east, north = drawn.boxes[chosen]
    shape = (east - west) * cos(radians((south + north) / 2)) / (north - south)
    close = _wider(drawn.boxes[chosen], 3 * max(FRAME / shape, 1), 3 * max(shape / FRAME, 1))
    return close if close[2] - close[0] < whole[2] - whole[0] else whole


def _wider(box: Box, across: float, up: float) -> Box:
    west, south, east, north = box
    wide, tall = (across - 1) / 2 * (east - west), (up - 1) / 2 * (north - south)
    return (west - wide, south - tall, east + wide, north + tall)
