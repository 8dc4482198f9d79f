"""Journeys of consents: a form with its scan at the desk, the family's copy, one child, a court order, a case."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest

from data_access.registry.engine import transaction
from privacy.viewer import Role
from tests.browser.axe import WIDTHS, sound
from tests.browser.conftest import Opener
from tests.support import families, web
from tests.support.server import Server, start

pytestmark = pytest.mark.browser
SCAN = b"%PDF-1.7\nscan\n%%EOF\n"


@pytest.fixture(scope="module")
def consent_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A club and a school, three children; the parents of one do not agree."""
    home = tmp_path_factory.mktemp("consents") / "home"
    home.mkdir()
    stores = web.empty(home)
    with transaction(stores.registry) as connection:
        families.add_contributors(connection, "club", "school")
        for child in (1, 2, 3):
            born = {"club": date(2014, 5, child), "school": date(2014, 5, child)}
            families.add_child(connection, child, born, first_name=f"Quillon{child}")
    yes = families.from_club(families.YES)
    families.say(stores.registry, yes, web.OPENED, child=2)
    families.say(stores.registry, families.NO, web.OPENED, child=2, signer="Ivo Ostrander", relationship="father")
    families.say(stores.registry, yes, web.OPENED, child=3, expires_on=date(2025, 10, 1))
    made = start(stores, home.parent / "server.log")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def desk_opener(chromium: Any, consent_server: Server) -> Iterator[Opener]:
    opener = Opener(chromium, consent_server)
    yield opener
    opener.close()


@pytest.fixture
def open_desk(desk_opener: Opener) -> Iterator[Opener]:
    yield desk_opener
    desk_opener.tidy()


def press(page: Any, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def says(page: Any, form: str, text: str) -> None:
    page.wait_for_selector(f"#{form}-said:has-text('{text}')")


def settled(page: Any, name: str) -> None:
    """Nothing for axe, nothing wider than the window, at both widths; no errors."""
    page.wait_for_load_state("networkidle")
    sound(page, name, WIDTHS[::-1])
    assert page.troubles == []


def attach(page: Any, form: str, content: bytes, said: str) -> None:
    file = {"name": "form.pdf", "mimeType": "application/pdf", "buffer": content}
    page.locator(f"#{form}-scan input[type=file]").set_input_files(file)
    page.wait_for_selector(f"#{form}-scan-name:has-text('{said}')")


def fill_form(page: Any) -> None:
    """A form in Spanish; what is forgotten or wrong at first is said, and all that was typed stays."""
    page.get_by_label("The child’s number").fill("100")
    page.get_by_label("Who signed").fill("Mara Ostrander")
    page.get_by_label("Who that is to the child").select_option("mother")
    page.get_by_label("Which form").select_option("education es")
    page.get_by_label("What was decided").select_option("permit")
    page.get_by_label("Signed on").fill("2025-09-09")
    page.get_by_label("Holds through").fill("2026-09-09")
    page.get_by_role("group", name="Who may receive it").get_by_label("The school").check()
    page.get_by_role("group", name="Which records").get_by_label("Grade").check()
    press(page, "Record")
    says(page, "consent-desk", "Choose who may receive it, what for, and which records")
    attach(page, "consent-desk", b"a letter that calls itself a PDF", "no whole PDF")
    settled(page, "desk refused")
    assert page.get_by_label("Who signed").input_value() == "Mara Ostrander"
    assert page.get_by_role("group", name="Which records").get_by_label("Grade").is_checked()
    page.get_by_role("group", name="What for").get_by_role("checkbox").last.check()
    attach(page, "consent-desk", SCAN, "Attached: form.pdf")


def saved(page: Any, button: str) -> tuple[str, bytes]:
    with page.expect_download(timeout=60_000) as file:
        press(page, button)
    return file.value.suggested_filename, Path(file.value.path()).read_bytes()


def test_a_form_is_recorded_copied_and_a_court_order_stops_it(open_desk: Opener) -> None:
    page = open_desk(Role.PARTNER, "/consents")
    page.get_by_role("link", name="Record a signed form").click()
    page.wait_for_selector("#consent-desk-scan")
    fill_form(page)
    press(page, "Record")
    says(page, "consent-desk", "It holds from now on")
    press(page, "Record")
    says(page, "consent-desk", "was recorded since you opened this form")
    page.get_by_label("Where the paper is").fill("Folder 12")
    settled(page, "desk")
    page.goto(open_desk.server.url + "/consents")
    page.get_by_label("Signed by, or number of a child").fill("100")
    press(page, "List")
    page.get_by_role("link", name="1", exact=True).click()
    page.wait_for_selector("#consent-child-now td:has-text('The school'), #consent-child-now th:has-text('The school')")
    name, copy = saved(page, "Copy for the family (PDF), statement 4")
    text = " ".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(copy)).pages)
    assert name == "consent-4-copy.pdf"
    assert all(word in " ".join(text.split()) for word in ("Mara Ostrander", "declaración 4", "Quillon1", "The school"))
    assert saved(page, "Open the scan, statement 4") == ("scan-4.pdf", SCAN)
    settled(page, "one child")
    other = open_desk(Role.PARTNER, "/consents/child?id=1")
    order(page)
    other.get_by_label("First day of college").fill("1900-01-01")
    other.get_by_label("How it is known").fill("Letter, folder 3")
    press(other, "Record the first day")
    other.wait_for_selector("[role=alert]:has-text('The child was not born yet on this day')")
    says(other, "consent-child-enrolled", "Not recorded yet")
    settled(other, "a day that cannot be")
    other.get_by_label("First day of college").fill("2029-09-01")
    press(other, "Record the first day")
    says(other, "consent-child-enrolled", "Somebody else recorded something")
    assert not other.get_by_text("The child was not born yet").count()
    other.wait_for_selector("#consent-child-now :text('a court order takes the right away')")
    assert other.get_by_label("How it is known").input_value() == "Letter, folder 3"
    other.get_by_role("link", name="Correct").click()
    other.wait_for_selector("h3:has-text('Correct entry')")
    other.get_by_label("Where the paper of the order is").fill("Clerk's letter, folder 9")
    press(other, "This entry was a mistake")
    says(other, "consent-child-order", "the order never held")
    other.wait_for_selector("td:has-text('Replaced by a later entry')")
    settled(other, "orders")
    page.goto(open_desk.server.url + "/consents/child?id=999")
    page.wait_for_selector(".state-refused:has-text('no such child')")


