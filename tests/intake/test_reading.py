"""CSV and XLSX are read as text, whatever their dress; what cannot be read is refused with the place and the mend."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import csv_files
from intake.problems import BadFile
from intake.reading import read_sheet
from intake.sheet import Sheet, Source

TABLE = "child_id,last_name,first_name\n00123,NA,None\n1e5,null,\n"


def read(content: str | bytes, name: str = "file.csv", required: tuple[str, ...] = ("child_id", "last_name")) -> Sheet:
    return read_sheet(
        Source(name, content.encode() if isinstance(content, str) else content), required, ("first_name",)
    )


def refusal(content: str | bytes, name: str = "file.csv") -> str:
    with pytest.raises(BadFile) as refused:
        read(content, name)
    return str(refused.value)


def cells(sheet: Sheet) -> list[list[str]]:
    return sheet.frame.to_numpy().tolist()


PLAIN = [["00123", "NA", "None"], ["1e5", "null", ""]]


@pytest.mark.parametrize(
    "content",
    [
        TABLE,
        TABLE.encode("utf-8-sig"),
        TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        TABLE.replace("\n", "\r\n"),
        TABLE.rstrip("\n"),
        TABLE.replace("child_id", " Child ID ").replace("last_name", "Last-Name"),
        TABLE.replace("00123", '"00123"'),
        TABLE.replace("00123", "  00123\u00a0"),
    ],
    ids=["plain", "BOM", "semicolon", "tab", "CRLF", "no last newline", "header in words", "quotes", "spaces"],
)
def test_one_table_in_many_dresses(content: str | bytes) -> None:
    assert cells(read(content)) == PLAIN


def test_columns_come_in_any_order_and_others_are_ignored_and_named_once() -> None:
    sheet = read("note,first_name,last_name,note,child_id\nx,None,NA,y,00123\n")
    assert cells(sheet) == [["00123", "NA", "None"]]
    assert sheet.ignored == ("note", "note")


def test_a_missing_optional_column_is_empty() -> None:
    assert cells(read("child_id,last_name\n1,A\n")) == [["1", "A", ""]]


def test_lines_are_those_of_the_file() -> None:
    sheet = read('child_id,last_name\n\n1,"two\nlines"\n\n2,B\n ,\n3,C\n')
    assert sheet.lines.tolist() == [3, 6, 8]
    assert read(TABLE).lines.tolist() == [2, 3]


def test_missing_and_repeated_columns_are_all_named() -> None:
    told = refusal("last_name,first_name,Last Name\nA,B,C\n")
    assert "child_id: this column is missing. The columns found are: last_name, first_name, Last Name." in told
    assert "last_name: the column occurs 2 times" in told


def test_every_uneven_line_is_named() -> None:
    told = refusal("child_id,last_name\n1,A,B\n2,C\n3\n")
    assert told.splitlines() == [
        "file.csv, line 2: the line has 3 fields, but the header has 2. "
        "Put a value that holds a comma in double quotes.",
        "file.csv, line 4: the line has 1 field, but the header has 2. Add what is missing.",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("child_id,last_name\n", "has a header but no rows"),
        (TABLE.replace("NA", "Nuñez").encode("cp1252"), "line 2: there is a character that is not UTF-8"),
        (TABLE.encode("utf-16"), "UTF-16"),
        (TABLE.replace("NA", "N\0A"), "line 2: there is a zero byte"),
        ('child_id,last_name\n1,"A\n2,B\n', "line 2: the quotes or fields are broken"),
        (b"PK\x03\x04 rest", "workbook or zip"),
        (b"\xd0\xcf\x11\xe0 rest", "old or protected Excel"),
    ],
)
def test_unreadable_files_are_refused_with_the_mend(content: str | bytes, told: str) -> None:
    assert told in refusal(content)


def test_the_cp1252_refusal_says_how_to_save() -> None:
    assert "Save as, then “CSV UTF-8" in refusal(TABLE.replace("NA", "Nuñez").encode("cp1252"))


def test_endings_are_believed_only_with_their_content() -> None:
    assert "not an Excel workbook" in refusal(TABLE, "file.xlsx")
    assert "ending is not known" in refusal(TABLE, "file.pdf")
    with pytest.raises(BadFile, match="no such file"):
        Source.read(Path("nowhere.csv"))


@pytest.mark.parametrize("name", ["../../x.csv", "a" * 300 + ".csv", "abc\u202evsc.exe.csv", "<b>.csv"])
def test_kept_names_are_tame(name: str) -> None:
    kept = Source(name, b"").kept_name
    assert len(kept) <= 120
    assert kept.isprintable()
    assert not set(kept) & set("/\\<>\u202e")


SAFE = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)


@given(st.lists(st.lists(SAFE, min_size=2, max_size=2), min_size=1, max_size=6), st.sampled_from(",;\t"))
@settings(max_examples=80)
def test_whatever_is_written_is_read(table: list[list[str]], delimiter: str) -> None:
    """Every text survives, less the space around it; a row of nothing is no row."""
    import csv

    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([["child_id", "last_name"], *table])
    trim = [[_trimmed(cell) for cell in row] for row in table]
    wanted = [row for row in trim if any(row)]
    if wanted:
        assert [row[:2] for row in cells(read(out.getvalue()))] == wanted


def _trimmed(text: str) -> str:
    import pyarrow.compute as pc

    return pc.utf8_trim_whitespace(text).as_py()


LINES = st.lists(
    st.sampled_from(["1,A", "2,B'", " 3 ,é", "4,\u2028", "", " ", ",", "5", "6,C\r", "7,\rD"]), max_size=5
).map("\n".join)


@given(LINES)
@settings(max_examples=150)
def test_the_quick_reader_agrees_with_the_exact_one(body: str) -> None:
    """Where the quick reader answers, the exact one gives the same rows and lines."""
    text = f"child_id,last_\u2028name\n{body}"
    source = Source("file.csv", text.encode())
    quick = csv_files._quickly(source, text, ",")
    if quick is not None:
        header, columns, lines = csv_files._exactly(source, text, ",")
        assert quick[0] == header
        assert [c.to_pylist() for c in quick[1]] == ([list(c) for c in columns] or [[], []])
        assert list(quick[2]) == list(lines)


def workbook(table: list[list[object]], more_sheets: int = 0) -> bytes:
    book = openpyxl.Workbook()
    for row in table:
        book.active.append(row)
    for _ in range(more_sheets):
        book.create_sheet()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_workbook_cells_become_the_text_people_see() -> None:
    table = [
        ["child_id", "last_name", "first_name"],
        ["00123", "NA", None],
        [123, 4.0, 7.25],
        [date(2015, 3, 1), datetime(2015, 3, 1), True],
        [None, None, None],
        ["x", "=1+1", False],
    ]
    sheet = read(workbook(table, more_sheets=2), "file.xlsx")
    assert cells(sheet)[:3] == [["00123", "NA", ""], ["123", "4", "7.25"], ["2015-03-01", "2015-03-01", "yes"]]
    assert cells(sheet)[3][0] == "x"
    assert sheet.lines.tolist() == [2, 3, 4, 6]
    assert sheet.word == "row"
    assert "has 2 more" in sheet.notes[0]


def test_a_workbook_row_beyond_the_header_is_named() -> None:
    told = refusal(workbook([["child_id", "last_name"], ["1", "A", "more"]]), "file.xlsx")
    assert told == "file.xlsx, row 2: the row goes on to the right of the header (2 columns)."


def test_a_workbook_that_unpacks_to_far_more_is_refused_unread() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(310):
                part.write(b" " * 2**20)
    assert len(out.getvalue()) < 2**20
    assert "unpacks to more than" in refusal(out.getvalue(), "file.xlsx")


def test_a_workbook_with_entities_is_refused() -> None:
    out = io.BytesIO()
    whole = io.BytesIO(workbook([["child_id", "last_name"], ["1", "A"]]))
    with zipfile.ZipFile(whole) as good, zipfile.ZipFile(out, "w") as bad:
        for part in good.infolist():
            content = good.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + content
            bad.writestr(part, content)
    assert "not an Excel workbook" in refusal(out.getvalue(), "file.xlsx")


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 100, b"", b"hello"])
def test_damaged_workbooks_are_refused(content: bytes) -> None:
    assert "file.xlsx: this is not an Excel workbook" in refusal(content, "file.xlsx")


def test_a_workbook_of_the_wrong_kind_of_zip_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    assert "not an Excel workbook" in refusal(out.getvalue(), "file.xlsx")
