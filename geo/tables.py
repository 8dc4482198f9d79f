"""Tables as text: CSV with comma or semicolon, UTF-8 with or without BOM, nothing guessed."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.errors import BadInput, some


@dataclass(frozen=True)
class TextTable:
    """Columns of text by name, and for each row the line of the file on which it starts."""

    file: str
    columns: dict[str, list[str]]
    lines: Sequence[int]


def read_text_table(path: Path, required: Sequence[str]) -> TextTable:
    """The required columns of a CSV file; others are ignored, blank lines skipped. Raises BadInput."""
    path = Path(path)
    text = _decoded(path)
    delimiter, names = _header(path.name, text, required)
    columns: list[list[str]] = [[] for _ in required]
    places = [(names.index(name), column.append) for name, column in zip(required, columns, strict=True)]
    lines = array("q")
    width = len(names)
    records = _records(path.name, text, delimiter)
    next(records)
    for line, record in records:
        if len(record) != width:
            raise BadInput(_uneven(path.name, line, len(record), width, delimiter))
        for at, keep in places:
            keep(record[at])
        lines.append(line)
    return TextTable(path.name, dict(zip(required, columns, strict=True)), lines)


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path.name}: the file cannot be read ({error.strerror}); check its name and place.") from None
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadInput(f"{path.name}: the file is UTF-16; save it as CSV UTF-8.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadInput(f"{path.name}, line {line}: the text is not UTF-8; save the file as CSV UTF-8.") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadInput(f"{path.name}, line {line}: the file holds a zero byte; save it again as CSV UTF-8.")
    return text


def _records(file: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line on which it starts."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for record in reader:
            if len(record) > 1 or (record and record[0].strip()):
                yield start, record
            start = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(f"{file}, line {start}: the quotes or fields are broken ({error}); mend this line.") from None


def _header(file: str, text: str, required: Sequence[str]) -> tuple[str, list[str]]:
    """The delimiter under which the header holds the required columns, and all its names."""
    found: list[tuple[str, list[str]]] = []
    for mark in ",;":
        try:
            found.append((mark, _names(file, text, mark)))
        except BadInput as error:  # a quoted header is broken under the other delimiter
            broken = error
    if not found:
        raise broken
    if not any(names for _, names in found):
        raise BadInput(f"{file}: the file is empty; its first line must name the columns {', '.join(required)}.")
    delimiter, names = max(found, key=lambda pair: (sum(name in pair[1] for name in required), len(pair[1])))
    for name in required:
        if name not in names:
            seen = some([repr(n)[1:-1] for n in names], 12)
            raise BadInput(f"{file}, line 1: column {name} is missing; the columns are {seen} (comma or semicolon).")
        if names.count(name) > 1:
            raise BadInput(f"{file}, line 1: column {name} occurs {names.count(name)} times; keep one of them.")
    return delimiter, names


def _names(file: str, text: str, delimiter: str) -> list[str]:
    for _, record in _records(file, text, delimiter):
        return [name.strip() for name in record]
    return []


def _uneven(file: str, line: int, has: int, wants: int, delimiter: str) -> str:
    mend = f"put a value that contains '{delimiter}' in double quotes" if has > wants else "add what is missing"
    fields = "field" if has == 1 else "fields"
    return f"{file}, line {line}: the line has {has} {fields} but the header has {wants}; {mend}."
