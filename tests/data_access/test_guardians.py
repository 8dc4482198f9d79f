"""Guardians see nothing before staff know who they are; what they sign is what every read decides from then on."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from catalog import forms
from components import family_forms
from components.receipt import document
from components.wording import wording
from data_access.accounts import SignInRefused, accounts
from data_access.agreements import NotRecorded
from data_access.consents import By, events_of, signer_of
from data_access.family_requests import AskedAlready, FamilyTasks, ask, asked
from data_access.guardians import Changed, Families, InvitationRefused
from data_access.ledger import append, verify
from data_access.ledger_search import LedgerReader, Search
from data_access.looking import Looking
from data_access.my_child import Guardian, NotSigned
from data_access.registry.consent_tables import consent_event
from data_access.registry.engine import transaction
from data_access.registry.guardian_tables import guardian_link
from data_access.registry.tables import ledger
from data_access.rights import record_court_order
from privacy.authorize import Refused
from privacy.choices import ANYTHING, Choice, Said
from privacy.consent import Basis, Say
from privacy.viewer import Role
from tests.data_access.conftest import KEY
from tests.support.town import EFFECT, EMAIL, NOW, TODAY, ZONE, Town, keep, open_now, read, sign


def test_nothing_is_shown_before_staff_have_verified(town: Town) -> None:
    code = town.invite()
    assert town.link().state == "invited"
    town.enter(code)
    guardian = town.guardian()
    assert (guardian.children(), guardian.waiting()) == ((), 1)
    with pytest.raises(Refused):
        guardian.child(1)
    town.verify()
    assert [child.first_name for child in guardian.children()] == ["Given1"]
    held = guardian.child(1)
    link = town.link()
    town.staff().end(link.id, link.seen, "moved away")
    assert guardian.children() == ()
    with pytest.raises(Refused):
        guardian.sign(held, keep("attendance"), EFFECT, "Mara Ostrander", TODAY, ())


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ({"code": "AAAA-AAAA-AAAA-AAAA"}, timedelta()),
        ({"email": "other@example.org"}, timedelta()),
        ({}, timedelta(days=14)),
    ],
    ids=["another code", "another address", "too late"],
)
def test_a_code_opens_once_for_its_address_in_time(town: Town, change: dict[str, str], after: timedelta) -> None:
    given_ = {"code": town.invite(), "email": EMAIL} | change
    town.now += after
    with pytest.raises(InvitationRefused):
        town.enter(**given_)
    assert not accounts(town.stores.registry)


@pytest.mark.postgresql
def test_a_code_is_used_up_and_kept_as_a_hash(town: Town) -> None:
    code = town.invite()
    town.enter(code.lower().replace("-", " - "))
    with pytest.raises(InvitationRefused):
        town.enter(code)
    with town.stores.registry.connect() as connection:
        assert code not in str(connection.execute(select(guardian_link)).all())
        assert "mara" not in str(connection.execute(select(ledger)).all()).lower()


def test_a_second_child_comes_to_the_same_account_by_its_password(town: Town) -> None:
    town.known()
    code = town.invite("200")
    with pytest.raises(SignInRefused):
        town.enter(code, password="another password entirely")
    town.enter(code)
    town.verify("known_to_staff")
    assert [child.child_id for child in town.guardian().children()] == [1, 2]


@pytest.mark.postgresql
def test_whoever_invited_does_not_verify(town: Town) -> None:
    town.enter(town.invite())
    link = town.link()
    assert town.staff().invited(link) and not town.staff(user="u-colleague").invited(link)
    with pytest.raises(NotRecorded, match="Ask a colleague"):
        town.staff().verify(link.id, link.seen, "photo_id")
    assert town.link().state == "accepted" and town.guardian().children() == ()
    town.verify()
    assert town.link().state == "verified"
    written = select(ledger.c.actor).where(ledger.c.action == "guardian").order_by(ledger.c.sequence)
    with town.stores.registry.connect() as connection:
        rows = connection.execute(written).scalars().all()
    assert rows[0] == "u-staff" and rows[-1] == "u-colleague" and len(rows) == 3


@pytest.mark.postgresql
def test_staff_act_for_their_own_children_and_the_second_is_told(town: Town) -> None:
    town.enter(town.invite())
    link = town.link()
    assert not town.staff("club").links()
    with pytest.raises(NotRecorded, match="no such link"):
        town.staff("club").verify(link.id, link.seen, "photo_id")
    with pytest.raises(NotRecorded, match="No child on a roster"):
        town.staff("club").invite("school", "100", "Eve", "mother", "eve@example.org", "en")
    town.staff("alder-together", Role.BACKBONE, "u-backbone").verify(link.id, link.seen, "photo_id")
    with pytest.raises(Changed):
        town.staff().end(link.id, link.seen, "late")
    with pytest.raises(Refused):
        town.staff("fund", Role.FUNDER)
    assert town.link().state == "verified"


def test_a_yes_holds_no_longer_than_the_agreements_whatever_the_page_sent(town: Town) -> None:
    guardian = town.known()
    for last in (date(2099, 1, 1), None):
        choice = keep("attendance", "child", until=last)
        assert guardian.preview(guardian.child(1), choice).until == date(2030, 1, 1)
        number = sign(guardian, choice)
        assert guardian.receipt(guardian.child(1), number).until == date(2030, 1, 1)
    with town.stores.registry.connect() as connection:
        assert {one.expires_on for one in events_of(connection, 1)} == {date(2030, 1, 1)}


def test_granting_limiting_renewing_and_withdrawing(town: Town) -> None:
    guardian = town.known()
    assert open_now(guardian) == {"grade"}  # the school's clause lifts consent for it
    sign(guardian, keep("attendance", "child"))
    assert open_now(guardian) == {"grade", "attendance", "child"}
    until = {i.element: i.until for i in guardian.offer(guardian.child(1), "club", "coordination").open}
    assert (until["attendance"], until["grade"]) == (date(2027, 6, 30), date(2030, 1, 1))
    sign(guardian, keep("child"))
    assert open_now(guardian) == {"grade", "child"}
    sign(guardian, keep("child", until=date(2028, 6, 30)))
    town.now = datetime(2028, 6, 30, 23, tzinfo=ZONE)
    assert open_now(town.guardian()) == {"grade", "child"}
    town.now = datetime(2028, 7, 1, 0, tzinfo=ZONE)
    assert open_now(town.guardian()) == {"grade"}
    town.now = NOW
    number = sign(guardian, keep())
    assert open_now(guardian) == {"grade"}
    kept = guardian.receipt(guardian.child(1), number)
    assert kept.stopped == (("club", "coordination", "school", "child"),) and kept.signed_on == TODAY
    assert len(guardian.receipts(guardian.child(1))) == 4
    assert verify(town.stores.registry, KEY, town.stores.ledger_head).ok


@pytest.mark.parametrize("choice", [keep(until=None), Choice(ANYTHING, ANYTHING, frozenset(), None)])
def test_a_no_to_what_was_never_open_is_not_taken(town: Town, choice: Choice) -> None:
    """It would stand against the other parent's later yes."""
    mara, joel = town.known(), town.known(email="joel@example.org", name="Joel Ostrander")
    no = Said(Say.DENY, Basis.FERPA, *([frozenset("*")] * 4), None)
    shown = mara.preview(mara.child(1), choice)
    assert shown.statements == () and shown.starts == shown.stops == ()
    for effect in (shown, replace(shown, statements=(no,))):
        with pytest.raises(NotSigned) as refused:
            mara.sign(mara.child(1), choice, effect, "Mara Ostrander", TODAY, read(replace(effect, statements=(no,))))
        assert refused.value.field == "nothing" and not mara.receipts(mara.child(1))
    sign(joel, keep("attendance"), "Joel Ostrander")
    assert open_now(mara) == {"grade", "attendance"}
    sign(mara, choice)
    assert open_now(joel) == {"grade"}
    with pytest.raises(NotSigned, match="nothing"):
        sign(mara, choice)


