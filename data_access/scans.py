"""Scans of signed forms: files that are what they say, kept by their digest where only this program reads them."""

import hashlib
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, insert, select

from data_access.files import write_whole
from data_access.registry.consent_tables import consent_scan

MOST: Final = 5 * 2**20  # what a browser sends of it, a third longer, fits into a request
# A PDF that acts or carries other files is no scan.
ACTS: Final = (b"/JavaScript", b"/Launch", b"/EmbeddedFile")


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


def typed(evidence: str | None) -> str:
    """Where a paper is, as somebody typed it; never to be taken for the name of a scan, which would open that scan."""
    told = " ".join((evidence or "").split())[:200]
    return told.replace("scan ", "Scan ", 1) if told.startswith("scan ") else told


def uploaded(contents: str) -> Scan:
    """The scan as a browser sends it: a data URL; raises BadScan."""
    try:
        content = b64decode(contents.partition(",")[2], validate=True)
    except ValueError:  # also where there are letters that base64 has not
        raise BadScan("The file did not arrive whole. Choose it again.") from None
    return looked_at(content)


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


def kept(conn: Connection, home: Path, sha256: str) -> Scan | None:
    """A scan that was kept; None where there is none of this name or its file is not what it was."""
    kind = conn.scalar(select(consent_scan.c.kind).where(consent_scan.c.sha256 == sha256))
    path = home / "scans" / sha256
    if kind is None or not path.exists():
        return None
    found = Scan(path.read_bytes(), kind)
    return found if found.sha256 == sha256 else None


def _pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:] and not any(act in content for act in ACTS)


def _png(content: bytes) -> bool:
    return content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") and b"IEND" in content[-12:]


def _jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\0").endswith(b"\xff\xd9")


_KINDS: Mapping[str, Callable[[bytes], bool]] = {"pdf": _pdf, "png": _png, "jpeg": _jpeg}
