"""People come by a code that works once, have a role of their organization's kind, and lose access at once."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select

from catalog.terms import elements
from data_access.accounts import KIND_OF, AccountExists, create_user, session_account, sign_in
from data_access.agreements import NotRecorded
from data_access.invitations import NotInvited, accept
from data_access.lake import Lake
from data_access.lifecycle import Stale
from data_access.limits import read_limits, write_limits
from data_access.passwords import WeakPassword
from data_access.publications import Publications
from data_access.registry.agreement_tables import invitation
from data_access.registry.engine import transaction
from data_access.registry.tables import area, boundary_set, ledger
from data_access.session import Session
from data_access.staff import Staff
from privacy.agreement import Level
from privacy.viewer import Limits, Role, Viewer
from tests.data_access.conftest import KEY
from tests.data_access.test_accounts import GOOD, NOW, QUICK

LIMITS = Limits(level=Level.AGGREGATE, areas=frozenset({"T1"}))


class Stores:
    """As much of the stores as people need."""

    def __init__(self, registry: Engine, folder: Path) -> None:
        self.registry, self.ledger_key = registry, KEY
        self.publications, self.lake = Publications(folder / "publications", registry), Lake(folder / "lake", registry)


@pytest.fixture
def staff(registry: Engine, tmp_path: Path) -> Staff:
    boss = Viewer("b", "alder-together", Role.BACKBONE)
    with transaction(registry) as connection:
        row = {"id": "town-1", "level": "town", "vintage": "2020", "checksum": "", "file": "", "imported_at": NOW}
        connection.execute(insert(boundary_set), row)
        areas = [
            {"boundary_set": "town-1", "area_id": code, "name": f"Town {code}", "land": True} for code in ("T1", "T01")
        ]
        connection.execute(insert(area), areas)
    return Staff(Session(boss, Stores(registry, tmp_path), lambda: NOW))  # type: ignore[arg-type]


def take(registry: Engine, code: str, password: str = GOOD, after: timedelta = timedelta(0)):
    return accept(registry, KEY, code, password, NOW + after, hasher=QUICK)


@pytest.mark.postgresql
def test_a_code_makes_one_account_with_its_role_and_limits(staff: Staff, registry: Engine) -> None:
    code = staff.invite("Per@Example.org", " Per  Okonjo ", "fund", Role.FUNDER, LIMITS)
    with pytest.raises(WeakPassword):
        take(registry, code, "short")
    made = take(registry, code.upper().replace("-", " "))
    assert (made.email, made.name, made.viewer.limits) == ("per@example.org", "Per Okonjo", LIMITS)
    token = sign_in(registry, "per@example.org", GOOD, "x", NOW, hasher=QUICK)
    assert session_account(registry, token, NOW) == made
    with registry.connect() as connection:
        kept = str(connection.execute(select(invitation)).all())
        rows = connection.execute(select(ledger.c.action, ledger.c.detail)).all()
    assert code not in kept and [row.action for row in rows] == ["person", "person"]
    assert not any(word in row.detail for row in rows for word in ("Per", "per@", code))


@pytest.mark.postgresql
def test_codes_that_open_nothing_read_alike(staff: Staff, registry: Engine) -> None:
    used, old, gone, replaced = (staff.invite(f"p{n}@example.org", "Per", "fund", Role.FUNDER) for n in range(4))
    staff.invite("p3@example.org", "Per", "fund", Role.FUNDER)
    take(registry, used)
    staff.withdraw_invitation(next(one.id for one in staff.invited() if one.email == "p2@example.org"))
    told = set()
    for code, after in ((used, 0), (old, 8), (gone, 0), (replaced, 0), ("abcde-abcde-abcde-abcde", 0), ("", 0)):
        with pytest.raises(NotInvited) as refused:
            take(registry, code, after=timedelta(days=after))
        told.add(str(refused.value))
    assert len(told) == 1
    with pytest.raises(AccountExists):
        staff.invite("p0@example.org", "Per", "fund", Role.FUNDER)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("organization", ["fund", "alder-together"])
def test_a_role_fits_the_kind_of_its_organization(
    staff: Staff, registry: Engine, role: Role, organization: str
) -> None:
    fits = KIND_OF[role] == {"fund": "funder", "alder-together": "backbone"}[organization]
    who = {"email": f"{role}@example.org", "name": "Ana", "organization": organization, "role": role}
    for make in (lambda: staff.invite(**who), lambda: create_user(registry, **who, password=GOOD, hasher=QUICK)):
        if fits:
            assert make()
        else:
            with pytest.raises(NotRecorded, match="have the role"):
                make()


@pytest.mark.postgresql
def test_limits_disabling_and_ended_sessions_act_at_the_next_request(staff: Staff, registry: Engine) -> None:
    who = create_user(
        registry, email="p@example.org", name="Per", organization="fund", role=Role.FUNDER, password=GOOD, hasher=QUICK
    )

    def seen(token: str) -> Viewer | None:
        found = session_account(registry, token, NOW)
        return found.viewer if found else None

    def enter() -> str:
        return sign_in(registry, "p@example.org", GOOD, "x", NOW, hasher=QUICK)

    token = enter()
    staff.set_limits(who.user_id, LIMITS, Limits())
    assert seen(token) == Viewer(who.user_id, "fund", Role.FUNDER, LIMITS)
    assert [(p.account.email, p.sessions) for p in staff.people()] == [("p@example.org", 1)]
    staff.end_sessions(who.user_id)
    assert seen(token) is None
    token = enter()
    staff.disable(who.user_id)
    assert seen(token) is None
    staff.enable(who.user_id)
    assert seen(token) is None and seen(enter()) is not None
    with pytest.raises(NotRecorded, match="does not fit"):
        staff.set_role(who.user_id, Role.BACKBONE)
    with pytest.raises(NotRecorded):
        staff.disable("nobody")
    with registry.connect() as connection:
        acts = [json.loads(row)["act"] for row in connection.scalars(select(ledger.c.detail))]
    assert acts == ["limits", "sessions ended", "disabled", "enabled"]


def test_a_limit_that_leaves_nothing_or_names_what_nobody_knows_is_refused(staff: Staff, registry: Engine) -> None:
    who = create_user(
        registry, email="p@example.org", name="Per", organization="fund", role=Role.FUNDER, password=GOOD, hasher=QUICK
    )
    wrong = {
        "“nowhere”: there is no such place. Codes look like: T01 \\(Town T01\\)": Limits(
            areas=frozenset({"nowhere", "T1"})
        ),
        "“zzz”: no program is on file yet": Limits(programs=frozenset({"zzz"})),
        "No data element is chosen": Limits(elements=frozenset()),
        "No purpose is chosen": Limits(purposes=frozenset()),
    }
    for told, limits in wrong.items():
        with pytest.raises(NotRecorded, match=told):
            staff.set_limits(who.user_id, limits, Limits())
    assert staff.person(who.user_id).limits == Limits()


@pytest.mark.postgresql
def test_the_second_of_two_who_set_limits_at_once_is_told_and_the_first_stands(staff: Staff, registry: Engine) -> None:
    who = create_user(
        registry, email="p@example.org", name="Per", organization="fund", role=Role.FUNDER, password=GOOD, hasher=QUICK
    )
    wanted = [LIMITS, Limits(level=Level.AGGREGATE), Limits(areas=frozenset({"T01"}))]
    gate, done, told = threading.Barrier(len(wanted)), list[Limits](), list[str]()

    def go(limits: Limits) -> None:
        gate.wait()
        try:
            staff.set_limits(who.user_id, limits, Limits())
        except Stale as refusal:
            told.append(str(refusal))
        else:
            done.append(limits)

    crowd = [threading.Thread(target=go, args=(one,)) for one in wanted]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert len(done) == 1 and len(told) == 2 and "Somebody else" in told[0]
    assert staff.person(who.user_id).limits == done[0]
    staff.set_limits(who.user_id, Limits(), done[0])
    assert staff.person(who.user_id).limits == Limits()


def test_nobody_shuts_themselves_out(staff: Staff, registry: Engine, tmp_path: Path) -> None:
    me = create_user(
        registry,
        email="b@example.org",
        name="Bea",
        organization="alder-together",
        role=Role.BACKBONE,
        password=GOOD,
        hasher=QUICK,
    )
    boss = Staff(Session(me.viewer, Stores(registry, tmp_path), lambda: NOW))  # type: ignore[arg-type]
    for act in (lambda: boss.disable(me.user_id), lambda: boss.set_role(me.user_id, Role.BACKBONE)):
        with pytest.raises(NotRecorded, match="yourself"):
            act()


names = st.none() | st.frozensets(st.sampled_from(list(elements())))


@given(st.builds(Limits, names, names, st.none() | st.sampled_from(Level), names, names))
def test_limits_are_read_as_they_were_written(limits: Limits) -> None:
    assert read_limits(write_limits(limits)) == limits