def test_a_yes_that_another_holds_back_can_be_taken_back(town: Town) -> None:
    mara, joel = town.known(), town.known(email="joel@example.org", name="Joel Ostrander")
    sign(mara, keep("attendance"))
    sign(joel, keep(), "Joel Ostrander")
    number = sign(mara, keep("attendance", "child"))
    kept = mara.receipt(mara.child(1), number)
    assert [one[3] for one in kept.held] == ["attendance", "child"] and kept.open == ()
    sign(mara, keep())
    assert open_now(mara) == {"grade"}


@pytest.mark.postgresql
def test_under_a_court_order_a_page_is_closed_for_its_days(town: Town) -> None:
    """What is held, shared and disclosed is not told, nothing can be signed, and what was signed stays readable."""
    guardian = town.known()
    number = sign(guardian, keep("attendance"))
    child, choice = guardian.child(1), keep("attendance", "child")
    effect = guardian.preview(child, choice)
    with transaction(town.stores.registry) as connection:
        signer, days = signer_of(connection, "MARA Ostrander", town.now), (TODAY, TODAY + timedelta(days=30))
        record_court_order(connection, KEY, 100, signer, *days, by=By("u-staff", "school"))
    own = guardian.child(1)
    assert (own.unfit, own.theirs) == ("barred", False)
    for look in (guardian.held, guardian.offers, guardian.disclosures, lambda one: asked(guardian, one)):
        with pytest.raises(Refused):
            look(own)
    with pytest.raises(NotSigned) as refused:
        guardian.sign(child, choice, effect, "Mara Ostrander", TODAY, read(effect))
    assert refused.value.field == "barred"
    assert [one.number for one in guardian.receipts(own)] == [number]
    town.now += timedelta(days=31)
    assert town.guardian().child(1).unfit == "" and "attendance" in open_now(town.guardian())


