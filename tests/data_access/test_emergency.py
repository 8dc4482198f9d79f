"""Break the glass: one child, three hours, one person, a second one told, and every step on the ledger."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from data_access import accounts
from data_access.agreements import NotRecorded, Organization, agreements, save_organization
from data_access.emergency import Emergency, Who
from data_access.looking import Mirror
from data_access.office import Office
from data_access.registry.engine import transaction
from data_access.registry.tables import ledger
from data_access.session import Session
from data_access.staff import Staff
from data_access.stores import Stores
from privacy.agreement import Level
from privacy.authorize import Refused
from privacy.viewer import Limits, Role, Viewer
from tests.data_access.test_guardians import closed_ledger
from tests.data_access.test_records import NOW, fields, stores  # noqa: F401 (a fixture)
from tests.support import web
from tests.support.web import CHEAP, PASSWORD

CHILD = Who(" given1", "NÚÑEZ ", date(2015, 5, 20))
WHY, THREAT = "The child collapsed at the club", "Allergic shock; danger to life"


class Scene:
    """People around one emergency: a partner without any consent, the backbone's witness, somebody else."""

    def __init__(self, there: Stores) -> None:
        self.stores = there
        with transaction(there.registry) as connection:
            save_organization(connection, Organization("office", "Office", "backbone"))
        self.partner = self.person("p", "club", Role.PARTNER)
        self.witness = self.person("w", "office", Role.BACKBONE)
        self.other = self.person("o", "club", Role.PARTNER)

    def person(self, name: str, organization: str, role: Role) -> Viewer:
        who = {"email": f"{name}@example.org", "name": name, "organization": organization, "role": role}
        return accounts.create_user(self.stores.registry, **who, password=PASSWORD, hasher=CHEAP).viewer  # type: ignore[arg-type]

    def desk(self, viewer: Viewer, after: timedelta = timedelta(0)) -> Emergency:
        return Emergency(Session(viewer, self.stores, lambda: NOW + after))

    def open(self, who: Who = CHILD, **changes: object) -> int:
        said = {"fields": ["child", "grade"], "reason": WHY, "threat": THREAT, "told": self.witness.user_id} | changes
        return self.desk(self.partner).open(who, **said)  # type: ignore[arg-type]


@pytest.fixture
def scene(stores: Stores) -> Scene:  # noqa: F811
    return Scene(stores)


def test_it_opens_one_child_to_one_person_for_three_hours(scene: Scene) -> None:
    with pytest.raises(Refused):
        Session(scene.partner, scene.stores, lambda: NOW).child(1, "coordination")
    number = scene.open()
    found = scene.desk(scene.partner).session.child_in_emergency(number)
    assert fields(found)["school", "grade"] == "Grade 4" and ("school", "gender") not in fields(found)
    assert set(found.frame["child"].dropna()) == {1}
    assert scene.desk(scene.partner, timedelta(hours=2, minutes=59)).session.child_in_emergency(number)
    told = set()
    for viewer, after, asked in (
        (scene.partner, timedelta(hours=3), number),
        (scene.other, timedelta(0), number),
        (scene.witness, timedelta(0), number),
        (scene.partner, timedelta(0), number + 1),
    ):
        with pytest.raises(Refused) as refused:
            scene.desk(viewer, after).session.child_in_emergency(asked)
        told.add(str(refused.value))
    assert len(told) == 1
    with pytest.raises(Refused):
        Session(scene.partner, scene.stores, lambda: NOW).child(1, "coordination")
    scene.desk(scene.partner).close(number)
    with pytest.raises(Refused):
        scene.desk(scene.partner).session.child_in_emergency(number)


def test_the_second_person_is_told_until_they_have_looked(scene: Scene) -> None:
    number = scene.open()
    (one,) = scene.desk(scene.witness).told_me()
    assert (one.id, one.name, one.reason) == (number, "p", WHY)
    assert scene.desk(scene.partner).told_me() == [] == scene.desk(scene.other).everything()
    with pytest.raises(NotRecorded):
        scene.desk(scene.partner).looked(number)
    scene.desk(scene.witness).looked(number)
    assert scene.desk(scene.witness).told_me() == [] and scene.desk(scene.witness).everything()[0].read_at


def test_every_step_is_on_the_ledger_without_names(scene: Scene) -> None:
    number = scene.open()
    scene.desk(scene.partner).session.child_in_emergency(number)
    with pytest.raises(NotRecorded, match="exactly this name"):
        scene.open(Who("Given1", "Nunez", date(2015, 5, 20)))
    scene.desk(scene.partner).close(number)
    with scene.stores.registry.connect() as connection:
        rows = connection.execute(select(ledger).order_by(ledger.c.sequence)).all()
    mine = [(r.action, r.outcome, r.child) for r in rows if r.actor == scene.partner.user_id]
    assert mine == [
        ("emergency", "done", 1),
        ("view", "done", 1),
        ("emergency", "refused", None),
        ("emergency", "done", None),
    ]
    assert json.loads(rows[-4].detail)["threat"] == THREAT and rows[-3].agreement == f"emergency/{number}"
    assert not any("ñ" in r.detail or "Given" in r.detail for r in rows)


