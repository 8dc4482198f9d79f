"""Points to areas and merging of small areas, on the real tracts of Monroe County."""

import time
from collections.abc import Callable
from statistics import mean

import numpy as np

from geo.assign import assign
from geo.layers import layer
from geo.merge import merge_areas
from geo.neighbors import neighbors
from tests.geo.made import REAL, plain_greedy, simulated_counts, tracts

SEEDS = range(6)


def bench() -> list[tuple[str, str, str]]:
    """Rows of (figure, measured, asked)."""
    if not REAL.exists():
        return [("real layers", "not beside the repository", "")]
    return [_assignment(), *_merging(), _layer()]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _assignment() -> tuple[str, str, str]:
    chance, number = np.random.default_rng(1), 1_000_000
    west, south, east, north = tracts().frame.total_bounds
    lon = [repr(x) for x in chance.uniform(west, east, number).tolist()]
    lat = [repr(y) for y in chance.uniform(south, north, number).tolist()]
    seconds = _seconds(lambda: assign(range(number), lon, lat, tracts()))
    return "assign 1,000,000 points to 192 tracts", f"{seconds:.1f} s", "about 2 s"


def _merging() -> list[tuple[str, str, str]]:
    near = neighbors(tracts().frame)
    rows = []
    for minimum in (10, 40):
        ours, plain, alone, seconds = [], [], [], []
        for counts in (simulated_counts(seed) for seed in SEEDS):
            start = time.perf_counter()
            regions = merge_areas(near, counts, minimum)["region_id"]
            seconds.append(time.perf_counter() - start)
            ours.append(regions.nunique())
            alone.append(int((regions.value_counts() == 1).sum()))
            plain.append(len(set(plain_greedy(near, counts, minimum))))
        what = f"192 tracts, minimum {minimum}, {len(SEEDS)} simulations: regions (tracts unchanged)"
        measured = f"{mean(ours):.1f} ({mean(alone):.1f}) in {mean(seconds):.2f} s"
        rows.append((what, measured, f"more than plain greedy: {mean(plain):.1f}"))
    return rows


def _layer() -> tuple[str, str, str]:
    seconds = _seconds(lambda: layer(tracts().frame, 50))
    return "layer of 192 tracts, 50 m", f"{len(layer(tracts().frame, 50)) / 1000:.0f} kB in {seconds:.2f} s", "100 kB"
