"""The way in for families: plain HTML in two languages, one answer for every wrong code, and nothing before proof."""

import json
from datetime import date

import pytest
from plotly.utils import PlotlyJSONEncoder

from data_access.agreements import save_agreement
from data_access.guardians import Families, Link
from data_access.registry.engine import transaction
from data_access.session import Session
from privacy.agreement import Tier
from privacy.viewer import Role, Viewer
from tests.support import families
from tests.support.town import clause
from tests.support.web import Web, email

GOOD = "four plain words together"


@pytest.fixture(scope="module")
def known(site: Web) -> Web:
    with transaction(site.stores.registry) as connection:
        families.add_contributors(connection, "club", "school")
        born = date(2016, 5, 1)
        families.add_child(connection, 1, {"club": born, "school": born}, first_name="Quillon")
        save_agreement(connection, clause(Tier.SHARING, "school", recipients=frozenset({"club"})))
        save_agreement(connection, clause(Tier.USE, "club", contributors=frozenset({"school"})))
    return site


def staff(site: Web, user: str = "u-staff") -> Families:
    return Families(Session(Viewer(user, "club", Role.PARTNER), site.stores, site.clock))


def enter(site: Web, **typed: str):
    client = site.stranger()
    return client, site.post(client, "/welcome", data={"email": "mara@example.org", "password": GOOD} | typed)


def test_the_form_is_plain_html_in_both_languages(known: Web) -> None:
    for language, word in (("en", "Code from your invitation"), ("es", "Código de su invitación")):
        answer = known.get(known.stranger(), f"/welcome?lang={language}")
        assert f'<html lang="{language}">' in answer.text and word in answer.text and "<script" not in answer.text


def test_every_wrong_code_is_refused_in_the_same_words_and_keeps_what_was_typed(known: Web) -> None:
    code = staff(known).invite("club", "100", "Mara Ostrander", "mother", "other@example.org", "en").code
    texts = set()
    for tried in ("AAAA-BBBB-CCCC-DDDD", code):
        _, answer = enter(known, code=tried)
        assert answer.status_code == 401 and "Set-Cookie" not in answer.headers
        assert f'value="{tried}"' in answer.text and 'value="mara@example.org"' in answer.text
        assert GOOD not in answer.text
        texts.add(answer.text.replace(tried, ""))
    assert len(texts) == 1
    _, odd = enter(known, code='"><script>', lang="es")
    assert "<script>" not in odd.text and "Este código" in odd.text


def test_a_guardian_comes_in_and_sees_nothing_until_staff_know_them(known: Web) -> None:
    code = staff(known).invite("club", "100", "Mara Ostrander", "mother", "mara@example.org", "es").code
    client, weak = enter(known, code=code, password="password")
    assert weak.status_code == 401 and "Set-Cookie" not in weak.headers
    client, answer = enter(known, code=code, lang="es")
    assert (answer.status_code, answer.location) == (303, "/my-child?lang=es")
    assert "Quillon" not in drawn(known, client)
    link = next(one for one in staff(known).links() if one.email == "mara@example.org")
    staff(known, "u-colleague").verify(link.id, link.seen, "photo_id")
    assert "Quillon" in drawn(known, client)
    assert "Quién más puede ver qué" in drawn(known, client, lang="es")
    link = next(one for one in staff(known).links() if one.email == "mara@example.org")
    staff(known).end(link.id, link.seen, "moved")
    assert "Quillon" not in drawn(known, client)


@pytest.mark.parametrize(
    "query", [{"child": "2"}, {"child": "x"}, {"view": "receipt", "n": "1"}, {"view": "choose", "to": "a"}]
)
def test_what_is_not_theirs_is_refused_alike(known: Web, query: dict[str, str]) -> None:
    code = staff(known).invite("club", "100", "Joel Ostrander", "father", "joel@example.org", "en").code
    client, answer = enter(known, code=code, email="joel@example.org")
    assert answer.status_code == 303
    link = next(one for one in staff(known).links() if one.email == "joel@example.org" and one.state == "accepted")
    staff(known, "u-colleague").verify(link.id, link.seen, "photo_id")
    assert "This is not on your page" in drawn(known, client, **query)


def test_a_password_is_chosen_only_right_after_a_code(known: Web) -> None:
    code = staff(known).invite("club", "100", "Ines Ostrander", "mother", "ines@example.org", "en").code
    client, answer = enter(known, code=code, email="ines@example.org", password="")
    assert answer.status_code == 303, "no password is needed"
    told = {"password": "another four plain words", "lang": "es"}
    refused = known.post(client, "/new-password", data=told)
    assert refused.status_code == 422 and "Pida un código nuevo" in refused.text and "Set-Cookie" not in refused.headers
    link = next(one for one in staff(known).links() if one.email == "ines@example.org")
    again = known.stranger()
    typed = {"email": "ines@example.org", "password": staff(known).sign_in_code(link.id).code, "next": "/"}
    assert known.post(again, "/sign-in", data=typed | {"lang": "es"}).location == "/my-child?lang=es"
    assert "/new-password" in drawn(known, again)
    assert '"act": "verify"' not in acts(staff(known), link) and "You invited this person" in acts(staff(known), link)
    assert '"act": "verify"' in acts(staff(known, "u-colleague"), link)
    staff(known, "u-colleague").verify(link.id, link.seen, "photo_id")
    choose = {"view": "choose", "to": "club", "for": "coordination"}
    assert "A code from The club let you in" in drawn(known, again, **choose)
    assert "código de The club" in drawn(known, again, **choose, lang="es")
    saved = known.post(again, "/new-password", data=told)
    assert (saved.status_code, saved.location) == (303, "/my-child?lang=es")
    assert "/new-password" not in drawn(known, again)
    assert known.get(known.browser(Role.PARTNER), "/new-password").status_code == 404
    assert known.get(known.stranger(), "/new-password").status_code == 302


def acts(staff: Families, link: Link) -> str:
    """What can be done with a link on the page of staff."""
    from pages.families import actions  # a page can be imported once there is an app

    return json.dumps(actions(staff, link), cls=PlotlyJSONEncoder)


def drawn(site: Web, client: object, **query: str) -> str:
    """What the page's callback answers, as text."""
    name = next(key for key in site.app.callback_map if key.startswith("..my-child-content.children"))
    outputs = [dict(zip(("id", "property"), part.rsplit(".", 1), strict=True)) for part in name.strip(".").split("...")]
    store = {"id": {"type": "query-store", "page": "my-child"}, "property": "data", "value": query}
    body = {"output": name, "outputs": outputs, "inputs": [store], "changedPropIds": []}
    answer = site.callback(client, body)
    assert answer.status_code == 200, answer.text
    return json.dumps(json.loads(answer.text), ensure_ascii=False)


def test_guardians_start_at_their_own_page_and_others_do_not(known: Web) -> None:
    for role, start in ((Role.GUARDIAN, "/my-child"), (Role.EVALUATOR, "/")):
        answer = known.post(known.stranger(), "/sign-in", data={"email": email(role), "password": "three calm otters"})
        assert (answer.status_code, answer.location) == (303, start)
    answer = known.route(known.browser(Role.EVALUATOR), "/my-child")
    assert "There is no such page" in answer.text
