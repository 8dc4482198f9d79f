"""The synthetic community, small: its files go in by the same door as real ones, are matched and published."""

from datetime import date
from pathlib import Path

from data_access.publish import publish
from data_access.stores import Stores, open_stores
from demo.make import make_community
from intake.community import bring_in
from privacy.viewer import Role
from tests.support import web

CHILDREN = 6000
AS_OF, TODAY = date(2025, 8, 15), date(2025, 9, 10)
AGREEMENTS = Path(__file__).parents[2] / "demo" / "agreements.toml"
ORGANIZATIONS = {
    Role.BACKBONE: "alder-together",
    Role.FUNDER: "alder-community-fund",
    Role.EVALUATOR: "lakeshore-evaluation-group",
    Role.PARTNER: "beacon-after-school",
    Role.GUARDIAN: "alder-families",
}


def prepared(folder: Path, children: int = CHILDREN) -> Stores:
    """Made, imported, matched and published once, with a person for every role."""
    settings = web.settings(folder / "home")
    stores = open_stores(settings.database_url, settings.home, settings.sealing_key, settings.time_zone)
    make_community(folder / "files", children=children)
    bring_in(stores, folder / "files", AGREEMENTS, lambda *_: None)
    publish(stores, as_of=AS_OF, today=TODAY)
    web.add_people(stores, organizations=ORGANIZATIONS)
    return stores