def order(page: Any) -> None:
    page.get_by_label("Whose right it takes away").select_option("Mara Ostrander")
    page.get_by_label("First day", exact=True).fill("2025-09-01")
    press(page, "Record the order")
    says(page, "consent-child-order", "Attach a scan, or say where the paper is")
    assert page.get_by_label("First day", exact=True).input_value() == "2025-09-01"
    attach(page, "court-order", SCAN, "Attached")
    press(page, "Record the order")
    says(page, "consent-child-order", "It holds from now on")
    page.wait_for_selector("#consent-child-now :text('Nobody outside may receive anything')")


def test_a_case_is_closed_and_the_register_is_read(open_desk: Opener) -> None:
    page = open_desk(Role.BACKBONE, "/consents")
    page.get_by_role("link", name="Cases where parents disagree").click()
    page.wait_for_selector("#page-title:has-text('1 case is open')")
    settled(page, "cases")
    page.get_by_role("link", name="Case 1").click()
    page.wait_for_selector("#consent-case-now :text('Ivo Ostrander')")
    settled(page, "case")
    press(page, "Close the case; sharing stays refused")
    says(page, "consent-case", "10 to 1,000 characters")
    page.get_by_label("What was tried").fill("Both parents were called twice and stay with what they said.")
    other = open_desk(Role.BACKBONE, "/consents/cases?n=1")
    other.get_by_label("What was tried").fill("The other desk closes it too.")
    press(page, "Close the case; sharing stays refused")
    says(page, "consent-case", "Closed. Sharing stays refused.")
    press(other, "Close the case; sharing stays refused")
    says(other, "consent-case", "has ended meanwhile")
    page.goto(open_desk.server.url + "/consents/child?id=2")
    page.wait_for_selector(".banner:has-text('do not agree')")
    page.goto(open_desk.server.url + "/consents")
    page.wait_for_selector("#page-title:has-text('statements are a yes that holds today')")
    page.get_by_label("Which", exact=True).select_option("disputed")
    press(page, "List")
    page.wait_for_selector("caption:has-text('2 statements')")
    name, content = saved(page, "Download the renewal list (CSV)")
    assert name == "renewals-2025-09-10.csv" and b"Mara Ostrander" in content
    says(page, "consent-find", "1 consent to renew")
    page.get_by_role("link", name="How many agree, and who").click()
    page.get_by_label("To whom").select_option("school")
    page.get_by_label("What for").select_option("coordination")
    press(page, "Count")
    page.wait_for_selector("#consent-coverage-found caption:has-text('By contributor')")
    settled(page, "register")
