"""Which counts of consents were shown: new ones are, once they differ from each of them by enough children.

Somebody who sees counts before and after one statement, or for two questions that one child's parents answered
differently, would learn from what changed where that child lives.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import pandas as pd
import pyarrow as pa

from data_access.registry.engine import lock, transaction
from data_access.sealed_folder import SealedFolder
from data_access.stores import Stores

SAID: Final = ["child_id", "contributor", "consented"]


def shown_for(
    stores: Stores, contributors: Sequence[str], at: datetime, now: pd.DataFrame, k: int
) -> tuple[datetime, pd.DataFrame]:
    """The children to count and of which moment they are: as they are now, or as they were shown before where fewer
    than k children differ from that. now: a row for each child and contributor, with the columns of SAID."""
    folder = SealedFolder(stores.home / "coverage", stores.ledger_key)
    kind = f"shown{hashlib.sha256(repr(sorted(contributors)).encode()).hexdigest()[:16]}"
    with transaction(stores.registry) as connection:
        lock(connection, "coverage")
        for stamp in sorted(folder.stamps(kind), key=int, reverse=True):
            table = folder.read(kind, stamp)
            if table is not None and _differing(before := table.to_pandas(), now) < k:
                return datetime.fromtimestamp(int(stamp) / 1_000_000, UTC), before
        folder.write(kind, str(int(at.timestamp() * 1_000_000)), pa.Table.from_pandas(now, preserve_index=False))
    return at, now


def _differing(before: pd.DataFrame, now: pd.DataFrame) -> int:
    """How many children are in one only, or with another answer."""
    both = before[SAID].merge(now[SAID], how="outer", indicator=True)
    return int(both.loc[both["_merge"] != "both", "child_id"].nunique())
