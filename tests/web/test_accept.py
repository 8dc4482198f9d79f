"""A stranger with a code makes an account; without one, nothing is told and nothing typed but the code comes back."""

from data_access import accounts
from data_access.session import Session
from data_access.staff import Staff
from privacy.viewer import Role
from tests.support.web import PASSWORD, Web


def code_for(site: Web) -> str:
    (boss,) = [one for one in accounts.accounts(site.stores.registry) if one.role is Role.BACKBONE]
    staff = Staff(Session(boss.viewer, site.stores, site.clock))
    return staff.invite("new@example.org", "Nia New", "fund", Role.FUNDER)


def test_an_invitation_is_accepted_once_and_the_form_keeps_the_code_alone(site: Web) -> None:
    code, stranger = code_for(site), site.stranger()
    assert "Accept your invitation" in site.get(stranger, "/accept").text
    for sent, told in (
        ({"code": "wrong", "password": PASSWORD, "again": PASSWORD}, "not valid"),
        ({"code": code, "password": PASSWORD, "again": "other"}, "not the same"),
        ({"code": code, "password": "short", "again": "short"}, "at least 8"),
    ):
        answer = site.post(stranger, "/accept", data=sent)
        assert answer.status_code == 422 and told in answer.text
        assert sent["code"] in answer.text and sent["password"] not in answer.text
    good = {"code": code, "password": PASSWORD, "again": PASSWORD}
    answer = site.post(stranger, "/accept", data=good)
    assert (answer.status_code, answer.location) == (303, "/sign-in?why=accepted")
    assert site.post(stranger, "/accept", data=good).status_code == 422
    signed = site.post(stranger, "/sign-in", data={"email": "new@example.org", "password": PASSWORD})
    assert signed.status_code == 303
    foreign = site.post(stranger, "/accept", headers={"Origin": "https://elsewhere.example"}, data=good)
    assert foreign.status_code == 403
