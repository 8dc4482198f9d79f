"""Journeys of a funder over the content pages, at a desk and on a phone, with axe on every page in every state."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from privacy.viewer import Role
from tests.browser.axe import sound
from tests.browser.conftest import Opener
from tests.support import invented, web
from tests.support.server import Server, start

pytestmark = pytest.mark.browser
ABSENCE = "i=chronic_absence&year=2024-25"
# In an order in which no two states of one page follow each other: links then lead from one to the next.
PAGES = {
    "overview": "/",
    "compare": f"/compare?{ABSENCE}&level=town&area=T05&with=T06&by=gender",
    "map": f"/map?{ABSENCE}&level=region&area=T05a&near=1",
    "compare-many": f"/compare?{ABSENCE}&level=region&by=race_ethnicity",
    "map-counts": "/map?i=children_served&level=town&year=2023-24",
    "compare-bands": "/compare?i=after_school_participation&level=town&by=home_language",
    "profile": "/profile?level=town&area=T05",
    "not-offered": "/compare?i=third_grade_reading&level=region",
    "reports": "/reports?i=chronic_absence&level=county&by=race_ethnicity&across=race_ethnicity",
    "unknown-word": "/map?year=1999-00",
    "about": "/about",
}
INSIDE = """(node) => {
    const at = node && node.getBoundingClientRect();
    return Boolean(at) && at.top >= 0 && at.bottom <= window.innerHeight;
}"""
STOPS = "[...document.querySelectorAll('main :is(summary, .place-button)')].map((one) => one.textContent)"
TOPS = "nodes => nodes.map((node) => node.getBoundingClientRect().top)"
READY = "#page-title:not(:empty)"


def control(page: str, key: str, many: bool = False) -> str:
    identity = {"key": key, "many": many, "page": page, "type": "query-control"}
    return f"[id='{json.dumps(identity, separators=(',', ':'))}']"


@pytest.fixture(scope="module")
def rich_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application on the invented publication, which has something to show on every page."""
    home = tmp_path_factory.mktemp("rich") / "home"
    home.mkdir()
    stores = invented.published(home)
    web.add_people(stores)
    made = start(stores, home.parent / "server.log")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def rich_opener(chromium: Any, rich_server: Server) -> Opener:
    return Opener(chromium, rich_server)


@pytest.fixture
def open_rich(rich_opener: Opener) -> Iterator[Opener]:
    """Opens pages of the invented publication, for one test."""
    yield rich_opener
    rich_opener.tidy()


def settle(page: Any) -> Any:
    """Wait until the page has answered and its charts are drawn."""
    page.wait_for_selector(READY)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.querySelector('main[aria-busy]')")
    page.wait_for_function(
        "() => Array.from(document.querySelectorAll('.content-slot')).every((slot) => slot.firstChild)"
    )
    page.wait_for_function(
        """() => Array.from(document.querySelectorAll(".dash-graph")).every((graph) => graph.querySelector(".main-svg")
            || graph.offsetParent === null)"""
    )
    return page


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(open_rich: Opener, name: str) -> None:
    whole(open_rich.follow(Role.FUNDER, PAGES[name]), name)


@pytest.mark.parametrize("path", ["/", f"/compare?{ABSENCE}", f"/map?{ABSENCE}", "/profile", "/reports"])
def test_who_may_see_little_reads_pages_that_are_whole(open_rich: Opener, path: str) -> None:
    whole(open_rich.follow(Role.PARTNER, path), f"{path} with little")


def test_the_attackers_view_is_accessible(open_rich: Opener) -> None:
    whole(open_rich.follow(Role.BACKBONE, "/attacker"), "attacker")


def whole(page: Any, name: str) -> None:
    """At every width, axe finds nothing, nothing is wider than the window, and nothing went wrong."""
    sound(settle(page), name)
    assert not page.troubles


