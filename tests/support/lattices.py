"""A large community for the lattice of views: invented counts, crossing and nested places, several programs a child."""

import numpy as np
import pandas as pd

from privacy.views import ViewShape

PLACES = {"area": ("region", "town", "county"), "district": ("district",)}
LARGE = (
    ViewShape("a", "region", ("gender",), "outcome:late"),
    ViewShape("b", "region", ("race",), "outcome:late"),
    ViewShape("c", "town", ("stage", "race"), "outcome:late"),
    ViewShape("d", "region", ("stage",), "outcome:late"),
    ViewShape("f", "district", ("gender",)),
    ViewShape("e", "town", ("programs",)),
)


def large_atoms(size: int) -> pd.DataFrame:
    """Sixty regions in twelve towns, eight districts across them; the same in every run."""
    rng = np.random.default_rng(1)
    region = rng.integers(0, 60, size)
    return pd.DataFrame(
        {
            "region": [f"R{r:02}" for r in region],
            "town": [f"T{r // 5:02}" for r in region],
            "county": "alder",
            "district": [f"D{d}" for d in (region // 8 + (rng.random(size) < 0.1)) % 8],
            "gender": rng.choice(["F", "M"], size),
            "race": rng.choice(list("ABCDEFG"), size),
            "stage": rng.choice(list("12345"), size),
            "outcome:late": rng.choice(["yes", "no"], size),
            "programs": rng.choice(["", "A", "B", "A+B", "C"], size),
            "count": rng.integers(0, 5, size),
        }
    )
