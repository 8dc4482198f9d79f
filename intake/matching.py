"""A matching run: read the identities, decide, append the decisions."""

from dataclasses import dataclass

import pandas as pd

from data_access.decisions import add_decisions, last_child, reviewed
from data_access.ledger import append
from data_access.people import current_children, current_identities, shared_rosters
from data_access.registry.engine import lock, transaction
from data_access.stores import Stores
from intake.linking import METHOD, keys, link


@dataclass(frozen=True)
class Matched:
    """A run in numbers: records on rosters, children behind them, new links, new pairs to review."""

    records: int
    children: int
    new_links: int
    new_reviews: int


def match(stores: Stores, by: str = "command") -> Matched:
    """Give every rostered record a child; a second run changes nothing."""
    with transaction(stores.registry) as connection:
        lock(connection, "import")
        identities = current_identities(connection)
        identities["key"] = keys(identities)
        children = current_children(connection)
        rosters = shared_rosters(connection, _twice(identities))
        done = link(identities, children, rosters, reviewed(connection), last_child(connection))
        if done.links or done.reviews:
            add_decisions(connection, done.new_children, done.links, done.reviews, METHOD, by)
            detail = {"method": METHOD, "links": len(done.links), "reviews": len(done.reviews)}
            append(connection, stores.ledger_key, actor=by, organization="", action="match", detail=detail)
    mapping = children | {one.record_id: one.child_id for one in done.links}
    behind = {mapping[record] for record in identities["record_id"].tolist()}
    return Matched(len(identities), len(behind), len(done.links), len(done.reviews))


def _twice(identities: pd.DataFrame) -> list[int]:
    """Records that share name and birth date with another record of their contributor."""
    same = identities.duplicated(["key", "contributor"], keep=False) & (identities["key"] != "")
    return [int(record) for record in identities.loc[same, "record_id"]]
