"""The publication store: whole folders of protected numbers, listed in the registry with the checksum of every file."""

import fcntl
import hashlib
import io
import json
import logging
import os
import re
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from zipfile import BadZipFile, ZipFile

from sqlalchemy import Connection, Engine, insert, select

from data_access.files import broken
from data_access.publication import FROM_BACKUP, Base, Publication, read_base
from data_access.published import NoPublication
from data_access.registry.engine import transaction
from data_access.registry.tables import publication, publication_file

log = logging.getLogger(__name__)
_KEPT = 4
_OURS = re.compile(r"p-\d{4}-\d\d-\d\d-\d+|\.p-\d{4}-\d\d-\d\d-\d+\.\d+")  # a publication, or one being written
_UNLISTED = ("Nothing has been published yet. The backbone organization publishes.", "Publish with: quorum publish.")


NEWEST = (
    select(publication.c.id)
    .where(publication.c.withdrawn_at.is_(None))
    .order_by(publication.c.made_at.desc(), publication.c.id.desc())
    .limit(1)
)


class PublishingNow(Exception):
    """Somebody else is publishing; two at once would not know of each other."""


@dataclass(frozen=True)
class Draft:
    """A publication before it is listed. files: path inside the folder -> content; vault: the same, never served."""

    id: str
    made_at: datetime
    as_of: date
    data_version: str
    files: Mapping[str, bytes]
    vault: Mapping[str, bytes]


