"""At 20,000 children few cells of a declared view are too small to show, so that the pages have something to say."""

import pytest

from demo.make import make_community
from tests.demo.shares import children_of, read_community, shares

# A cohort of some forty young people a town, one in five without a diploma: no honest size makes these larger.
RARE = [("four_year_graduation", "town")]


@pytest.mark.slow
def test_few_cells_are_too_small(tmp_path):
    made = make_community(tmp_path)
    served = [made.counts[f"children {y}"] for y in ("2022-23", "2023-24", "2024-25", "2025-26")]
    assert all(19_000 <= n <= 21_000 for n in served)
    files = read_community(tmp_path)
    towns = children_of(files, "2024-25")["town"].value_counts()
    assert len(towns) == 24 and towns.min() >= 500
    cells = shares(files, "2024-25").groupby(["indicator", "view"])[["cells", "small", "left"]].sum()
    cells = cells[cells["cells"] > 0].drop(index=RARE, errors="ignore")
    share = (cells["small"] + cells["left"]) / cells["cells"]
    assert share.max() <= 0.30, share[share > 0.30]
    assert (share <= 0.15).mean() >= 0.90, share[share > 0.15]
    assert (cells["small"] + cells["left"]).sum() / cells["cells"].sum() <= 0.05
