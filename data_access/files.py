"""Files that are there whole or not at all, whatever happens while they are written."""

import hashlib
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

# A name no reader lists; one that begins with a dot is a file that a broken run left behind.
TEMPORARY = ".writing-"


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file beside its final name, force it to the disk and move it there; on failure nothing is left."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.parent / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        _sync_folder(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def broken(folder: Path, listed: Mapping[str, str], what: str) -> list[str]:
    """One sentence for each listed file (path -> SHA-256) that is missing or is not as it was written."""
    return [f"The {what} {path} {told}." for path, digest in listed.items() if (told := _broken(folder / path, digest))]


def _broken(file: Path, digest: str) -> str:
    if not file.exists():
        return "is missing"
    return "" if sha256(file) == digest else "is not as it was written"
