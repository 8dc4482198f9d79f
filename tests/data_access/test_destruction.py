"""What was received is destroyed when an agreement is over: due, told, and recorded once by who holds the data."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from data_access import accounts
from data_access.agreements import NotRecorded, Organization, save_agreement, save_organization
from data_access.destruction import Certificate
from data_access.office import Party, party
from data_access.registry.engine import transaction
from data_access.registry.tables import batch, ledger
from data_access.session import Session
from privacy.agreement import Agreement, State, Tier, person
from privacy.authorize import Refused
from privacy.viewer import Role, Viewer
from tests.data_access.conftest import KEY
from tests.data_access.test_lifecycle import USE
from tests.support.publication import ZONE
from tests.support.web import CHEAP, PASSWORD

DUE = date(2027, 9, 30)
LICENSE = replace(USE, state=State.ACTIVE, destruction_due=DUE)
SHARES = replace(LICENSE, id="club-shares", tier=Tier.SHARING, party="club")
SAID = Certificate(date(2027, 8, 15), "Files shredded, backups overwritten", " Sunniva  Example ", "fund")
BOSS = Viewer("b", "alder-together", Role.BACKBONE)
FUND = Viewer("f", "fund", Role.FUNDER)
CLUB = Viewer("c", "club", Role.PARTNER)


class Held:
    """The stores a desk needs."""

    time_zone, ledger_key = ZONE, KEY

    def __init__(self, registry: Engine) -> None:
        self.registry = registry


def desk(registry: Engine, viewer: Viewer, day: date = date(2027, 9, 1)) -> Party:
    now = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
    return party(Session(viewer, Held(registry), lambda: now))  # type: ignore[arg-type]


def put(registry: Engine, *changed: Agreement) -> None:
    with transaction(registry) as connection:
        save_organization(connection, Organization("club", "Club", "contributor"))
        for one in changed:
            save_agreement(connection, one)


@pytest.mark.postgresql
def test_a_day_that_is_near_or_past_presses_until_it_is_certified(registry: Engine) -> None:
    put(registry, LICENSE, replace(SHARES, state=State.DRAFT))

    def told(viewer: Viewer, day: date) -> list[tuple[str, bool, bool]]:
        return [(d.agreement.id, d.pressing(day), d.overdue(day)) for d in desk(registry, viewer, day).duties()]

    for day, pressing, overdue in (
        (date(2027, 8, 30), False, False),
        (date(2027, 8, 31), True, False),
        (DUE, True, False),
        (date(2027, 10, 1), True, True),
    ):
        assert told(BOSS, day) == told(FUND, day) == [("fund-use", pressing, overdue)], day
        assert told(CLUB, day) == [], "a draft has brought nobody any data, and other people's duties are theirs"
    desk(registry, FUND).certify("fund-use", SAID)
    assert told(BOSS, date(2027, 10, 1)) == [("fund-use", False, False)]
    (duty,) = desk(registry, BOSS).duties()
    assert duty.certificate == replace(SAID, certified_by="Sunniva Example")
    with registry.connect() as connection:
        row = connection.execute(select(ledger).where(ledger.c.action == "destruction")).one()
    assert (row.actor, row.agreement) == ("f", "fund-use/1")
    assert json.loads(row.detail) == {"due": "2027-09-30", "destroyed": "2027-08-15"}
    put(registry, replace(LICENSE, version=2, destruction_due=date(2028, 1, 1)))
    assert told(BOSS, date(2027, 12, 15)) == [("fund-use", True, False)], "an amendment sets another day"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"method": "gone"}, "Say how"),
        ({"certified_by": " x "}, "full name"),
        ({"destroyed_on": date(2027, 9, 2)}, "in the future"),
        ({"destroyed_on": date(2024, 7, 31)}, "before the agreement began"),
        ({"organization": "club"}, "who holds the data"),
        ({"organization": "alder-together"}, "who holds the data"),
    ],
)
def test_a_certificate_that_says_too_little_is_refused_in_words(
    registry: Engine, change: dict[str, Any], told: str
) -> None:
    put(registry, LICENSE)
    for viewer in (BOSS, FUND):
        with pytest.raises(NotRecorded, match=told):
            desk(registry, viewer).certify("fund-use", replace(SAID, **change))
    (duty,) = desk(registry, BOSS).duties()
    assert duty.certificate is None


def test_it_is_recorded_once_and_not_while_data_can_still_arrive(registry: Engine) -> None:
    put(registry, LICENSE)
    early = replace(SAID, destroyed_on=date(2027, 7, 1))
    with pytest.raises(NotRecorded, match="End it first"):
        desk(registry, FUND, date(2027, 7, 31)).certify("fund-use", early)
    put(registry, replace(LICENSE, state=State.SUSPENDED))
    with pytest.raises(NotRecorded, match="End it first"):
        desk(registry, FUND).certify("fund-use", SAID)
    put(registry, replace(LICENSE, state=State.ENDED))
    desk(registry, BOSS).certify("fund-use", SAID)  # what the fund wrote on paper
    with pytest.raises(NotRecorded, match="already"):
        desk(registry, FUND).certify("fund-use", SAID)
    told = set()
    for name in ("fund-use", "no-such-agreement"):
        with pytest.raises(Refused) as refused:
            desk(registry, CLUB).certify(name, SAID)
        told.add(str(refused.value))
    assert len(told) == 1


@pytest.mark.postgresql
def test_what_the_community_holds_is_destroyed_by_the_backbone_once_nothing_of_it_counts(registry: Engine) -> None:
    put(registry, replace(SHARES, state=State.ENDED))
    now = datetime.now(UTC)
    row = {"contributor": "club", "kind": "roster", "as_of": date(2026, 9, 1), "file_name": "r.csv", "rows": 1}
    row |= {"sha256": "0" * 64, "accepted_at": now, "accepted_by": "c"}
    with transaction(registry) as connection:
        number = connection.execute(insert(batch).returning(batch.c.id), row).scalar_one()
    ours = replace(SAID, organization="alder-together")
    with pytest.raises(NotRecorded, match="who holds the data"):
        desk(registry, CLUB).certify("club-shares", replace(SAID, organization="club"))
    with pytest.raises(NotRecorded, match="still count"):
        desk(registry, BOSS).certify("club-shares", ours)
    with transaction(registry) as connection:
        connection.execute(batch.update().where(batch.c.id == number).values(withdrawn_at=now))
    desk(registry, BOSS).certify("club-shares", ours)
    assert [duty.certificate is None for duty in desk(registry, CLUB).duties()] == [False]


def test_whom_a_license_names_signs_it_and_nobody_else_receives(registry: Engine) -> None:
    put(registry)
    with transaction(registry) as connection:
        save_organization(connection, Organization("eval", "Eval", "evaluator"))
    who = {"name": "Per", "organization": "fund", "role": Role.FUNDER, "password": PASSWORD, "hasher": CHEAP}
    named = accounts.create_user(registry, email="p@example.org", **who)
    office: Any = desk(registry, BOSS, date(2026, 11, 1))
    assert office.nameable() == {person(named.user_id): "Per, Alder Community Fund"}
    new = replace(USE, recipients=frozenset({"eval", person(named.user_id)}))
    with pytest.raises(NotRecorded, match="nobody"):
        office.draft(replace(new, recipients=frozenset({"nobody"})))
    office.draft(new)
    assert office.agreement("fund-use").missing == ("alder-together", "eval", "fund")
    evaluator = desk(registry, Viewer("e", "eval", Role.EVALUATOR), date(2026, 11, 1))
    evaluator.sign("fund-use", "eval", "Eva Example", date(2026, 11, 1), office.agreement("fund-use").seen)
    for code in ("alder-together", "fund"):
        office.sign("fund-use", code, "Ana Example", date(2026, 11, 1), office.agreement("fund-use").seen)
    office.activate("fund-use", office.agreement("fund-use").seen)
    for viewer, open_ in (
        (named.viewer, True),
        (FUND, False),
        (Viewer("e", "eval", Role.EVALUATOR), True),
        (replace(named.viewer, organization="club", role=Role.PARTNER), False),
    ):
        (told, *_) = desk(registry, viewer, date(2026, 11, 1)).session.what_i_may_see()
        assert ("allows aggregate data" in told) is open_, (viewer, told)
    assert "names who may receive" in desk(registry, FUND, date(2026, 11, 1)).session.what_i_may_see()[0]
