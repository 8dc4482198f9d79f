"""The ledger's head: number and seal of the newest row in files outside the database, so that a cut tail shows."""

import fcntl
import hmac
import json
import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from data_access.files import write_whole

MOMENT = 0.1  # seconds
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Head:
    """Number and seal of a row, and the seal of these two."""

    sequence: int
    mac: str
    seal: str

    def sealed(self, key: bytes) -> bool:
        """True where number and seal are as they were written with this key."""
        return hmac.compare_digest(seal(key, self.sequence, self.mac), self.seal)


class HeadUnreadable(ValueError):
    """The head file is there but is not one."""


def seal(key: bytes, sequence: int, mac: str) -> str:
    """HMAC-SHA256 over number and seal, under a label of its own."""
    return hmac.digest(key, f"ledger head:{sequence}:{mac}".encode(), "sha256").hex()


def read_head(file: Path) -> Head | None:
    """The head, None where there is no file; raises HeadUnreadable."""
    try:
        found = json.loads(file.read_text(encoding="ascii"))
        return Head(int(found["sequence"]), str(found["mac"]), str(found["seal"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise HeadUnreadable(f"{file.name} is not a ledger head.") from error


def write_head(file: Path, head: Head) -> None:
    """Keep the head; never put an older one in the place of a newer, whichever process comes last.

    The row is committed already. Where the file cannot be written the log says so, and the next row tries again.
    """
    try:
        with file.with_name(f"{file.name}.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if _sequence(file) < head.sequence:
                write_whole(file, lambda out: out.write(json.dumps(asdict(head)).encode()))
    except OSError as error:
        log.warning("The ledger's head could not be kept: %s", error.strerror)


def kept_through(file: Path, rows: int) -> int:
    """The row whose seal is kept. A row that was committed just now has a moment in which its seal follows."""
    if _sequence(file) < rows:
        time.sleep(MOMENT)
    return _sequence(file)


def _sequence(file: Path) -> int:
    try:
        found = read_head(file)
    except (HeadUnreadable, OSError):
        return 0
    return found.sequence if found else 0
