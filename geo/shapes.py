"""Shapes and their fields as a file holds them, before anything is checked."""

from __future__ import annotations

import json
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from geo.errors import BadBoundaries, some

Text = list[str | None]


@dataclass(frozen=True)
class RawShapes:
    """Geometries (None where broken or absent), fields as text (None where empty) and the CRS as WKT (None if none)."""

    geometries: np.ndarray
    fields: dict[str, Text]
    crs: str | None
    driver: str


def read_shapes(path: Path, wanted: str, layer: str | None = None) -> RawShapes:
    """All shapes of the layer that has the field `wanted`. Raises BadBoundaries when the file cannot be read."""
    if not path.exists():
        raise BadBoundaries(f"{path.name}: there is no such file; check its name and place.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the library warns about is checked and said by this room
        try:
            source = _source(path)
            layer = layer or _layer(path.name, source, wanted)
            driver = pyogrio.read_info(source, layer=layer)["driver"]
            meta, _, wkb, values = pyogrio.raw.read(source, layer=layer, force_2d=True)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError, ValueError) as error:
            if isinstance(error, BadBoundaries):
                raise
            reason = str(error).split(";")[0].replace(str(path), path.name).rstrip(".")
            raise BadBoundaries(f"{path.name}: the file cannot be read as boundaries ({reason}).") from None
        if wkb is None:
            raise BadBoundaries(f"{path.name}: the file holds no shapes; give a boundary file such as GeoJSON.")
        geometries = shapely.from_wkb(wkb, on_invalid="ignore")
    fields = {name: [_text(v) for v in column] for name, column in zip(meta["fields"], values, strict=True)}
    raw = RawShapes(np.asarray(geometries, dtype=object), fields, meta["crs"], driver)
    return _with_exact_fields(raw, path) if driver == "GeoJSON" else raw


def _source(path: Path) -> str:
    """The name under which OGR opens the file; a zip may hold it in a folder."""
    if path.suffix.lower() not in (".zip", ".shz"):
        return str(path)
    if not zipfile.is_zipfile(path):
        raise BadBoundaries(f"{path.name}: the file is not a zip; give the zip as it was downloaded.")
    with zipfile.ZipFile(path) as archive:
        names = sorted(n for n in archive.namelist() if "__MACOSX" not in n)
    kinds = [(".shp",), (".gpkg",), (".geojson", ".topojson", ".json")]
    inside = next((found for kind in kinds if (found := [n for n in names if n.lower().endswith(kind)])), [])
    if len(inside) > 1:
        raise BadBoundaries(f"{path.name}: the zip holds several boundary files ({some(inside)}); keep one of them.")
    return "/".join([f"/vsizip/{path.resolve()}", *inside])


def _layer(file: str, source: str, wanted: str) -> str:
    """The one layer with the wanted field; a file with one layer needs no choice."""
    layers = [str(name) for name, kind in pyogrio.list_layers(source) if kind is not None]
    if len(layers) == 1:
        return layers[0]
    if not layers:
        raise BadBoundaries(f"{file}: the file holds no shapes; give a boundary file such as GeoJSON.")
    having = [name for name in layers if wanted in pyogrio.read_info(source, layer=name)["fields"]]
    if len(having) != 1:
        told = f"several layers have the field {wanted}" if having else f"no layer has the field {wanted}"
        raise BadBoundaries(f"{file}: {told} ({some(having or layers, 8)}); give a file with one layer.")
    return having[0]


def _text(value: Any) -> str | None:
    """A field as text; a whole number without .0, an empty one None."""
    if value is None or value is np.ma.masked:
        return None
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        if np.isnan(value):
            return None
        return str(int(value)) if np.isfinite(value) and float(value).is_integer() else repr(float(value))
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if text.strip() else None


def _with_exact_fields(raw: RawShapes, path: Path) -> RawShapes:
    """The same shapes with the properties as the JSON has them.

    OGR turns texts that look like dates into dates, mixed numbers into text with .0, whole-number feature ids into row
    numbers (renumbering repeated ones), and an unknown or null CRS into WGS 84 without a word.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return raw  # in a zip, or a dialect that only OGR reads
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or len(features) != len(raw.geometries):
        return raw
    names = list(raw.fields)
    names += [] if "id" in names or not any("id" in f for f in features) else ["id"]
    fields = {name: [_text(_member(f, name)) for f in features] for name in names}
    return RawShapes(raw.geometries, fields, _crs(document, raw.crs), raw.driver)


def _member(feature: dict[str, Any], name: str) -> Any:
    properties = feature.get("properties") or {}
    return properties[name] if name in properties else feature.get("id") if name == "id" else None


def _crs(document: dict[str, Any], found: str | None) -> str | None:
    """Longitude/latitude where no CRS is given (RFC 7946); none where it is null or one that OGR passed over."""
    if "crs" not in document:
        return found
    given = document["crs"]
    name = str((given.get("properties") or {}).get("name", "")) if isinstance(given, dict) else ""
    known = any(mark in name.upper().replace(" ", "") for mark in ("4326", "CRS84", "WGS84"))
    return found if known or (name and found not in (None, "EPSG:4326")) else None