def test_from_the_overview_to_a_place_and_back(open_rich: Opener) -> None:
    page = settle(open_rich(Role.FUNDER, "/"))
    assert re.match("Of seven outcomes, .* got better", page.inner_text("h1"))
    page.click("text=Compare places: Chronic absence")
    page.wait_for_url("**/compare?i=chronic_absence&level=town")
    settle(page)
    page.select_option(control("compare", "area"), "T05")
    page.wait_for_function("() => document.querySelector('#years-title').textContent.startsWith('East Harbor')")
    page.click("text=Dunmore >> nth=0") if page.locator(".chips label").count() == 0 else page.click(
        ".chips label >> nth=0"
    )
    page.wait_for_url(re.compile("with=T0"))
    address = page.url
    page.reload()
    settle(page)
    assert page.url == address and page.input_value(control("compare", "area")) == "T05"
    assert page.locator(f"{control('compare', 'with', True)} input:checked").count() == 1
    page.go_back()
    page.wait_for_function(
        f"() => !document.querySelector({json.dumps(control('compare', 'with', True) + ' input:checked')})"
    )


def test_a_panel_turns_over_and_says_how_it_is_measured(open_rich: Opener) -> None:
    page = settle(open_rich.follow(Role.FUNDER, PAGES["compare"]))
    panel = page.locator("#panel-places")
    chart, table, how = (panel.locator(f".face-{face}") for face in ("chart", "table", "how"))
    panel.get_by_role("button", name="Table").click()
    assert table.is_visible() and not chart.is_visible()
    assert panel.get_by_role("button", name="Table").get_attribute("aria-pressed") == "true"
    panel.get_by_role("button", name="How is this measured?").click()
    assert how.is_visible() and "10 × days absent" in how.inner_text()
    panel.get_by_role("button", name="How is this measured?").click()
    assert chart.is_visible() and not table.is_visible()
    panel.get_by_role("button", name="Share").click()
    page.wait_for_function("() => document.querySelector('#panel-places [data-share-status]').textContent.length > 0")


def test_the_headings_sort_and_the_order_survives_a_reload(open_rich: Opener) -> None:
    page = settle(open_rich.follow(Role.FUNDER, "/reports?i=chronic_absence&level=town"))
    latest = "thead th:last-child button"

    def column() -> list[int]:
        cells = page.locator("tbody tr:not(.summary) td:last-child").all_inner_texts()
        return [int(text.split("\u00a0")[0]) for text in cells if text[0].isdigit()][:9]

    page.click(latest)
    page.wait_for_selector("th[aria-sort='descending']")
    assert column() == sorted(column(), reverse=True) and "sort=-2024-25" in page.url
    page.wait_for_function(f"() => document.activeElement === document.querySelector('{latest}')")
    page.click(latest)
    page.wait_for_selector("th[aria-sort='ascending']")
    assert column() == sorted(column())
    page.reload()
    page.wait_for_selector("th[aria-sort='ascending']")
    assert column() == sorted(column())
    page.emulate_media(media="print")  # Chromium leaves buttons out where it repeats a head on the next page
    assert page.locator(latest).evaluate("one => getComputedStyle(one).display") == "contents"
    page.emulate_media(media="screen")
    page.select_option(control("reports", "to"), "2022-23")
    page.wait_for_url("**to=2022-23*")
    page.select_option(control("reports", "from"), "2023-24")
    page.wait_for_url("**from=2022-23&to=2023-24*")
    assert page.input_value(control("reports", "to")) == "2023-24"
    page = settle(open_rich.follow(Role.FUNDER, f"/compare?{ABSENCE}&level=town"))
    for width, press in ((1280, page.click), (375, lambda one: page.press(one, "Enter"))):
        page.set_viewport_size({"width": width, "height": 800})
        settle(page)
        first = "thead .sort-button"
        page.locator(first).first.focus()
        page.evaluate(f"() => window.scrollBy(0, document.querySelector('{first}').getBoundingClientRect().top - 300)")
        where = (
            f"""() => [window.scrollY, document.querySelector('{first}').getBoundingClientRect().top].map(Math.round)"""
        )
        before = page.evaluate(where)
        with page.expect_response(lambda answer: "compare-content" in (answer.request.post_data or "")):
            press(first)
        settle(page)
        page.wait_for_function(f"() => document.activeElement === document.querySelector('{first}')")
        assert before[0] > 500
        page.wait_for_function(f"(before) => String(({where})()) === String(before)", arg=before)


