"""Writing a file wholly or not at all."""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from geo.errors import BadInput


def check_place(out: Path, *inputs: Path) -> None:
    """Raises BadInput when the result has no folder to go to, or would take the place of an input."""
    out = Path(out)
    if out.is_dir():
        raise BadInput(f"{out}: this is a folder; give the name of a file to write.")
    if not out.parent.is_dir():
        raise BadInput(f"{out}: the folder {out.parent} does not exist; make it first.")
    for given in inputs:
        if out.exists() and Path(given).exists() and out.samefile(given):
            raise BadInput(f"{out.name}: the result would replace an input; give another name.")


def write_csv(out: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A CSV (comma, UTF-8) written beside its final name and moved there when whole. Raises BadInput."""
    out = Path(out)
    part = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("x", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    except OSError as error:
        raise BadInput(f"{out.name}: the file cannot be written ({error.strerror}).") from None
    finally:
        part.unlink(missing_ok=True)
