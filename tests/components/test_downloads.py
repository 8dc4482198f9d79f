"""Page, CSV, XLSX and PDF say the same, cell for cell, and none of them holds a hidden number or a formula."""

import csv
import io
import re
from dataclasses import replace
from datetime import date

import openpyxl
import pypdf
import pytest

from components.cells import cells
from components.downloads import FORMS, csv_bytes
from components.panels import source_line
from components.report import Imprint, Report, hidden_sentences
from components.tables import table
from tests.components.made import made

IMPRINT = Imprint("Alder County", "p-2025-09-30-1", date(2025, 9, 30), "k = 10, provable, zeros hidden")
HIDDEN = frozenset({("2024-25", "T03", ("girl",)), ("2024-25", "T03", ("boy",)), ("2023-24", "T05", ("other",))})


@pytest.fixture(params=["period", "gender"])
def report(request: pytest.FixtureRequest) -> Report:
    indicator = "children_served"
    main = made("town*gender", indicator, hidden=HIDDEN, marks={("2022-23", "T01", ("boy",)): "u"}, n=3000)
    return Report(main, IMPRINT, across=request.param)


def page_texts(report: Report) -> list[list[str]]:
    return [[*row.heads, *(entry.text for entry in row.entries)] for row in report.grid.rows]


def test_the_grid_holds_every_cell_once(report: Report) -> None:
    shown = sorted(entry.text for row in report.grid.rows for entry in row.entries)
    assert shown == sorted(cell.text for cell in report.cells)
    assert len(report.grid.rows[0].heads) == 2
    assert report.grid.rows[-1].summary and not report.grid.rows[0].summary


def test_csv_gives_the_same_words_for_every_cell(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_bytes(report).decode("utf-8"), newline="")))
    assert len(rows) == len(report.cells)
    for row, cell in zip(rows, report.cells, strict=True):
        shown = replace(cell, value=int(row["value"]) if row["value"] else None, symbol=row["symbol"])
        assert shown.text == cell.text
        assert (row["period"], row["area"], row["gender"]) == (cell.period, cell.area, *cell.groups)
        assert row["publication"] == "p-2025-09-30-1" and row["as_of"] == "2025-09-30" and row["rule"]
        assert row["definition"] and row["filters"]


def reads(cell: openpyxl.cell.Cell) -> str:
    """What a spreadsheet shows for a cell: its number in its format, or its text."""
    if isinstance(cell.value, str):
        return cell.value
    form, quoted = cell.number_format, "".join(re.findall(r'"([^"]*)"', cell.number_format))
    return (f"{cell.value:,}" if "#,##0" in form else str(cell.value)) + quoted


def test_xlsx_reads_as_the_page(report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(FORMS["xlsx"](report)))
    assert book.sheetnames == ["Cover", "Notes", "Table"]
    sheet = book["Table"]
    assert not sheet.merged_cells.ranges
    assert [[reads(cell) for cell in row] for row in sheet.iter_rows(min_row=2)] == page_texts(report)
    words = " ".join(str(cell.value) for row in book["Cover"].iter_rows() for cell in row)
    assert (
        "p-2025-09-30-1" in words
        and "2025-09-30" in words
        and "k = 10" in words
        and report.indicator.definition in words
    )


def test_pdf_reads_as_the_page_and_is_tagged(report: Report) -> None:
    reader = pypdf.PdfReader(io.BytesIO(FORMS["pdf"](report)))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    for row in page_texts(report):
        assert re.sub(r"\s+", " ", " ".join(row)) in text
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"] and catalog["/Lang"] == "en"
    assert "p-2025-09-30-1" in text and "k = 10" in text


def test_each_percentage_says_of_how_many_children_on_the_page_and_in_every_file() -> None:
    hidden = frozenset({("2024-25", "T03", ())})
    rates = Report(made("town", "third_grade_reading", hidden=hidden, n=1230), IMPRINT)
    entries = [entry for row in rates.grid.rows for entry in row.entries]
    assert {(entry.symbol, entry.of) for entry in entries} == {("", 1230), ("c", None)}
    page, paper = str(table(rates.grid)), pypdf.PdfReader(io.BytesIO(FORMS["pdf"](rates)))
    printed = " ".join(sheet.extract_text() for sheet in paper.pages)
    book = openpyxl.load_workbook(io.BytesIO(FORMS["xlsx"](rates)))
    counted = [reads(cell) for row in book["Children counted"].iter_rows(min_row=2, min_col=2) for cell in row]
    for text in (page, printed):
        assert "of how many children" in text and text.count("of 1,230") == len(entries) - 1
    assert counted.count("1,230") == len(entries) - 1 and counted.count("[c]") == 1
    lines = csv.DictReader(io.StringIO(csv_bytes(rates).decode(), newline=""))
    assert [line["children_counted"] for line in lines] == [str(cell.n or "") for cell in rates.cells]
    assert [cell.n for cell in rates.cells if cell.hidden] == [None]


def test_intervals_are_in_the_files_that_are_said_to_have_them() -> None:
    rates = Report(made("town", "third_grade_reading", hidden=frozenset({("2024-25", "T03", ())})), IMPRINT)
    book = openpyxl.load_workbook(io.BytesIO(FORMS["xlsx"](rates)))
    assert book.sheetnames[2:] == ["Table", "Children counted", "Intervals"]
    heads, *lines = ([reads(cell) for cell in row] for row in book["Intervals"].iter_rows())
    assert heads[1:3] == ["2021-22, from", "2021-22, to"]
    told = [[line[0], *line[1:]] for line in lines]
    for row, line in zip(rates.grid.rows, told, strict=True):
        ends = [end for one in row.entries for end in ((one.low, one.high) if one.of else (None, None))]
        assert line == [*row.heads, *("[c]" if end is None else f"{end}\u00a0%" for end in ends)]
    assert sum(line.count("[c]") for line in told) == 2
    paper = pypdf.PdfReader(io.BytesIO(FORMS["pdf"](rates)))
    assert "[z]" not in " ".join(sheet.extract_text() for sheet in paper.pages), "a mark that is nowhere is explained"


def test_formula_leads_are_neutralized(report: Report) -> None:
    wicked = replace(report, imprint=replace(IMPRINT, rule="=HYPERLINK(1)", publication="@SUM(1)", community="+cmd"))
    rows = list(csv.DictReader(io.StringIO(csv_bytes(wicked).decode("utf-8"), newline="")))
    assert rows[0]["rule"] == "'=HYPERLINK(1)" and rows[0]["publication"] == "'@SUM(1)"
    for cell in (
        cell for sheet in openpyxl.load_workbook(io.BytesIO(FORMS["xlsx"](wicked))) for row in sheet for cell in row
    ):
        assert cell.data_type != "f"


def test_the_name_says_topic_place_period_and_as_of(report: Report) -> None:
    assert report.filename == "children-served_by-town-gender_2021-22-to-2024-25_2025-09-30"


def test_hidden_numbers_are_counted_in_words(report: Report) -> None:
    told = "3 of 176 numbers in all school years are hidden so that no child can be recognized, and marked [c]."
    assert told in report.notes, "also beside the map of one school year"
    assert "[c] 3 hidden in these school years so that" in source_line(report)
    one = hidden_sentences([cell for cell in report.cells if cell.period == "2024-25"])
    assert one[0].startswith("2 of 44 numbers are hidden")
    assert sum(cell.hidden for cell in cells(report.main)) == 3