def test_on_a_phone_a_table_of_years_begins_with_the_newest_and_keeps_its_names(open_rich: Opener) -> None:
    page = settle(open_rich(Role.FUNDER, "/reports?i=chronic_absence&level=town", 375))
    inside = """(cell) => {
        const box = cell.closest(".table-scroll").getBoundingClientRect(), at = cell.getBoundingClientRect();
        return at.left >= box.left - 1 && at.right <= box.right + 1;
    }"""
    table = page.locator(".data-table")
    assert table.locator("thead th").last.evaluate(inside) and not table.locator("thead th").nth(1).evaluate(inside)
    assert table.locator("tbody th").first.evaluate(inside) and table.locator("caption > span").evaluate(inside)
    uncut(page)
    uncut(settle(open_rich(Role.FUNDER, PAGES["reports"], 375)))


def test_on_a_phone_a_row_says_all_its_names_where_it_begins(open_rich: Opener) -> None:
    address = "/reports?i=chronic_absence&level=town&by=economically_disadvantaged"
    page = settle(open_rich(Role.FUNDER, address, 375))
    uncut(page)
    told = page.locator(".data-table tbody th:first-child").evaluate_all("cells => cells.map(cell => cell.innerText)")
    assert len(told) > 9 and len(set(told)) == len(told), "rows of one place differ by the group under its name"
    assert "Family income" in page.locator(".data-table thead th").first.inner_text()
    assert page.locator(".data-table tbody tr").first.locator("th:visible").count() == 1
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.locator(".data-table tbody tr").first.locator("th:visible").count() == 2
    assert "\n" not in page.locator(".data-table tbody th").first.inner_text()


def uncut(page: Any) -> None:
    """Each column of values of a table is in sight, or all out of it."""
    box = page.locator(".table-scroll").bounding_box()
    names = page.locator(".data-table tbody th").first.bounding_box()
    left, right = names["x"] + names["width"], box["x"] + box["width"]
    for at in (head.bounding_box() for head in page.locator(".data-table thead th.value").all()):
        seen = min(at["x"] + at["width"], right) - max(at["x"], left)
        assert seen <= 1 or seen >= at["width"] - 1, "half a number reads as another one"


def test_a_map_is_read_and_chosen_by_keyboard(open_rich: Opener) -> None:
    page = settle(open_rich.follow(Role.FUNDER, f"/map?{ABSENCE}&level=town"))
    page.wait_for_selector(".choroplethlayer path")
    first = page.locator(".place-button").first
    name = first.inner_text()
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".place-card")
    assert name in page.inner_text(".place-card") and "area=T" in page.url
    page.wait_for_selector(".place-card:focus")
    assert page.locator(".place-card").evaluate(INSIDE) and page.inner_text("#map-said").startswith(f"{name}: ")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Close", "what is read next is in the card"
    page.keyboard.press("Enter")
    page.wait_for_selector(".place-card", state="detached")
    page.wait_for_selector(f".place-button:focus:has-text('{name}')")
    stops = page.evaluate(STOPS)
    assert stops.index("Download") < stops.index(name), "the list, which is long, comes after what can be chosen"
    page.locator(".steps label", has_text="2021-22").click()
    page.wait_for_function("() => document.querySelector('#page-context').textContent.includes('2021-22')")
    assert "year=2021-22" in page.url and not page.troubles
    near = page.get_by_label("Near the chosen place")
    assert near.is_disabled() and not near.is_checked()
    first.click()
    page.wait_for_selector(".place-card")
    page.locator(".steps label", has_text="Near the chosen place").click()
    page.wait_for_url("**near=1")
    page.select_option(control("map", "level"), "region")
    page.wait_for_url("**level=region*")
    settle(page)
    assert "area=" not in page.url and "near=" not in page.url and near.is_disabled()
    page.go_back()
    page.wait_for_selector(f".place-card:has-text('{name}')")
    assert near.is_checked() and "level=town" in page.url, "one step back is one choice back"