@pytest.mark.parametrize(
    "change", [{"reason": "now"}, {"threat": " "}, {"told": "nobody"}, {"fields": []}], ids=lambda c: next(iter(c))
)
def test_nothing_opens_without_reason_threat_witness_and_fields(scene: Scene, change: dict[str, object]) -> None:
    with pytest.raises(NotRecorded):
        scene.open(**change)
    with pytest.raises(NotRecorded):
        scene.open(told=scene.partner.user_id)
    assert scene.desk(scene.partner).running() == []
    for role in (Role.FUNDER, Role.EVALUATOR, Role.GUARDIAN):
        with pytest.raises(Refused):
            scene.desk(Viewer("x", "club", role))


def test_where_the_ledger_takes_no_row_nothing_opens_and_nothing_changes(scene: Scene) -> None:
    number, boss = scene.open(), Session(scene.witness, scene.stores, lambda: NOW)
    office, partner = Office(boss), Session(scene.partner, scene.stores, lambda: NOW)
    seen = office.agreement("use-club").seen
    acts: dict[str, Callable[[], object]] = {
        "the child": lambda: partner.child_in_emergency(number),
        "a refusal": lambda: partner.child(1, "coordination"),
        "another emergency": scene.open,
        "its end": lambda: scene.desk(scene.partner).close(number),
        "the witness": lambda: scene.desk(scene.witness).looked(number),
        "an agreement": lambda: office.end("use-club", "Because it is over", seen),
        "limits": lambda: Staff(boss).set_limits(scene.other.user_id, Limits(level=Level.AGGREGATE), Limits()),
        "looking": lambda: Mirror(boss).look_as("token", scene.partner.user_id),
    }

    def standing() -> tuple[object, ...]:
        return scene.desk(scene.witness).everything(), agreements(scene.stores.registry), Staff(boss).people()

    before = standing()
    with closed_ledger(scene.stores.registry):
        for name, act in acts.items():
            with pytest.raises(DBAPIError):
                act()
                pytest.fail(name)
    assert standing() == before
    assert partner.child_in_emergency(number)


def test_the_page_shows_the_child_of_an_open_emergency_and_of_no_other(scene: Scene) -> None:
    """Asked as a browser asks; and somebody who looks as that person is shown no child."""
    site, number = web.make(scene.stores.home, scene.stores), scene.open()
    site.clock.now = NOW
    output = next(key for key in site.app.callback_map if "emergency-child.children" in key)

    def ask(client: Any, asked: int) -> Any:
        pressed = {"act": "show", "number": asked, "type": "emergency"}
        targets = ("emergency-now", "emergency-child", "emergency-said")
        body = {
            "output": output,
            "outputs": [*({"id": one, "property": "children"} for one in targets), []],
            "inputs": [[], [{"id": pressed, "property": "n_clicks", "value": 1}]],
            "state": [[]],
            "changedPropIds": [f"{json.dumps(pressed, sort_keys=True, separators=(',', ':'))}.n_clicks"],
        }
        return site.callback(client, body)

    def shown(client: Any, asked: int) -> str:
        answer = ask(client, asked)
        assert answer.status_code == 200, answer.text
        return json.dumps(json.loads(answer.text)["response"], ensure_ascii=False)

    def browser(name: str) -> Any:
        client = site.stranger()
        token = accounts.sign_in(scene.stores.registry, f"{name}@example.org", PASSWORD, "test", NOW)
        site.give(client, token)
        return client

    partner, boss = browser("p"), browser("w")
    assert "Núñez" in shown(partner, number) and "Grade 4" in shown(partner, number)
    assert "no open emergency of yours" in shown(partner, number + 1)
    assert "no open emergency of yours" in shown(boss, number)
    assert site.post(boss, "/view-as", data={"who": scene.partner.user_id}).status_code == 303
    assert ask(boss, number).status_code == 404, "pages about children do not exist for who looks as somebody else"


def test_nobody_goes_through_birth_dates_to_learn_who_is_on_file(scene: Scene) -> None:
    for day in range(1, 6):
        with pytest.raises(NotRecorded, match="Check the spelling"):
            scene.open(Who("Given1", "Núñez", date(2015, 4, day)))
    for who in (CHILD, Who("Nobody", "Nowhere", date(2015, 4, 1))):
        with pytest.raises(NotRecorded, match="wait an hour"):
            scene.open(who)
    assert scene.desk(scene.partner).running() == []
    told = {"fields": ["child"], "reason": WHY, "threat": THREAT, "told": scene.witness.user_id}
    assert scene.desk(scene.other).open(CHILD, **told)  # type: ignore[arg-type]
