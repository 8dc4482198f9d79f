"""Where rostered children live: areas only, worked out at import and again when boundaries change."""

import hashlib

import pandas as pd
from sqlalchemy import Connection

from data_access.batches import add_facts, strike_files
from data_access.boundaries import load_set, sets_in_force
from data_access.people import roster_points
from data_access.stores import Stores
from intake.locating import locate
from intake.to_lake import to_arrow


def add_residence(
    connection: Connection, stores: Stores, batch_id: int, contributor: str, people: pd.DataFrame, mark: str = ""
) -> None:
    """Areas of one roster's children as one lake file; people: record_id, as_of, longitude, latitude (text)."""
    sets = {level: load_set(stores.home, row) for level, row in sets_in_force(connection).items()}
    placed = pd.concat([people[["record_id", "as_of"]], locate(people["longitude"], people["latitude"], sets)], axis=1)
    add_facts(connection, stores.lake, batch_id, contributor, "residence", to_arrow("residence", placed), mark)


def locate_again(connection: Connection, stores: Stores) -> int:
    """Place every roster by the boundaries now in force, in the place of what was; gives the number of rosters."""
    sets = sorted(row.id for row in sets_in_force(connection).values())
    # One roster may be placed by the same boundaries twice, with others in between: the file must be another one.
    points = roster_points(connection)
    mark = hashlib.sha256(" ".join(sets).encode()).hexdigest()[:8]
    rosters = points.groupby(["batch_id", "contributor"], sort=True)
    for (batch_id, contributor), people in rosters:
        again = strike_files(connection, "residence", batch_id)
        add_residence(connection, stores, batch_id, contributor, people.reset_index(drop=True), f"{mark}-{again}")
    return len(rosters)
