"""A code in the place of a password: once, for half an hour, for one guardian, and on the ledger."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from data_access.accounts import REFUSED, SessionToken, SignInRefused, came_with_code, session_account, sign_in
from data_access.agreements import NotRecorded
from data_access.guardians import TooLate, WeakPassword, choose_password
from data_access.ledger import verify
from data_access.registry.guardian_tables import sign_in_code
from data_access.registry.tables import ledger
from data_access.sign_in_codes import VALID
from privacy.viewer import Role
from tests.data_access.conftest import KEY
from tests.data_access.test_guardians import closed_ledger
from tests.support.town import EMAIL, GOOD, QUICK, Town


def enter(town: Town, secret: str, email: str = EMAIL) -> SessionToken:
    return sign_in(town.stores.registry, email, secret, "a", town.now, hasher=QUICK, ledger_key=KEY)


def given(town: Town) -> str:
    return town.staff().sign_in_code(town.link().id).code


def test_a_code_opens_the_ordinary_door_once_and_for_half_an_hour(town: Town) -> None:
    town.known()
    code = given(town)
    town.now += VALID - timedelta(seconds=1)
    assert enter(town, code.lower().replace("-", " "))
    with pytest.raises(SignInRefused):
        enter(town, code)
    late = given(town)
    town.now += VALID
    with pytest.raises(SignInRefused):
        enter(town, late)
    assert enter(town, GOOD), "the password goes on working"


def test_whatever_is_wrong_the_words_are_the_same(town: Town) -> None:
    town.known()
    town.known("200", "joel@example.org", "Joel Ostrander")
    theirs, replaced = given(town), given(town)  # the newest link is Joel's; a newer code ends the one before
    for email, secret in (
        (EMAIL, replaced),
        ("joel@example.org", theirs),
        ("nobody@example.org", replaced),
        (EMAIL, ""),
    ):
        with pytest.raises(SignInRefused) as refused:
            enter(town, secret, email)
        assert str(refused.value) == REFUSED
    assert enter(town, replaced, "joel@example.org")


def test_ten_wrong_codes_are_enough_and_the_right_one_is_not_used_up(town: Town) -> None:
    town.known()
    code = given(town)
    for _ in range(10):
        with pytest.raises(SignInRefused):
            enter(town, "AAAA-AAAA-AAAA")
    with pytest.raises(SignInRefused) as refused:
        enter(town, code)
    assert refused.value.throttled
    town.now += timedelta(minutes=16)
    assert enter(town, code)


def test_of_two_who_type_one_code_at_once_one_comes_in(town: Town) -> None:
    town.known()
    code, came = given(town), list[object]()

    def run() -> None:
        try:
            came.append(enter(town, code))
        except SignInRefused as refusal:
            came.append(refusal)

    crowd = [threading.Thread(target=run) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert sorted(isinstance(one, SignInRefused) for one in came) == [False, True, True, True]


def test_codes_are_given_by_their_own_staff_to_somebody_who_is_there(town: Town) -> None:
    town.invite()
    with pytest.raises(NotRecorded):
        given(town)  # nobody has come yet
    town.known("200", "joel@example.org", "Joel Ostrander")
    with pytest.raises(NotRecorded):
        town.staff("club").sign_in_code(town.link().id)
    code = town.staff("alder-together", Role.BACKBONE).sign_in_code(town.link().id).code
    assert enter(town, code, "joel@example.org")
    link = town.link()
    town.staff().end(link.id, link.seen, "moved away")
    with pytest.raises(NotRecorded):
        given(town)


def test_codes_are_kept_as_hashes_and_stand_on_the_ledger(town: Town) -> None:
    guardian = town.known()
    assert guardian.code_made() is None
    code = given(town)
    enter(town, code)
    with town.stores.registry.connect() as connection:
        kept = str(connection.execute(select(sign_in_code)).all()) + str(connection.execute(select(ledger)).all())
        rows = connection.execute(select(ledger.c.action, ledger.c.detail).order_by(ledger.c.sequence.desc())).all()
    assert code not in kept and code.replace("-", "") not in kept
    assert rows[0] == ("sign-in", '{"with":"code"}') and rows[1].action == "sign-in-code"
    made = guardian.code_made()
    assert made is not None and made.organization == "The school"
    with closed_ledger(town.stores.registry), pytest.raises(DBAPIError):
        given(town)
    assert verify(town.stores.registry, KEY, town.stores.ledger_head).ok


def test_an_account_needs_no_password_ever(town: Town) -> None:
    town.enter(town.invite(), password="")
    with pytest.raises(SignInRefused):
        enter(town, "")
    assert enter(town, given(town))
    code = given(town)
    town.enter(town.invite("200"), password=code)  # the second child, by a code too
    assert [link.state for link in town.staff().links()] == ["accepted", "accepted"]


def test_who_came_with_a_code_may_choose_a_password_for_half_an_hour(town: Town) -> None:
    town.known()
    registry = town.stores.registry

    def choose(token: str, password: str = "another four plain words") -> SessionToken:
        return choose_password(registry, KEY, token, password, town.now, QUICK)

    with pytest.raises(TooLate):
        choose(enter(town, GOOD))
    token, other = enter(town, given(town)), enter(town, GOOD)
    for _ in range(10):  # a stranger's wrong tries are not in the way of who is in already
        with pytest.raises(SignInRefused):
            enter(town, "AAAA-AAAA-AAAA")
    with pytest.raises(WeakPassword):
        choose(token, "mara ostrander")
    fresh = choose(token)
    assert session_account(registry, fresh, town.now) and not came_with_code(registry, fresh, town.now)
    assert session_account(registry, token, town.now) is session_account(registry, other, town.now) is None
    town.now += timedelta(minutes=16)
    with pytest.raises(SignInRefused):
        enter(town, GOOD)
    late = enter(town, given(town))
    town.now += VALID
    with pytest.raises(TooLate):
        choose(late)
    assert enter(town, "another four plain words")
