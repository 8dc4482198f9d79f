"""Consents resolved for many children at once are the consents decided one by one, on every registry and the copy."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert, select

from data_access.births import of_age_since
from data_access.consent_copy import ConsentCopy
from data_access.consented import Asked, consents_of
from data_access.consents import events_of, signer_of
from data_access.registry.consent_tables import consent_event, court_order, postsecondary
from data_access.registry.engine import transaction
from data_access.registry.tables import identity
from data_access.rights import facts_of, record_court_order, record_postsecondary
from privacy.agreement import Level
from privacy.consent import Basis, Capacity, ConsentPolicy, ConsentRequest, Say, decide_consent, majority
from privacy.coverage import Coverage
from privacy.effective import Pair
from tests.support.families import DESK, KEY, NO, STAR, START, YES, add_child, add_contributors, link, say

CONTRIBUTORS, ELEMENTS, CHILDREN = ("school", "clinic"), ("grade", "gender", "screening"), (1, 2, 3)
RECORDS = (100, 101, 200, 201, 300, 301)  # of children 1, 1, 2, 2, 3, 3 at first
REAL = [(c, e) for c in CONTRIBUTORS for e in ELEMENTS]
# More than one machine word carries: the last three come into the second. Nobody shares the others.
PAIRS = [*REAL[:3], *((f"other{n}", "grade") for n in range(58)), *REAL[3:]]
ZONES = ("UTC", "America/New_York", "Asia/Kathmandu")
# Around the day on which New York sets its clocks back.
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking against a database takes minutes
DAYS = st.dates(date(2026, 10, 30), date(2026, 11, 3))


def some(*words: str) -> st.SearchStrategy[frozenset[str]]:
    return st.sets(st.sampled_from(words), max_size=2).map(frozenset) | st.just(STAR)


coverage = st.builds(
    Coverage,
    basis=st.sampled_from(Basis),
    level=st.sampled_from([Level.DEIDENTIFIED, Level.IDENTIFIABLE, Level.IDENTIFIABLE]),
    elements=st.just(frozenset(ELEMENTS)) | some(*ELEMENTS),
    purposes=st.just(frozenset({"coordination"})) | some("coordination", "funding_review"),
    disclosing=st.just(frozenset(CONTRIBUTORS)) | some(*CONTRIBUTORS),
    recipients=st.just(frozenset({"club"})) | some("club", "fund"),
)
statement = st.builds(
    replace,
    st.just(YES),
    record=st.sampled_from((100, 101, *RECORDS)),
    signer=st.sampled_from(["mother", "father", "self"]),
    capacity=st.sampled_from([Capacity.PARENT, Capacity.PARENT, Capacity.YOUNG_PERSON]),
    say=st.sampled_from([Say.PERMIT, Say.PERMIT, Say.DENY]),
    coverage=coverage,
    signed_on=st.just(date(2026, 1, 5)) | st.none(),
    effective_on=st.none() | DAYS,
    expires_on=st.none() | DAYS,
    evidence=st.sampled_from(["paper", "paper", "", None]),
    form_version=st.sampled_from(["1", None]),
)
moments = st.builds(
    lambda day, clock: datetime.combine(day, clock, UTC),
    DAYS,
    st.sampled_from([time(0), time(3, 59, 59), time(4), time(4, 59, 59), time(5), time(18, 14, 59), time(18, 15)])
    | st.times(),
)
histories = st.lists(st.tuples(statement, moments), min_size=1, max_size=9).map(lambda h: sorted(h, key=lambda p: p[1]))
births = st.none() | st.sampled_from([date(2015, 5, 1), date(2008, 11, 1), date(2008, 11, 2), date(2008, 2, 29)])
orders = st.lists(st.tuples(st.sampled_from(RECORDS), st.sampled_from(["mother", "father"]), DAYS, st.none() | DAYS))
links = st.lists(st.tuples(st.sampled_from(RECORDS), st.sampled_from(CHILDREN)), max_size=3)
policies = st.builds(
    ConsentPolicy, st.sampled_from(ZONES).map(ZoneInfo), minors_sign=st.sampled_from([frozenset(), {Basis.HIPAA}])
)


@pytest.fixture
def families(registry: Engine) -> Engine:
    with transaction(registry) as connection:
        add_contributors(connection, "school", "clinic", "club")
        for child in CHILDREN:
            add_child(connection, child, {"school": date(2015, 5, 1), "clinic": date(2015, 5, 1)})
    return registry


def decided(connection: Connection, asked: Asked) -> dict[int, dict[Pair, bool]]:
    """The oracle: the pure decision for each child, contributor and element."""
    found: dict[int, dict[Pair, bool]] = {}
    for child in CHILDREN:
        facts, history = facts_of(connection, child), events_of(connection, child)
        for contributor, element in REAL if facts else ():
            request = ConsentRequest(child, facts, contributor, asked.recipient, asked.purpose, element, asked.level)
            permitted = decide_consent(history, request, asked.at, asked.policy).permitted
            found.setdefault(child, {})[contributor, element] = permitted
    return found


def copied(copy: ConsentCopy, asked: Asked) -> set[tuple[int, Pair]]:
    found = copy.resolve(asked, PAIRS)
    return {(int(child), pair) for pair in PAIRS for child in found.having(pair)}


def _forget(engine: Engine) -> None:
    with transaction(engine) as connection:
        for record in RECORDS:
            link(connection, record, record // 100)
        for table in (court_order, postsecondary, consent_event):
            connection.execute(delete(table))


def _tell(engine: Engine, history: list, born: list, ordered: list, enrolled: date | None) -> None:
    with transaction(engine) as connection:
        for child, days in zip(CHILDREN, born, strict=True):
            for n, day in enumerate(days):
                at = identity.c.record_id == child * 100 + n
                connection.execute(identity.update().where(at).values(birth_date=day))
        for record, signer, starts, ends in ordered:
            number = signer_of(connection, signer, START)
            record_court_order(connection, KEY, record, number, starts, ends, by=DESK)
        if enrolled:
            record_postsecondary(connection, KEY, 100, enrolled, by=DESK)
    for one, at in history:
        say(engine, one, at)


@pytest.mark.postgresql
@settings(max_examples=12, phases=UNSHRUNK, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=histories,
    born=st.tuples(*[st.tuples(births, births)] * 3),
    ordered=orders,
    enrolled=st.none() | DAYS,
    at=moments,
    policy=policies,
    cut=st.integers(1, 4),
    relinked=links,
)
def test_many_at_once_are_decided_like_one_by_one(
    families: Engine, tmp_path: Path, history, born, ordered, enrolled, at, policy, cut, relinked
) -> None:
    _forget(families)
    _tell(families, history[:-cut], born, ordered, enrolled)
    copy = ConsentCopy(tmp_path / "copy", families, KEY)
    copy.keep_up(least=1)
    for one, moment in history[-cut:]:
        say(families, one, moment)
    with transaction(families) as connection:
        for record, child in relinked:
            link(connection, record, child)
    asked = Asked("club", "coordination", Level.IDENTIFIABLE, at, policy)
    with families.connect() as connection:
        wanted = {
            (c, p) for c, pairs in decided(connection, asked).items() for p, permitted in pairs.items() if permitted
        }
        found = consents_of(connection, CHILDREN, asked, PAIRS)
        assert {(child, pair) for child, pairs in found.items() for pair in pairs} == wanted
    assert copied(copy, asked) == wanted


@given(st.dates(date(2000, 1, 1), date(2012, 12, 31)), st.integers(-2, 2))
def test_who_is_of_age_is_asked_by_birth_date(born: date, off: int) -> None:
    today = majority(born) + timedelta(off)
    assert (born <= of_age_since(today)) is (today >= majority(born))


@pytest.mark.postgresql
def test_the_copy_follows_and_survives_an_older_registry(families: Engine, tmp_path: Path) -> None:
    """After a backup is put back its statements are other ones: files of what came later count no more."""
    copy = ConsentCopy(tmp_path / "copy", families, KEY)
    asked = Asked("club", "coordination", Level.IDENTIFIABLE, START, ConsentPolicy(ZoneInfo("UTC")))

    def children() -> set[int]:
        return {child for child, _ in copied(copy, asked)}

    say(families, YES)
    assert copy.keep_up(least=1) == 1
    say(families, YES, child=2)
    assert children() == {1, 2}
    assert copy.keep_up(least=1) == 1
    say(families, NO)
    assert children() == {2}, "a withdrawal acts although the copy is older"
    with transaction(families) as connection:
        last = connection.scalar(select(consent_event.c.sequence).where(consent_event.c.record == 200))
        row = dict(connection.execute(select(consent_event).where(consent_event.c.record == 200)).mappings().one())
        connection.execute(delete(consent_event).where(consent_event.c.sequence >= last))
        connection.execute(insert(consent_event), row | {"record": 300, "token": "f" * 32})
    assert children() == {1, 3}
    assert copy.keep_up(least=1) == 1
    assert children() == {1, 3}
    assert len(list(copy.folder.glob("said*.arrow"))) == 2


def test_a_file_that_was_changed_does_not_count(families: Engine, tmp_path: Path) -> None:
    copy = ConsentCopy(tmp_path / "copy", families, KEY)
    say(families, YES)
    say(families, NO)
    copy.keep_up(least=1)
    (file,) = copy.folder.glob("said*.arrow")
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with families.connect() as connection:
        assert copy.stretches(connection) == []
    other = ConsentCopy(copy.folder, families, b"another key")
    assert copy.keep_up(least=1) == 2
    with families.connect() as connection:
        assert other.stretches(connection) == []
        assert len(copy.stretches(connection)) == 1


@pytest.mark.postgresql
def test_a_consent_goes_with_its_record_though_the_copy_is_older(families: Engine, tmp_path: Path) -> None:
    copy = ConsentCopy(tmp_path / "copy", families, KEY)
    asked = Asked("club", "coordination", Level.IDENTIFIABLE, START, ConsentPolicy(ZoneInfo("UTC")))

    def children() -> set[int]:
        with families.connect() as connection:
            single = {child for child, pairs in consents_of(connection, CHILDREN, asked, PAIRS).items() if pairs}
        assert single == {child for child, _ in copied(copy, asked)}
        return single

    say(families, YES, child=3)
    say(families, NO)
    copy.keep_up(least=1)
    assert children() == {3}
    with transaction(families) as connection:
        link(connection, 300, 2)
    assert children() == {2}
    with transaction(families) as connection:
        link(connection, 100, 2)
    assert children() == set(), "her newest word about the child is a no, though its record has the lower number"
    with transaction(families) as connection:
        link(connection, 100, 1)
    assert children() == {2}
    assert [path.name.startswith(("said", "whose")) for path in copy.folder.iterdir()] == [True] * 5
    copy.keep_up(least=1)
    assert len(list(copy.folder.iterdir())) == 2, "maps that count no more are gone"


def test_files_of_another_layout_are_not_found_and_go(families: Engine, tmp_path: Path) -> None:
    copy = ConsentCopy(tmp_path / "copy", families, KEY)
    say(families, YES)
    copy.keep_up(least=1)
    (file,) = copy.folder.glob("said*.arrow")
    older = file.rename(file.with_name(file.name.removeprefix("said2-")))
    with families.connect() as connection:
        assert copy.stretches(connection) == []
    assert copy.keep_up(least=1) == 1
    assert not older.exists()
