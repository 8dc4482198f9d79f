"""The frame in a browser: signing in and out, menu, focus, states, paper, and what is said when things go wrong."""

import os
import signal
from pathlib import Path

import pytest

from data_access import accounts
from privacy.viewer import Role
from tests.browser.axe import WIDTHS, allowed, findings, overflow
from tests.browser.conftest import Opener
from tests.browser.test_urlstate import WORDS, control, says
from tests.support import web

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", WIDTHS)
def test_signing_in_leads_to_the_page_one_wanted(open_bare: Opener, width: int) -> None:
    page = open_bare(None, "/lab?year=2022-23", width)
    assert not findings(page, "sign-in") and overflow(page) == 0
    page.get_by_label("Email address").fill(web.email(Role.FUNDER))
    page.get_by_label("Password").fill("not the password")
    page.keyboard.press("Enter")
    assert "is not right" in page.locator("[role=alert]").inner_text()
    assert page.title().startswith("Error:") and page.input_value("#email") == web.email(Role.FUNDER)
    assert not findings(page, "sign-in refused") and overflow(page) == 0
    page.get_by_label("Password").fill(web.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    says(page, year="2022-23")
    assert page.url.endswith("/lab?year=2022-23")


def test_signing_in_works_without_javascript(open_bare: Opener) -> None:
    page = open_bare(None, "/", java_script_enabled=False)
    page.fill("#email", web.email(Role.FUNDER))
    page.fill("#password", web.PASSWORD)
    page.click("button")
    assert "need JavaScript" in page.locator("noscript").inner_text()


def test_signing_out_ends_the_session(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, fresh=True)
    page.get_by_role("button", name="Sign out").click()
    assert "You have signed out." in page.locator("main").inner_text()
    page.go_back()
    page.wait_for_url("**/sign-in**")


@pytest.mark.parametrize("path", ["/", "/lab", "/lab?answer=chart", "/gallery", "/nope"])
def test_axe_finds_nothing_and_nothing_overflows(open_bare: Opener, path: str) -> None:
    page = open_bare.follow(Role.FUNDER, path)
    page.wait_for_selector("h1")
    page.wait_for_load_state("networkidle")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert not findings(page, path), width
    assert page.locator("h1").count() == 1 and page.locator("main").count() == 1
    assert [t for t in page.troubles if "404" not in t] == []


def test_pages_reflow_at_320_pixels(open_bare: Opener) -> None:
    for path in ("/lab", "/gallery"):
        page = open_bare(Role.FUNDER, path, 320)
        page.wait_for_selector("h1")
        assert overflow(page) <= 0


def test_axe_sees_words_that_are_too_pale(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/lab")
    says(page, year="2024-25")
    assert not findings(page, "lab")
    page.add_style_tag(content="h1 { color: #aaa !important; }")
    assert any("color-contrast" in line and "#page-title" in line for line in findings(page, "lab"))


def test_the_list_of_what_axe_may_find_only_shrinks() -> None:
    assert len(allowed()) <= 0


def test_the_menu_opens_by_keyboard_on_a_phone(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/", 375)
    page.wait_for_selector("h1")
    button = page.get_by_role("button", name="Menu")
    assert not page.get_by_role("link", name="Lab").is_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true" and page.get_by_role("link", name="Lab").is_visible()
    assert not findings(page, "menu")
    page.keyboard.press("Escape")
    assert button.get_attribute("aria-expanded") == "false" and button.evaluate("b => b === document.activeElement")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Lab").click()
    page.wait_for_selector("h1:has-text('Laboratory')")
    assert not page.get_by_role("link", name="Lab").is_visible()


def test_the_title_takes_the_focus_and_the_menu_marks_the_page(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/lab")
    says(page, year="2024-25")
    assert page.locator("[aria-current=page]").inner_text() == "Lab"
    page.get_by_role("link", name="Gallery").click()
    page.wait_for_function("() => document.activeElement.tagName === 'H1'")
    assert page.locator("[aria-current=page]").inner_text() == "Gallery"
    assert page.evaluate("document.activeElement.textContent") == "States"
    page.emulate_media(forced_colors="active")
    bars = page.locator(".rail-link").evaluate_all("all => all.map((one) => getComputedStyle(one).borderLeftColor)")
    back = page.evaluate("getComputedStyle(document.querySelector('.rail')).backgroundColor")
    assert sum(bar != back for bar in bars) == 1, "where the system chooses the colors, one bar stands beside one page"
    page.emulate_media(forced_colors="none")


def test_the_keyboard_goes_in_reading_order_with_a_visible_focus(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/lab")
    says(page, year="2024-25")
    order = []
    for _ in range(page.locator(".rail-link").count() + 5):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.textContent || document.activeElement.type"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", order[-1]
    menu = page.locator(".rail-link").all_inner_texts()
    assert order[: len(menu) + 2] == ["Skip to the content", *menu, "Sign out"]
    assert order[-3].startswith("2022") and order[-2] == "text" and order[-1].startswith("right away")


def test_a_refusal_stands_in_the_place_of_the_old_content(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/lab")
    says(page, year="2024-25")
    page.select_option(control("answer"), "refused")
    page.wait_for_selector(".state-refused")
    assert "does not include: gender" in page.locator("#lab-content").inner_text()
    assert page.locator("#lab-words").count() == 0
    page.select_option(control("answer"), "plain")
    says(page, answer="plain")


def test_a_fault_is_said_with_a_code_and_without_details(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/lab?answer=fault")
    page.wait_for_selector(".state-error")
    text = page.locator("body").inner_text()
    assert "tell the backbone organization this code" in text and "Quillfeather" not in text


def test_a_wait_is_mentioned(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/lab")
    says(page, year="2024-25")
    page.select_option(control("answer"), "slow")
    page.wait_for_selector("#loading:has-text('Loading')")
    assert page.get_attribute("#loading", "aria-live") == "polite"
    says(page, answer="slow")
    page.wait_for_function("() => document.getElementById('loading').textContent === ''")


def test_an_ended_session_is_said_and_one_comes_back(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/lab?year=2023-24", fresh=True)
    says(page, year="2023-24")
    token = next(c["value"] for c in page.context.cookies() if c["name"] == "quorum")
    accounts.end_session(open_bare.server.stores.registry, token)
    page.select_option(control("year"), "2022-23")
    page.wait_for_selector("#connection:has-text('Your session has ended')")
    assert page.get_attribute("#connection", "aria-live") == "polite"
    assert page.locator("main").evaluate("m => m.inert")
    assert not findings(page, "session ended")
    again = page.get_by_role("link", name="Sign in in a new tab")
    assert "%2Flab%3Fyear%3D2022-23" in again.get_attribute("href")
    page.get_by_role("link", name="Gallery").click()
    page.wait_for_selector("#connection a[href$='next=%2Fgallery']")
    assert page.url.endswith("/lab?year=2023-24"), "the address is that of the page one sees"
    assert [trouble for trouble in page.troubles if "401" not in trouble] == []
    with page.context.expect_page() as opened:
        again.click()
    other = opened.value
    assert "you will come back to the same page" in other.locator("main").inner_text()
    other.fill("#email", web.email(Role.FUNDER))
    other.fill("#password", web.PASSWORD)
    other.keyboard.press("Enter")
    other.wait_for_selector("h1:has-text('States')")
    other.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # as when its tab is chosen again
    page.wait_for_function("() => !document.getElementById('main').inert")
    assert page.locator("#connection").inner_text() == "" and page.locator(control("year")).input_value() == "2022-23"
    page.select_option(control("year"), "2024-25")
    says(page, year="2024-25")


def test_a_lost_connection_is_said_and_its_return_too(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/lab", fresh=True)
    says(page, year="2024-25")
    page.context.set_offline(True)
    page.select_option(control("year"), "2022-23")
    page.wait_for_selector("#connection:has-text('The connection is lost')")
    assert not findings(page, "connection lost")
    page.context.set_offline(False)
    page.wait_for_selector("#connection:has-text('The connection is back')", timeout=15000)
    page.get_by_role("button", name="Show the page again").click()
    says(page, year="2022-23")
    assert page.locator("#connection").inner_text() == ""


def test_a_worker_that_dies_leaves_nobody_without_a_word(open_bare: Opener) -> None:
    """The only worker is killed with a question under way: the next one answers it, or the page says it was lost."""
    page = open_bare(Role.FUNDER, "/lab", fresh=True)
    says(page, year="2024-25")
    with page.expect_request("**/_dash-update-component*"):
        page.select_option(control("answer"), "slow")
    pid = open_bare.server.process.pid
    (worker,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(int(worker), signal.SIGKILL)
    # Chromium itself asks again where a kept connection breaks before a word of the answer.
    told = f"""document.querySelector("{WORDS}").textContent.includes("answer=slow")
        || document.getElementById("connection").textContent.includes("The connection is")"""
    page.wait_for_function(f"() => {told}", timeout=90_000)
    page.wait_for_function("() => !document.getElementById('connection').textContent.includes('lost')", timeout=90_000)
    page.select_option(control("year"), "2022-23")
    says(page, year="2022-23")
    page.wait_for_function("() => document.getElementById('connection').textContent === ''")


@pytest.mark.parametrize("status", [500, 502, 413])
def test_a_failed_answer_is_said_until_the_next_good_one(open_bare: Opener, status: int) -> None:
    page = open_bare(Role.FUNDER, "/lab")
    says(page, year="2024-25")
    body = '{"reference": "1f2e3d4c"}' if status == 500 else "<html>bad gateway</html>"
    page.route("**/_dash-update-component*", lambda route: route.fulfill(status=status, body=body))
    page.select_option(control("year"), "2022-23")
    page.wait_for_selector("#connection:has-text('could not be shown')")
    assert ("1f2e3d4c" in page.locator("#connection").inner_text()) == (status == 500)
    page.unroute("**/_dash-update-component*")
    page.select_option(control("year"), "2023-24")
    says(page, year="2023-24")
    page.wait_for_function("() => document.getElementById('connection').textContent === ''")


def test_paper_keeps_title_filters_notes_and_stamp(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/lab?year=2022-23")
    says(page, year="2022-23")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for kept in ("h1", ".context", ".filters", ".notes", ".stamp"):
        assert page.locator(kept).is_visible(), kept
    assert "Robin Funder, The fund" in page.locator(".stamp").inner_text()
    assert "2026" in page.locator(".stamp").inner_text() or page.locator("#print-date").inner_text()
    for gone in (".rail", "#connection"):
        assert not page.locator(gone).is_visible(), gone


def test_no_inline_script_runs_that_the_server_did_not_write(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/lab")
    says(page, year="2024-25")
    plant = "() => { const s = document.createElement('script'); s.textContent = 'window.planted = 1'; "
    ran = page.evaluate(plant + "document.body.append(s); return window.planted; }")
    assert ran is None
    made = "try { resolve(new Function('return 1')()); } catch (error) { resolve('refused'); }"
    assert page.evaluate(f"() => new Promise(resolve => setTimeout(() => {{ {made} }}, 0))") == "refused"


def test_plotly_is_fetched_once_and_only_for_charts(open_bare: Opener) -> None:
    page = open_bare(Role.FUNDER, "/healthz", fresh=True)
    asked: list[str] = []
    page.on("request", lambda sent: "plotly" in sent.url and "min.js" in sent.url and asked.append(sent.url))
    page.goto(open_bare.server.url + "/lab")
    says(page, answer="plain")
    assert not asked
    page.select_option(control("answer"), "chart")
    page.wait_for_selector(".js-plotly-plot .main-svg", state="attached")
    assert len(asked) == 1 and "?v=" in asked[0]
    page.goto(open_bare.server.url + "/compare")  # nothing is published: there is no chart yet, and it is there early
    page.wait_for_function("() => typeof window.Plotly.react === 'function'")
    assert len(asked) == 2 and not page.troubles
