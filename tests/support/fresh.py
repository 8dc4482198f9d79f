"""Stores with every table and nothing in them, in a moment: a copy is quicker than the migrations."""

import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from data_access.stores import Stores, open_registry, open_stores
from tests.support.once import once

NEW_YORK = ZoneInfo("America/New_York")
_FIRST: dict[str, Engine] = {}


def registry_file(folder: Path) -> Path:
    """A registry of its own under `folder`, as the migrations leave it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Path(shutil.copy(once("registry", _migrated) / "registry.db", folder / "registry.db"))


def stores(home: Path, key: bytes, zone: ZoneInfo = NEW_YORK) -> Stores:
    """Open stores under `home`, which has none yet."""
    made = open_stores(f"sqlite:///{registry_file(home)}", home, key, zone)
    quick(made.registry)
    return made


def quick(engine: Engine) -> Engine:
    """The engine, with what earlier ones of its kind have compiled: each would compile every statement anew."""
    first = _FIRST.setdefault(engine.dialect.name, engine)
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine


def _migrated(folder: Path) -> None:
    open_registry(f"sqlite:///{folder / 'registry.db'}", folder).dispose()
