"""A publication is there whole or not at all, is never changed, and a damaged one is never shown."""

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from data_access import publications
from data_access.publications import Draft, Publications, PublishingNow
from data_access.published import NoPublication
from data_access.registry.engine import connect
from data_access.registry.migrate import upgrade
from tests.support.publication import little

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Publications:
    engine = connect(f"sqlite:///{tmp_path / 'registry.db'}")
    upgrade(engine)
    return Publications(tmp_path / "publications", engine)


def folders(store: Publications) -> list[str]:
    """All that lies in the store and in the vault."""
    roots = [root for root in (store.folder, store.vault) if root.exists()]
    return sorted(path.name for root in roots for path in root.iterdir() if path.is_dir())


def test_nothing_published_says_what_to_do(store: Publications) -> None:
    with pytest.raises(NoPublication, match="quorum publish"):
        store.current()


def test_the_newest_is_shown_and_older_ones_stay(store: Publications) -> None:
    for number in (1, 2):
        store.add(little(number), "test")
    assert store.ids() == ("p-2025-08-15-1", "p-2025-08-15-2")
    assert store.current().info.id == "p-2025-08-15-2"
    assert store.get("p-2025-08-15-1").info.made_at == datetime(2025, 9, 10, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "file", ["cells.parquet", "publication.json", "proof.json", "layers/town-0000000000000001.json"]
)
@pytest.mark.parametrize("harm", ["cut", "changed", "gone"])
def test_a_damaged_publication_is_not_shown(store: Publications, file: str, harm: str) -> None:
    store.add(little(), "test")
    path = store.folder / "p-2025-08-15-1" / file
    content = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:-9] if harm == "cut" else content[:50] + bytes([content[50] ^ 1]) + content[51:])
    with pytest.raises(NoPublication, match="cannot be shown") as told:
        store.current()
    assert "quorum" not in told.value.sentence.lower(), "a reader has nothing to run"
    assert ("quorum publish" in told.value.mend) == (file != "publication.json"), "publishing goes on from that one"
    found = "is missing" if harm == "gone" else "is not as it was written"
    assert store.broken_files() == [f"The publication file p-2025-08-15-1/{file} {found}."]


def test_publishing_goes_on_from_what_the_newest_says_of_itself(store: Publications) -> None:
    assert store.base() is None
    store.add(little(), "test")
    for file in ("cells.parquet", "proof.json"):
        (store.folder / "p-2025-08-15-1" / file).write_bytes(b"")
    told = store.base()
    assert told is not None and told.geography == {} and any(offer.offered for offer in told.offers)
    (store.folder / "p-2025-08-15-1" / "publication.json").write_bytes(b"{}")
    with pytest.raises(NoPublication, match="backup") as refused:
        store.base()
    assert "quorum publish" not in str(refused.value)


@pytest.mark.parametrize("harm", ["cut", "changed", "gone", "one gone"])
def test_a_damaged_vault_is_said_and_mended_by_a_backup_alone(store: Publications, harm: str) -> None:
    store.add(little(), "test")
    (path,) = (store.vault / "p-2025-08-15-1").glob("*.npz")
    content = path.read_bytes()
    if harm == "gone":
        path.unlink()
    elif harm == "one gone":
        path.rename(path.with_stem("another-2020-21"))
    else:
        path.write_bytes(content[:-9] if harm == "cut" else content[:99] + b"!" * 9 + content[108:])
    (store.folder / "p-2025-08-15-1" / "cells.parquet").unlink()
    for act in (lambda: store.kept("p-2025-08-15-1"), store.current):
        with pytest.raises(NoPublication, match="backup") as told:
            act()
        assert "quorum publish" not in str(told.value)
    assert any("vault" in told for told in store.broken_files())


def test_the_vault_is_for_the_owner_alone(store: Publications) -> None:
    store.add(little(), "test")
    for folder in (store.vault, store.vault / "p-2025-08-15-1"):
        assert folder.stat().st_mode & 0o077 == 0


def test_when_the_ledger_cannot_be_written_nothing_is_published(store: Publications) -> None:
    def no_ledger(_: Connection) -> None:
        raise RuntimeError("no ledger")

    with store.publishing(), pytest.raises(RuntimeError):
        store.add(little(), "test", no_ledger)
    assert store.ids() == ()
    with store.publishing():
        assert folders(store) == []


def test_only_what_an_interrupted_publication_left_is_swept(store: Publications) -> None:
    """What somebody set aside before restoring is theirs."""
    store.add(little(), "test")
    theirs = ["notes", ".notes", "p-2025-08-15-1.away", "copy of p-2025-08-15-1", ".p-2025-08-15-1.away"]
    for root in (store.folder, store.vault):
        for name in (*theirs, "p-2025-08-15-2", ".p-2025-08-15-2.4711"):
            (root / name).mkdir()
    with store.publishing():
        assert folders(store) == sorted([*theirs, "p-2025-08-15-1"] * 2)


def test_two_cannot_publish_at_once(store: Publications) -> None:
    with store.publishing(), pytest.raises(PublishingNow), store.publishing():
        pass
    with store.publishing():
        pass


def _add_until(home: Path, draft: Draft, moment: int) -> int:
    """Publish in a child process that is killed at its moment-th touch of the disk or the registry; how it ended."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    left = [moment]

    def counted(inner: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return inner(*args, **kwargs)

        return call

    ended = 1
    try:
        store = Publications(home / "publications", connect(f"sqlite:///{home / 'registry.db'}"))
        os.fsync = counted(os.fsync)
        Path.rename = counted(Path.rename)  # type: ignore[method-assign]
        publications.transaction = counted(publications.transaction)  # type: ignore[attr-defined]
        with store.publishing():
            store.add(draft, "test")
        ended = 0
    finally:
        os._exit(ended)


def test_killed_at_any_moment_leaves_all_or_nothing(store: Publications, tmp_path: Path) -> None:
    store.add(little(1), "test")
    draft, killed = little(2), 0
    for moment in range(1, 100):
        status = _add_until(tmp_path, draft, moment)
        killed += os.WIFSIGNALED(status)
        ids = store.ids()
        assert ids in (("p-2025-08-15-1",), ("p-2025-08-15-1", "p-2025-08-15-2"))
        for name in ids:
            assert Publications(store.folder, store._registry).get(name).info.id == name
        if len(ids) == 2:
            assert status == 0
            break
        with store.publishing():
            assert set(folders(store)) == {"p-2025-08-15-1"}
    assert killed >= 10 and len(store.ids()) == 2


def test_a_file_name_is_no_path(store: Publications) -> None:
    store.add(little(), "test")
    with pytest.raises(NoPublication):
        store.get("../publications/p-2025-08-15-1")
    assert "../publication.json" not in store.current().layers
