"""Journeys of the backbone organization: an agreement from draft to effect, two at once, people, an emergency."""

from collections.abc import Iterator
from typing import Any

import pytest

from data_access import accounts
from data_access.agreements import save_agreement
from data_access.registry.engine import transaction
from privacy.agreement import State
from privacy.viewer import Role
from tests.browser.axe import findings, sound
from tests.browser.conftest import Opener
from tests.support import invented, publication, web
from tests.support.server import Server, start

pytestmark = pytest.mark.browser
PAGES = {
    "agreements": "/agreements",
    "agreement": "/agreements?id=use-fund",
    "drafting": "/agreements?draft=new",
    "people": "/people",
    "why": "/why",
    "emergency": "/emergency",
}


@pytest.fixture(scope="module")
def office_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application on the invented publication; the evaluator's license has ended."""
    home = tmp_path_factory.mktemp("office") / "home"
    home.mkdir()
    stores = invented.published(home)
    web.add_people(stores)
    with transaction(stores.registry) as connection:
        save_agreement(connection, publication.agreement("eval", state=State.ENDED))
    made = start(stores, home.parent / "server.log")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def office_opener(chromium: Any, office_server: Server) -> Iterator[Opener]:
    opener = Opener(chromium, office_server)
    yield opener
    opener.close()


@pytest.fixture
def open_office(office_opener: Opener) -> Iterator[Opener]:
    yield office_opener
    office_opener.tidy()


def says(page: Any, form: str, text: str) -> None:
    page.wait_for_selector(f"#{form}-said:has-text('{text}')")


def press(page: Any, button: str) -> None:
    page.get_by_role("button", name=button).click()


def draft(page: Any) -> None:
    """Fill the form of a license for the evaluator; the last day is forgotten at first."""
    page.get_by_label("Title").fill("What the evaluator may use")
    page.get_by_label("Whose agreement").select_option("eval")
    page.get_by_label("Short name").fill("eval-use")
    for group in ("Data elements", "Purposes"):
        for box in page.get_by_role("group", name=group, exact=True).get_by_role("checkbox").all():
            box.check()
    page.get_by_label("First day").fill("2025-01-01")
    page.get_by_label("Data destroyed by").fill("2027-09-30")
    receivers = page.get_by_role("group", name="License: who may receive data")
    receivers.locator("summary", has_text="The eval").click()
    receivers.get_by_label("Robin Evaluator").check()
    press(page, "Save as draft")
    says(page, "draft", "last day")
    assert page.get_by_label("Title").input_value() == "What the evaluator may use"
    page.get_by_label("Last day").fill("2027-06-30")
    press(page, "Save as draft")
    says(page, "draft", "Saved as a draft")


def sign(page: Any, organization: str, name: str) -> None:
    page.get_by_label("Signature for").select_option(organization)
    page.get_by_label("Full name").fill(name)
    press(page, "Sign version 1")


def test_an_agreement_is_drafted_simulated_signed_and_changes_a_data_users_page(open_office: Opener) -> None:
    reader = open_office(Role.EVALUATOR, "/reports")
    reader.wait_for_selector("text=no data-use agreement in force")
    page = open_office(Role.BACKBONE, "/agreements?draft=new")
    draft(page)
    page.get_by_role("link", name="Open the draft").click()
    page.get_by_role("link", name="What would change?").click()
    page.wait_for_selector("#page-title:has-text('Why can')")
    press(page, "Show what would change")
    says(page, "if", "Robin Evaluator, The eval")
    reader.reload()
    reader.wait_for_selector("text=no data-use agreement in force")

    page.goto(open_office.server.url + "/agreements?id=eval-use")
    other = open_office(Role.BACKBONE, "/agreements?id=eval-use")
    other.get_by_label("Full name").fill("Typed in the other window")
    sign(page, "eval", "Sunniva Example")
    says(page, "agreements", "Signed.")
    page.wait_for_function("() => document.activeElement.id === 'agreements-said'")
    press(other, "Sign version 1")
    says(other, "agreements", "Somebody else changed this agreement")
    assert other.get_by_label("Full name").input_value() == "Typed in the other window"
    sign(page, "backbone", "Imani Example")
    page.wait_for_selector(".standing:has-text('Signed, not in force yet')")
    page.wait_for_selector("#page-context:has-text('Signed, not in force yet')")
    press(page, "Put version 1 in force")
    says(page, "agreements", "In force from now")

    reader.reload()
    reader.wait_for_selector("#reports-content .data-table")
    press_reason = page.get_by_label("Why", exact=True)
    press_reason.fill("The project is looked into")
    press(page, "Suspend")
    says(page, "agreements", "Nothing is read")
    reader.get_by_label("Places", exact=True).select_option("district")
    reader.wait_for_selector("#reports-content:has-text('no data-use agreement in force')")
    destroy(page)
    assert not page.troubles and not other.troubles


