"""A whole community from one folder: boundaries, population and every file of its index, in order."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

from data_access.agreement_files import read_agreement_file, record_agreement_file
from data_access.stores import Stores
from intake.batches import import_file
from intake.consent_file import import_consents
from intake.matching import Matched, match
from intake.places import import_boundaries, import_population

Say = Callable[[str, float], None]
VINTAGE = "2020"
# Level -> file, id field, parent field. Coarse levels first, so that tracts find their towns.
LAYERS = {
    "county": ("county.geojson", "county_id", None),
    "district": ("districts.geojson", "district_id", None),
    "town": ("towns.geojson", "town_id", None),
    "tract": ("tracts.geojson", "geoid", "town"),
}


def bring_in(stores: Stores, folder: Path, agreements: Path, say: Say) -> Matched:
    """Import everything under `folder` and match; what is in already stays, so an interrupted run is run again.

    say(what, share of the whole) is called before each step. Raises what the single imports raise.
    """
    say("Recording the agreements", 0.0)
    record_agreement_file(stores.registry, stores.ledger_key, read_agreement_file(agreements), "demo")
    for level, (file, id_field, parent) in LAYERS.items():
        say(f"Importing the {level} boundaries", 0.02)
        path = folder / "boundaries" / file
        import_boundaries(
            stores,
            path,
            level=level,
            vintage=VINTAGE,
            id_field=id_field,
            name_field="name",
            parent_field=parent,
            brought_by="demo",
        )
    population = folder / "boundaries" / "population.csv"
    import_population(
        stores, population, id_field="area_id", value_field="children_under_18", vintage=VINTAGE, brought_by="demo"
    )
    _import_files(stores, folder, say)
    say("Matching records to children", 0.93)
    matched = match(stores, "demo")
    say("Importing what parents agreed to", 0.97)
    for path in sorted(folder.glob("contributors/*/consent.csv")):
        import_consents(stores, path, path.parent.name, "demo")
    return matched


def _import_files(stores: Stores, folder: Path, say: Say) -> None:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        say(f"Importing {row['path']}", 0.05 + 0.9 * number / len(rows))
        day = date.fromisoformat(row["as_of"]) if row["as_of"] else None
        import_file(stores, row["kind"], folder / row["path"], row["contributor"], day, "demo")
