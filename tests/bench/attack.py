"""How fast lattices are built and attacked, on hidden cells chosen at random besides the sensitive ones."""

from collections.abc import Iterator
from time import perf_counter

import numpy as np
import pandas as pd

from privacy.attack import attack
from privacy.lattice import Pattern, Rule
from privacy.primary import contributor_attackers, public_attacker
from privacy.views import Built, ViewShape, build_lattice


def _community(regions: int) -> pd.DataFrame:
    """Regions in towns in one county x 5 ages x 2 genders, with uneven counts and two contributors."""
    rng = np.random.default_rng(1)
    size = rng.lognormal(np.log(150), 0.8, regions)
    ages = rng.dirichlet(np.full(5, 3.0))
    counts = rng.poisson(size[:, None, None] * ages[None, :, None] / 2 * rng.lognormal(0, 0.3, (regions, 5, 2)))
    region, age, gender = (index.ravel() for index in np.indices(counts.shape))
    frame = pd.DataFrame({"region": region, "town": region // 18, "county": "alder", "age": age, "gender": gender})
    frame = frame.astype(str).assign(count=counts.ravel())
    return frame.assign(
        **{"own:north": rng.binomial(frame["count"], 0.3), "own:south": rng.binomial(frame["count"], 0.1)}
    )


def _built(atoms: pd.DataFrame) -> Built:
    views = [ViewShape("fine", "region", ("age", "gender")), ViewShape("towns", "town", ("age", "gender"))]
    return build_lattice(atoms, {"area": ("region", "town", "county")}, views)


def bench() -> Iterator[tuple[str, str, str]]:
    """Rows: figure, measured, asked."""
    rule = Rule()
    for regions, asked in ((220, "< 1 s"), (1040, "< 5 s")):
        atoms = _community(regions)
        began = perf_counter()
        built = _built(atoms)
        cells = len(built.lattice)
        yield f"lattice of {cells:,} cells from {len(atoms):,} rows", f"{perf_counter() - began:.2f} s", ""
        public = public_attacker(built.lattice, rule)
        chance = np.random.default_rng(2).random(cells) < 0.15
        hidden = public.guarded | chance
        shown = Pattern(hidden, public.guarded, rule)
        quick = attack(built.lattice, shown, rule)
        yield f"verdict over {hidden.sum():,} hidden cells", f"{quick.seconds:.2f} s", ""
        full = attack(built.lattice, shown, rule, full=True)
        yield f"all {hidden.sum():,} intervals", f"{full.seconds:.2f} s", asked
        readers = [public, *contributor_attackers(built.lattice, built.own, rule)]
        all_readers = attack(built.lattice, shown, rule, readers)
        yield "verdict for the public and two contributors", f"{all_readers.seconds:.2f} s", ""
