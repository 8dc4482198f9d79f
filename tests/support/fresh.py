"""Stores with every table and nothing in them, in a moment: a copy is quicker than the migrations."""

import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

from data_access.stores import Stores, open_registry, open_stores
from tests.support.once import once

NEW_YORK = ZoneInfo("America/New_York")


def registry_file(folder: Path) -> Path:
    """A registry of its own under `folder`, as the migrations leave it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Path(shutil.copy(once("registry", _migrated) / "registry.db", folder / "registry.db"))


def stores(home: Path, key: bytes, zone: ZoneInfo = NEW_YORK) -> Stores:
    """Open stores under `home`, which has none yet."""
    return open_stores(f"sqlite:///{registry_file(home)}", home, key, zone)


def _migrated(folder: Path) -> None:
    open_registry(f"sqlite:///{folder / 'registry.db'}", folder).dispose()
