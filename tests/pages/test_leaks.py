"""No output channel gives a hidden number away: not itself, and not as what two hidden ones must be together.

The two hidden towns of the planted publication add up to PLANTED by subtraction; a page that adds up or subtracts what
is published would say so somewhere. Hidden cells are also looked for one by one in every table, chart and file.
"""

import csv
import io
import json
import re
from itertools import product
from typing import Any

import openpyxl
import pypdf
import pytest

from catalog.indicators import indicators
from catalog.views import View
from tests.pages.conftest import FIXED, PLANTED, Reader, body, decoded, spoken, texts
from tests.pages.test_answers import USUAL

HIDDEN = {"Cedar Grove", "Dunmore"}
FORBIDDEN = re.compile(rf"\b{PLANTED}\b|{PLANTED // 1000},{PLANTED % 1000}")
NUMBERS = ("value", "low_95", "high_95", "children_counted", "children_in_numerator")
REPORT = {"i": "children_served", "view": "town", "year": "2024-25"}


def questions() -> list[tuple[str, dict[str, str]]]:
    """Many questions to every page, those about the planted towns among them."""
    served = {"i": "children_served"}
    asked = [("compare", USUAL["compare"] | served | {"area": a, "with": w}) for a, w in (("", ""), ("T03", "T04,T05"))]
    asked += [
        ("map", USUAL["map"] | served | {"area": a, "near": n}) for a, n in product(("", "T03", "T05"), ("", "1"))
    ]
    asked += [("profile", USUAL["profile"] | {"area": a}) for a in ("T03", "T04", "T05")]
    for indicator in indicators().values():
        for view in indicator.views:
            by = "*".join(view.dimensions)
            for across in ("period", by or "band"):
                words = {"i": indicator.name, "level": view.level, "by": by, "across": across}
                asked.append(("reports", USUAL["reports"] | words))
        asked += [("compare", USUAL["compare"] | {"i": indicator.name, "level": "town"})]
        asked += [("map", USUAL["map"] | {"i": indicator.name, "level": level}) for level in ("town", "district")]
    return asked


@pytest.mark.parametrize(("page", "query"), questions(), ids=str)
def test_nothing_a_page_sends_gives_the_planted_sum(funder: Reader, page: str, query: dict[str, str]) -> None:
    for text in texts(decoded(funder.answer(page, query))):
        assert not FORBIDDEN.search(text)


@pytest.mark.parametrize("path", ["/", "/compare", "/map", "/profile", "/reports", "/about", "/attacker"])
def test_no_layout_gives_the_planted_sum(backbone: Reader, path: str) -> None:
    for text in texts(decoded(backbone.layout(path))):
        assert not FORBIDDEN.search(text)


def test_the_search_would_find_it(funder: Reader) -> None:
    for leak in (PLANTED, f"{PLANTED:,} children", f"about {PLANTED}", f"{PLANTED}.0"):
        assert FORBIDDEN.search(str(leak))
    binary = {"dtype": "i2", "bdata": "oxw="}
    assert decoded({"x": [binary]}) == {"x": [[PLANTED]]}


def test_a_hidden_area_of_a_map_has_no_number_in_any_trace(funder: Reader) -> None:
    figure = decoded(funder.answer("map", USUAL["map"] | {"i": "children_served"}))["map-graph.figure"]
    for trace in figure["data"]:
        codes = trace.get("locations") or trace.get("customdata") or []
        for place, code in enumerate(codes):
            if code in ("T03", "T04"):
                assert "hovertext" not in trace or not re.search(r"\d", trace["hovertext"][place])
                assert trace["z"][place] == 0 and "size" not in str(trace.get("marker"))


def test_a_hidden_row_of_a_table_holds_its_mark_alone(funder: Reader) -> None:
    answer = funder.answer("reports", USUAL["reports"] | {"i": "children_served", "from": "2024-25"})
    rows = [row for row in tables(answer) if row[0] in HIDDEN]
    assert rows and all(row[1:] == ["[c]"] for row in rows)


@pytest.mark.parametrize("page", ["compare", "reports"])
def test_a_hidden_cell_is_sent_as_its_mark_and_nothing_else(funder: Reader, page: str) -> None:
    """Also nothing that the browser would be sent and not draw."""
    sent = json.dumps(funder.answer(page, USUAL[page] | {"i": "chronic_absence", "level": "region"}))
    hidden = [value for value in re.findall(r"\{[^{}]*\}", sent) if '"hidden": true' in value]
    assert len(hidden) > 2 and set(hidden) == {'{"text": "[c]", "hidden": true}'}


def tables(answer: Any) -> list[list[str]]:
    """Rows of all tables in a component, as texts."""
    found: list[list[str]] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict) and part.get("type") == "Tr":
            cells = part["props"]["children"]
            found.append([spoken(cell) for cell in cells])
        elif isinstance(part, dict) and part.get("type") == "Rows":
            found.extend(body(part))
        for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            walk(value)

    walk(answer)
    return found


