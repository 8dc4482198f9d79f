"""Scans of signed forms: files that are what they say, kept by their digest where only this program reads them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, insert, select

from data_access.files import write_whole
from data_access.registry.consent_tables import consent_scan

MOST: Final = 10 * 2**20


class BadScan(ValueError):
    """A file that is no scan we can keep; the message says how to mend it."""


@dataclass(frozen=True)
class Scan:
    """A scan that was looked at. kind: pdf, png or jpeg."""

    content: bytes
    kind: str

    @property
    def sha256(self) -> str:
        """Its name among the scans."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def reference(self) -> str:
        """What a statement names as its evidence."""
        return f"scan {self.sha256}"


def looked_at(content: bytes) -> Scan:
    """The scan, by its content and not by its name; raises BadScan."""
    if not content:
        raise BadScan("The file is empty. Scan the form again.")
    if len(content) > MOST:
        raise BadScan(f"The file is larger than {MOST // 2**20} MB. Scan it with fewer dots per inch.")
    kind = next((name for name, is_one in _KINDS.items() if is_one(content)), None)
    if kind is None:
        raise BadScan("This is no whole PDF, PNG or JPEG file. Save the scan as one of these and try again.")
    return Scan(content, kind)


def keep(conn: Connection, home: Path, scan: Scan) -> None:
    """Keep a scan under `scans`, readable by this program alone; listed in the caller's transaction."""
    path = home / "scans" / scan.sha256
    if not path.exists():
        write_whole(path, lambda file: file.write(scan.content))
    if conn.scalar(select(consent_scan.c.sha256).where(consent_scan.c.sha256 == scan.sha256)) is None:
        row = {"sha256": scan.sha256, "kind": scan.kind, "bytes": len(scan.content), "kept_at": datetime.now(UTC)}
        conn.execute(insert(consent_scan), row)


def _pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:] and b"/JavaScript" not in content


def _png(content: bytes) -> bool:
    return content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") and b"IEND" in content[-12:]


def _jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\0").endswith(b"\xff\xd9")


_KINDS: Mapping[str, Callable[[bytes], bool]] = {"pdf": _pdf, "png": _png, "jpeg": _jpeg}
