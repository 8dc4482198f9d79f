"""Journeys of a family: invited, known, saying yes and no on a phone, and a partner's open page that hears of it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from data_access.accounts import end_all_sessions
from data_access.agreements import save_agreement
from data_access.guardians import Families
from data_access.registry.engine import transaction
from data_access.session import Session
from privacy.agreement import Agreement, Level, State, Tier
from privacy.viewer import Role, Viewer
from tests.browser.axe import crowded, findings, overflow
from tests.browser.conftest import Opener
from tests.support import families, web
from tests.support.server import Server, start

pytestmark = pytest.mark.browser
NAME, CHILD = "Mara Ostrander", "Quillon"


def clause(tier: Tier, party: str, **more: Any) -> Agreement:
    days = {"starts": date(2024, 1, 1), "ends": date(2027, 6, 30)}
    words = {"elements": frozenset({"child", "grade", "birth_date", "screening"}), "finest_area": "region"}
    named = {"id": f"{party}-{tier.value}", "version": 1, "title": f"Coordination of {party}", "minimum_count": 10}
    held = {"level": Level.IDENTIFIABLE, "purposes": frozenset({"coordination"}), "state": State.ACTIVE}
    return Agreement(tier=tier, party=party, **named, **held, **words, **days, **more)


@pytest.fixture(scope="module")
def family_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A school that may share with a club, and a child whose parent has an account."""
    home = tmp_path_factory.mktemp("family") / "home"
    home.mkdir()
    stores = web.empty(home)
    with transaction(stores.registry) as connection:
        families.add_contributors(connection, "school", "club")
        families.add_child(connection, 1, {"school": date(2016, 5, 1)}, first_name=CHILD)
        save_agreement(connection, clause(Tier.SHARING, "school", recipients=frozenset({"club"})))
        save_agreement(connection, clause(Tier.USE, "club", contributors=frozenset({"school"})))
    made = start(stores, home.parent / "server.log")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def family_opener(chromium: Any, family_server: Server) -> Iterator[Opener]:
    opener = Opener(chromium, family_server)
    yield opener
    opener.close()


@pytest.fixture
def open_family(family_opener: Opener) -> Iterator[Opener]:
    yield family_opener
    family_opener.tidy()


def press(page: Any, button: str) -> None:
    page.get_by_role("button", name=button).click()


def sound(page: Any, name: str) -> None:
    """Nothing for axe, nothing wider than the phone, no errors, also at 320 pixels."""
    page.wait_for_load_state("networkidle")
    assert not findings(page, name) and overflow(page) <= 0 and crowded(page) == []
    size = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 700})
    assert overflow(page) <= 0, name
    page.set_viewport_size(size)
    assert page.troubles == []


def sign(page: Any) -> None:
    page.get_by_label("Your full name").fill("Somebody Else")
    page.locator("#mc-effect .button-main").click()
    page.wait_for_selector(f"[role=alert]:has-text('{NAME}')")
    assert page.get_by_label("Your full name").input_value() == "Somebody Else"
    page.get_by_label("Your full name").fill(NAME.lower())
    page.locator("#mc-effect .button-main").click()
    page.wait_for_selector("text=Your choice is saved")


def test_a_family_says_yes_and_no_on_a_phone_and_the_partner_hears_of_it(open_family: Opener) -> None:
    invited(open_family)
    phone = open_family(Role.GUARDIAN, "/my-child", 375)
    phone.wait_for_selector("h2:has-text('Quillon')")
    assert "No one outside the programs" in phone.inner_text("main")
    sound(phone, "my child")
    phone.get_by_role("link", name="Let The club see records").click()
    press(phone, "Show me what will change")
    phone.wait_for_selector("[role=alert]:has-text('Check at least one')")
    assert not phone.get_by_label("Your full name").count()
    phone.get_by_label("grade").check()
    sound(phone, "choosing")
    press(phone, "Show me what will change")
    phone.wait_for_selector("text=The club will be able to see: grade and that your child goes there")
    phone.wait_for_function("() => document.activeElement.textContent === 'What will change when you sign'")
    form = phone.get_by_role("region", name="Sharing my child’s records")
    assert "The school may share these records about this child: grade and that your child goes there" in text(form)
    assert "holds through September 10, 2026" in text(form) and "Form “Sharing my child’s records”, version 2" in text(
        form
    )
    sound(phone, "signing")
    sign(phone)
    assert not phone.get_by_label("grade").count() and not phone.get_by_text("Show me what will change").count()
    assert phone.evaluate("() => document.activeElement.textContent") == "Your receipt"
    with phone.expect_download() as file:
        press(phone, "Download the receipt")
    assert file.value.suggested_filename == "receipt-1.pdf"
    assert "I agree that The school may share" in text(phone.locator(".paper-text"))
    partner = open_family(Role.PARTNER, "/children")
    partner.get_by_label("Name").fill("Family")
    press(partner, "Find")
    partner.get_by_role("button", name="Open").click()
    partner.wait_for_selector("#children-one :text('Quillon')")
    phone.goto(f"{open_family.server.url}/my-child?view=record")
    phone.wait_for_selector("td:has-text('The club')")
    sound(phone, "record")
    withdraw(open_family)
    partner.get_by_role("button", name="Open").click()
    partner.wait_for_selector("#children-one .state-refused")
    assert "Quillon" not in partner.inner_text("#children-one")
    press(partner, "Find")
    partner.wait_for_selector("text=No child of this name is open to you")


