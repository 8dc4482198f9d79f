"""Boundary sets in the registry: areas with names and parents; the shapes are kept as a file under the home folder."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
from sqlalchemy import Connection, Engine, insert, select, update

from data_access.files import write_whole
from data_access.registry.tables import area, boundary_set, population
from geo.boundaries import BoundarySet

LEVELS = ("tract", "town", "district", "county")


@dataclass(frozen=True)
class AreaRow:
    """One area of a set; parent: the area of the next level it lies in, None where the file does not say."""

    area_id: str
    name: str
    parent: str | None
    land: bool


@dataclass(frozen=True)
class BoundaryRow:
    """One set as the registry lists it. file: of its shapes, relative to the home folder."""

    id: str
    level: str
    vintage: str
    checksum: str
    file: str


def registered_id(read: BoundarySet) -> str:
    """Level, vintage, and a digest of shapes, names and parents: another name is another set."""
    told = (
        read.frame[["area_id", "name", "parent_id"]].astype(object).where(lambda f: f.notna(), None).to_numpy().tolist()
    )
    digest = hashlib.sha256((read.checksum + json.dumps(told)).encode()).hexdigest()
    return f"{read.level}-{read.vintage}-{digest[:8]}"


def current_sets(engine: Engine) -> dict[str, BoundaryRow]:
    """The set in force of each level that has one."""
    with engine.connect() as connection:
        return sets_in_force(connection)


def sets_in_force(connection: Connection) -> dict[str, BoundaryRow]:
    """The same inside a transaction."""
    columns = (boundary_set.c[name] for name in ("id", "level", "vintage", "checksum", "file"))
    query = select(*columns).where(boundary_set.c.replaced_at.is_(None)).order_by(boundary_set.c.imported_at)
    return {row.level: BoundaryRow(*row) for row in connection.execute(query)}


def areas(engine: Engine, set_id: str) -> list[AreaRow]:
    """The areas of one set, by id."""
    query = select(area.c.area_id, area.c.name, area.c.parent, area.c.land).where(area.c.boundary_set == set_id)
    with engine.connect() as connection:
        return [AreaRow(*row) for row in connection.execute(query.order_by(area.c.area_id))]


def residents(engine: Engine, set_id: str) -> dict[str, float]:
    """Population by area of one set, where it is known."""
    query = select(population.c.area_id, population.c.value).where(population.c.boundary_set == set_id)
    with engine.connect() as connection:
        return {name: value for name, value in connection.execute(query) if value is not None}


def load_set(home: Path, row: BoundaryRow) -> BoundarySet:
    """A set with its shapes."""
    return _load(home / row.file, row.id, row.level, row.vintage, row.checksum)


@lru_cache(maxsize=8)
def _load(file: Path, set_id: str, level: str, vintage: str, checksum: str) -> BoundarySet:
    return BoundarySet(set_id, level, vintage, "area_id", "name", "parent_id", checksum, gpd.read_parquet(file))


def write_set(home: Path, read: BoundarySet) -> BoundaryRow:
    """Keep the shapes; they count once the registry lists them."""
    name = registered_id(read)
    file = f"boundaries/{name}/areas.parquet"
    write_whole(home / file, lambda out: read.frame.to_parquet(out, compression="zstd"))
    return BoundaryRow(name, read.level, read.vintage, read.checksum, file)


def enter_set(connection: Connection, row: BoundaryRow, read: BoundarySet) -> None:
    """List a set in the place of the one its level had; a set that was replaced before comes back into force."""
    now = datetime.now(UTC)
    here = (boundary_set.c.level == row.level) & boundary_set.c.replaced_at.is_(None)
    connection.execute(update(boundary_set).where(here).values(replaced_at=now))
    if connection.scalar(select(boundary_set.c.id).where(boundary_set.c.id == row.id)):
        again = update(boundary_set).where(boundary_set.c.id == row.id).values(replaced_at=None, imported_at=now)
        connection.execute(again)
        return
    values = {"id": row.id, "level": row.level, "vintage": row.vintage, "checksum": row.checksum, "file": row.file}
    connection.execute(insert(boundary_set), values | {"imported_at": now})
    columns = read.frame[["area_id", "name", "parent_id", "land"]].itertuples(index=False)
    rows = [
        {"boundary_set": row.id, "area_id": i, "name": name or i, "parent": parent or None, "land": bool(land)}
        for i, name, parent, land in columns
    ]
    connection.execute(insert(area), rows)


def enter_population(connection: Connection, set_id: str, vintage: str, values: dict[str, float | None]) -> None:
    """Record population by area, in the place of what was recorded for the set."""
    connection.execute(population.delete().where(population.c.boundary_set == set_id))
    now = datetime.now(UTC)
    rows = [
        {"boundary_set": set_id, "area_id": name, "value": value, "vintage": vintage, "imported_at": now}
        for name, value in values.items()
    ]
    if rows:
        connection.execute(insert(population), rows)
