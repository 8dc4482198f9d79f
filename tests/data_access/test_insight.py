"""Answers about who sees what agree with what the session does; what-if is what happens; looking reads no more."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from catalog.indicators import indicators
from catalog.report import ReportSpec
from catalog.views import View
from data_access import accounts
from data_access.agreements import Organization, agreements, save_agreement, save_organization
from data_access.insight import Insight
from data_access.looking import Looking, Mirror
from data_access.published import NotOffered
from data_access.registry.engine import ReadOnly, transaction
from data_access.registry.tables import ledger
from data_access.session import Session
from data_access.stores import Stores
from privacy.agreement import Level, State, Tier
from privacy.authorize import Refused
from privacy.sealed import ProtectedTable
from privacy.viewer import Limits, Role, Viewer
from tests.support.publication import NOW, agreement, published
from tests.support.web import CHEAP, PASSWORD

MEMBERS = {
    "fund": ("funder", Role.FUNDER),
    "school": ("contributor", Role.PARTNER),
    "club": ("contributor", Role.PARTNER),
}
BOSS = Viewer("boss", "backbone", Role.BACKBONE)


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    """A publication; a fund with fewer elements, a school that shares named children with a club."""
    made = published(tmp_path)
    coordination = {"purposes": frozenset({"coordination"}), "level": Level.IDENTIFIABLE}
    both = {"purposes": agreement("fund").purposes | {"coordination"}, "level": Level.IDENTIFIABLE}
    school = replace(agreement("school"), tier=Tier.SHARING, id="school-shares", **both)
    with transaction(made.registry) as connection:
        for code, (kind, _) in MEMBERS.items():
            save_organization(connection, Organization(code, code.title(), kind))
        terms = agreement("fund").elements - {"race_ethnicity"}
        save_agreement(connection, agreement("fund", version=2, elements=terms, finest_area="town"))
        save_agreement(connection, replace(school, recipients=frozenset({"club"})))
        save_agreement(connection, replace(agreement("club"), id="club-reads", **coordination))
    for code, (_, role) in MEMBERS.items():
        person = {"name": f"Robin {code}", "organization": code, "role": role, "password": PASSWORD}
        accounts.create_user(made.registry, email=f"{code}@example.org", hasher=CHEAP, **person)
    return made


def insight(stores: Stores) -> Insight:
    return Insight(Session(BOSS, stores, lambda: NOW))


def who(stores: Stores, code: str) -> str:
    return next(one.user_id for one in insight(stores).accounts() if one.organization == code)


def sees(session: Session, spec: ReportSpec) -> pd.DataFrame | None:
    try:
        return session.report(spec).frame
    except (Refused, NotOffered):
        return None


def specs() -> list[ReportSpec]:
    return [ReportSpec(name, view) for name, one in indicators().items() for view in one.views]


def test_why_agrees_with_what_the_session_does_and_looking_reads_the_same_and_no_more(stores: Stores) -> None:
    limited = Limits(areas=frozenset({"T02"}), elements=agreement("fund").elements - {"gender"})
    with transaction(stores.registry) as connection:
        from data_access.limits import write_limits
        from data_access.registry.tables import account

        values = {"limits": write_limits(limited)}
        connection.execute(account.update().where(account.c.user_id == who(stores, "fund")).values(**values))
    asked, seen = insight(stores), 0
    for code in MEMBERS:
        user = who(stores, code)
        viewer = accounts.account_of(stores.registry, user).viewer  # type: ignore[union-attr]
        own, looking = Session(viewer, stores, lambda: NOW), Mirror(Session(BOSS, stores, lambda: NOW)).session_of(user)
        for spec in specs():
            table, mirrored = sees(own, spec), sees(looking, spec)
            assert (table is None) == (mirrored is None)
            assert table is None or (mirrored is not None and table.equals(mirrored))
            told = asked.why_report(user, spec)
            assert all(reason.allows for reason in told) == (table is not None), (code, spec, told)
            seen += table is not None
        assert code == "school" or own.offers() == looking.offers()
    assert seen > 20


def test_looking_writes_nothing_and_shows_no_child(stores: Stores) -> None:
    looking = Mirror(Session(BOSS, stores, lambda: NOW)).session_of(who(stores, "club"))
    assert isinstance(looking, Looking)
    table: Any = object.__new__(ProtectedTable)
    for act in (
        lambda: looking.disclose(table, "csv", "0" * 64),
        lambda: looking.save_report("Mine", "i=children_served"),
        lambda: looking.remove_report(1),
        lambda: looking.children("coordination"),
        lambda: looking.child(1, "coordination"),
        lambda: looking.child_in_emergency(1),
    ):
        with pytest.raises(Refused, match="looking as somebody else"):
            act()
    with pytest.raises(ReadOnly), transaction(looking._stores.registry):
        pass


def test_why_names_the_clause_for_a_field_of_a_child(stores: Stores) -> None:
    ask = insight(stores).why_field
    told = ask(who(stores, "club"), "school", "attendance", "coordination")
    assert all(r.allows for r in told) and told[-1].clause == "consent" and told[-1].agreement == "school-shares"
    told = ask(who(stores, "club"), "school", "attendance", "coordination", child=1)
    assert not all(r.allows for r in told) and "No consent is on file" in told[-1].text
    with stores.registry.connect() as connection:
        looked = connection.scalars(select(ledger.c.child).where(ledger.c.detail.contains('"kind":"why"'))).all()
    assert looked == [1], "the look at one child's consents is on the ledger, and no other is"
    refused = [r for r in ask(who(stores, "fund"), "school", "attendance", "coordination") if not r.allows]
    assert {r.clause for r in refused} == {"level", "purposes", "recipients"}
    assert all(r.allows for r in ask(who(stores, "school"), "school", "attendance", "coordination"))


def test_what_if_is_what_happens(stores: Stores) -> None:
    asked, fund = insight(stores), who(stores, "fund")
    reader = Session(accounts.account_of(stores.registry, fund).viewer, stores, lambda: NOW)  # type: ignore[union-attr]
    reader.save_report("Towns", "i=chronic_absence&level=town&by=")
    before = {spec for spec in specs() if sees(reader, spec) is not None}
    (license_,) = [one for one in agreements(stores.registry) if one.party == "fund"]
    assert asked.what_if("activate", license_.id).people == ()
    (effect,) = asked.what_if("end", license_.id).people
    assert effect.account.user_id == fund and effect.reports == ("Towns",) and not effect.opened
    assert set(effect.closed) == {f"{spec.indicator} {spec.view}" for spec in before}
    assert sees(reader, ReportSpec("chronic_absence", View("town"))) is not None, "asking changes nothing"
    wider = replace(license_, version=3, elements=agreement("fund").elements, finest_area="region", state=State.DRAFT)
    with transaction(stores.registry) as connection:
        save_agreement(connection, wider)
    (effect,) = asked.what_if("activate", license_.id).people
    with transaction(stores.registry) as connection:
        save_agreement(connection, replace(wider, state=State.ACTIVE))
    after = {spec for spec in specs() if sees(reader, spec) is not None}
    assert set(effect.opened) == {f"{spec.indicator} {spec.view}" for spec in after - before}


def test_a_withdrawal_names_the_people_licenses_and_counts_it_would_change(stores: Stores) -> None:
    found = insight(stores).what_if("withdraw", "school")
    (effect,) = found.people
    assert effect.account.organization == "club" and "school attendance coordination" in effect.fields_lost
    assert ("club", "school", "identifiable", "") in found.licenses
    assert all(gone == ("school",) and not come for _, gone, come in found.counts) and found.counts
    with pytest.raises(Refused):
        Insight(Session(replace(BOSS, role=Role.FUNDER), stores, lambda: NOW + timedelta(0)))


@pytest.mark.parametrize("change", [{"minimum_count": 20}, {"recipients": frozenset({"person:somebody else"})}])
def test_what_if_knows_larger_counts_and_who_is_named(stores: Stores, change: dict[str, Any]) -> None:
    reader = accounts.account_of(stores.registry, who(stores, "fund")).viewer  # type: ignore[union-attr]
    (license_,) = [one for one in agreements(stores.registry) if one.party == "fund"]
    before = {spec for spec in specs() if sees(Session(reader, stores, lambda: NOW), spec) is not None}
    draft = replace(license_, version=3, state=State.DRAFT, **change)
    with transaction(stores.registry) as connection:
        save_agreement(connection, draft)
    (effect,) = insight(stores).what_if("activate", license_.id).people
    assert set(effect.closed) == {f"{spec.indicator} {spec.view}" for spec in before}
    with transaction(stores.registry) as connection:
        save_agreement(connection, replace(draft, state=State.ACTIVE))
    assert not any(sees(Session(reader, stores, lambda: NOW), spec) is not None for spec in before)
