"""The land of Alder County as a picture: which pixel belongs to which tract. Drawn once from a fixed seed."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from demo.places import Places

ACROSS = 1000.0
PIXEL = 0.075  # kilometers
WIDTH, HEIGHT = 64.0, 52.0
CITY = (31.0, 34.8)
SURVEY_TURN = 0.10
GROUND_SEED = 41  # the county is the same for every community; only its people follow the community's seed


@dataclass(frozen=True)
class Land:
    """Pixel pictures of one shape (rows from south to north); -1 where there is no land of the county.

    town: index into the places' towns; tract: running number; empty: tract numbers where nobody lives, by name.
    """

    x: np.ndarray
    y: np.ndarray
    town: np.ndarray
    tract: np.ndarray
    empty: dict[str, int]
    shore: np.ndarray
    river: np.ndarray


def noise(shape: tuple[int, int], scale: float, seed: int, octaves: int = 4) -> np.ndarray:
    """Smooth random hills, mean 0 and standard deviation 1; scale: width of the largest hill in kilometers."""
    rng = np.random.default_rng((GROUND_SEED, seed))
    total = np.zeros(shape)
    for octave in range(octaves):
        step = scale / 2**octave
        (south, up), (west, right) = (_knots(n, step) for n in shape)
        coarse = rng.uniform(-1, 1, (south[-1] + 2, west[-1] + 2)) / 2**octave
        bands = coarse[south] * (1 - up)[:, None] + coarse[south + 1] * up[:, None]
        total += bands[:, west] * (1 - right) + bands[:, west + 1] * right
    return (total - total.mean()) / total.std()


def _knots(pixels: int, step: float) -> tuple[np.ndarray, np.ndarray]:
    """For each pixel the knot before it, knots being `step` kilometers apart, and how far on it is to the next."""
    at = np.arange(pixels) * PIXEL / step
    low = at.astype(int)
    part = at - low
    return low, part * part * (3 - 2 * part)


def _line(points: list[tuple[float, float]], at: np.ndarray) -> np.ndarray:
    along, across = zip(*points, strict=True)
    return np.interp(at, along, across)


def _shore(x: np.ndarray, rough: np.ndarray) -> np.ndarray:
    """Latitude line of the lake shore by column, in kilometers north."""
    bends = [(0, 45.5), (10, 45.0), (20, 43.2), (28, 44.0), (34, 45.2), (42, 46.6), (50, 46.2), (64, 48.4)]
    return _line(bends, x) + 0.55 * rough[len(rough) // 2]


def _river(y: np.ndarray, rough: np.ndarray) -> np.ndarray:
    """How far east the river runs by row, in kilometers."""
    course = [(0, 33.0), (6, 30.8), (12, 31.4), (17, 28.6), (22, 29.6), (27, 29.4), (31, 30.2)]
    mouth = [(34, 31.4), (37, 30.3), (40, 30.4), (44, 31.6), (52, 32.2)]
    return _line(course + mouth, y) + 0.75 * rough[:, 300]


def _inside(x: np.ndarray, y: np.ndarray, shore: np.ndarray, warp: np.ndarray) -> np.ndarray:
    """Land of the county: survey lines with jogs, a creek in the south-east, the shore in the north."""
    west = np.where(y < 17.5, 4.2, 2.6) + 0.012 * y
    south = np.where(x < 18, 4.6, np.where(x < 44, 2.8, 6.0)) - 0.02 * x
    east = np.where(y < 24, 58.2 + 0.5 * warp, 60.8) - 0.015 * y
    return (x > west) & (y > south) & (x < east) & (y < shore)


def _nearest(
    u: np.ndarray, v: np.ndarray, centers: np.ndarray, power: float, pull: np.ndarray | float = 1.0
) -> np.ndarray:
    """Number of the nearest center for each point under the metric (|du|^p + |dv|^p) / pull."""
    best = np.full(u.shape, np.inf)
    label = np.zeros(u.shape, dtype=np.int16)
    pulls = np.broadcast_to(np.asarray(pull, dtype=float), (len(centers),))
    for number, (cu, cv) in enumerate(centers):
        far = (np.abs(u - cu) ** power + np.abs(v - cv) ** power) ** (1 / power) / pulls[number]
        closer = far < best
        best[closer], label[closer] = far[closer], number
    return label


def _towns(x: np.ndarray, y: np.ndarray, river: np.ndarray, places: Places) -> np.ndarray:
    """Town of each pixel: the city's neighborhoods inside a ragged city limit, survey-like towns outside."""
    shape = x.shape
    wx, wy = noise(shape, 9.0, 11, 5), noise(shape, 9.0, 12, 5)
    centers = np.array([(t.x, t.y) for t in places.towns])
    city = np.array([t.in_city for t in places.towns])
    east = x > river
    limit = 7.3 + 0.55 * noise(shape, 5.0, 13, 5)
    strip = (np.abs(x - 32.2 - 0.5 * wx) < 2.9) & (y > CITY[1])
    far = (np.abs(x - CITY[0] + 0.3 * wx) ** 2.6 + np.abs(1.05 * (y - CITY[1])) ** 2.6) ** (1 / 2.6)
    in_city = (far < limit) | strip
    label = np.full(shape, -1, dtype=np.int16)
    for mask, chosen, power, rough in ((in_city, city, 1.5, 0.30), (~in_city, ~city, 3.0, 0.40)):
        u, v = _turned(x + rough * wx, y + rough * wy, SURVEY_TURN)
        for side in (east, ~east):
            numbers = np.flatnonzero(chosen & _same_side(centers, side, x, y))
            middle = np.column_stack(_turned(centers[numbers, 0], centers[numbers, 1], SURVEY_TURN))
            here = mask & side
            label[here] = numbers[_nearest(u[here], v[here], middle, power)]
    return label


