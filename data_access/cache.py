"""The cache: protected slices only, as bytes with a seal of their own. A bad entry, a bad disk, a bad day: a miss."""

import hashlib
import hmac
import os
import secrets
import sqlite3
from pathlib import Path
from typing import Any

import diskcache
from diskcache.core import MODE_PICKLE

_MAC = hashlib.sha256().digest_size
_TROUBLE = (OSError, sqlite3.Error, ValueError, TypeError, KeyError, diskcache.Timeout)


class _BytesOnly(diskcache.Disk):  # type: ignore[misc]
    """A diskcache disk that can neither write nor read a pickle, as a value or as a key."""

    def put(self, key: Any) -> Any:
        if not isinstance(key, str):
            raise TypeError("cache keys are text")
        return super().put(key)

    def get(self, key: Any, raw: bool) -> Any:
        if not raw:
            raise ValueError("a pickled key")
        return super().get(key, raw)

    def store(self, value: Any, read: bool, key: Any = diskcache.UNKNOWN) -> Any:
        if not isinstance(value, bytes):
            raise TypeError("the cache takes bytes")
        return super().store(value, read, key)

    def fetch(self, mode: int, filename: Any, value: Any, read: bool) -> Any:
        if mode == MODE_PICKLE:
            raise ValueError("a pickled value")
        return super().fetch(mode, filename, value, read)


class Cache:
    """Bytes by text key under a folder of mode 0700, each sealed with HMAC-SHA256 over key and value.

    key: secret of the seal; by default one kept beside the folder (`cache.key`, mode 0600). size: bytes kept at most.
    Whatever goes wrong, `get` says None and `set` does nothing.
    """

    def __init__(self, folder: Path, key: bytes | None = None, size: int = 256 * 2**20) -> None:
        self._folder, self._size = folder, size
        self._secret = key or _own_key(folder.with_name(f"{folder.name}.key"))
        self._disk: diskcache.Cache | None = self._open()

    def _open(self) -> diskcache.Cache | None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            return diskcache.Cache(str(self._folder), disk=_BytesOnly, size_limit=self._size, timeout=1.0)
        except _TROUBLE:
            return None

    def _mac(self, key: str, value: bytes) -> bytes:
        name = key.encode()
        return hmac.digest(self._secret, len(name).to_bytes(8, "big") + name + value, "sha256")

    def get(self, key: str) -> bytes | None:
        """The value under a key, or None where there is none that carries our seal."""
        if self._disk is None:
            return None
        try:
            found = self._disk.get(key, retry=False)
        except _TROUBLE:
            return None
        if not isinstance(found, bytes) or len(found) < _MAC:
            return None
        value = found[_MAC:]
        return value if hmac.compare_digest(found[:_MAC], self._mac(key, value)) else None

    def set(self, key: str, value: bytes) -> None:
        """Keep a value; failing to is no fault."""
        if self._disk is None:
            return
        try:
            self._disk.set(key, self._mac(key, value) + value, retry=False)
        except _TROUBLE:
            return

    def clear(self) -> None:
        """Forget everything."""
        if self._disk is not None:
            try:
                self._disk.clear(retry=True)
            except _TROUBLE:
                return


def _own_key(file: Path) -> bytes:
    """The secret all processes of this installation share; a fresh one for this process where it cannot be kept."""
    fresh = secrets.token_bytes(32)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(fresh)
        try:
            os.link(draft, file)  # the first of several processes wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        kept = file.read_bytes()
    except OSError:
        return fresh
    return kept if len(kept) == len(fresh) else fresh
