"""An outline map: where one place lies among the others, as an image that also prints."""

import base64
import json
from functools import lru_cache
from math import cos, radians
from typing import Final

from components import theme
from components.markup import Element, html

WIDTH: Final = 240


@lru_cache(maxsize=64)
def outline(content: bytes, chosen: str, says: str) -> Element:
    """All areas of a layer as thin outlines, the chosen one filled. content: GeoJSON; says: the same in words."""
    drawn, height = svg(content, chosen)
    encoded = base64.b64encode(drawn.encode()).decode()
    source = f"data:image/svg+xml;base64,{encoded}"
    return html.Img(src=source, alt=says, className="outline-map", width=WIDTH, height=height)


def svg(content: bytes, chosen: str) -> tuple[str, int]:
    """The drawing and its height; degrees are squeezed so that the middle of the map has its true shape."""
    features = json.loads(content)["features"]
    rings = {f["id"]: _rings(f["geometry"]) for f in features}
    every = [point for shape in rings.values() for ring in shape for point in ring]
    west, east = min(p[0] for p in every), max(p[0] for p in every)
    south, north = min(p[1] for p in every), max(p[1] for p in every)
    squeeze = cos(radians((south + north) / 2))
    scale = (WIDTH - 4) / max((east - west) * squeeze, 1e-9)
    height = round((north - south) * scale) + 4

    def path(shape: list[list[list[float]]]) -> str:
        places = [[(2 + (x - west) * squeeze * scale, 2 + (north - y) * scale) for x, y, *_ in ring] for ring in shape]
        return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in places)

    plain = "".join(path(shape) for code, shape in rings.items() if code != chosen)
    strong = path(rings.get(chosen, []))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">'
        f'<path d="{plain}" fill="{theme.SURFACE}" stroke="{theme.HIDDEN}" stroke-width="0.7"/>'
        f'<path d="{strong}" fill="{theme.ACCENT}" stroke="{theme.ACCENT}" stroke-width="1"/></svg>'
    ), height


def _rings(geometry: dict[str, list[list[list[float]]]]) -> list[list[list[float]]]:
    """All rings of a Polygon or MultiPolygon."""
    parts = geometry["coordinates"]
    return parts if geometry["type"] == "Polygon" else [ring for part in parts for ring in part]  # type: ignore[misc]