def test_a_click_on_the_map_chooses_the_place(open_rich: Opener) -> None:
    page = settle(open_rich(Role.FUNDER, f"/map?{ABSENCE}&level=town"))
    page.wait_for_selector(".choroplethlayer path")
    box = page.locator(".choroplethlayer path").nth(4).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(".hoverlayer .hovertext")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(".place-card:focus")
    assert "area=T" in page.url and page.locator(".place-card").evaluate(INSIDE)
    assert page.locator(".scattergeo text").first.is_visible()
    page.set_viewport_size({"width": 375, "height": 667})
    settle(page)
    assert not page.locator(".scattergeo text").first.is_visible()
    page.locator(".place-button[aria-pressed='false']").last.click()
    page.wait_for_function(f"() => ({INSIDE})(document.querySelector('.place-card:focus'))")
    page.emulate_media(media="print")
    shown = page.locator(".map-frame, .map-card, .map-steps, .place-list").evaluate_all(TOPS)
    assert shown == sorted(shown) and not page.locator(".card-close").is_visible()
    year = page.locator(".steps label:visible").first
    assert year.inner_text() == "2024-25" and year.evaluate("one => getComputedStyle(one).color") == "rgb(29, 40, 51)"


def test_hidden_places_are_hatched_on_the_map_and_in_the_legend(open_rich: Opener) -> None:
    page = settle(open_rich(Role.FUNDER, f"/map?{ABSENCE}&level=region"))
    page.wait_for_selector(".choroplethlayer path")
    fills = page.evaluate(
        "Array.from(document.querySelectorAll('.choroplethlayer path')).map((path) => getComputedStyle(path).fill)"
    )
    hatched = sum("quorum-hatch" in fill for fill in fills)
    (legend,) = page.locator(".legend-rows li", has_text="[c] hidden").all_inner_texts()
    assert hatched > 0 and legend.split()[-2:] == [str(hatched), "places"]
    assert page.locator("#quorum-hatch").count() == 1


def test_a_report_is_downloaded_in_every_form_with_its_ledger_entry(open_rich: Opener) -> None:
    page = settle(open_rich.follow(Role.FUNDER, "/reports?i=chronic_absence&level=town"))
    entries = set()
    for form, words in (("csv", "CSV"), ("xlsx", "Excel"), ("pdf", "PDF")):
        with page.expect_download() as saved:
            page.locator(".files button", has_text=words).click()
        assert saved.value.suggested_filename == f"chronic-absence_by-town_2021-22-to-2024-25_2025-08-15.{form}"
        status = page.locator(".files [role=status]", has_text="Ledger entry D-")
        status.wait_for()
        page.wait_for_function(
            "known => !known.includes(document.querySelector('.files [role=status]').textContent)", arg=list(entries)
        )
        entries.add(status.inner_text())
    assert len(entries) == 3


def test_a_report_is_saved_and_opened_again(open_rich: Opener) -> None:
    page = settle(open_rich(Role.EVALUATOR, "/reports?i=third_grade_reading&level=town"))
    page.fill("#reports-name", "Reading by town")
    page.click("#reports-save")
    page.wait_for_selector("#reports-saved a:text('Reading by town')")
    page.goto(page.url.split("?")[0])
    settle(page)
    page.click("#reports-saved a:text('Reading by town')")
    page.wait_for_function(
        "() => document.querySelector('h1').textContent === 'Third-grade reading by town or neighborhood'"
    )
    page.click("#reports-saved button:text('Remove')")
    page.wait_for_selector("#reports-saved a", state="detached")


def test_an_unknown_word_offers_a_way_on(open_rich: Opener) -> None:
    page = settle(open_rich.follow(Role.FUNDER, PAGES["unknown-word"]))
    assert "“1999-00” is not a known school year" in page.inner_text(".state")
    page.click(".state a:text('2023-24')")
    page.wait_for_function("() => document.querySelector('#page-context').textContent.includes('2023-24')")
    assert page.locator(".state").count() == 0


