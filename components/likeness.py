"""Peers: places most alike in number and mix of children, from published tables."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from catalog.terms import dimensions
from components.cells import cells
from components.report import listed
from evaluation.peers import peers
from privacy.sealed import ProtectedTable


@dataclass(frozen=True)
class Similar:
    """Places like the one in focus, most alike first. by: the dimensions that were compared besides the number."""

    codes: tuple[str, ...] = ()
    by: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """In what they are alike: readers who may see other groups of children get other places."""
        compared = listed(["number of children", *(dimensions()[name].title.lower() for name in self.by)])
        return f"Of what is open to you, these are most alike in {compared}."


NOBODY: Final = Similar()


# Asked again with every choice a reader makes, of tables that never change.
@lru_cache(maxsize=256)
def similar(focus: str, year: str, sizes: ProtectedTable, mixes: tuple[ProtectedTable, ...]) -> Similar:
    """Up to four places like the one in focus; none without a place.

    sizes: children served by place; mixes: the same by one dimension each.
    """
    level = sizes.spec.view.level
    counted = {
        c.area: float(c.value) for c in cells(sizes) if _here(c.level, c.area, level) and c.period == year and c.value
    }
    mix: dict[str, dict[str, float]] = {}
    for table in mixes:
        for cell in cells(table):
            whole = counted.get(cell.area)
            if (
                _here(cell.level, cell.area, level)
                and cell.period == year
                and cell.value is not None
                and whole
                and cell.groups[0]
            ):
                mix.setdefault(cell.area, {})["/".join(cell.groups)] = 100 * cell.value / whole
    return Similar(tuple(peers(focus, counted, mix)), tuple(table.spec.view.dimensions[0] for table in mixes))


def _here(level: str, area: str, wanted: str) -> bool:
    return level == wanted and area != "unknown"
