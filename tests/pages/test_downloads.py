"""A file leaves only after its row in the ledger; page and files agree; saved reports are the reader's own."""

import csv
import hashlib
import io
import json
import re
from typing import Any

import openpyxl
import pypdf
import pytest
from sqlalchemy import select

from data_access.registry.tables import ledger, saved_report
from data_access.session import Session
from privacy.viewer import Role, Viewer
from tests.components.test_downloads import reads
from tests.pages.conftest import Reader, spoken
from tests.pages.test_answers import USUAL
from tests.pages.test_leaks import tables
from tests.support import web

SPEC = {"query": {"i": "chronic_absence", "view": "town"}, "across": "period", "order": "-2024-25"}


def rows(site: web.Web) -> list[Any]:
    with site.stores.registry.connect() as connection:
        query = select(ledger).where(ledger.c.action == "download").order_by(ledger.c.sequence)
        return list(connection.execute(query))


def test_the_ledger_has_who_what_and_the_hash_of_the_file(site: web.Web, funder: Reader) -> None:
    status, content = funder.press("places", "csv", SPEC)
    last = rows(site)[-1]
    detail = json.loads(last.detail)
    assert detail["sha256"] == hashlib.sha256(content).hexdigest() and detail["publication"] == "p-2025-08-15-1"
    assert detail["report"] == SPEC["query"] and last.channel == "csv" and last.organization == "fund"
    assert (
        status == f"Saved as chronic-absence_by-town_2021-22-to-2024-25_2025-08-15.csv. Ledger entry D-{last.sequence}."
    )


def test_no_row_no_file(site: web.Web, funder: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> int:
        raise OSError("disk full")

    before = len(rows(site))
    monkeypatch.setattr("data_access.session.append", refuse)
    status, content = funder.press("places", "csv", SPEC)
    assert content == b"" and "state-error" in json.dumps(status) and len(rows(site)) == before


SPOILED = [{}, None, {"query": {"i": "nonsense"}}, {"query": {"i": "chronic_absence", "view": "moon"}}]


@pytest.mark.parametrize("spec", SPOILED)
def test_a_made_up_request_gets_no_file(funder: Reader, spec: Any) -> None:
    _, content = funder.press("places", "csv", spec)
    assert content == b""
    for form in ("exe", 1):  # a number in the place of a word was a fault while the refusal was drawn
        assert funder.press("places", form, SPEC)[1] == b""


@pytest.mark.parametrize(("area", "taken"), [(["T05"], {"area": "T05"}), ({"T05": 1}, {}), (5, {})])
def test_what_is_no_text_is_read_as_in_an_address(site: web.Web, funder: Reader, area: Any, taken: Any) -> None:
    status, _ = funder.press("places", "csv", SPEC | {"query": SPEC["query"] | {"area": area}})
    assert "Ledger entry" in str(status) and json.loads(rows(site)[-1].detail)["report"] == SPEC["query"] | taken


@pytest.mark.parametrize(
    ("indicator", "level", "rows"),
    [("chronic_absence", "town", 11), ("chronic_absence", "region", 38), ("eighth_grade_math", "town", 10)],
)
def test_page_and_files_agree_cell_for_cell(funder: Reader, indicator: str, level: str, rows: int) -> None:
    """Values with their marks, of how many children each is, how many are hidden, and which marks are explained."""
    answer = funder.answer("reports", USUAL["reports"] | {"level": level, "i": indicator})
    page = {row[0]: row[1:] for row in tables(answer)[1:] if len(row) == 5}
    spec = {"query": {"i": indicator, "view": level}, "across": "period", "order": ""}
    files = {form: funder.press("report", form, spec)[1] for form in ("csv", "xlsx", "pdf")}
    lines: dict[str, list[str]] = {}
    for line in csv.DictReader(io.StringIO(files["csv"].decode())):
        marks = "".join(f"\u00a0[{mark}]" for mark in line["symbol"].split())
        base = f" of {int(line['children_counted']):,}" if line["children_counted"] else ""
        text = f"{line['value']}\u00a0%{marks}{base}" if line["value"] else marks.strip("\u00a0") + base
        lines.setdefault(line["area_name"], []).append(text)
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    values, bases = (list(book[name].iter_rows(min_row=2)) for name in ("Table", "Children counted"))
    sheet = {
        row[0].value: [
            reads(cell) + (f" of {of.value:,}" if isinstance(of.value, int) else "")
            for cell, of in zip(row[1:], base[1:], strict=True)
        ]
        for row, base in zip(values, bases, strict=True)
    }
    assert page == lines == sheet and len(page) == rows
    cells = [text for row in page.values() for text in row]
    hidden = sum("[c]" in text for text in cells)
    counted = (
        f"{hidden} of {len(cells)} numbers in all school years" if hidden else "No number in this table is hidden."
    )
    told = [spoken(answer["reports-content.children"]), " ".join(str(row[1].value) for row in book["Notes"])]
    told.append(" ".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(files["pdf"])).pages))
    for page_ in ("map", "compare"):
        notes = spoken(funder.answer(page_, USUAL[page_] | {"i": indicator, "level": level})[f"{page_}-notes.children"])
        assert counted in notes and ("[z]" in notes) == any("[z]" in text for text in cells)
    for words in told:
        assert counted in re.sub(r"\s+", " ", words)
        assert ("[z] Does not apply" in words) == any("[z]" in text for text in cells)


def test_children_served_have_no_intervals_and_no_word_of_them(funder: Reader) -> None:
    answer = funder.answer("reports", USUAL["reports"] | {"i": "children_served"})
    assert "nterval" not in spoken(answer["reports-content.children"])


def test_saved_reports_come_back_and_are_ones_own(site: web.Web) -> None:
    writer, other = (Reader(site, site.browser(role)) for role in (Role.EVALUATOR, Role.PARTNER))
    said = keep(writer, "Reading by town", USUAL["reports"])
    assert "Saved." in json.dumps(said) and "Reading by town" in json.dumps(said)
    assert "Reading by town" in json.dumps(writer.layout("/reports")) and "Reading by town" in json.dumps(
        writer.layout("/")
    )
    assert "Reading by town" not in json.dumps(other.layout("/reports"))
    assert "1 to 120 characters" in json.dumps(keep(writer, "  ", USUAL["reports"]))


def keep(reader: Reader, name: str, query: dict[str, str]) -> Any:
    output = next(key for key in reader.site.app.callback_map if "reports-saved-status" in key)
    targets = [("reports-saved", "children"), ("reports-saved-status", "children"), ("reports-name", "value")]
    body = {
        "output": output,
        "outputs": [{"id": i, "property": p} for i, p in targets],
        "inputs": [{"id": "reports-save", "property": "n_clicks", "value": 1}, []],
        "state": [
            {"id": "reports-name", "property": "value", "value": name},
            {"id": {"type": "query-store", "page": "reports"}, "property": "data", "value": query},
        ],
        "changedPropIds": ["reports-save.n_clicks"],
    }
    return json.loads(reader.site.callback(reader.client, body).text)


def test_another_readers_report_cannot_be_removed(site: web.Web) -> None:
    writer = Reader(site, site.browser(Role.EVALUATOR))
    keep(writer, "Mine alone", USUAL["reports"])
    with site.stores.registry.connect() as connection:
        number = connection.scalar(select(saved_report.c.id).where(saved_report.c.name == "Mine alone"))
    Session(Viewer("somebody", "club", Role.PARTNER), site.stores, site.clock).remove_report(int(number or 0))
    assert "Mine alone" in json.dumps(writer.layout("/reports"))
