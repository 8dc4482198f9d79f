"""Sign-in tells a stranger nothing, sessions end when they should, and no password or token is kept readable."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, func, select

from data_access import accounts, passwords
from data_access.accounts import Account, SessionLimits, SignInRefused, create_user, session_account, sign_in
from data_access.ledger import verify
from data_access.passwords import WeakPassword, check_password
from data_access.registry.tables import account, ledger, session, sign_in_attempt
from privacy.viewer import Role, Viewer
from tests.data_access.conftest import KEY

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
GOOD = "four plain words together"


@pytest.fixture
def ana(registry: Engine) -> Account:
    return create_user(
        registry,
        email="Ana@Example.org ",
        name="Ana Ruiz",
        organization="fund",
        role=Role.FUNDER,
        password=GOOD,
        hasher=QUICK,
    )


def enter(
    registry: Engine, password: str = GOOD, *, email: str = "ana@example.org", where: str = "a", at: datetime = NOW
) -> str:
    return sign_in(registry, email, password, where, at, hasher=QUICK)


def test_a_session_is_its_persons(registry: Engine, ana: Account) -> None:
    found = session_account(registry, enter(registry), NOW)
    assert found == ana
    assert found.viewer == Viewer(ana.user_id, "fund", Role.FUNDER)


@pytest.mark.postgresql
def test_nothing_readable_is_kept(registry: Engine, ana: Account) -> None:
    token = enter(registry)
    with registry.connect() as connection:
        kept = [str(row) for table in (account, session, sign_in_attempt) for row in connection.execute(select(table))]
    assert not any(GOOD in row or token in row for row in kept)
    assert "$argon2id$" in kept[0]
    assert len(token) >= 43  # 256 bits


def test_each_sign_in_has_a_new_id(registry: Engine, ana: Account) -> None:
    assert enter(registry) != enter(registry)


@pytest.mark.parametrize(
    ("email", "password"),
    [("ana@example.org", "wrong password"), ("nobody@example.org", GOOD), ("ana@example.org", "")],
)
def test_refusals_sound_alike(registry: Engine, ana: Account, email: str, password: str) -> None:
    with pytest.raises(SignInRefused) as refused:
        enter(registry, password, email=email)
    assert str(refused.value) == accounts.REFUSED


def test_an_unknown_person_costs_as_much_work(registry: Engine, ana: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = passwords.matches
    monkeypatch.setattr(accounts, "matches", lambda kept, *rest: checked.append(kept) or real(kept, *rest))
    for email in ("ana@example.org", "nobody@example.org"):
        with pytest.raises(SignInRefused):
            enter(registry, "wrong password", email=email)
    parameters = [kept.split("$")[:4] for kept in checked]
    assert len(checked) == 2
    assert parameters[0] == parameters[1]


def fail_ten_times(registry: Engine, **where: str) -> None:
    for _ in range(10):
        with pytest.raises(SignInRefused) as refused:
            enter(registry, "wrong password", **where)
        assert not refused.value.throttled


def test_ten_wrong_tries_stop_an_account_from_everywhere(registry: Engine, ana: Account) -> None:
    for number in range(10):
        with pytest.raises(SignInRefused):
            enter(registry, "wrong password", where=f"address {number}")
    with pytest.raises(SignInRefused) as refused:
        enter(registry, where="another address")
    assert refused.value.throttled
    assert str(refused.value) == accounts.REFUSED


def test_fifty_wrong_tries_stop_an_address_for_everybody(registry: Engine, ana: Account) -> None:
    for number in range(50):
        with pytest.raises(SignInRefused):
            enter(registry, "wrong password", email=f"nobody{number}@example.org")
    with pytest.raises(SignInRefused):
        enter(registry)
    assert enter(registry, where="another address")


@pytest.mark.postgresql
def test_waiting_helps(registry: Engine, ana: Account) -> None:
    fail_ten_times(registry)
    with pytest.raises(SignInRefused):
        enter(registry, at=NOW + timedelta(minutes=14))
    assert enter(registry, at=NOW + timedelta(minutes=15, seconds=1))


def test_tries_at_the_same_moment_do_not_slip_through(registry: Engine, ana: Account) -> None:
    outcomes: list[bool] = []

    def attempt() -> None:
        try:
            enter(registry, "wrong password")
        except SignInRefused as refused:
            outcomes.append(refused.throttled)

    crowd = [threading.Thread(target=attempt) for _ in range(16)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert sorted(outcomes) == [False] * 10 + [True] * 6


@pytest.mark.parametrize(
    ("steps", "holds"),
    [
        ([timedelta(minutes=29)], True),
        ([timedelta(minutes=30, seconds=1)], False),
        ([timedelta(minutes=25)] * 4, True),
        ([timedelta(minutes=25)] * 29, False),
        ([timedelta(hours=-1)], True),
    ],
    ids=["idle 29 min", "idle over 30 min", "used all along", "used for over 12 h", "clock back an hour"],
)
def test_limits(registry: Engine, ana: Account, steps: list[timedelta], holds: bool) -> None:
    token, at = enter(registry), NOW
    for step in steps:
        at += step
        found = session_account(registry, token, at)
    assert (found is not None) == holds


def test_limits_can_be_set(registry: Engine, ana: Account) -> None:
    limits = SessionLimits(idle=timedelta(minutes=5), absolute=timedelta(minutes=8))
    token = enter(registry)
    assert session_account(registry, token, NOW + timedelta(minutes=4), limits)
    assert not session_account(registry, token, NOW + timedelta(minutes=8, seconds=1), limits)


@pytest.mark.postgresql
def test_being_seen_is_written_at_most_once_a_minute(registry: Engine, ana: Account) -> None:
    token, seen = enter(registry), []
    for seconds in (10, 50, 59, 61, 70, 130):
        session_account(registry, token, NOW + timedelta(seconds=seconds))
        with registry.connect() as connection:
            seen.append(connection.scalar(select(session.c.last_seen)) - NOW)
    assert [int(s.total_seconds()) for s in seen] == [0, 0, 0, 61, 61, 130]


@pytest.mark.postgresql
def test_signing_out_ends_one_session_or_all(registry: Engine, ana: Account) -> None:
    tokens = [enter(registry) for _ in range(3)]
    accounts.end_session(registry, tokens[0])
    assert [session_account(registry, t, NOW) is not None for t in tokens] == [False, True, True]
    accounts.end_all_sessions(registry, ana.user_id)
    assert not any(session_account(registry, t, NOW) for t in tokens)


@pytest.mark.postgresql
def test_a_disabled_account_is_out_at_once(registry: Engine, ana: Account) -> None:
    token = enter(registry)
    with registry.begin() as connection:
        connection.execute(account.update().values(disabled=True))
    assert session_account(registry, token, NOW) is None
    with pytest.raises(SignInRefused):
        enter(registry)


def test_a_token_that_was_never_given_is_nobodys(registry: Engine, ana: Account) -> None:
    assert session_account(registry, "made up", NOW) is None


def test_an_address_has_one_account(registry: Engine, ana: Account) -> None:
    with pytest.raises(accounts.AccountExists):
        create_user(
            registry,
            email="ana@example.ORG",
            name="A",
            organization="fund",
            role=Role.FUNDER,
            password=GOOD,
            hasher=QUICK,
        )


@pytest.mark.parametrize("email", ["", "ana", "ana@", "@example.org", "a b@example.org", "a" * 250 + "@b.org"])
def test_an_address_must_be_one(registry: Engine, email: str) -> None:
    with pytest.raises(ValueError, match="e-mail"):
        create_user(registry, email=email, name="A", organization="fund", role=Role.FUNDER, password=GOOD, hasher=QUICK)


def test_an_unknown_organization_is_named_with_the_known(registry: Engine) -> None:
    with pytest.raises(ValueError, match=r"nowhere.*alder-together, fund"):
        create_user(
            registry, email="b@b.org", name="B", organization="nowhere", role=Role.FUNDER, password=GOOD, hasher=QUICK
        )


@pytest.mark.parametrize("password", ["short12", "password", "PassWord1", "iloveyou", "aaaaaaaaaaaa", "x" * 129])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_password(password)


@pytest.mark.parametrize("password", ["ana@example.org", "Ana Ruiz-Vega", "anaruiz-vega"])
def test_ones_own_name_is_no_password(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_password(password, "ana@example.org", "Ana Ruiz-Vega")


@pytest.mark.parametrize("password", ["x7" * 64, "öl und wein und brot", "    many  spaces   ", "密码密码密码很长很长"])
def test_long_and_unusual_passwords_work_uncut(registry: Engine, password: str) -> None:
    create_user(
        registry, email="c@c.org", name="C", organization="fund", role=Role.FUNDER, password=password, hasher=QUICK
    )
    assert enter(registry, password, email="c@c.org")
    with pytest.raises(SignInRefused):
        enter(registry, password[:-1], email="c@c.org")


def test_a_password_is_the_same_however_accents_are_typed() -> None:
    kept = passwords.hashed("café au lait", QUICK)
    assert passwords.matches(kept, "cafe\u0301 au lait", QUICK)


def test_the_list_of_common_passwords_is_long_enough() -> None:
    assert sum(len(word) >= 8 for word in passwords._common()) == 3000


def test_the_default_work_meets_the_floor() -> None:
    """OWASP ASVS 5 asks for argon2id with at least 19 MiB and two passes."""
    assert passwords.HASHER.memory_cost >= 19 * 1024
    assert passwords.HASHER.time_cost >= 2
    assert "argon2id" in passwords.HASHER.hash("x")


@pytest.mark.postgresql
def test_sign_ins_and_refusals_are_on_the_ledger(registry: Engine, ana: Account, tmp_path) -> None:
    sign_in(registry, "ana@example.org", GOOD, "a", NOW, hasher=QUICK, ledger_key=KEY)
    for email in ("ana@example.org", "nobody@example.org"):
        with pytest.raises(SignInRefused):
            sign_in(registry, email, "wrong password", "a", NOW, hasher=QUICK, ledger_key=KEY)
    with registry.connect() as connection:
        rows = connection.execute(select(ledger.c.actor, ledger.c.outcome).order_by(ledger.c.sequence)).all()
        assert [tuple(row) for row in rows] == [(ana.user_id, "done"), (ana.user_id, "refused"), ("unknown", "refused")]
        assert (
            connection.scalar(select(func.count()).select_from(ledger).where(ledger.c.detail.contains("example"))) == 0
        )
    assert verify(registry, KEY, tmp_path / "ledger.head").ok


@pytest.mark.postgresql
def test_a_flood_of_tries_does_not_fill_the_ledger(registry: Engine, ana: Account, tmp_path) -> None:
    """A thousand addresses and names, and one account tried by all: single rows to the limit, then one sum."""
    tried = 60
    for number in range(tried):
        for email in (f"nobody{number}@example.org", "ana@example.org"):
            with pytest.raises(SignInRefused):
                sign_in(registry, email, "wrong", f"address {number}", NOW, hasher=QUICK, ledger_key=KEY)
    assert outcomes(registry) == {
        ("unknown", "refused"): 20,
        (ana.user_id, "refused"): 10,
        (ana.user_id, "throttled"): 1,
    }
    later = NOW + timedelta(minutes=16)
    sign_in(registry, "ana@example.org", GOOD, "b", later, hasher=QUICK, ledger_key=KEY)
    with registry.connect() as connection:
        rows = connection.execute(select(ledger.c.outcome, ledger.c.detail).order_by(ledger.c.sequence)).all()[31:]
    sums = {row.outcome: json.loads(row.detail).get("further_tries") for row in rows}
    assert sums == {"refused": tried - 20, "throttled": tried - 10 - 1, "done": None}
    assert verify(registry, KEY, tmp_path / "ledger.head").ok


def outcomes(registry: Engine) -> dict[tuple[str, str], int]:
    """Rows of the ledger by actor and outcome."""
    query = select(ledger.c.actor, ledger.c.outcome, func.count()).group_by(ledger.c.actor, ledger.c.outcome)
    with registry.connect() as connection:
        return {(actor, outcome): count for actor, outcome, count in connection.execute(query)}