class Publications:
    """Publications under `folder`, listed in the registry. vault: true counts behind each, never served."""

    def __init__(self, folder: Path, registry: Engine) -> None:
        self.folder, self.vault = folder, folder.parent / "vault"
        self._registry = registry
        self._open: dict[str, Publication] = {}
        self._lock = Lock()

    def ids(self) -> tuple[str, ...]:
        """All publications that stand, oldest first."""
        rows = select(publication.c.id).where(publication.c.withdrawn_at.is_(None))
        with self._registry.connect() as connection:
            return tuple(connection.scalars(rows.order_by(publication.c.made_at, publication.c.id)))

    def every_id(self) -> tuple[str, ...]:
        """All publications that readers may have seen, withdrawn ones too, newest first."""
        with self._registry.connect() as connection:
            order = (publication.c.made_at.desc(), publication.c.id.desc())
            return tuple(connection.scalars(select(publication.c.id).order_by(*order)))

    def kept(self, name: str) -> dict[str, bytes]:
        """What the vault keeps: "population-period" -> lattice; raises NoPublication where it is lost or damaged."""
        folder = self.vault / name
        found = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.npz"))} if folder.exists() else {}
        whole = bool(found) and all(map(_is_whole, found.values())) and self._lattices(name) <= set(found)
        if not whole:
            raise NoPublication(
                f"The vault of the publication {name} is {'damaged' if found else 'missing'} ({folder}), so nobody can "
                "tell what a new publication would give away beside it.",
                FROM_BACKUP,
            )
        return found

    def _lattices(self, name: str) -> set[str]:
        """What its vault must hold by the proof of a publication; nothing where the proof itself is damaged."""
        try:
            proof = json.loads((self.folder / name / "proof.json").read_bytes())
            return {f"{entry['population']}-{entry['period']}" for entry in proof["lattices"]}
        except (OSError, ValueError, KeyError, TypeError):
            return set()

    def base(self) -> Base | None:
        """What the next publication goes on from, None where nothing stands; raises NoPublication where damaged."""
        names = self.ids()
        return read_base(names[-1], self.folder / names[-1], self._listed(names[-1])) if names else None

    def grounds(self) -> dict[str, Mapping[str, object]]:
        """Publication -> its base geography, of all that readers may have; nothing where it cannot be told any more."""
        found: dict[str, Mapping[str, object]] = {}
        for name in self.every_id():
            try:
                found[name] = read_base(name, self.folder / name, self._listed(name)).geography
            except NoPublication:
                found[name] = {}
        return found

    def broken_files(self) -> list[str]:
        """One sentence for each file of a publication that stands, and for each vault, that is missing or damaged."""
        told = []
        for name in self.ids():
            told += broken(self.folder, {f"{name}/{p}": d for p, d in self._listed(name).items()}, "publication file")
        for name in self.every_id():
            try:
                self.kept(name)
            except NoPublication as error:
                told.append(str(error))
        return told

    def current_id(self, connection: Connection | None = None) -> str:
        """The newest publication; raises NoPublication where there is none."""
        if connection is not None:
            return _listed_id(connection.scalar(NEWEST))
        with self._registry.connect() as own:
            return _listed_id(own.scalar(NEWEST))

    def current(self) -> Publication:
        """The newest publication, checked; raises NoPublication."""
        return self.get(self.current_id())

    def newest(self, found: str | None) -> Publication:
        """The same where NEWEST has been asked; raises NoPublication."""
        return self.get(_listed_id(found))

    def get(self, name: str) -> Publication:
        """One publication, read and checked once; raises NoPublication where it is not listed, missing or damaged."""
        with self._lock:
            if name in self._open:
                return self._open[name]
        listed = self._listed(name)
        try:
            found = Publication.read(name, self.folder / name, listed)
        except NoPublication as error:
            mend = self._mend(name)
            log.error("%s %s", error.sentence, mend)
            raise NoPublication(error.sentence, mend) from error
        with self._lock:
            self._open[name] = found
            while len(self._open) > _KEPT:
                self._open.pop(next(iter(self._open)))
        return found

    def _mend(self, name: str) -> str:
        """What helps where a publication is damaged; publishing again needs its vault and what it says of itself."""
        try:
            self.base()
            self.kept(name)
        except NoPublication:
            return FROM_BACKUP
        return f"{FROM_BACKUP[:-1]}, or publish again with: quorum publish."

    def _listed(self, name: str) -> dict[str, str]:
        rows = (
            select(publication_file.c.path, publication_file.c.sha256)
            .join(publication, publication.c.id == publication_file.c.publication)
            .where(publication.c.id == name, publication.c.withdrawn_at.is_(None))
        )
        with self._registry.connect() as connection:
            found = {str(path): str(sha256) for path, sha256 in connection.execute(rows)}
        if not found:
            raise NoPublication("This publication does not exist or was withdrawn. Open the page again for the newest.")
        return found

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Hold the one place to publish; whatever an interrupted run left behind is swept first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise PublishingNow("Somebody else is publishing right now. Try again when that is done.") from error
            self.sweep()
            yield

    def sweep(self) -> int:
        """Remove what an interrupted publication left in the way; other folders stay. Call inside `publishing`."""
        with self._registry.connect() as connection:
            listed = set(connection.scalars(select(publication.c.id)))
        orphans = [
            path
            for root in (self.folder, self.vault)
            for path in (root.iterdir() if root.exists() else ())
            if path.is_dir() and _OURS.fullmatch(path.name) and path.name not in listed
        ]
        for path in orphans:
            shutil.rmtree(path)
        return len(orphans)

    def add(self, draft: Draft, made_by: str, also: Callable[[Connection], None] = lambda _: None) -> None:
        """Write the folders whole, then list them; `also` joins the same transaction (the ledger row)."""
        self.vault.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.vault.chmod(0o700)
        _write_folder(self.vault / draft.id, draft.vault, private=True)
        _write_folder(self.folder / draft.id, draft.files)
        head = {name: getattr(draft, name) for name in ("id", "made_at", "as_of", "data_version")}
        rows = [
            {
                "publication": draft.id,
                "path": path,
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
            }
            for path, content in sorted(draft.files.items())
        ]
        with transaction(self._registry) as connection:
            connection.execute(insert(publication), head | {"made_by": made_by, "withdrawn_at": None})
            connection.execute(insert(publication_file), rows)
            also(connection)


def _is_whole(content: bytes) -> bool:
    """True where a file of the vault is all there, by its own checksums."""
    try:
        with ZipFile(io.BytesIO(content)) as file:
            return file.testzip() is None
    except (BadZipFile, zlib.error, EOFError, NotImplementedError):
        return False


def _write_folder(target: Path, files: Mapping[str, bytes], private: bool = False) -> None:
    """All files under a temporary name, on the disk for sure, then renamed."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.mkdir(parents=True, mode=0o700 if private else 0o755)
    for path, content in files.items():
        place = draft / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
    for folder in {draft, *((draft / path).parent for path in files)}:
        _sync(folder)
    draft.rename(target)
    _sync(target.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _listed_id(found: str | None) -> str:
    if found is None:
        raise NoPublication(*_UNLISTED)
    return found
