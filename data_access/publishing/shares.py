"""How much of each view is hidden, which views are withdrawn for it, and what is offered in their place."""

from collections.abc import Collection, Iterable

import pandas as pd

from catalog.terms import area_levels
from catalog.views import View
from data_access.published import UNKNOWN

MOST_HIDDEN = 0.30
FAR_TOO_MUCH = 0.60


def hidden_shares(cells: pd.DataFrame) -> pd.DataFrame:
    """Per indicator and view: cells and hidden share over the view's own cells, all its school years together.

    Counted are the cells of real areas at the view's level with a category in every dimension; cells nobody can be in
    are left out, and so are children whose address is not known.
    """
    place = ~cells["area"].str.startswith(UNKNOWN)
    own = cells[_is_own(cells) & place & ~cells["symbol"].str.contains("z")]
    hidden = own["symbol"].str.contains("c")
    found = hidden.groupby([own["indicator"], own["view"]], sort=False).agg(["size", "mean"])
    return found.rename(columns={"size": "cells", "mean": "share"})


def _is_own(cells: pd.DataFrame) -> pd.Series:
    views = {text: View.parse(text) for text in cells["view"].unique()}
    own = cells["level"] == cells["view"].map({text: view.level for text, view in views.items()})
    for text, view in views.items():
        here = cells["view"] == text
        for dimension in view.dimensions:
            own &= ~here | (cells[dimension] != "")
    return own


def to_withdraw(shares: pd.DataFrame) -> list[tuple[str, View]]:
    """The worst view of each indicator that hides too much, and every one that hides far too much; never the county.

    One at a time, because the others hide less without it.
    """
    found: list[tuple[str, View]] = []
    for name, part in shares.groupby(level="indicator", sort=False):
        listed = [
            (float(share), View.parse(str(view)))
            for (_, view), share in part["share"].items()
            if share > MOST_HIDDEN and str(view) != "county"
        ]
        worst = sorted(listed, key=lambda item: (-item[0], _fineness(item[1]), str(item[1])))
        found += [(str(name), view) for number, (share, view) in enumerate(worst) if not number or share > FAR_TOO_MUCH]
    return found


def _fineness(view: View) -> tuple[int, int]:
    return area_levels()[view.level].order, -len(view.dimensions)


def coarser_of(view: View, offered: Collection[View]) -> View | None:
    """The nearest offered view: the same groups on larger areas, else fewer groups, larger areas last."""
    candidates: Iterable[View] = (v for v in offered if set(v.dimensions) <= set(view.dimensions) and v != view)
    higher = [v for v in candidates if area_levels()[v.level].order >= area_levels()[view.level].order]
    return min(higher, key=lambda v: (-len(v.dimensions), area_levels()[v.level].order), default=None)
