"""Households: where they live each year, what they have in common, when they come and go."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from demo.geography import Geography
from demo.homes import Homes, build_homes
from demo.lexicon import GROUPS, Lexicon
from demo.years import YEARS

MOVE = 0.09  # share of households that move within the county each year
STAY = (0.55, 0.40)  # of those: within the town, within the district; the rest anywhere
SECOND_HOME = 0.09
COME, GO = 0.045, 0.045  # share of households that move into or out of the county each year


@dataclass(frozen=True)
class Households:
    """Households by number. home: number of the home by year (columns); other_home: the other parent's, or -1.

    group, stock, surname: origin and name codes; second: the other parent's surname; language: code; poor: truth;
    first, last: years present; public: children go to public school where they are of age.
    """

    home: np.ndarray
    other_home: np.ndarray
    group: np.ndarray
    stock: np.ndarray
    surname: np.ndarray
    second: np.ndarray
    language: np.ndarray
    poor: np.ndarray
    first: np.ndarray
    last: np.ndarray
    public: np.ndarray
    guardian: np.ndarray
    homes: Homes


def build_households(count: int, geography: Geography, lexicon: Lexicon, rng: np.random.Generator) -> Households:
    """That many households, spread over the county as its children are."""
    atoms = _atoms_by_year(count, geography, rng)
    home, other, homes = _homes(atoms, geography, lexicon, rng)
    tract = geography.atom_tract[atoms[0]]
    group = _groups(geography, tract, rng)
    stock = _rows(lexicon.stock_shares[group], rng)
    partner = np.where(rng.random(count) < 0.75, stock, _rows(lexicon.stock_shares[group], rng))
    poor = rng.random(count) < _poor_chance(geography.tract_poverty[tract], group)
    years = len(YEARS)
    arrives = np.searchsorted(np.array([0.865, 0.91, 0.955, 1.0]), rng.random(count))
    leaves = years - 1 - np.searchsorted(np.array([0.865, 0.91, 0.955, 1.0]), rng.random(count))
    return Households(
        home=home,
        other_home=other,
        group=group,
        stock=stock,
        surname=_of_stock(lexicon.surnames, stock, lexicon, rng),
        second=_of_stock(lexicon.surnames, partner, lexicon, rng),
        language=_languages(stock, lexicon, rng),
        poor=poor,
        first=np.minimum(arrives, leaves),
        last=np.maximum(arrives, leaves),
        public=rng.random(count) < _public_chance(geography, tract, poor),
        guardian=_of_stock(lexicon.guardians, stock, lexicon, rng),
        homes=homes,
    )


def _atoms_by_year(count: int, geography: Geography, rng: np.random.Generator) -> list[np.ndarray]:
    """Atom of each household in each year: most stay, movers mostly stay near."""
    weight = geography.atom_children
    atoms = [rng.choice(len(weight), count, p=weight)]
    for _ in YEARS[1:]:
        now = atoms[-1].copy()
        moved = np.flatnonzero(rng.random(count) < MOVE)
        now[moved] = _new_atoms(now[moved], geography, rng)
        atoms.append(now)
    return atoms


def _new_atoms(old: np.ndarray, geography: Geography, rng: np.random.Generator) -> np.ndarray:
    """Where movers go; a move keeps the town and district, the district, or neither."""
    together = geography.atom_town * 8 + geography.atom_district
    kind = np.searchsorted(np.cumsum(STAY), rng.random(len(old)))
    new = rng.choice(len(geography.atom_children), len(old), p=geography.atom_children)
    for number, areas in enumerate((together, geography.atom_district)):
        for area in np.unique(areas):
            movers = np.flatnonzero((kind == number) & (areas[old] == area))
            weight = np.where(areas == area, geography.atom_children, 0)
            new[movers] = rng.choice(len(weight), len(movers), p=weight / weight.sum())
    return new


def _homes(
    atoms: list[np.ndarray], geography: Geography, lexicon: Lexicon, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, Homes]:
    """Home numbers by year, second homes in the same district, and the homes themselves."""
    count = len(atoms[0])
    home, places = [np.arange(count)], [atoms[0]]
    for before, now in pairwise(atoms):
        moved = np.flatnonzero(before != now)
        number = home[-1].copy()
        number[moved] = sum(map(len, places)) + np.arange(len(moved))
        home.append(number)
        places.append(now[moved])
    # The other parent lives in the same district: a child of one district is then no stranger in another's counts.
    two = np.flatnonzero(rng.random(count) < SECOND_HOME)
    other = np.full(count, -1)
    other[two] = sum(map(len, places)) + np.arange(len(two))
    places.append(_second_atoms(atoms[0][two], geography, rng))
    homes = build_homes(np.concatenate(places), geography, len(lexicon.streets), rng)
    return np.column_stack(home), other, homes


def _second_atoms(first: np.ndarray, geography: Geography, rng: np.random.Generator) -> np.ndarray:
    new = first.copy()
    for district in np.unique(geography.atom_district[first]):
        mine = np.flatnonzero(geography.atom_district[first] == district)
        weight = np.where(geography.atom_district == district, geography.atom_children, 0)
        new[mine] = rng.choice(len(weight), len(mine), p=weight / weight.sum())
    return new


def _rows(shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One draw per row from that row's shares."""
    edges = np.cumsum(shares, axis=1)
    return np.asarray((rng.random(len(shares))[:, None] * edges[:, -1:] > edges).sum(axis=1))


def _groups(geography: Geography, tract: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Group of people by household; tracts of one town differ, so that neighbors are alike."""
    town = np.array([[t.people[g] for g in GROUPS] for t in geography.places.towns])
    tilt = np.random.default_rng(78).lognormal(0, 0.35, (len(geography.tract_town), len(GROUPS)))
    tilt /= np.average(tilt, axis=0, weights=geography.tract_children)
    return _rows((town[geography.tract_town] * tilt)[tract], rng)


def _poor_chance(level: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Chance to be poor: the tract's level, higher or lower by group within it."""
    return np.clip(level + np.array([-0.01, 0.10, 0.10, 0.0, 0.06])[group], 0.03, 0.92)


def _public_chance(geography: Geography, tract: np.ndarray, poor: np.ndarray) -> np.ndarray:
    """Chance to go to public school rather than charter, private or home school; lower in the city."""
    city = np.array([t.in_city for t in geography.places.towns])[geography.tract_town[tract]]
    return 0.78 + 0.05 * poor - 0.05 * city


def _of_stock(lists: list[np.ndarray], stock: np.ndarray, lexicon: Lexicon, rng: np.random.Generator) -> np.ndarray:
    """A name for each household from the list of its stock."""
    name = np.empty(len(stock), dtype=np.int32)
    for number, choices in enumerate(lists):
        mine = np.flatnonzero(stock == number)
        name[mine] = lexicon.draw(choices, len(mine), rng)
    return name


def _languages(stock: np.ndarray, lexicon: Lexicon, rng: np.random.Generator) -> np.ndarray:
    shares = np.array([lexicon.language_shares(number) for number in range(len(lexicon.stocks))])
    return _rows(shares[stock], rng)