def _turned(x: np.ndarray, y: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates along streets that run `angle` radians off the compass."""
    return x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)


def _same_side(centers: np.ndarray, side: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which centers lie on pixels of this side."""
    columns = np.clip((centers[:, 0] / PIXEL).astype(int), 0, x.shape[1] - 1)
    rows = np.clip((centers[:, 1] / PIXEL).astype(int), 0, y.shape[0] - 1)
    return side[rows, columns]


def _crowding(x: np.ndarray, y: np.ndarray, places: Places) -> np.ndarray:
    """Relative density of homes: falls off from the city, rises again around each town's village."""
    total = np.exp(-np.hypot(x - CITY[0], y - CITY[1]) / 4.2) + 0.004
    for town in places.towns:
        if not town.in_city:
            total += 0.10 * np.exp(-np.hypot(x - town.x, y - town.y) / 1.5)
    return total


def _centers(u: np.ndarray, v: np.ndarray, weight: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Tract centers with about equal weight each: weighted k-means on a sample, stopped early to stay uneven."""
    pick = rng.choice(len(u), min(len(u), 1500), p=weight / weight.sum())
    points = np.column_stack([u[pick], v[pick]])
    centers = points[rng.choice(len(points), count, replace=False)]
    for _ in range(7):
        label = _nearest(points[:, 0], points[:, 1], centers, 2.0)
        centers = np.array(
            [points[label == n].mean(axis=0) if (label == n).any() else c for n, c in enumerate(centers)]
        )
    return centers


def _tracts(land: np.ndarray, x: np.ndarray, y: np.ndarray, river: np.ndarray, places: Places) -> np.ndarray:
    """Tract numbers town by town; borders follow street-like lines in the city and wander outside it."""
    wx, wy = noise(x.shape, 4.0, 21, 5), noise(x.shape, 4.0, 22, 5)
    density, east = _crowding(x, y, places), x > river
    tract, first = np.full(x.shape, -1, dtype=np.int16), 0
    for number, town in enumerate(places.towns):
        here = land == number
        rng = np.random.default_rng((GROUND_SEED, 100 + number))
        turn = SURVEY_TURN + rng.uniform(-0.35, 0.35) * town.in_city
        rough = 0.11 if town.in_city else 0.45
        u, v = _turned(x[here] + rough * wx[here], y[here] + rough * wy[here], turn)
        v = v + ACROSS * east[here]  # so far apart that no tract crosses the river
        centers = _centers(u, v, density[here], town.tracts, rng)
        tract[here] = first + _nearest(u, v, centers, 1.35 if town.in_city else 2.2)
        first += town.tracts
    return tract


def _empty(tract: np.ndarray, x: np.ndarray, y: np.ndarray, shore: np.ndarray, count: int) -> dict[str, int]:
    """Carve the bay and the airport out of the tracts; gives their tract numbers."""
    bend = noise(x.shape, 3.0, 31, 4)
    depth = shore - y
    middle = 40.6 + 0.35 * depth + 0.35 * bend
    bay = (np.abs(x - middle) < 1.15 - 0.10 * depth + 0.22 * bend) & (depth < 8.0) & (tract >= 0)
    u, v = (x - 20.6) * 0.8 + (y - 28.6) * 0.6, -(x - 20.6) * 0.6 + (y - 28.6) * 0.8
    airport = (np.abs(u) < 1.7) & (np.abs(v) < 0.75) | (np.abs(u + 0.6) < 0.6) & (np.abs(v - 0.3) < 1.3)
    tract[bay], tract[airport & (tract >= 0)] = count, count + 1
    return {"Heron Bay (water)": count, "Alder County Airport": count + 1}


def _tidy(label: np.ndarray) -> np.ndarray:
    """Give stray fragments of an area to what surrounds them, so that each area is in one piece."""
    land = label >= 0
    for _ in range(4):
        keep = _largest_pieces(label)
        if keep[land].all():
            break
        nearest = ndimage.distance_transform_edt(~keep, return_distances=False, return_indices=True)
        label = np.where(land, label[tuple(nearest)], -1)
    return label


def _largest_pieces(label: np.ndarray) -> np.ndarray:
    """Pixels that belong to the largest connected piece of their area."""
    keep = np.zeros(label.shape, bool)
    for number, box in enumerate(ndimage.find_objects(label + 1)):
        if box is None:
            continue
        mine = label[box] == number
        pieces, count = ndimage.label(mine)
        if count > 1:
            mine = pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:])
        keep[box] |= mine
    return keep


def draw_land(places: Places) -> Land:
    """The county's pixels with town and tract numbers; the last two tracts are the empty ones."""
    rows, columns = int(HEIGHT / PIXEL), int(WIDTH / PIXEL)
    x, y = np.meshgrid((np.arange(columns) + 0.5) * PIXEL, (np.arange(rows) + 0.5) * PIXEL)
    rough = noise(x.shape, 5.0, 1, 6)
    shore, river = _shore(x[0], rough), _river(y[:, 0], noise(x.shape, 6.0, 2, 5))
    inside = _inside(x, y, shore[None, :], noise(x.shape, 5.0, 3, 5))
    town = np.where(inside, _towns(x, y, river[:, None], places), -1)
    town = _tidy(town)
    tract = _tracts(town, x, y, river[:, None], places)
    total = sum(t.tracts for t in places.towns)
    empty = _empty(tract, x, y, shore[None, :], total)
    tract = _tidy(tract)
    for place in places.empty:
        town[tract == empty[place.name]] = places.town_number(place.town)
    return Land(x, y, town, tract, empty, shore, river)
