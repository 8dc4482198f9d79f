"""CSV with comma, semicolon or tab, UTF-8 with or without BOM; cells are text and nothing is guessed."""

import csv
import functools
import io
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pacsv

from intake.problems import BadFile, Problem
from intake.sheet import Cells, Sheet, Source, header_name, make_sheet

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
UTF8 = "Save it as “CSV UTF-8” (in Excel: Save as, then “CSV UTF-8 (Comma delimited)”)"


def read_csv(source: Source, required: Sequence[str], optional: Sequence[str]) -> Sheet:
    """The columns asked for; blank lines are skipped. Raises BadFile."""
    text = _decoded(source)
    delimiter = _delimiter(text, (*required, *optional))
    header, columns, lines = _quickly(source, text, delimiter) or _exactly(source, text, delimiter)
    if not header:
        raise BadFile.whole(source.name, f"the file is empty. Its first line must name: {', '.join(required)}.")
    return make_sheet(source.name, header, columns, lines, required, optional)


Parsed = tuple[list[str], Sequence[Cells], Sequence[int] | np.ndarray]


def _quickly(source: Source, text: str, delimiter: str) -> Parsed | None:
    """A file without quotes and without a broken or blank line, or None: then the exact reader has a word to say."""
    if '"' in text or text.count("\r") != text.count("\r\n"):
        return None
    header = text[:100_000].partition("\n")[0].rstrip("\r").split(delimiter)
    names = [str(number) for number in range(len(header))]
    if len(names) < 2:
        return None
    types = dict.fromkeys(names, pa.string())
    try:
        table = pacsv.read_csv(
            io.BytesIO(text.encode()),
            read_options=pacsv.ReadOptions(column_names=names, skip_rows=1, use_threads=False),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
            convert_options=pacsv.ConvertOptions(column_types=types, strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    empty = [pc.equal(pc.utf8_trim_whitespace(column), "") for column in table.columns]
    if pc.any(functools.reduce(pc.and_, empty)).as_py():
        return None
    return header, table.columns, np.arange(2, table.num_rows + 2)


def _exactly(source: Source, text: str, delimiter: str) -> Parsed:
    """Any file, record by record; raises BadFile with every line that is longer or shorter than the header."""
    records = _records(source.name, text, delimiter)
    _, header = next(records, (0, []))
    rows, lines, uneven = [], [], []
    for line, record in records:
        if len(record) == len(header):
            rows.append(record)
            lines.append(line)
        else:
            uneven.append(_uneven(line, len(record), len(header), delimiter))
    if uneven:
        raise BadFile(source.name, uneven)
    return header, list(zip(*rows, strict=True)), lines


def _decoded(source: Source) -> str:
    if source.content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadFile.whole(source.name, f"the text is UTF-16, not UTF-8. {UTF8} and try again.")
    try:
        text = source.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.content.count(b"\n", 0, error.start) + 1
        told = f"there is a character that is not UTF-8; the file was probably saved for Windows (cp1252). {UTF8}."
        raise BadFile.whole(source.name, told, line) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadFile.whole(source.name, f"there is a zero byte, so this is not a text file. {UTF8}.", line)
    return text


def _delimiter(text: str, names: Sequence[str]) -> str:
    """The one under which the first line holds most of the columns."""
    first = text.lstrip()[:100_000].partition("\n")[0]

    def found(mark: str) -> tuple[int, int]:
        cells = [header_name(cell.strip('"')) for cell in first.split(mark)]
        return sum(name in cells for name in names), len(cells)

    return max(DELIMITERS, key=found)


def _records(file: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for record in reader:
            if any(record) and any(cell.strip() for cell in record):
                yield start, record
            start = reader.line_num + 1
    except csv.Error as error:
        told = f"the quotes or fields are broken from here on ({error}). Close the quotes or take them out."
        raise BadFile.whole(file, told, start) from None


def _uneven(line: int, has: int, wants: int, delimiter: str) -> Problem:
    fields = f"{has} field{'' if has == 1 else 's'}"
    mend = (
        f"Put a value that holds a {DELIMITERS[delimiter]} in double quotes" if has > wants else "Add what is missing"
    )
    return Problem(line, "", f"the line has {fields}, but the header has {wants}. {mend}.")
