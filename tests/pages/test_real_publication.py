"""The same pages on a publication that was really counted, protected and attacked."""

import json

import pytest

from data_access.stores import Stores
from privacy.viewer import Role
from tests.pages.conftest import Reader, decoded, texts
from tests.pages.test_answers import PAGES, USUAL
from tests.support import web


@pytest.fixture(scope="module")
def real(community: Stores) -> web.Web:
    return web.make(community.home, community)


@pytest.mark.parametrize("path", [*PAGES, "/attacker"])
@pytest.mark.parametrize("role", [Role.FUNDER, Role.BACKBONE])
def test_pages_have_an_answer_or_a_lawful_no(real: web.Web, role: Role, path: str) -> None:
    reader = Reader(real, real.browser(role))
    assert "state-error" not in json.dumps(reader.layout(path))
    if page := PAGES.get(path):
        for indicator in ("children_served", "chronic_absence", "third_grade_reading", "after_school_participation"):
            for level in ("county", "town", "region"):
                answer = reader.answer(page, USUAL[page] | {"i": indicator, "level": level, "from": "2023-24"})
                assert "state-error" not in json.dumps(answer)


def test_the_proof_is_told_in_numbers_of_the_proof(real: web.Web) -> None:
    reader = Reader(real, real.browser(Role.BACKBONE))
    proof = real.stores.publications.current().proof
    said = " ".join(texts(decoded(reader.layout("/about"))))
    assert f"{proof.cells:,} numbers were prepared" in said and f"{proof.hidden:,} of them are hidden" in said
    detail = " ".join(texts(decoded(reader.layout("/attacker"))))
    assert all(f"{many:,}" in detail for many in proof.widths.values() if many)
    for tight in proof.tight:
        assert tight.cell in detail


def test_the_attackers_view_gives_widths_and_no_limits(real: web.Web) -> None:
    reader = Reader(real, real.browser(Role.BACKBONE))
    shown = json.dumps(reader.layout("/attacker"))
    for tight in real.stores.publications.current().proof.tight:
        if tight.high is not None and tight.low:
            assert f"{tight.low:.0f} to {tight.high:.0f}" not in shown
