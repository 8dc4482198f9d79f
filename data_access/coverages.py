"""What consent statements cover, in the registry: kept once for all statements that cover the same."""

import hashlib
import json
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, insert, select

from data_access.ledger import canonical
from data_access.registry.consent_tables import consent_coverage
from privacy.agreement import Level
from privacy.consent import Basis
from privacy.coverage import Coverage

SETS = ("elements", "purposes", "disclosing", "recipients")


def coverage_of(conn: Connection, coverage: Coverage) -> int:
    """The number of a coverage; written where nobody has said the same before."""
    digest = hashlib.sha256(canonical(plain(coverage)).encode()).hexdigest()
    found = conn.scalar(select(consent_coverage.c.id).where(consent_coverage.c.digest == digest))
    if found is None:
        row = {name: json.dumps(sorted(getattr(coverage, name))) for name in SETS}
        row |= {"digest": digest, "basis": coverage.basis.value, "level": coverage.level.code}
        found = conn.execute(insert(consent_coverage).returning(consent_coverage.c.id), row).scalar_one()
    return int(found)


def coverages(conn: Connection) -> dict[int, Coverage]:
    """Every coverage there is, by number."""
    return {row["id"]: coverage_from(row) for row in conn.execute(select(consent_coverage)).mappings()}


def plain(coverage: Coverage) -> dict[str, Any]:
    """A coverage as lists of codes."""
    told: dict[str, Any] = {name: sorted(getattr(coverage, name)) for name in SETS}
    return told | {"basis": coverage.basis.value, "level": coverage.level.code}


def coverage_from(row: Any) -> Coverage:
    """A coverage from its row."""
    return _coverage(row["basis"], row["level"], *(row[name] for name in SETS))


@lru_cache(maxsize=4096)
def _coverage(basis: str, level: str, *sets: str) -> Coverage:
    return Coverage(Basis(basis), Level[level.upper()], *map(_set, sets))


@lru_cache(maxsize=4096)
def _set(text: str) -> frozenset[str]:
    return frozenset(json.loads(text))
