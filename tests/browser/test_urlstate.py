"""The URL is the state: each choice is in the address, and focus, scroll, Back and reload behave as readers expect."""

import json
import re
from typing import Any

import pytest

from privacy.viewer import Role
from tests.browser.conftest import Opener

pytestmark = pytest.mark.browser
WORDS = "#lab-words"


def control(key: str, many: bool = False) -> str:
    identity = {"key": key, "many": many, "page": "lab", "type": "query-control"}
    return f"[id='{json.dumps(identity, separators=(',', ':'))}']"


def says(page: Any, **wanted: str) -> None:
    """Wait until the content says what is wanted."""
    for key, value in wanted.items():
        page.wait_for_function(f"""() => {{
            const words = document.querySelector("{WORDS}");
            return words && words.textContent.split(", ").includes({json.dumps(f"{key}={value}")}); }}""")


@pytest.fixture
def page(open_bare: Opener) -> Any:
    """The laboratory, ready."""
    opened = open_bare(Role.FUNDER, "/lab")
    opened.posts = []
    says(opened, year="2024-25")
    opened.on("request", lambda sent: "update-component" in sent.url and opened.posts.append(sent.post_data))
    return opened


def test_the_page_opens_from_the_address(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/lab?year=2022-23&peers=T02,T03&word=hello")
    says(page, year="2022-23", peers="T02,T03", word="hello")
    assert page.input_value(control("year")) == "2022-23"
    assert page.locator(f"{control('peers', True)} input:checked").count() == 2
    assert not page.troubles


def test_a_choice_goes_into_the_address_and_asks_once(page: Any) -> None:
    page.select_option(control("year"), "2023-24")
    says(page, year="2023-24")
    assert page.url.endswith("/lab?year=2023-24&peers=T01&answer=plain")
    page.wait_for_load_state("networkidle")
    assert len(page.posts) == 1


def test_focus_and_scroll_stay(page: Any) -> None:
    page.evaluate("window.scrollTo(0, 60)")
    page.focus(control("year"))
    marked = page.evaluate(
        f'document.querySelector("{control("year").replace(chr(34), chr(92) + chr(34))}").dataset.same = "1"'
    )
    page.keyboard.press("ArrowUp")
    says(page, year="2023-24")
    assert marked == page.evaluate("document.activeElement.dataset.same") == "1"
    assert page.evaluate("window.scrollY") == 60


def test_typing_is_not_cut(page: Any) -> None:
    page.locator(control("word")).press_sequentially("hello there")
    page.keyboard.press("Enter")
    says(page, word="hello there")
    assert page.input_value(control("word")) == "hello there"
    assert "word=hello+there" in page.url


def test_a_reload_restores_everything(page: Any) -> None:
    page.select_option(control("year"), "2022-23")
    page.locator(control("peers", True)).get_by_label("Cedar Grove").check()
    says(page, year="2022-23", peers="T01,T03")
    page.reload()
    says(page, year="2022-23", peers="T01,T03")
    assert page.input_value(control("year")) == "2022-23"
    assert page.locator(f"{control('peers', True)} input:checked").count() == 2


def test_back_and_forward_restore_the_choices(page: Any) -> None:
    page.select_option(control("year"), "2022-23")
    says(page, year="2022-23")
    page.locator(control("peers", True)).get_by_label("Ashford").uncheck()
    says(page, peers="")
    assert page.url.endswith("/lab?year=2022-23&peers=&answer=plain")
    page.go_back()
    says(page, year="2022-23", peers="T01")
    page.go_back()
    says(page, year="2024-25", peers="T01")
    assert page.url.endswith("/lab") and page.input_value(control("year")) == "2024-25"
    page.go_forward()
    says(page, year="2022-23")
    assert page.input_value(control("year")) == "2022-23"
    assert page.locator(f"{control('peers', True)} input:checked").count() == 1


def test_back_asks_once_and_keeps_the_page(page: Any) -> None:
    page.select_option(control("year"), "2022-23")
    says(page, year="2022-23")
    page.evaluate("document.querySelector('h1').dataset.same = '1'")
    page.posts.clear()
    page.go_back()
    says(page, year="2024-25")
    page.wait_for_load_state("networkidle")
    assert len(page.posts) == 1
    assert page.evaluate("document.querySelector('h1').dataset.same") == "1"


def test_back_after_a_reload(page: Any) -> None:
    page.select_option(control("year"), "2022-23")
    says(page, year="2022-23")
    page.reload()
    says(page, year="2022-23")
    page.go_back()
    says(page, year="2024-25")
    assert page.input_value(control("year")) == "2024-25"


def test_back_from_another_page(page: Any) -> None:
    page.select_option(control("year"), "2022-23")
    says(page, year="2022-23")
    page.click("nav >> text=Gallery")
    page.wait_for_selector("h1:has-text('States')")
    page.go_back()
    says(page, year="2022-23")
    assert page.input_value(control("year")) == "2022-23"


def test_a_link_to_the_same_page_starts_over(page: Any) -> None:
    page.select_option(control("year"), "2022-23")
    says(page, year="2022-23")
    page.click("text=Start over")
    says(page, year="2024-25")
    assert page.url.endswith("/lab") and page.input_value(control("year")) == "2024-25"


def test_arrowing_through_a_list_is_one_step_back(page: Any) -> None:
    before = page.evaluate("history.length")
    page.focus(control("year"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    says(page, year="2022-23")
    assert page.evaluate("history.length") == before + 1


def test_the_skip_link_leaves_the_choices_alone(page: Any) -> None:
    page.select_option(control("year"), "2022-23")
    says(page, year="2022-23")
    page.posts.clear()
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert not page.posts and re.search(r"year=2022-23", page.url)
