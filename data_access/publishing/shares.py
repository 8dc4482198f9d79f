"""How much of each view is hidden, which views are withdrawn for it, and what is offered in their place."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from catalog.terms import area_levels
from catalog.views import View
from data_access.published import UNKNOWN

Drop = tuple[str, View]
MOST_HIDDEN = 0.30


@dataclass(frozen=True)
class Share:
    """How much of a view is hidden: its own cells, and the share of them that carry [c]."""

    cells: int
    share: float


def hidden_shares(cells: pd.DataFrame) -> dict[Drop, Share]:
    """Per indicator and view: cells and hidden share over the view's own cells, all its school years together.

    Counted are the cells of real areas at the view's level with a category in every dimension; cells nobody can be in
    are left out, and so are children whose address is not known.
    """
    place = ~cells["area"].str.startswith(UNKNOWN)
    own = cells[_is_own(cells) & place & ~cells["symbol"].str.contains("z")]
    listed = list(zip(own["indicator"], own["view"], strict=True))
    total = Counter(listed)
    hidden = Counter(key for key, symbol in zip(listed, own["symbol"], strict=True) if "c" in symbol)
    return {(name, View.parse(view)): Share(n, hidden[name, view] / n) for (name, view), n in total.items()}


def _is_own(cells: pd.DataFrame) -> pd.Series:
    views = {text: View.parse(text) for text in cells["view"].unique()}
    own = cells["level"] == cells["view"].map({text: view.level for text, view in views.items()})
    for text, view in views.items():
        here = cells["view"] == text
        for dimension in view.dimensions:
            own &= ~here | (cells[dimension] != "")
    return own


def to_withdraw(shares: Mapping[Drop, Share]) -> list[Drop]:
    """The views of one population to withdraw next: those with most dimensions, then the finest areas.

    Fine views go first, because coarser ones hide less without them. The plain county never goes.
    """
    found = [(name, view) for (name, view), share in shares.items() if _too_much(view, share)]
    if not found:
        return []
    most = max(len(view.dimensions) for _, view in found)
    if most:
        return [(name, view) for name, view in found if len(view.dimensions) == most]
    finest = min(area_levels()[view.level].order for _, view in found)
    return [(name, view) for name, view in found if area_levels()[view.level].order == finest]


def hopeless(shares: Mapping[Drop, Share]) -> dict[Drop, float]:
    """Every view that hides too much, with its share."""
    return {(name, view): share.share for (name, view), share in shares.items() if _too_much(view, share)}


def _too_much(view: View, share: Share) -> bool:
    return share.share > MOST_HIDDEN and str(view) != "county"


def coarser_of(view: View, offered: Collection[View]) -> View | None:
    """The nearest offered view: the same groups on larger areas, else fewer groups, larger areas last."""
    candidates: Iterable[View] = (v for v in offered if set(v.dimensions) <= set(view.dimensions) and v != view)
    higher = [v for v in candidates if area_levels()[v.level].order >= area_levels()[view.level].order]
    return min(higher, key=lambda v: (-len(v.dimensions), area_levels()[v.level].order), default=None)