def destroy(page: Any) -> None:
    """End the license, and record what became of the data; how is forgotten at first."""
    page.get_by_label("Why", exact=True).fill("The project is over")
    assert page.get_by_role("button", name="Record the destruction").count() == 0, "it is only suspended"
    press(page, "End for good")
    says(page, "agreements", "Ended.")
    page.get_by_label("Full name of the person who says so").fill("Sunniva Example")
    press(page, "Record the destruction")
    says(page, "agreements", "Say how the data were destroyed")
    assert page.get_by_label("Full name of the person who says so").input_value() == "Sunniva Example"
    page.get_by_label("How the data were destroyed").fill("Files shredded, backups overwritten")
    press(page, "Record the destruction")
    page.wait_for_selector("text=Sunniva Example, for The eval, says that what was received was destroyed")
    assert page.get_by_role("button", name="Record the destruction").count() == 0


def test_two_amend_at_once_and_nothing_is_put_back_without_a_word(open_office: Opener) -> None:
    first, second = (open_office(Role.BACKBONE, "/agreements?draft=use-backbone") for _ in range(2))
    first.get_by_label("Race and ethnicity").first.uncheck()
    press(first, "Save as draft")
    says(first, "draft", "Saved as a draft")
    second.get_by_label("Title").fill("Typed in the other window")
    second.get_by_label("Smallest count").fill("10.5")
    press(second, "Save as draft")
    says(second, "draft", "somebody else changed this agreement")
    assert not second.get_by_label("Race and ethnicity").first.is_checked()
    assert second.locator(".meanwhile").count() == 3
    press(second, "Save as draft")
    says(second, "draft", "1 field needs mending")
    assert not findings(second, "an amendment with faults")
    second.get_by_label("Smallest count").fill("12")
    press(second, "Save as draft")
    says(second, "draft", "Saved as a draft")
    assert second.get_by_label("Title").input_value() == "Typed in the other window"
    assert not second.get_by_label("Race and ethnicity").first.is_checked()
    press(second, "Save as draft")
    says(second, "draft", "Nothing is changed")
    assert not first.troubles and not second.troubles


def test_the_office_is_accessible_and_asks_why_and_looks_as_another(open_office: Opener) -> None:
    for name, path in PAGES.items():
        page = open_office.follow(Role.BACKBONE, path)
        page.wait_for_selector(".form, .office-table", state="attached")
        sound(page, name)
    page = open_office(Role.BACKBONE, "/why")
    page.get_by_label("Who", exact=True).select_option(label="Robin Guardian, The families")
    assert page.get_by_label("Measure").is_visible() and not page.get_by_label("Whose records").is_visible()
    page.get_by_label("Wants to see").select_option("identifiable")
    assert page.get_by_label("Whose records").is_visible() and not page.get_by_label("Measure").is_visible()
    press(page, "Why?")
    says(page, "why", "No, this person cannot see it")
    limit_at_once(open_office)
    page.select_option("#view-as-who", label="Robin Funder, The fund")
    press(page, "Look as this person")
    page.wait_for_selector(".viewing:has-text('Robin Funder')")
    assert page.get_by_role("link", name="People").count() == 0
    assert not findings(page, "looking")
    press(page, "Back to my own view")
    page.wait_for_selector("#page-title:has-text('Why can')")
    assert not page.troubles


def limit_at_once(open_office: Opener) -> None:
    """Two set the limits of one person: the second is told what stands now, and keeps what was typed."""
    who = next(a.user_id for a in accounts.accounts(open_office.server.stores.registry) if a.role is Role.FUNDER)
    first, second = (open_office(Role.BACKBONE, f"/people?id={who}") for _ in range(2))
    second.get_by_label("Only these places").fill("T01")
    first.get_by_label("Closest to a child").select_option("aggregate")
    press(first, "Save the limits")
    says(first, "people", "Saved")
    press(second, "Save the limits")
    says(second, "people", "They are now: counts")
    assert second.get_by_label("Only these places").input_value() == "T01"
    press(second, "Save the limits")
    says(second, "people", "Saved")
    assert not first.troubles and not second.troubles