def test_an_order_about_somebody_else_closes_no_page(town: Town) -> None:
    guardian = town.known()
    with transaction(town.stores.registry) as connection:
        signer = signer_of(connection, "Joel Ostrander", town.now)
        record_court_order(connection, KEY, 100, signer, TODAY, by=By("u-staff", "school"))
    assert guardian.child(1).unfit == ""


def test_a_receipt_tells_what_was_signed_apart_from_what_needs_no_yes(town: Town) -> None:
    guardian = town.known()
    kept = guardian.receipt(guardian.child(1), sign(guardian, keep("attendance")))
    assert [one[3] for one in kept.open] == ["attendance"] and [one[3] for one in kept.free] == ["grade"]
    shown = guardian.preview(guardian.child(1), Choice(ANYTHING, ANYTHING, frozenset(), None))
    assert shown.stays == () and [one[3] for one in shown.free] == ["grade"]


def test_health_records_are_asked_for_on_a_form_that_fits(town: Town) -> None:
    guardian = town.known()
    sign(guardian, keep("screening", "attendance"))
    assert {"screening", "attendance"} <= open_now(guardian)
    sign(guardian, Choice(ANYTHING, ANYTHING, frozenset(), None))
    assert open_now(guardian) == {"grade"}


@given(steps=st.lists(st.sets(st.sampled_from(("attendance", "child", "screening"))), min_size=1, max_size=3))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_preview_is_what_happens(town: Town, steps: list[set[str]]) -> None:
    """Whatever was signed before: the effect shown is the effect, and trying leaves no trace."""
    fresh = not accounts(town.stores.registry)
    guardian = town.known() if fresh else town.guardian()
    for step in steps:
        child, before = guardian.child(1), open_now(guardian)
        effect = guardian.preview(child, keep(*step))
        assert open_now(guardian) == before
        if not step and before == {"grade"}:
            assert not effect.statements, "what is not open is not stopped"
            continue
        guardian.sign(child, keep(*step), effect, "Mara Ostrander", TODAY, read(effect, "es"))
        assert open_now(guardian) == step | {"grade"}
        assert {one[3] for one in effect.starts} == open_now(guardian) - before
        assert {one[3] for one in effect.stops} == before - open_now(guardian)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": "Somebody Else"}, "name"), ({"name": ""}, "name"), ({"day": date(2026, 11, 21)}, "day")],
)
def test_a_signature_is_ones_own_name_and_today(town: Town, change: dict[str, object], field: str) -> None:
    guardian = town.known()
    with pytest.raises(NotSigned) as refused:
        sign(guardian, keep("attendance"), **change)  # type: ignore[arg-type]
    assert refused.value.field == field and not guardian.receipts(guardian.child(1))


