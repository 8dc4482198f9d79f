"""Children: born into households, with names, and with what an observer could say about them."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from demo.households import Households
from demo.lexicon import GROUPS, Lexicon
from demo.years import YEARS, day

OLDEST, YOUNGEST = day(date(2003, 9, 2)), day(date(2025, 9, 1))
SPAN = 11 * 365  # siblings are born within this many days
NEVER = 9
GENDERS = ("F", "M", "X", "")
RACES = ("white", "black", "hispanic", "asian", "american_indian", "pacific_islander", "multiracial", "")


@dataclass(frozen=True)
class Children:
    """Children by number. household: theirs; birth: day number; gender, race: codes of GENDERS and RACES.

    first, middle, last: name codes; new_last: the name after `renamed` (index of a year, or NEVER);
    income_known, language_known: recorded anywhere; late: started school a year late; ability, absence: standard
    normal traits that stay with the child.
    """

    household: np.ndarray
    birth: np.ndarray
    gender: np.ndarray
    race: np.ndarray
    first: np.ndarray
    middle: np.ndarray
    last: np.ndarray
    new_last: np.ndarray
    renamed: np.ndarray
    income_known: np.ndarray
    language_known: np.ndarray
    late: np.ndarray
    ability: np.ndarray
    absence: np.ndarray

    def __len__(self) -> int:
        return len(self.household)

    def age(self, year: int) -> np.ndarray:
        """Age on September 1 of that year (by index); negative when born later."""
        birth = self.birth.astype("datetime64[D]")
        shifted = birth.astype("datetime64[M]").astype(np.int64)  # months since 1970
        first_of_month = (birth - birth.astype("datetime64[M]")).astype(np.int64) == 0
        reference = (YEARS[year].first - 1970) * 12 + 8
        return np.asarray((reference - shifted - np.where(first_of_month, 0, 1)) // 12)

    def grade(self, year: int) -> np.ndarray:
        """Grade of that year as a number: 0 kindergarten, 12 the last; outside 0..12 not in school."""
        return np.asarray(self.age(year) - 5 - self.late)


def build_children(households: Households, lexicon: Lexicon, rng: np.random.Generator) -> Children:
    """All children of the households who are 0 to 18 in one of the years."""
    household, birth = _births(len(households.group), rng)
    count = len(household)
    group = households.group[household]
    gender = np.searchsorted(np.cumsum([0.45, 0.45, 0.03]), rng.random(count))
    stock = households.stock[household]
    first = _first_names(household, stock, gender, lexicon, rng)
    last, new_last = _last_names(households, lexicon, rng)
    renamed = np.where(rng.random(len(last)) < 0.03, rng.integers(1, len(YEARS), len(last)), NEVER)
    ability = rng.standard_normal(count)
    return Children(
        household=household,
        birth=birth,
        gender=gender.astype(np.int8),
        race=_races(group, rng),
        first=first,
        middle=_draw_first(stock, gender, lexicon, rng),
        last=last[household],
        new_last=new_last[household],
        renamed=renamed[household],
        income_known=rng.random(count) >= 0.20,
        language_known=rng.random(count) >= 0.02,
        late=(rng.random(count) < 0.04).astype(np.int8),
        ability=ability,
        absence=-0.3 * ability + np.sqrt(1 - 0.09) * rng.standard_normal(count),
    )


def _births(households: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Household and birth day of each child, brothers and sisters one after the other, some of them twins."""
    size = 1 + np.searchsorted(np.cumsum([0.34, 0.38, 0.18, 0.07]), rng.random(households))
    household = np.repeat(np.arange(households), size)
    eldest = rng.integers(OLDEST - SPAN, YOUNGEST + 1, households)
    gap = np.where(rng.random(len(household)) < 0.03, 0, 430 + rng.gamma(2.0, 330, len(household)).astype(int))
    first = np.r_[True, household[1:] != household[:-1]]
    total = np.cumsum(gap)
    start = np.maximum.accumulate(np.where(first, np.arange(len(household)), 0))
    birth = eldest[household] + total - total[start]
    keep = (birth >= OLDEST) & (birth <= YOUNGEST)
    return household[keep], birth[keep]


def _draw_first(stock: np.ndarray, gender: np.ndarray, lexicon: Lexicon, rng: np.random.Generator) -> np.ndarray:
    """First names that go with family and gender; X and unrecorded from either list."""
    name = np.empty(len(stock), dtype=np.int32)
    sex = np.where(gender < 2, gender, rng.integers(0, 2, len(gender)))
    for side, lists in enumerate(lexicon.first):
        for number, choices in enumerate(lists):
            mine = np.flatnonzero((sex == side) & (stock == number))
            name[mine] = lexicon.draw(choices, len(mine), rng)
    return name


def _first_names(
    household: np.ndarray, stock: np.ndarray, gender: np.ndarray, lexicon: Lexicon, rng: np.random.Generator
) -> np.ndarray:
    """First names; no two children of a household share one."""
    name = _draw_first(stock, gender, lexicon, rng)
    for _ in range(20):
        key = household.astype(np.int64) * 1_000_000 + name
        order = np.argsort(key, kind="stable")
        again = order[1:][key[order][1:] == key[order][:-1]]
        if not len(again):
            break
        name[again] = _draw_first(stock[again], gender[again], lexicon, rng)
    return name


def _last_names(households: Households, lexicon: Lexicon, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Family names and what they become when a child's name changes; two-part names where families use them."""
    hispanic = households.stock == lexicon.stocks.index("hispanic")
    double = rng.random(len(hispanic)) < np.where(hispanic, 0.3, 0.05)
    last = households.surname.copy()
    both = np.flatnonzero(double & (households.surname != households.second))
    table = np.column_stack([last[both], households.second[both], hispanic[both]])
    pairs, which = np.unique(table, axis=0, return_inverse=True)
    joined = [(" " if spanish else "-").join((lexicon.words[a], lexicon.words[b])) for a, b, spanish in pairs]
    last[both] = np.array([lexicon.code(name) for name in joined], dtype=np.int32)[which.ravel()]
    return last, households.second


def _races(group: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Recorded race and ethnicity; the group "other" is mostly two or more races, and some is not recorded."""
    race = np.array([RACES.index(g) if g != "other" else RACES.index("multiracial") for g in GROUPS])[group]
    draw = rng.random(len(group))
    other = group == GROUPS.index("other")
    race[other & (draw < 0.14)] = RACES.index("american_indian")
    race[other & (draw > 0.94)] = RACES.index("pacific_islander")
    race[rng.random(len(group)) < 0.02] = RACES.index("")
    return race.astype(np.int8)