def staff_of(opener: Opener, user: str = "u-school") -> Families:
    return Families(Session(Viewer(user, "school", Role.PARTNER), opener.server.stores, lambda: web.OPENED))


def invited(opener: Opener) -> None:
    """Staff make a code, the parent takes it up and sees nothing, staff verify."""
    staff = staff_of(opener)
    code = staff.invite("school", "100", NAME, "mother", web.email(Role.GUARDIAN), "en").code
    page = opener(None, "/welcome", 375)
    page.get_by_label("Email address").fill(web.email(Role.GUARDIAN))
    page.get_by_label("Code").fill("WRONG")
    page.get_by_label("Choose a password").fill(web.PASSWORD)
    press(page, "Go on")
    page.wait_for_selector("[role=alert]")
    assert not findings(page, "welcome") and overflow(page) <= 0
    page.get_by_label("Code").fill(code)
    page.get_by_label("Choose a password").fill(web.PASSWORD)
    press(page, "Go on")
    page.wait_for_selector("text=We still have to check who you are")
    assert CHILD not in page.content()
    link = staff.links()[0]
    for width in (1280, 375):
        office = opener(Role.BACKBONE, "/families", width)
        office.wait_for_selector("button:has-text('Verified')")
        assert crowded(office) == []
    staff_of(opener, "u-colleague").verify(link.id, link.seen, "photo_id")


def text(found: Any) -> str:
    return str(found.inner_text())


def came_with_code(opener: Opener) -> Any:
    """On another phone, with a code that staff gave, in the place of the password."""
    staff = opener(Role.BACKBONE, "/families", 375)
    press(staff, "Make a one-time sign-in code")
    code = text(staff.locator(".use .said .one-time-code"))
    phone = opener(None, "/sign-in", 375)
    phone.get_by_role("link", name="Español").click()
    phone.get_by_label("Correo electrónico").fill(web.email(Role.GUARDIAN))
    phone.get_by_label("Contraseña o código").fill(code)
    assert not findings(phone, "sign-in") and overflow(phone) <= 0
    press(phone, "Entrar")
    phone.wait_for_selector("text=Quién más puede ver qué")
    assert phone.url.endswith("/my-child?lang=es"), phone.url
    assert "The backbone hizo un código de un solo uso para usted" in text(phone.locator("main"))
    assert crowded(phone) == []
    phone.get_by_role("link", name="Elegir una contraseña").click()
    phone.get_by_label("Contraseña nueva").fill("password")
    press(phone, "Guardar la contraseña")
    phone.wait_for_selector("[role=alert]")
    assert not findings(phone, "new-password") and overflow(phone) <= 0
    phone.get_by_label("Contraseña nueva").fill("cuatro palabras muy tranquilas")
    phone.troubles.clear()  # Chromium counts the refusal above as an error
    press(phone, "Guardar la contraseña")
    phone.wait_for_selector("text=Quién más puede ver qué")
    return phone


def framed(page: Any) -> None:
    """The frame speaks the page's language, and English around the next page."""
    page.wait_for_function("() => document.documentElement.lang === 'es'")
    assert text(page.locator(".skip")) == "Ir al contenido" and page.title() == "Mi hijo o hija · Quorum"
    press(page, "Menú")
    told = text(page.get_by_role("navigation", name="Páginas"))
    assert "Informes" in told and "Reports" not in told and page.get_by_role("button", name="Salir").count()
    page.get_by_role("link", name="Sobre los datos").click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    press(page, "Menu")
    assert "Reports" in text(page.get_by_role("navigation", name="Pages"))
    page.go_back()
    page.wait_for_function("() => document.documentElement.lang === 'es'")


def withdraw(opener: Opener) -> None:
    """In Spanish this time."""
    phone = came_with_code(opener)
    assert "lang=es" in phone.url and phone.locator("#my-child-content").get_attribute("lang") == "es"
    framed(phone)
    phone.get_by_role("link", name="Cambiar qué puede ver The club").click()
    press(phone, "Dejar de compartir con The club")
    phone.wait_for_selector("text=The club ya no verá")
    assert "todos los datos" in text(phone.get_by_role("region", name="Dejar de compartir o compartir menos"))
    phone.get_by_label("Su nombre completo").fill(NAME)
    press(phone, "Firmar y dejar de compartir")
    phone.wait_for_selector("text=Su decisión está guardada")
    sound(phone, "recibo")
    end_all_sessions(opener.server.stores.registry, staff_of(opener).links()[0].account or "")
    phone.get_by_role("link", name="Volver a mi hijo o hija").click()
    phone.wait_for_selector("text=Su sesión ha terminado")
    assert "Su sesión ha terminado" in text(phone.get_by_role("status").first)
    with phone.context.expect_page() as opened:
        phone.get_by_role("link", name="Entre en una pestaña nueva").click()
    opened.value.wait_for_selector("text=volverá a la misma página")


def test_staff_pages_and_the_ledger_are_sound(open_family: Opener) -> None:
    for role, path in ((Role.PARTNER, "/families"), (Role.PARTNER, "/tasks"), (Role.PARTNER, "/our-data")):
        page = open_family(role, path, 375)
        page.wait_for_selector("h1")
        sound(page, path)
    page = open_family(Role.BACKBONE, "/ledger", 375)
    press(page, "Verify now")
    page.wait_for_selector("#ledger-verdict:has-text('entries checked')")
    sound(page, "/ledger")
    with page.expect_download() as file:
        press(page, "Download these entries")
    assert file.value.suggested_filename.endswith(".csv")
