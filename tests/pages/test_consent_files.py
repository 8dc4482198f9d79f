"""A copy says what was signed, in its language, with every blank filled; open cases wait for the backbone."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from catalog.forms import forms
from components.receipt import copy_pdf
from components.wording import wording
from data_access.consent_registry import Line, line_of
from data_access.consents import statements_of
from data_access.registry.engine import transaction
from data_access.session import Session
from privacy.viewer import Role, Viewer
from tests.support import web
from tests.support.families import NO, YES, add_child, add_contributors, say

NAMES = {"school": "Alder School <North>", "club": "The club"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> web.Web:
    home = tmp_path_factory.mktemp("copies")
    made = web.make(home, web.empty(home))
    with transaction(made.stores.registry) as connection:
        add_contributors(connection, "school", "club")
        add_child(connection, 1, {"school": date(2015, 5, 20)})
    return made


def line(site: web.Web, **changes: object) -> Line:
    statement = changes.pop("of", YES)
    say(site.stores.registry, statement, web.OPENED, **changes)  # type: ignore[arg-type]
    with site.stores.registry.connect() as connection:
        return line_of(statements_of(connection, 1)[-1])


@pytest.mark.parametrize(("code", "language"), list(forms()))
def test_every_form_is_filled_in_and_says_who_shares_what(site: web.Web, code: str, language: str) -> None:
    from pages._consent_files import text

    words, signed = wording(language), forms()[code, language]
    found = line(site, form=code, form_version=signed.version, language=language)
    title, paragraphs = text(words, found, NAMES)
    whole = " ".join(paragraphs)
    assert title == signed.title and "{" not in whole
    for told in ("Alder School <North>", "The club", words.element("grade"), words.day(date(2027, 1, 5))):
        assert told in whole
    assert words("copy.never") in " ".join(text(words, line(site, form=code, form_version=signed.version,
                                                            language=language, expires_on=None), NAMES)[1])  # fmt: skip


def test_a_version_that_is_not_kept_and_a_no_are_told_by_what_they_cover(site: web.Web) -> None:
    from pages._consent_files import text

    for found in (line(site, form="education", form_version="0"), line(site, of=NO, form="education")):
        for language in ("en", "es"):
            words = wording(language)
            title, paragraphs = text(words, found, NAMES)
            assert title == words("copy.agreed" if found.say == "permit" else "copy.refused")
            assert len(paragraphs) == 4 and "*" not in " ".join(paragraphs)


def test_the_copy_is_a_tagged_pdf_in_its_language(site: web.Web) -> None:
    words = wording("es")
    made = pypdf.PdfReader(BytesIO(copy_pdf(words, ["Firmado por <b>"], ("Título", ["Uno & dos"]), 7, "Alder")))
    assert made.trailer["/Root"]["/Lang"] == "es" and made.trailer["/Root"]["/MarkInfo"]["/Marked"]
    text = made.pages[0].extract_text()
    assert all(told in text for told in ("Su copia", "declaración 7", "Firmado por <b>", "Uno & dos"))


def test_open_cases_wait_for_the_backbone_alone(site: web.Web) -> None:
    from pages.consent_cases import waiting

    say(site.stores.registry, YES, web.OPENED)
    say(site.stores.registry, NO, web.OPENED, signer="Ivo Ostrander")

    def tasks(role: Role, home: str) -> list[str]:
        session = Session(Viewer("u", home, role), site.stores, lambda: web.OPENED)
        return [task.words for task in waiting(session)]

    assert tasks(Role.BACKBONE, "backbone") == ["In 1 case parents disagree about sharing a child’s records."]
    assert tasks(Role.PARTNER, "school") == tasks(Role.FUNDER, "fund") == []


def test_the_pages_are_those_of_their_roles_and_say_alike_what_does_not_exist(site: web.Web, tmp_path: Path) -> None:
    partner, backbone = site.browser(Role.PARTNER), site.browser(Role.BACKBONE)
    assert "There is no such page" in str(site.page(partner, "/consents/cases"))
    assert "In force today" in str(site.page(backbone, "/consents/child", "?id=1"))
    refused = [str(site.page(partner, "/consents/child", f"?id={n}")) for n in ("1", "77", "x", "9" * 30)]
    assert len(set(refused)) == 1 and "no such child" in refused[0], "the club has no record of this child"
