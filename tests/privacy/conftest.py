"""Open test instances, where they are at hand."""

import json
from pathlib import Path

import pytest

from privacy.lattice import Lattice, Rule

FOLDER = Path(__file__).parents[3] / "shared" / "suppression"

# Primaries alone: (exact, provably small) with lower bound 0 and with lower bound 1, as known since they were gathered.
PRIMARIES_ALONE = {
    ("textbook_3x3", "hidden"): (1, 1),
    ("textbook_3x3", "shown"): (1, 1),
    ("rand_40x6", "hidden"): (18, 42),
    ("rand_40x6", "shown"): (18, 50),
    ("hier_county_age", "hidden"): (8, 41),
    ("hier_county_age", "shown"): (8, 110),
    ("usersupport_135_singletons", "hidden"): (0, 0),
    ("usersupport_135_singletons", "shown"): (7, 7),
    ("tracker_filters", "hidden"): (2, 2),
    ("tracker_filters", "shown"): (2, 2),
}


def open_instance(name: str) -> tuple[Lattice, int]:
    """An open instance and its threshold; skips the test where the collection is absent."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        pytest.skip("the open test instances are not at hand")
    table = json.loads(path.read_text(encoding="utf-8"))
    lattice = Lattice.build(table["keys"], table["values"], table["relations"], table.get("latent", ()))
    return lattice, table["threshold"]


@pytest.fixture(params=PRIMARIES_ALONE, ids="-".join)
def instance(request):
    """(name, lattice, rule whose `zeros` names the lower bound, expected findings)."""
    name, zeros = request.param
    lattice, k = open_instance(name)
    return name, lattice, Rule("provable", k, zeros), PRIMARIES_ALONE[request.param]