@pytest.mark.parametrize("form", ["csv", "xlsx", "pdf"])
def test_no_file_gives_a_hidden_number(funder: Reader, form: str) -> None:
    status, content = funder.press("places", form, {"query": REPORT, "across": "period", "order": ""})
    assert "Ledger entry" in status
    text = read(form, content)
    assert not FORBIDDEN.search(text) and "Cedar Grove" in text and "[c]" in text


def read(form: str, content: bytes) -> str:
    """Everything a file says."""
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(content.decode())))
        hidden = [row for row in rows if row["area_name"] in HIDDEN]
        assert len(hidden) == 2
        for row in hidden:
            assert row["symbol"] == "c"
            assert not any(row[name] for name in NUMBERS)
        return content.decode() + "[c]"
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        return " ".join(str(cell.value) for sheet in book for row in sheet for cell in row)
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_stores_hold_queries_and_no_rows(funder: Reader) -> None:
    for page, query in (("compare", USUAL["compare"]), ("map", USUAL["map"])):
        stores: list[Any] = []
        collect(funder.answer(page, query), stores)
        assert stores
        for data in stores:
            assert set(data) == {"query", "across", "order"} and set(data["query"]) <= {"i", "view", "year", "area"}


def collect(part: Any, stores: list[Any]) -> None:
    if isinstance(part, dict) and part.get("type") == "Store":
        stores.append(part["props"]["data"])
    for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        collect(value, stores)


def test_the_planted_towns_are_hidden_at_all(funder: Reader) -> None:
    assert len(FIXED) == 2 and View("town") in indicators()["children_served"].views
    assert json.dumps(funder.answer("compare", USUAL["compare"] | {"i": "children_served"})).count("[c]") > 4


def test_a_hidden_place_of_the_list_beside_a_map_has_its_mark_alone(funder: Reader) -> None:
    """Rows of `quorum.Place` are no tables; each has a place's number, interval and base as texts."""
    answer = decoded(funder.answer("map", USUAL["map"] | {"i": "chronic_absence", "level": "region"}))
    rows = places_of(answer["map-content.children"])
    hidden = [row for row in rows if row.get("hidden")]
    assert hidden and all((row["text"], row["beside"]) == ("[c]", ["", ""]) for row in hidden)
    assert all(
        re.fullmatch(r"of [\d,]+", row["beside"][1]) for row in rows if not row.get("hidden") and row["beside"][0]
    )


def places_of(part: Any) -> list[dict[str, Any]]:
    """Properties of every `quorum.Place` in a component."""
    if isinstance(part, dict):
        own = [part["props"]] if part.get("type") == "Place" else []
        return own + [found for value in part.values() for found in places_of(value)]
    return [found for value in part for found in places_of(value)] if isinstance(part, list) else []


def test_hidden_percentages_stand_without_their_children(funder: Reader) -> None:
    """On the page as in the workbook, its sheet of children counted, and the CSV: a mark, and no number beside it."""
    ask = {"i": "chronic_absence", "level": "region", "by": ""}
    shown = [cell for row in tables(funder.answer("reports", USUAL["reports"] | ask)) for cell in row[1:]]
    spec = {"query": {"i": "chronic_absence", "view": "region", "year": "2024-25"}, "across": "period", "order": ""}
    book = openpyxl.load_workbook(io.BytesIO(funder.press("report", "xlsx", spec)[1]))
    lines = list(csv.DictReader(io.StringIO(funder.press("report", "csv", spec)[1].decode())))
    percents, bases = (
        list(book[name].iter_rows(min_row=2, values_only=True)) for name in ("Table", "Children counted")
    )
    hidden = [at for at, row in enumerate(percents) if "[c]" in row]
    assert hidden and any("[c]" in cell for cell in shown)
    assert all(cell == "[c]" for cell in shown if "[c]" in cell)
    assert all("[c]" in bases[at] and not any(isinstance(v, (int, float)) for v in bases[at]) for at in hidden)
    area = next(line["area"] for line in lines if line["symbol"] == "c")
    card = spoken(funder.answer("map", USUAL["map"] | ask | {"area": area})["map-card.children"])
    assert "[c] hidden so that no child can be recognized" in card and not re.search(r"\d", card.partition("[c]")[2])
    assert not any(line[name] for line in lines if "c" in line["symbol"] for name in NUMBERS)


def test_what_is_kept_of_an_answer_is_searched_too(funder: Reader) -> None:
    """The second answer comes as kept bytes; it is the one the browser reads."""
    query = USUAL["compare"] | {"i": "children_served", "sort": "-name"}
    first, kept = funder.answer("compare", query), funder.answer("compare", query)
    assert kept == first
    for text in texts(decoded(kept)):
        assert not FORBIDDEN.search(text)
