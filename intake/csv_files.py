"""CSV with comma, semicolon or tab, UTF-8 with or without BOM; cells are text and nothing is guessed."""

import csv
import io
from collections.abc import Iterator, Sequence

from intake.problems import BadFile, Problem
from intake.sheet import Sheet, Source, header_name, make_sheet

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
UTF8 = "Save it as “CSV UTF-8” (in Excel: Save as, then “CSV UTF-8 (Comma delimited)”)"


def read_csv(source: Source, required: Sequence[str], optional: Sequence[str]) -> Sheet:
    """The columns asked for; blank lines are skipped. Raises BadFile."""
    text = _decoded(source)
    delimiter = _delimiter(text, (*required, *optional))
    records = _records(source.name, text, delimiter)
    first = next(records, None)
    if first is None:
        raise BadFile.whole(source.name, f"the file is empty. Its first line must name: {', '.join(required)}.")
    header = first[1]
    rows, lines, uneven = [], [], []
    for line, record in records:
        if len(record) == len(header):
            rows.append(record)
            lines.append(line)
        else:
            uneven.append(_uneven(line, len(record), len(header), delimiter))
    sheet = make_sheet(source.name, header, rows, lines, required, optional) if rows or not uneven else None
    if uneven or sheet is None:
        raise BadFile(source.name, uneven)
    return sheet


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
    first = next((line for line in text.splitlines() if line.strip()), "")

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
