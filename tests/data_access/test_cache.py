"""The cache speeds things up and can do no harm: no pickle goes in or out, and whatever is wrong with it is a miss."""

import os
import pickle
import sqlite3
from pathlib import Path

import pytest

from data_access.cache import Cache


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_kept_comes_back(folder: Path) -> None:
    cache = Cache(folder, b"k" * 32)
    cache.set("a", b"value")
    cache.set("large", b"x" * 100_000)
    assert cache.get("a") == b"value" and cache.get("large") == b"x" * 100_000 and cache.get("b") is None
    cache.clear()
    assert cache.get("a") is None


def test_only_the_owner_can_look(folder: Path) -> None:
    Cache(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder.parent / "cache.key").stat().st_mode & 0o777 == 0o600


def test_two_processes_share_the_key(folder: Path) -> None:
    Cache(folder).set("a", b"value")
    assert Cache(folder).get("a") == b"value"


def test_an_entry_of_another_key_or_name_is_a_miss(folder: Path) -> None:
    Cache(folder, b"k" * 32).set("a", b"value")
    assert Cache(folder, b"other").get("a") is None
    with sqlite3.connect(folder / "cache.db") as raw:
        raw.execute("UPDATE Cache SET key = 'b'")
    assert Cache(folder, b"k" * 32).get("b") is None


def test_a_changed_entry_is_a_miss(folder: Path) -> None:
    cache = Cache(folder, b"k" * 32)
    cache.set("a", b"value")
    with sqlite3.connect(folder / "cache.db") as raw:
        (value,) = raw.execute("SELECT value FROM Cache").fetchone()
        raw.execute("UPDATE Cache SET value = ?", (value[:-1] + b"X",))
    assert cache.get("a") is None


class Bomb:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.mark}",)


def test_a_planted_pickle_is_never_opened(folder: Path, tmp_path: Path) -> None:
    mark = tmp_path / "exploded"
    cache = Cache(folder, b"k" * 32)
    cache.set("a", b"value")
    with sqlite3.connect(folder / "cache.db") as raw:
        raw.execute("UPDATE Cache SET mode = 4, value = ?", (pickle.dumps(Bomb(mark)),))
    assert cache.get("a") is None
    assert not mark.exists()


def test_a_broken_or_missing_disk_is_a_miss(folder: Path) -> None:
    cache = Cache(folder, b"k" * 32)
    cache.set("a", b"value")
    (folder / "cache.db").write_bytes(b"not a database" * 1000)
    for left in stored(folder):
        if left.name != "cache.db":
            left.unlink()
    assert Cache(folder, b"k" * 32).get("a") is None
    Cache(folder, b"k" * 32).set("a", b"value")
    (folder.parent / "file").write_text("a file where a folder should be")
    nowhere = Cache(folder.parent / "file" / "cache")
    nowhere.set("a", b"value")
    assert nowhere.get("a") is None


def test_only_bytes_go_in(folder: Path) -> None:
    cache = Cache(folder, b"k" * 32)
    with pytest.raises(TypeError):
        cache._disk.set("a", {"not": "bytes"})  # type: ignore[union-attr]
    with pytest.raises(TypeError):
        cache._disk.set(("not", "text"), b"value")  # type: ignore[union-attr]
