"""What consents rest on, for the whole community at once: whose record is whose, who is of age, whom a court bars.

Whose a record is and when its child was born is kept in a file until a match, a roster or a withdrawal changes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.births import every_birth, newest_link, of_age_since, people_stamp
from data_access.registry.bulk import raw_rows
from data_access.rights import earliest, enrollments, orders_in
from data_access.sealed_folder import SealedFolder

KIND: Final = "whose2"  # the number is that of the file's layout
UNKNOWN, MINOR, OF_AGE = 0, 1, 2
NEVER: Final = np.int32(2**31 - 1)  # no birth date


@dataclass(frozen=True)
class Ground:
    """child: by record, 0 where it has none; age: by record, of its child today; barred: child << 32 | signer."""

    child: NDArray[np.int32]
    age: NDArray[np.uint8]
    barred: NDArray[np.int64]


def ground(connection: Connection, folder: SealedFolder, today: date) -> Ground:
    """As of a day of the community."""
    child, born = whose(connection, folder)
    limit = np.datetime64(of_age_since(today), "D").astype(np.int64)
    age = np.where(born <= limit, np.uint8(OF_AGE), np.uint8(MINOR))
    age[born == NEVER] = UNKNOWN
    started = [one for one, day in earliest(connection.execute(enrollments(newest_link()))).items() if day <= today]
    if started:
        age[np.isin(child, started) & (age != UNKNOWN)] = OF_AGE
    return Ground(child, age, _barred(connection, today))


def whose(connection: Connection, folder: SealedFolder) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Child and the child's earliest birth date (days since 1970), both by record."""
    stamp = people_stamp(connection)
    table = folder.read(KIND, stamp)
    if table is None:
        child, born = _whose(connection)
        table = pa.table({"child": child, "born": born})
        folder.write(KIND, stamp, table)
    child, born = (table.column(name).combine_chunks().to_numpy() for name in ("child", "born"))
    return child, born


def _whose(connection: Connection) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    links = _pairs(list(raw_rows(connection, newest_link())))
    child = np.zeros(links[:, 0].max(initial=0) + 1, np.int32)
    child[links[:, 0]] = links[:, 1]
    records, days = every_birth(connection)
    here = np.array(records, np.int64)
    told = np.array(days, "datetime64[D]").astype(np.int32)[here < len(child)]
    here = here[here < len(child)]
    first = np.full(child.max(initial=0) + 1, NEVER)
    np.minimum.at(first, child[here], told)
    first[0] = NEVER  # records without a child
    return child, first[child]


def _pairs(rows: Sequence[tuple[Any, ...]]) -> NDArray[np.int64]:
    return np.array(rows, np.int64).reshape(-1, 2)


def _barred(connection: Connection, today: date) -> NDArray[np.int64]:
    """Signers of a child whom a court order in force bars."""
    held = (row for row in connection.execute(orders_in(newest_link())) if row.starts <= today)
    return np.array([row.child << 32 | row.signer for row in held if row.ends is None or today <= row.ends], np.int64)
