"""A contributed table as text: columns by their header, and the line of the file each row begins on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from intake.problems import BadFile, Problem, some
from intake.texts import text_series

Cells = pa.ChunkedArray | Sequence[str]


@dataclass(frozen=True)
class Source:
    """The bytes of a file, read once, so that what is hashed is what is checked."""

    name: str
    content: bytes

    @classmethod
    def read(cls, path: Path) -> Source:
        """Raises BadFile where the file cannot be read."""
        try:
            return cls(path.name, path.read_bytes())
        except OSError as error:
            told = (
                "there is no such file" if isinstance(error, FileNotFoundError) else f"not readable: {error.strerror}"
            )
            raise BadFile.whole(path.name, f"{told}; check its name and place.") from None

    @property
    def sha256(self) -> str:
        """What tells this file from any other."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def kept_name(self) -> str:
        """A name that is safe to keep and to show: plain characters, at most 120."""
        plain = "".join(c if c.isprintable() and c not in "/\\<>&\"'" else "_" for c in self.name)
        return plain[-120:]


@dataclass(frozen=True)
class Sheet:
    """Text cells, trimmed. word: what a row's number is called; ignored: columns nobody asked for."""

    file: str
    frame: pd.DataFrame
    lines: np.ndarray
    word: str
    ignored: tuple[str, ...]
    notes: tuple[str, ...] = ()


def header_name(text: str) -> str:
    """`Child ID` and `child-id` are child_id."""
    return "_".join(text.strip().lower().replace("-", " ").split())


def make_sheet(
    file: str,
    header: Sequence[str],
    columns: Sequence[Cells],
    lines: Sequence[int] | np.ndarray,
    required: Sequence[str],
    optional: Sequence[str],
    word: str = "line",
    notes: Iterable[str] = (),
) -> Sheet:
    """Pick the columns asked for, each as long as `lines`; raises BadFile about headers and empty files."""
    names = [header_name(name) for name in header]
    _check_header(file, header, names, required, optional, word)
    if not len(lines):
        raise BadFile.whole(file, "the file has a header but no rows.")
    wanted = [name for name in (*required, *optional) if name in names]
    frame = pd.DataFrame({name: text_series(columns[names.index(name)]) for name in wanted})
    for name in optional:
        if name not in frame:
            frame[name] = pd.Series("", index=frame.index, dtype="str")
    ignored = tuple(h.strip() for h, name in zip(header, names, strict=True) if name not in wanted and h.strip())
    return Sheet(file, frame, np.asarray(lines), word, ignored, tuple(notes))


def _check_header(
    file: str, header: Sequence[str], names: list[str], required: Sequence[str], optional: Sequence[str], word: str
) -> None:
    problems = []
    there = some([name.strip() or "(no name)" for name in header])
    for name in (*required, *optional):
        if names.count(name) > 1:
            problems.append(Problem(1, name, f"the column occurs {names.count(name)} times; keep one of them."))
        elif name in required and name not in names:
            told = f"this column is missing. The columns found are: {there}. Add it or give it this name."
            problems.append(Problem(1, name, told))
    if problems:
        raise BadFile(file, problems, word)