def test_what_is_not_offered_links_to_what_is(open_rich: Opener) -> None:
    page = settle(open_rich.follow(Role.FUNDER, PAGES["not-offered"]))
    assert "not prepared by tract area" in page.inner_text(".state")
    page.click(".state a")
    page.wait_for_selector("#panel-places")
    assert "level=town" in page.url and page.locator(".state-not-offered").count() == 0


def test_the_first_page_prints_with_filters_notes_and_stamp(open_rich: Opener) -> None:
    page = settle(open_rich(Role.FUNDER, PAGES["compare"]))
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".stamp").is_visible() and page.locator(".notes").is_visible()
    assert not page.locator(".panel-buttons").first.is_visible() and not page.locator(".rail").is_visible()
    page.wait_for_function(
        "() => document.querySelector('#places-graph .main-svg').getBoundingClientRect().width <= 662"
    )


def test_on_paper_every_choice_is_legible_also_those_under_more(open_rich: Opener) -> None:
    page = settle(open_rich(Role.FUNDER, PAGES["compare-many"]))
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 660, "height": 900})
    for opened in (False, True):
        page.evaluate("open => { document.querySelector('.filters .more').open = open; }", opened)
        boxes = page.evaluate(
            """() => [...document.querySelectorAll(".filters .filter")].filter((one) => one.offsetParent).map((one) => {
                const at = one.getBoundingClientRect(), select = one.querySelector("select");
                return [at.left, at.top, at.right, at.bottom, select.scrollWidth - select.clientWidth]; })"""
        )
        assert len(boxes) == 4 + opened
        for number, (left, top, right, bottom, cut) in enumerate(boxes):
            assert cut <= 0 and 0 <= left < right <= 660
            assert not any(
                left < x2 and x1 < right and top < y2 and y1 < bottom for x1, y1, x2, y2, _ in boxes[:number]
            )


def test_an_outcome_without_the_level_goes_to_the_nearest_one_and_back(open_rich: Opener) -> None:
    page = settle(open_rich(Role.FUNDER, f"/compare?{ABSENCE}&level=region"))
    page.select_option(control("compare", "i"), "third_grade_reading")
    page.wait_for_url("**/compare?i=third_grade_reading&level=town**")
    page.wait_for_function("() => document.querySelector('h1').textContent.includes('third grade')")
    assert page.locator(".state").count() == 0
    assert page.input_value(control("compare", "level")) == "town"
    page.go_back()
    page.wait_for_url("**level=region**")
    page.wait_for_function(
        "() => document.querySelector('#page-context, #compare-context').textContent.includes('tract')"
    )
    assert page.input_value(control("compare", "i")) == "chronic_absence" and not page.troubles
    page.select_option(control("compare", "i"), "after_school_participation")
    page.wait_for_url("**/compare?i=after_school_participation&level=county**")
    settle(page)
    assert page.input_value(control("compare", "level")) == "county" and page.locator(".state").count() == 0
    page.goto(page.url.replace("level=county", "level=town"))
    settle(page)
    assert page.locator(".state-not-offered").count() == 1, "what an address asks for is answered as asked"
    assert "level=town" in page.url and not page.troubles


def test_a_chart_begins_on_the_first_sheet_and_what_is_shut_is_not_printed(open_rich: Opener) -> None:
    page = settle(open_rich(Role.FUNDER, PAGES["compare-many"]))
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="Letter"))
    assert len(sheets) <= 5, "the first chart fits under the title and the filters"
    for path, words in (("/reports", "How is this measured?"), ("/about", "Every population and school year")):
        page = settle(open_rich(Role.FUNDER, path))
        shut = page.locator("summary", has_text=words).first
        assert shut.is_visible()
        page.emulate_media(media="print")
        assert not shut.is_visible()
        page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        assert shut.is_visible(), "what the reader has opened is printed"
