"""A code in the place of a password: once, for half an hour, for one guardian, and on the ledger."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from data_access.accounts import REFUSED, SessionToken, SignInRefused, came_with_code, session_account, sign_in
from data_access.agreements import NotRecorded
from data_access.guardians import TooLate, WeakPassword, choose_password
from data_access.ledger import verify
from data_access.my_child import Guardian, NotSigned
from data_access.registry.guardian_tables import sign_in_code
from data_access.registry.tables import ledger
from data_access.sign_in_codes import VALID, VOUCHED
from privacy.choices import ANYTHING, Choice
from privacy.viewer import Role
from tests.data_access.conftest import KEY
from tests.data_access.test_guardians import closed_ledger
from tests.support.town import EMAIL, GOOD, QUICK, Town, keep, open_now, sign

NEW = "another four plain words"


def enter(town: Town, secret: str, email: str = EMAIL) -> SessionToken:
    return sign_in(town.stores.registry, email, secret, "a", town.now, hasher=QUICK, ledger_key=KEY)


def given(town: Town) -> str:
    return town.staff().sign_in_code(town.link().id).code


def by_backbone(town: Town) -> str:
    return town.staff("alder-together", Role.BACKBONE).sign_in_code(town.link().id).code


def from_club(town: Town) -> str:
    """A code that the club gives for the child it knows too."""
    club = town.staff("club")
    link = next((one for one in club.links() if one.state == "verified"), None)
    if link is None:
        made = club.invite("club", "101", "Mara Ostrander", "mother", EMAIL, "en")
        town.enter(made.code)
        link = club.links()[0]
        town.staff("club", user="u-other").verify(link.id, link.seen, "photo_id")
    return club.sign_in_code(link.id).code


def choose(town: Town, token: str, password: str) -> SessionToken:
    return choose_password(town.stores.registry, KEY, token, password, town.now, QUICK)


def refused_as(guardian: Guardian, choice: Choice) -> str:
    """Why a choice is not taken; empty where it is."""
    before, kept = open_now(guardian), len(guardian.receipts(guardian.child(1)))
    try:
        sign(guardian, choice, day=guardian.today)
    except NotSigned as refusal:
        assert open_now(guardian) == before and len(guardian.receipts(guardian.child(1))) == kept
        return refusal.field
    return ""


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


@pytest.mark.postgresql
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
    code = by_backbone(town)
    assert enter(town, code, "joel@example.org")
    link = town.link()
    town.staff().end(link.id, link.seen, "moved away")
    with pytest.raises(NotRecorded):
        given(town)


@pytest.mark.postgresql
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


@pytest.mark.postgresql
def test_who_came_with_a_code_may_choose_a_password_for_half_an_hour(town: Town) -> None:
    town.known()
    registry = town.stores.registry

    with pytest.raises(TooLate):
        choose(town, enter(town, GOOD), NEW)
    token, other = enter(town, given(town)), enter(town, GOOD)
    for _ in range(10):  # a stranger's wrong tries are not in the way of who is in already
        with pytest.raises(SignInRefused):
            enter(town, "AAAA-AAAA-AAAA")
    with pytest.raises(WeakPassword):
        choose(town, token, "mara ostrander")
    fresh = choose(town, token, NEW)
    assert session_account(registry, fresh, town.now) and not came_with_code(registry, fresh, town.now)
    assert session_account(registry, token, town.now) is session_account(registry, other, town.now) is None
    town.now += timedelta(minutes=16)
    with pytest.raises(SignInRefused):
        enter(town, GOOD)
    late = enter(town, given(town))
    town.now += VALID
    with pytest.raises(TooLate):
        choose(town, late, NEW)
    assert enter(town, NEW)


def test_who_gave_the_code_is_not_let_see_more_for_a_day(town: Town) -> None:
    """No yes, no wider yes and no longer yes; less, nothing, and others go on."""
    guardian = town.known()
    sign(guardian, keep("attendance", "child"))
    code = from_club(town)
    assert refused_as(guardian, keep("attendance", "child", "screening")) == "", (
        "a code that nobody used vouches nothing"
    )
    enter(town, from_club(town))
    assert guardian.vouched_by() == {"club"} and code
    for more in (
        keep("attendance", "child", "screening", until=date(2027, 7, 1)),
        keep("child", until=date(2027, 12, 31)),
    ):
        assert guardian.preview(guardian.child(1), more).widens
        assert refused_as(guardian, more) == "vouched"
    for less in (keep("attendance", "child"), keep("child", until=date(2027, 1, 31)), keep()):
        assert refused_as(guardian, less) == ""
    assert open_now(guardian) == {"grade"} and refused_as(guardian, keep("child")) == "vouched"
    assert refused_as(guardian, Choice(ANYTHING, ANYTHING, frozenset(), None)) == "nothing"
    town.now += VOUCHED - timedelta(seconds=1)
    assert refused_as(town.guardian(), keep("child")) == "vouched"
    town.now += timedelta(seconds=1)
    assert refused_as(town.guardian(), keep("child")) == ""


def test_a_yes_that_another_parent_holds_back_is_a_yes_too(town: Town) -> None:
    guardian, joel = town.known(), town.known("100", "joel@example.org", "Joel Ostrander")
    sign(joel, keep("child"), "Joel Ostrander")
    sign(joel, keep(), "Joel Ostrander")
    enter(town, from_club(town))
    effect = guardian.preview(guardian.child(1), keep("attendance"))
    assert not effect.starts and effect.held_back and refused_as(guardian, keep("attendance")) == "vouched"


def test_others_than_who_gave_the_code_are_not_barred(town: Town) -> None:
    guardian = town.known()
    enter(town, given(town))
    assert guardian.vouched_by() == {"school"} and refused_as(guardian, keep("attendance")) == ""


def test_a_password_chosen_with_a_code_is_on_its_givers_word_until_another_vouches(town: Town) -> None:
    guardian = town.known()
    choose(town, enter(town, from_club(town)), NEW)
    town.now += timedelta(days=9)
    enter(town, NEW)
    assert refused_as(town.guardian(), keep("attendance")) == "vouched"
    token = enter(town, by_backbone(town))
    assert guardian.vouched_by() == {"alder-together"} and refused_as(town.guardian(), keep("attendance")) == ""
    town.now += VOUCHED
    assert guardian.vouched_by() == {"club"}, "the password is still the one that the club may know"
    token = enter(town, by_backbone(town))
    choose(town, token, "a third set of plain words")
    town.now += timedelta(days=9)
    assert guardian.vouched_by() == {"alder-together"}


def test_the_backbones_code_lifts_the_bar_and_ends_what_the_other_code_opened(town: Town) -> None:
    guardian = town.known()
    early = enter(town, from_club(town))
    own = enter(town, GOOD)
    late = enter(town, by_backbone(town))
    assert refused_as(guardian, keep("attendance")) == ""
    registry = town.stores.registry
    assert session_account(registry, early, town.now) is None
    assert session_account(registry, own, town.now) and session_account(registry, late, town.now)
    enter(town, from_club(town))
    assert refused_as(guardian, keep("attendance", "child")) == "vouched", "the last code counts"
