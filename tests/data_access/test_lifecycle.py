"""Agreements are drafted, signed by each party and executed; two who act at once lose nothing; effect is immediate."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as limited
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine, select

from catalog.report import ReportSpec
from catalog.views import View
from data_access import lifecycle
from data_access.agreements import NotRecorded, Organization, Signature, agreements, save_organization
from data_access.lifecycle import Actor, Stale, newest_state
from data_access.office import Office, Party, party
from data_access.register import matrix
from data_access.registry.engine import transaction
from data_access.registry.tables import ledger
from data_access.session import Session
from data_access.stores import Stores
from privacy.agreement import Agreement, Level, State, Tier
from privacy.authorize import Refused
from privacy.viewer import Role, Viewer
from tests.data_access.conftest import KEY
from tests.support.publication import FUNDER, NOW, agreement, published

TODAY = date(2026, 11, 1)
BACKBONE = Actor(Viewer("b", "alder-together", Role.BACKBONE), KEY, TODAY)
FUND = Actor(Viewer("f", "fund", Role.FUNDER), KEY, TODAY)
USE = Agreement(
    id="fund-use",
    version=1,
    tier=Tier.USE,
    title="Use",
    party="fund",
    level=Level.AGGREGATE,
    elements=frozenset({"child", "residence"}),
    purposes=frozenset({"funding_review"}),
    finest_area="town",
    minimum_count=10,
    starts=date(2024, 8, 1),
    ends=date(2027, 7, 31),
    state=State.DRAFT,
)
TOWNS = ReportSpec("chronic_absence", View("town"))


class Desk:
    """Acts on one registry, with the newest state seen unless another is given."""

    def __init__(self, registry: Engine) -> None:
        self.registry = registry

    def seen(self, name: str = "fund-use") -> int:
        with self.registry.connect() as connection:
            return newest_state(connection, name)

    def do(self, act: Callable[..., int], actor: Actor, *args: Any, seen: int | None = None) -> int:
        with transaction(self.registry) as connection:
            if act is lifecycle.draft:
                return act(connection, actor, *args)
            return act(connection, actor, *args, seen=self.seen() if seen is None else seen)

    def sign(self, actor: Actor, organization: str = "", seen: int | None = None) -> int:
        signature = Signature(organization or actor.viewer.organization, "Ana Example", TODAY)
        return self.do(lifecycle.sign, actor, "fund-use", signature, seen=seen)

    def governing(self) -> tuple[int, State]:
        (one,) = agreements(self.registry)
        return one.version, one.state


@pytest.mark.postgresql
def test_from_draft_to_end_with_a_row_of_the_ledger_for_every_act(registry: Engine) -> None:
    desk = Desk(registry)
    desk.do(lifecycle.draft, BACKBONE, replace(USE, state=State.ACTIVE))
    assert desk.governing() == (1, State.DRAFT)
    with pytest.raises(NotRecorded, match="only a version that is signed"):
        desk.do(lifecycle.activate, BACKBONE, "fund-use")
    desk.sign(FUND)
    assert desk.governing() == (1, State.DRAFT)
    for wrong in (lambda: desk.sign(FUND), lambda: desk.sign(FUND, "alder-together"), lambda: desk.sign(BACKBONE, "x")):
        with pytest.raises(NotRecorded):
            wrong()
    desk.sign(BACKBONE)
    assert desk.governing() == (1, State.SIGNED)
    desk.do(lifecycle.activate, BACKBONE, "fund-use")
    desk.do(lifecycle.suspend, FUND, "fund-use", "A laptop was stolen")
    with pytest.raises(NotRecorded, match="“Alder Community Fund” suspended"):
        desk.do(lifecycle.resume, BACKBONE, "fund-use")
    desk.do(lifecycle.resume, FUND, "fund-use")
    desk.do(lifecycle.amend, BACKBONE, replace(USE, minimum_count=12))
    assert desk.governing() == (1, State.ACTIVE)
    desk.do(lifecycle.amend, BACKBONE, replace(USE, minimum_count=15))
    assert desk.governing() == (1, State.ACTIVE), "an amendment that was given up changes nothing"
    desk.sign(BACKBONE)
    desk.sign(BACKBONE, "fund")  # what the fund signed on paper
    desk.do(lifecycle.activate, BACKBONE, "fund-use")
    assert desk.governing() == (3, State.ACTIVE) and agreements(registry)[0].minimum_count == 15
    desk.do(lifecycle.end, BACKBONE, "fund-use", "The project is over")
    assert desk.governing() == (3, State.ENDED)
    with registry.connect() as connection:
        shown = select(ledger.c.actor, ledger.c.agreement, ledger.c.detail).order_by(ledger.c.sequence)
        rows = connection.execute(shown).all()
    assert len(rows) == 14 and all("stolen" not in row.detail for row in rows)
    assert [row.agreement for row in rows][-1] == "fund-use/3"


@pytest.mark.postgresql
def test_the_second_of_two_at_once_is_told_and_nothing_is_lost(registry: Engine) -> None:
    desk = Desk(registry)
    desk.do(lifecycle.draft, BACKBONE, USE)
    seen, told = desk.seen(), list[str]()
    gate = threading.Barrier(2)

    def go(act: Callable[[], int]) -> None:
        gate.wait()
        try:
            act()
        except Stale as refusal:
            told.append(str(refusal))

    crowd = [
        threading.Thread(target=go, args=(lambda: desk.sign(FUND, seen=seen),)),
        threading.Thread(target=go, args=(lambda: desk.sign(BACKBONE, seen=seen),)),
    ]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert len(told) == 1 and "Somebody else" in told[0]
    with registry.connect() as connection:
        (newest,) = [one for _, one in lifecycle.versions(connection, "fund-use")]
        assert len(lifecycle.missing_signatures(connection, newest)) == 1
        assert connection.scalars(select(ledger.c.action)).all() == ["agreement", "agreement"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"elements": frozenset()}, "at least one data element"),
        ({"ends": date(2020, 1, 1)}, "last day lies before"),
        ({"minimum_count": 3}, "from 5 to 1,000"),
        ({"minimum_count": 999_999_999_999}, "from 5 to 1,000"),
        ({"starts": date(1, 1, 1)}, "from 2000 to 2099"),
        ({"ends": date(9999, 12, 31)}, "from 2000 to 2099"),
        ({"programs": frozenset({"club/a"})}, "named children only"),
        ({"texts": {"security": "x" * 5_001}}, "at most 5,000 characters"),
        ({"title": " "}, "title"),
        ({"party": "nobody"}, "nobody"),
        ({"id": "Use 1"}, "cannot be an id"),
        ({"contributors": frozenset()}, "whose data"),
        ({"destruction_due": date(2027, 7, 30)}, "lies before the last day"),
        ({"recipients": frozenset({"nobody"})}, "nobody"),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused_in_words(registry: Engine, change: dict[str, Any], told: str) -> None:
    with pytest.raises(NotRecorded, match=told):
        Desk(registry).do(lifecycle.draft, BACKBONE, replace(USE, **change))
    assert agreements(registry) == []


def test_an_early_amendment_does_not_leave_a_gap(registry: Engine) -> None:
    desk = Desk(registry)
    for new in (USE, replace(USE, starts=date(2026, 12, 1))):
        desk.do(lifecycle.draft if new is USE else lifecycle.amend, BACKBONE, new)
        desk.sign(FUND), desk.sign(BACKBONE)
        if new is USE:
            desk.do(lifecycle.activate, BACKBONE, "fund-use")
    with pytest.raises(NotRecorded, match="Activate it on that day"):
        desk.do(lifecycle.activate, BACKBONE, "fund-use")
    desk.do(lifecycle.activate, replace(BACKBONE, today=date(2026, 12, 1)), "fund-use")
    assert desk.governing() == (2, State.ACTIVE)


def test_nobody_signed_before_the_version_was_drafted_and_nothing_changed_is_no_version(registry: Engine) -> None:
    desk, drafted = Desk(registry), datetime.now(UTC).date()
    later = replace(BACKBONE, today=drafted + timedelta(days=5))
    desk.do(lifecycle.draft, later, USE)
    for day, why in ((date(1900, 1, 1), "before"), (drafted - timedelta(2), "before"), (date(2199, 1, 1), "future")):
        with pytest.raises(NotRecorded, match=why):
            desk.do(lifecycle.sign, later, "fund-use", Signature("fund", "Ana Example", day))
    desk.do(lifecycle.sign, later, "fund-use", Signature("fund", "Ana Example", drafted + timedelta(1)))
    with pytest.raises(NotRecorded, match="Nothing is changed"):
        desk.do(lifecycle.amend, later, USE)
    desk.do(lifecycle.end, later, "fund-use", "Given up for now")
    desk.do(lifecycle.amend, later, USE)  # what ended may begin again as it was


def office(stores: Stores) -> Office:
    return Office(Session(Viewer("b", "backbone", Role.BACKBONE), stores, lambda: NOW))


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return published(tmp_path)


def seen(stores: Stores, name: str = "use-fund") -> int:
    return office(stores).agreement(name).seen


def test_what_a_reader_has_open_and_saved_closes_and_opens_with_the_agreement(stores: Stores) -> None:
    (held,) = [one for one in agreements(stores.registry) if one.party == "fund"]
    reader = Session(FUNDER, stores, lambda: NOW)
    table = reader.report(TOWNS)
    office(stores).suspend(held.id, "To be looked into", seen(stores, held.id))
    for call in (lambda: reader.report(TOWNS), lambda: reader.disclose(table, "csv", "0" * 64), reader.publication):
        with pytest.raises(Refused):
            call()
    office(stores).resume(held.id, seen(stores, held.id))
    assert reader.report(TOWNS).frame.equals(table.frame)


def test_others_see_their_own_agreements_and_refusals_read_alike(stores: Stores) -> None:
    fund = party(Session(FUNDER, stores, lambda: NOW))
    assert type(fund) is Party and {one.party for one in fund.register()} == {"fund"}
    told = set()
    for name in ("no-such-agreement", *(a.id for a in agreements(stores.registry) if a.party != "fund")):
        for act in (lambda n=name: fund.agreement(n), lambda n=name: fund.end(n, "Because I say so", 1)):
            with pytest.raises(Refused) as refused:
                act()
            told.add(str(refused.value))
    assert len(told) == 1
    for role in (Role.GUARDIAN, Role.FUNDER, Role.EVALUATOR, Role.PARTNER):
        with pytest.raises(Refused):
            Office(Session(replace(FUNDER, role=role), stores, lambda: NOW))
    with pytest.raises(Refused):
        Party(Session(replace(FUNDER, role=Role.GUARDIAN), stores, lambda: NOW))


def test_the_matrix_is_the_lower_of_what_both_sides_allow(stores: Stores) -> None:
    with transaction(stores.registry) as connection:
        save_organization(connection, Organization("club", "Club", "contributor"))
    shares = replace(
        agreement("fund"),
        id="club-shares",
        party="club",
        tier=Tier.SHARING,
        level=Level.IDENTIFIABLE,
        recipients=frozenset({"*"}),
        state=State.DRAFT,
    )
    desk = office(stores)
    desk.draft(shares)
    assert desk.matrix() == {}
    desk.sign("club-shares", "club", "Bea Example", NOW.date(), seen(stores, "club-shares"))
    desk.sign("club-shares", "backbone", "Ana Example", NOW.date(), seen(stores, "club-shares"))
    desk.activate("club-shares", seen(stores, "club-shares"))
    cells = office(stores).matrix()
    assert cells["club", "fund"].level is Level.AGGREGATE and cells["club", "fund"].agreements[0] == "club-shares"
    held = agreements(stores.registry)
    (active,) = [one for one in held if one.id == "club-shares"]
    for change in ({"purposes": frozenset({"coordination"})}, {"areas": frozenset({"T01"})}):
        others = [replace(one, **change) if one is active else one for one in held]  # type: ignore[arg-type]
        assert ("club", "fund") not in matrix(others, NOW.date()), "what no publication counts is open to no reader"


class Life(RuleBasedStateMachine):
    """Random acts against a small independent model: a list of (version, state), and who has signed the newest."""

    registry: Engine

    def __init__(self) -> None:
        super().__init__()
        with transaction(self.registry) as connection:
            number = len(lifecycle_ids(connection))
        self.desk, self.name = Desk(self.registry), f"use-{number}"
        self.model: list[str] = []
        self.ever: set[int] = set()
        self.signed: set[str] = set()

    def act(self, act: Callable[..., int], *args: Any) -> bool:
        try:
            self.desk.do(act, BACKBONE, *args, seen=self.desk.seen(self.name))
        except NotRecorded:
            return False
        return True

    @rule()
    def draft(self) -> None:
        new = replace(USE, id=self.name, title=f"Use {len(self.model)}")
        done = self.act(lifecycle.amend, new) if self.model else self._draft(new)
        assert done
        if self.model and self.model[-1] in ("draft", "signed"):
            self.model[-1] = "ended"
        self.model.append("draft")
        self.signed = set()

    def _draft(self, new: Agreement) -> bool:
        with transaction(self.registry) as connection:
            lifecycle.draft(connection, BACKBONE, new)
        return True

    @precondition(lambda self: self.model)
    @rule(who=st.sampled_from(["fund", "alder-together"]))
    def sign(self, who: str) -> None:
        done = self.act(lifecycle.sign, self.name, Signature(who, "Ana Example", TODAY))
        assert done == (self.model[-1] == "draft" and who not in self.signed)
        self.signed |= {who} if done else set()
        if done and len(self.signed) == 2:
            self.model[-1] = "signed"

    @precondition(lambda self: self.model)
    @rule()
    def enact(self) -> None:
        """All steps to force at once, so that random acts often come upon an agreement in force."""
        for who in ("fund", "alder-together"):
            self.sign(who)
        self.activate()

    @precondition(lambda self: self.model)
    @rule()
    def activate(self) -> None:
        done = self.act(lifecycle.activate, self.name)
        assert done == (self.model[-1] == "signed")
        if done:
            self.model = ["ended"] * (len(self.model) - 1) + ["active"]
            self.ever.add(len(self.model))

    @precondition(lambda self: self.model)
    @rule(act=st.sampled_from(["suspend", "resume"]))
    def halt(self, act: str) -> None:
        before, after = ("active", "suspended") if act == "suspend" else ("suspended", "active")
        args = (self.name, "For a reason") if act == "suspend" else (self.name,)
        done = self.act(getattr(lifecycle, act), *args)
        assert done == (before in self.model)
        if done:
            self.model[self.model.index(before)] = after

    @precondition(lambda self: self.model)
    @rule()
    def end(self) -> None:
        assert self.act(lifecycle.end, self.name, "For a reason") == any(one != "ended" for one in self.model)
        self.model = ["ended"] * len(self.model)

    @invariant()
    def governs(self) -> None:
        found = {one.id: one for one in agreements(self.registry)}.get(self.name)
        if not self.model:
            assert found is None
            return
        assert found is not None
        version = max(self.ever, default=len(self.model))
        assert (found.version, found.state.value) == (version, self.model[version - 1])


def lifecycle_ids(connection: Any) -> set[str]:
    return {one.id for _, one in lifecycle.versions(connection)}


@pytest.mark.postgresql
def test_random_acts_agree_with_a_small_model(registry: Engine) -> None:
    machine = type("Here", (Life,), {"registry": registry})
    run_state_machine_as_test(machine, settings=limited(max_examples=8, stateful_step_count=10, deadline=None))
