"""Boundary sets: the areas of one geography level and vintage, read strictly from any file OGR can open."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from geo.coverage import coverage_report
from geo.errors import BadBoundaries, some
from geo.repair import only_polygons, repaired
from geo.shapes import RawShapes, Text, read_shapes

WGS84 = "EPSG:4326"
LAND_FIELDS = ("ALAND", "ALAND10", "ALAND20")  # square meters of land in Census files


@dataclass(frozen=True)
class BoundarySet:
    """Areas of one level and vintage.

    `frame` is in EPSG:4326, sorted by area_id, with area_id, name, parent_id (None if not given), land (False where the
    file says that an area is only water), geometry, and `within_id` where such a field was asked for. `checksum` is a
    SHA-256 over ids and shapes, whatever their order or packaging. `notes` are sentences about what is not clean.
    """

    id: str
    level: str
    vintage: str
    id_field: str
    name_field: str | None
    parent_field: str | None
    checksum: str
    frame: gpd.GeoDataFrame
    notes: tuple[str, ...] = ()

    @property
    def area_ids(self) -> list[str]:
        """All area ids, in order."""
        return self.frame["area_id"].tolist()


def read_boundaries(
    path: Path | str,
    *,
    level: str,
    vintage: str,
    id_field: str,
    name_field: str | None = None,
    parent_field: str | None = None,
    within: str | None = None,
    layer: str | None = None,
) -> BoundarySet:
    """The areas of a boundary file; ids are text. Raises BadBoundaries, one sentence, when it is not usable."""
    path = Path(path)
    raw = read_shapes(path, id_field, layer)
    if not len(raw.geometries):
        raise BadBoundaries(f"{path.name}: the file holds no areas.")
    for field in dict.fromkeys(f for f in (id_field, name_field, parent_field, within) if f is not None):
        _check_field(path.name, raw, field)
    ids = _ids(path.name, raw.fields[id_field], id_field)
    _check_shapes(path.name, raw.geometries, ids)
    frame = _frame(raw, ids, name_field, parent_field, within)
    if within is not None:
        _check_within(path.name, frame, within)
    frame["geometry"] = _in_degrees(path.name, raw, ids)
    frame = _sorted(frame)
    checksum = _checksum(frame)
    return BoundarySet(
        id=f"{level}-{vintage}-{checksum[:8]}",
        level=level,
        vintage=vintage,
        id_field=id_field,
        name_field=name_field,
        parent_field=parent_field,
        checksum=checksum,
        frame=frame,
        notes=coverage_report(frame).sentences(),
    )


def _check_field(file: str, raw: RawShapes, field: str) -> None:
    if field not in raw.fields:
        have = some(list(raw.fields), 12) or "none"
        raise BadBoundaries(f"{file}: there is no field {field}; the fields are {have}.")


def _ids(file: str, values: Text, field: str) -> list[str]:
    """The ids as text, each there and each once."""
    missing = [str(i) for i, value in enumerate(values, start=1) if value is None]
    if missing:
        raise BadBoundaries(f"{file}: field {field} is empty for area number {some(missing)}; give every area an id.")
    ids = pd.Series([str(value) for value in values])
    repeated = sorted(ids[ids.duplicated()].unique())
    if repeated:
        told = f"field {field} holds {some(repeated)} more than once"
        raise BadBoundaries(f"{file}: {told}; give every area its own id, and join the parts of one area to one shape.")
    return ids.tolist()


def _check_shapes(file: str, geometries: np.ndarray, ids: list[str]) -> None:
    """Every shape is a whole, valid polygon."""
    absent = [i for i, g in zip(ids, geometries, strict=True) if g is not None and g.is_empty]
    if absent:
        raise BadBoundaries(f"{file}: area {some(absent)} has an empty shape; draw it or take it out.")
    other = [i for i, g in zip(ids, geometries, strict=True) if g is not None and g.geom_type not in _POLYGONS]
    if other:
        kind = geometries[ids.index(other[0])].geom_type
        raise BadBoundaries(f"{file}: area {some(other)} is not a polygon but a {kind}; give polygons only.")
    for area, geometry in zip(ids, geometries, strict=True):
        if geometry is None:
            told = f"area {area} has no shape or one with an open ring"
            raise BadBoundaries(f"{file}: {told}; draw it again or take it out.")
        if not geometry.is_valid:
            reason = shapely.is_valid_reason(geometry).replace("[", " at ").replace("]", "")
            told = f"the polygon of area {area} is broken ({reason})"
            raise BadBoundaries(f"{file}: {told}; mend it in a GIS, e.g. with QGIS Fix geometries.")


_POLYGONS = ("Polygon", "MultiPolygon")


def _frame(raw: RawShapes, ids: list[str], name: str | None, parent: str | None, within: str | None) -> pd.DataFrame:
    names = raw.fields[name] if name else ids
    columns: dict[str, object] = {
        "area_id": ids,
        "name": [n if n is not None else i for n, i in zip(names, ids, strict=True)],
        "parent_id": raw.fields[parent] if parent else [None] * len(ids),
        "land": _land(raw, len(ids)),
    }
    if within is not None:
        columns["within_id"] = raw.fields[within]
    frame = pd.DataFrame(columns)
    return frame.astype({"area_id": "str", "name": "str", "parent_id": "str"})


def _land(raw: RawShapes, rows: int) -> list[bool]:
    """False only where the file gives a land area of nothing."""
    field = next((f for f in LAND_FIELDS if f in raw.fields), None)
    return [value != "0" for value in raw.fields[field]] if field else [True] * rows


def _check_within(file: str, frame: pd.DataFrame, within: str) -> None:
    missing = frame.loc[frame["within_id"].isna(), "area_id"].tolist()
    if missing:
        raise BadBoundaries(f"{file}: field {within} is empty for area {some(missing)}; fill it in.")


def _in_degrees(file: str, raw: RawShapes, ids: list[str]) -> gpd.GeoSeries:
    """The shapes in longitude/latitude, every longitude within -180..180."""
    crs = _known_crs(file, raw)
    shapes = gpd.GeoSeries(raw.geometries, crs=crs)
    if not crs.is_geographic or not crs.equals(pyproj.CRS(WGS84), ignore_axis_order=True):
        try:
            shapes = shapes.to_crs(WGS84)
        except pyproj.exceptions.ProjError as error:
            told = f"its coordinate system {crs.name} cannot be turned into longitude and latitude ({error})"
            raise BadBoundaries(f"{file}: {told}; save the file in longitude/latitude.") from None
    geometries = shapes.to_numpy()
    if crs.is_projected:
        geometries = [_joined_at_half_turn(g) for g in geometries]
    bounds = shapely.bounds(geometries)
    low, high = (-360.0, -90.0), (360.0, 90.0)
    outside = ~((bounds[:, :2] >= low) & (bounds[:, 2:] <= high)).all(axis=1)
    if outside.any():
        area = ids[int(np.flatnonzero(outside)[0])]
        told = f"area {area} lies outside longitude and latitude, as coordinates in feet or meters do"
        raise BadBoundaries(f"{file}: {told}; save the file with its coordinate system or in longitude/latitude.")
    return gpd.GeoSeries([repaired(_within_half_turn(g)) for g in geometries], crs=WGS84)


def _known_crs(file: str, raw: RawShapes) -> pyproj.CRS:
    if raw.crs is None and raw.driver == "TopoJSON":
        return pyproj.CRS(WGS84)  # the format has no place for a CRS; the box is checked afterwards
    try:
        crs = pyproj.CRS.from_user_input(raw.crs) if raw.crs else None
    except pyproj.exceptions.CRSError:
        crs = None
    if crs is None or not (crs.is_geographic or crs.is_projected):
        told = "the file does not say its coordinate system (CRS), so its numbers mean no place"
        raise BadBoundaries(f"{file}: {told}; add it, e.g. the .prj file of a shapefile.")
    return crs


def _joined_at_half_turn(geometry: shapely.Geometry) -> shapely.Geometry:
    """A shape of a flat map that crosses longitude 180 comes back torn to both ends: put it together past 180."""
    west, _, east, _ = geometry.bounds
    if east - west <= 180:
        return geometry
    joined = shapely.transform(geometry, lambda xy: np.where([True, False] & (xy < 0), xy + 360, xy))
    return joined if joined.bounds[2] - joined.bounds[0] < 180 else geometry


def _within_half_turn(geometry: shapely.Geometry) -> shapely.Geometry:
    """A shape that runs past longitude 180 is cut there, and the rest set on the other side."""
    west, _, east, _ = geometry.bounds
    if west >= -180 and east <= 180:
        return geometry
    cut = {turn: geometry.intersection(shapely.box(turn - 180, -90, turn + 180, 90)) for turn in (-360, 0, 360)}
    parts = [shapely.transform(part, lambda xy, t=turn: xy - (t, 0)) for turn, part in cut.items()]
    return only_polygons(parts)


def _sorted(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    frame = frame.sort_values("area_id", ignore_index=True)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(frame["geometry"]).normalize(), crs=WGS84)


def _checksum(frame: gpd.GeoDataFrame) -> str:
    digest = hashlib.sha256()
    rounded = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.round(xy, 9) + 0.0)
    for area, shape in zip(frame["area_id"], shapely.to_wkb(rounded), strict=True):
        digest.update(area.encode() + b"\0" + shape)
    return digest.hexdigest()
