"""School districts drawn over the land: their borders follow most tract borders and cut through some."""

import numpy as np

from demo.places import Places
from demo.terrain import CITY, Land, noise

SNAP = 0.82  # a district that holds more than this share of a tract takes all of it


def draw_districts(land: Land, places: Places) -> np.ndarray:
    """District number of each pixel, -1 outside the county."""
    wanted = _wanted(land)
    district = np.full(land.town.shape, -1, dtype=np.int8)
    for number, town in enumerate(places.towns):
        here = land.town == number
        allowed = np.array(town.districts)
        chosen = wanted[here]
        district[here] = np.where(np.isin(chosen, allowed), chosen, allowed[0] if len(allowed) == 1 else allowed.min())
    _snap(district, land.tract)
    return district


def _wanted(land: Land) -> np.ndarray:
    """City district around the city, a small one in the south-west, the rest in the valley district."""
    x, y = land.x, land.y
    wx, wy = noise(x.shape, 7.0, 41, 5), noise(x.shape, 7.0, 42, 5)
    around = (np.abs(x + 0.5 * wx - CITY[0]) ** 3 + np.abs(y + 0.5 * wy - CITY[1]) ** 3) ** (1 / 3)
    hollow = (np.abs(x + 0.7 * wx - 17.6) ** 3 + np.abs(0.8 * (y + 0.7 * wy - 9.4)) ** 3) ** (1 / 3)
    return np.where(around < 11.9, 0, np.where(hollow < 5.8, 2, 1))


def _snap(district: np.ndarray, tract: np.ndarray) -> None:
    """Give a tract wholly to a district that has nearly all of it."""
    for number in range(tract.max() + 1):
        mine = tract == number
        shares = np.bincount(district[mine], minlength=3) / mine.sum()
        if shares.max() > SNAP:
            district[mine] = shares.argmax()
