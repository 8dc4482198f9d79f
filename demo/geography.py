"""Alder County: tracts in towns in one county, school districts across them, and places for homes."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import shapely

from demo.districts import draw_districts
from demo.places import Places, load_places
from demo.shapes import coverage, dissolve, project
from demo.terrain import Land, draw_land, noise


@dataclass(frozen=True)
class Geography:
    """Areas by running number. An atom is the part of a tract in one district; homes are drawn per atom.

    atom_tract, atom_district: numbers by atom; tract_town: by tract; tract_empty: nobody lives there.
    atom_shapes: polygons in degrees. tract_poverty: share of poor families. tract_children: relative numbers.
    """

    places: Places
    atom_tract: np.ndarray
    atom_district: np.ndarray
    atom_area: np.ndarray
    atom_shapes: np.ndarray
    tract_town: np.ndarray
    tract_empty: np.ndarray
    tract_poverty: np.ndarray
    tract_children: np.ndarray

    @property
    def atom_town(self) -> np.ndarray:
        """Town number by atom."""
        return np.asarray(self.tract_town[self.atom_tract])

    @cached_property
    def atom_children(self) -> np.ndarray:
        """Share of the county's children by atom; the parts of a split tract by their land."""
        whole = np.bincount(self.atom_tract, self.atom_area)[self.atom_tract]
        share = self.tract_children[self.atom_tract] * self.atom_area / whole
        return np.asarray(share / share.sum())

    @cached_property
    def tract_ids(self) -> list[str]:
        """11-character ids: county, then tract code; empty tracts have codes of their own."""
        county = self.places.county_id
        codes = [f"{100 * (n // 2 + 1) + 1 + n % 2:06d}" for n in range(len(self.tract_town) - len(self.places.empty))]
        return [county + code for code in codes + [e.code for e in self.places.empty]]

    @cached_property
    def tract_names(self) -> list[str]:
        """Names as the Census writes them; empty tracts by what is there."""
        codes = [i[5:] for i in self.tract_ids]
        names = [f"Tract {int(c[:4])}.{c[4:]}" for c in codes]
        named = len(self.places.empty)
        return names[:-named] + [e.name for e in self.places.empty]

    @property
    def town_ids(self) -> list[str]:
        """10-digit ids: county, then town."""
        return [f"{self.places.county_id}{10100 + 10 * n:05d}" for n in range(len(self.places.towns))]

    def tract_land(self) -> list[int]:
        """Square meters of land by tract; 0 where there is only water."""
        area = np.bincount(self.atom_tract, self.atom_area) * 1e6
        return [0 if "(water)" in name else round(a) for name, a in zip(self.tract_names, area, strict=True)]

    def tract_shapes(self) -> np.ndarray:
        """Polygons in degrees by tract."""
        return dissolve(self.atom_shapes, self.atom_tract, len(self.tract_town))

    def town_shapes(self) -> np.ndarray:
        """Polygons in degrees by town."""
        return dissolve(self.atom_shapes, self.atom_town, len(self.places.towns))

    def district_shapes(self) -> np.ndarray:
        """Polygons in degrees by district."""
        return dissolve(self.atom_shapes, self.atom_district, len(self.places.districts))

    def county_shape(self) -> np.ndarray:
        """One polygon in degrees."""
        return dissolve(self.atom_shapes, np.zeros(len(self.atom_shapes), int), 1)


@cache
def make_geography() -> Geography:
    """The county; the same every time."""
    places = load_places()
    land = draw_land(places)
    district = draw_districts(land, places)
    key = np.where(land.tract >= 0, land.tract.astype(np.int32) * 8 + district, -1)
    codes, atom = np.unique(key, return_inverse=True)
    shapes = coverage(atom.reshape(key.shape) - 1)
    tract, share = codes[1:] // 8, codes[1:] % 8
    count = land.tract.max() + 1
    town = np.array([land.town[land.tract == n][0] for n in range(count)])
    empty = np.isin(np.arange(count), list(land.empty.values()))
    return Geography(
        places=places,
        atom_tract=tract,
        atom_district=share,
        atom_area=shapely.area(shapes),
        atom_shapes=project(shapes, places),
        tract_town=town,
        tract_empty=empty,
        tract_poverty=_poverty(land, places, town, count),
        tract_children=_children(places, town, empty),
    )


def _poverty(land: Land, places: Places, town: np.ndarray, count: int) -> np.ndarray:
    """Share of poor families by tract: the town's level, moved by hills that neighbors share."""
    hills = noise(land.x.shape, 5.0, 51, 3)
    mean = np.array([hills[land.tract == n].mean() for n in range(count)])
    level = np.array([t.poverty for t in places.towns])[town]
    mean = mean - np.array([mean[town == t].mean() for t in range(len(places.towns))])[town]
    return np.clip(level + 0.10 * mean, 0.05, 0.85)


def _children(places: Places, town: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """Relative number of children by tract: uneven within a town, adding up to the town's number."""
    rng = np.random.default_rng(77)
    raw = np.where(empty, 0.0, rng.lognormal(0, 0.3, len(town)))
    total = np.bincount(town, raw)
    return np.array([t.children for t in places.towns])[town] * raw / total[town]