@pytest.mark.postgresql
def test_every_statement_names_the_form_that_was_read(town: Town) -> None:
    """One form for each legal basis, in the family's language; a no on the form for it."""
    guardian = town.known()
    child = guardian.child(1)
    for choice, codes in ((keep("screening", "attendance"), ["education", "health"]), (keep(), ["withdrawal"])):
        effect = guardian.preview(child, choice)
        texts = read(effect, "es")
        number = guardian.sign(child, choice, effect, "Mara Ostrander", TODAY, texts)
        assert [one.code for one in texts] == codes
        assert guardian.receipt(child, number).texts == texts
        with town.stores.registry.connect() as connection:
            told = [(e.form, e.form_version, e.language) for e in connection.execute(select(consent_event)).all()]
        assert told[-len(codes) :] == [(one.code, one.version, "es") for one in texts]
    assert "attendance (from The school)" in str(read(guardian.preview(child, keep("attendance"))))


def test_a_receipt_keeps_the_version_that_was_signed(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guardian, child = town.known(), town.guardian().child(1)
    number = sign(guardian, keep("attendance"))
    before = guardian.receipt(child, number).texts
    shown = guardian.preview(child, keep("attendance", "child"))
    old = read(shown)
    shutil.copytree(forms.HERE, tmp_path / "forms")
    newer = (forms.HERE / "education_en_2.toml").read_text().replace('version = "2"', 'version = "3"')
    (tmp_path / "forms" / "education_en_3.toml").write_text(newer.replace("I agree that", "I allow that"))
    monkeypatch.setattr(forms, "HERE", tmp_path / "forms")
    kept = (forms.versions, forms._newest, forms.forms, forms.form_for)
    try:
        for one in kept:
            one.cache_clear()
        assert forms.form("education").version == "3" and ("education", "en", "2") in forms.versions()
        assert guardian.receipt(child, number).texts == before and "I agree that" in str(before)
        assert "I agree that" in document(
            wording("en"), [], [], number, "Alder", family_forms.papers(wording("en"), before)
        )
        with pytest.raises(NotSigned, match="changed"):
            guardian.sign(child, keep("attendance", "child"), shown, "Mara Ostrander", TODAY, old)
        assert "I allow that" in str(guardian.receipt(child, sign(guardian, keep("child"))).texts)
    finally:
        monkeypatch.undo()
        for one in kept:
            one.cache_clear()


def test_what_was_read_is_what_is_recorded(town: Town) -> None:
    """A form for less than what is signed, or until another day, is not taken."""
    guardian = town.known()
    child, choice = guardian.child(1), keep("screening", "attendance")
    effect, less = guardian.preview(child, choice), guardian.preview(child, keep("attendance"))
    later = guardian.preview(child, keep("screening", "attendance", until=date(2028, 6, 30)))
    both = read(effect) + read(effect, "es")
    for seen, texts in ((effect, read(less)), (effect, ()), (less, read(less)), (effect, both), (later, read(later))):
        with pytest.raises(NotSigned, match="changed"):
            guardian.sign(child, choice, seen, "Mara Ostrander", TODAY, texts)
    assert not guardian.receipts(child) and open_now(guardian) == {"grade"}


def test_a_yes_can_be_renewed_before_it_ends(town: Town) -> None:
    guardian = town.known()
    sign(guardian, keep("attendance", until=date(2027, 1, 10)))
    choice = keep("attendance", until=date(2027, 12, 31))
    effect = guardian.preview(guardian.child(1), choice)
    assert (effect.before, effect.until, effect.starts, effect.stops) == (date(2027, 1, 10), date(2027, 12, 31), (), ())
    sign(guardian, choice)
    town.now = datetime(2027, 1, 11, 15, tzinfo=UTC)
    assert "attendance" in open_now(town.guardian())


@pytest.mark.postgresql
def test_of_two_parents_at_once_the_second_is_told_and_a_no_holds(town: Town) -> None:
    mara, joel = town.known(), town.known(email="joel@example.org", name="Joel Ostrander")
    sign(mara, keep("child"))
    seen = joel.preview(joel.child(1), keep("attendance"))
    sign(mara, keep())
    with pytest.raises(NotSigned) as refused:
        joel.sign(joel.child(1), keep("attendance"), seen, "Joel Ostrander", TODAY, read(seen))
    assert refused.value.field == "changed"
    again = joel.preview(joel.child(1), keep("attendance"))
    assert again.starts == () and [one[3] for one in again.held_back] == ["attendance"]
    joel.sign(joel.child(1), keep("attendance"), again, "Joel Ostrander", TODAY, read(again))
    assert open_now(mara) == {"grade"}


def test_what_was_shown_before_another_said_something_is_shown_again(town: Town) -> None:
    """Also where the effect would be the same: nobody signs on what they have not seen."""
    mara, joel = town.known(), town.known(email="joel@example.org", name="Joel Ostrander")
    seen = joel.preview(joel.child(1), keep("attendance"))
    sign(mara, keep("child"))
    with pytest.raises(NotSigned) as refused:
        joel.sign(
            joel.child(1), keep("attendance"), replace(seen, stops=(), stays=()), "Joel Ostrander", TODAY, read(seen)
        )
    assert refused.value.field == "changed" and not joel.receipts(joel.child(1))


def test_whoever_looks_as_somebody_else_sees_no_family(town: Town) -> None:
    guardian = town.known()
    for viewer, desk in (
        (guardian.viewer, Guardian),
        (town.staff().viewer, Families),
        (town.staff().viewer, FamilyTasks),
    ):
        with pytest.raises(Refused):
            desk(Looking(viewer, town.stores, lambda: town.now))


def test_at_eighteen_the_right_is_the_young_persons(town: Town) -> None:
    guardian = town.known("200")
    assert not guardian.child(1).moved
    choice = keep("attendance")
    effect = guardian.preview(guardian.child(1), choice)
    town.now = datetime(2027, 11, 23, 0, 1, tzinfo=ZONE)
    young = town.guardian()
    assert young.child(1).moved
    own = young.child(1)
    for look in (young.held, young.offers, young.disclosures, lambda one: asked(young, one)):
        with pytest.raises(Refused):
            look(own)
    with pytest.raises(Refused):
        ask(young, own, "copy", "school", "")
    assert young.receipts(own) == (), "what was signed stays readable"
    with pytest.raises(NotSigned) as refused:
        young.sign(young.child(1), choice, effect, "Mara Ostrander", date(2027, 11, 23), read(effect))
    assert refused.value.field == "moved"


def test_a_young_person_decides_alone_from_the_day_it_is_their_right(town: Town) -> None:
    code = town.staff().invite("school", "200", "Given2 Family2", "self", EMAIL, "en").code
    town.enter(code)
    town.verify()
    early = town.guardian()
    assert early.alone and early.child(1).unfit == "early"
    with pytest.raises(Refused):
        early.offers(early.child(1))
    town.now = datetime(2027, 11, 23, 15, tzinfo=UTC)
    own = town.guardian()
    assert own.child(1).unfit == ""
    sign(own, keep("attendance", until=date(2028, 6, 30)), "Given2 Family2", date(2027, 11, 23))
    assert "attendance" in open_now(own)


@pytest.mark.postgresql
def test_a_request_is_a_task_of_its_contributor_until_it_is_answered(town: Town) -> None:
    guardian = town.known()
    number = ask(guardian, guardian.child(1), "correction", "club", "The birthday is wrong.")
    club = FamilyTasks(town.session(Role.PARTNER, "club"))
    task = club.requests()[0]
    with pytest.raises(AskedAlready):
        ask(guardian, guardian.child(1), "correction", "club", " The  birthday is wrong. ")
    ask(guardian, guardian.child(1), "copy", "school", "Grades of last year, please.")
    with pytest.raises(AskedAlready):
        ask(guardian, guardian.child(1), "copy", "school", "")
    assert (task.id, task.local_id, task.state, task.due_on) == (number, "101", "open", date(2027, 1, 6))
    assert [one.kind for one in FamilyTasks(town.session(Role.PARTNER, "school")).requests()] == ["copy"]
    with pytest.raises(NotRecorded, match="no such request"):
        FamilyTasks(town.session(Role.PARTNER, "school")).answer(number, task.seen, "done", "Mended.")
    town.now += timedelta(days=46)
    assert FamilyTasks(town.session(Role.PARTNER, "club")).waiting() == (1, 1)
    assert FamilyTasks(town.session(Role.BACKBONE, "alder-together")).waiting() == (2, 2)
    club.answer(number, task.seen, "done", "Mended.")
    with pytest.raises(Changed):
        club.answer(number, task.seen, "declined", "No.")
    assert [(one.state, one.note) for one in asked(guardian, guardian.child(1))] == [("open", ""), ("done", "Mended.")]
    with pytest.raises(Refused):
        ask(guardian, guardian.child(1), "copy", "fund", "")
    with town.stores.registry.connect() as connection:
        assert "birthday" not in str(connection.execute(select(ledger)).all())


@pytest.mark.postgresql
def test_kinds_of_data_are_told_by_organization(town: Town) -> None:
    guardian = town.known()
    assert guardian.held(guardian.child(1)) == {"club": ("roster",), "school": ("roster",)}
    assert guardian.disclosures(guardian.child(1)).rows == ()
    with pytest.raises(Refused):
        Guardian(town.session(Role.PARTNER, "school"))


def test_the_record_of_disclosures_is_what_others_received(town: Town) -> None:
    """Not the school's own staff at its own records, not what was refused, not other children."""
    guardian = town.known()
    rows = [
        ("club", "view", "done", 1, "school"),
        ("school", "view", "done", 1, "school"),
        ("club", "view", "refused", 1, "school"),
        ("club", "list", "done", 2, "school"),
        ("club", "consent", "done", 1, "school"),
    ]
    with transaction(town.stores.registry) as connection:
        for organization, action, outcome, number, source in rows:
            detail = {"from": [{"contributor": source, "fields": ["grade", "attendance"]}]}
            told = {"organization": organization, "action": action, "outcome": outcome, "detail": detail}
            append(connection, KEY, actor="u1", purpose="coordination", child=number, **told)
    (found,) = guardian.disclosures(guardian.child(1)).rows
    assert (found.recipient, found.purpose, found.contributors) == ("club", "coordination", ("school",))
    assert found.elements == ("attendance", "grade")


@contextmanager
def closed_ledger(engine: Engine) -> Iterator[None]:
    """Nobody can add a row to the ledger, though it can be read."""
    small = engine.dialect.name == "sqlite"
    shut = (
        "CREATE TRIGGER shut BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'closed'); END"
        if small
        else "ALTER TABLE ledger ADD CONSTRAINT shut CHECK (sequence < 0) NOT VALID"
    )
    with engine.begin() as connection:
        connection.execute(text(shut))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP TRIGGER shut" if small else "ALTER TABLE ledger DROP CONSTRAINT shut"))


@pytest.mark.postgresql
def test_where_the_ledger_cannot_be_written_nothing_is_done_or_disclosed(town: Town) -> None:
    """Files, lists of children, signatures, invitations and requests: all or nothing with their row."""
    guardian = town.known()
    sign(guardian, keep("child", "attendance"))
    child, effect = guardian.child(1), guardian.preview(guardian.child(1), keep())
    club = town.session(Role.PARTNER, "club")
    assert club.children("coordination").children
    acts: dict[str, Callable[[], object]] = {
        "list of children": lambda: club.children("coordination"),
        "one child": lambda: club.child(1, "coordination"),
        "file of entries": lambda: LedgerReader(club).note_export(Search(), "0" * 64, 0),
        "signature": lambda: guardian.sign(child, keep(), effect, "Mara Ostrander", TODAY, read(effect)),
        "invitation": lambda: town.invite("200", "new@example.org"),
        "request": lambda: ask(guardian, child, "copy", "club", ""),
        "end of a link": lambda: town.staff().end(town.link().id, town.link().seen, "x"),
    }
    before = standing(town, guardian)
    with closed_ledger(town.stores.registry):
        for name, act in acts.items():
            with pytest.raises(DBAPIError):
                act()
                pytest.fail(name)
    assert standing(town, guardian) == before
    guardian.sign(child, keep(), effect, "Mara Ostrander", TODAY, read(effect))


def standing(town: Town, guardian: Guardian) -> tuple[object, ...]:
    child = guardian.child(1)
    return (open_now(guardian), len(guardian.receipts(child)), len(town.staff().links()), asked(guardian, child))
