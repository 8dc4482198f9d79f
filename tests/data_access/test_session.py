"""The one door: a permit first, always, from the agreements as they are now; and never a look at child-level data."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from catalog.indicators import indicators
from catalog.report import ReportSpec
from catalog.terms import UnknownTerm, elements
from catalog.views import View
from data_access.agreements import save_agreement
from data_access.published import NoPublication, NotOffered
from data_access.registry.engine import transaction
from data_access.registry.tables import ledger
from data_access.session import Session
from data_access.stores import Stores
from privacy.agreement import Level, State, Tier
from privacy.authorize import Refused
from privacy.sealed import ProtectedTable
from privacy.viewer import Limits, Role, Viewer
from tests.support.publication import FUNDER, NOW, YEARS, agreement, empty, published, session

TOWNS = ReportSpec("chronic_absence", View("town"))
CHILD_LEVEL = {"source_record", "identity", "child", "match_decision", "batch", "lake_file", "account"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Read only: one publication for all tests that change nothing."""
    return published(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return published(tmp_path)


def change(stores: Stores, **clauses: Any) -> None:
    """The funder's agreement in a new version, or another state of it."""
    new = agreement("fund", **clauses)
    with transaction(stores.registry) as connection:
        save_agreement(connection, new)


def test_a_report_is_sealed_and_in_order(shared: Stores) -> None:
    table = session(shared).report(TOWNS)
    assert isinstance(table, ProtectedTable)
    frame = table.frame
    assert list(frame.columns)[:6] == ["period", "level", "area", "area_name", "band", "n"]
    assert frame["period"].drop_duplicates().tolist() == list(YEARS)
    codes = [a.code for a in session(shared).areas("town")]
    for _, year in frame.groupby("period"):
        assert year["area"].tolist() == [*codes, "C1"] and year["level"].tolist()[-1] == "county"
    assert table.reasons[0].startswith("Allowed by “License of fund”")


def test_a_report_narrows_by_year_area_and_group(shared: Stores) -> None:
    view = View("town", ("economically_disadvantaged",))
    spec = ReportSpec(
        "chronic_absence", view, (YEARS[1],), (("area", ("T02", "T05")), ("economically_disadvantaged", ("yes",)))
    )
    frame = session(shared).report(spec).frame
    assert set(frame["period"]) == {YEARS[1]} and frame["area"].tolist() == ["T02", "T05"]
    assert set(frame["economically_disadvantaged"]) == {"yes"}


def test_the_cache_gives_the_same_table(shared: Stores) -> None:
    first = session(shared).report(TOWNS).frame
    assert session(shared).report(TOWNS).frame.equals(first)
    shared.cache.clear()
    assert session(shared).report(TOWNS).frame.equals(first)


def test_an_agreement_that_ends_is_felt_at_the_next_call(stores: Stores) -> None:
    one = session(stores)
    one.report(TOWNS)
    change(stores, state=State.ENDED)
    for call in (lambda: one.report(TOWNS), one.publication, one.proof, lambda: one.areas("town")):
        with pytest.raises(Refused, match="no data-use agreement in force"):
            call()
    with pytest.raises(Refused):
        one.layer_bytes(stores.publications.current_id(), "town-0000000000000001.json")


def test_an_agreement_holds_through_its_last_day(shared: Stores) -> None:
    last = datetime(2027, 7, 1, 3, 59, tzinfo=UTC)  # June 30 for one minute more in New York
    assert session(shared, now=lambda: last).report(TOWNS)
    with pytest.raises(Refused):
        session(shared, now=lambda: last.replace(hour=4, minute=0)).report(TOWNS)


def test_offers_say_what_the_agreement_leaves_out(stores: Stores) -> None:
    terms = frozenset(elements()) - {"race_ethnicity", "screening"}
    change(stores, version=2, elements=terms, finest_area="town")
    offers = {(o.indicator, str(o.view)): o for o in session(stores).offers()}
    assert len(offers) == sum(len(i.views) for i in indicators().values())
    assert offers["chronic_absence", "town"].permitted
    for name, view, words in (
        ("chronic_absence", "county*race_ethnicity", "race and ethnicity"),
        ("developmental_screening", "county", "developmental screening"),
        ("children_served", "region", "no smaller than"),
    ):
        refused = offers[name, view]
        assert not refused.permitted and words in " ".join(refused.reasons)
        with pytest.raises(Refused, match=words):
            session(stores).report(ReportSpec(name, View.parse(view)))


def test_a_stricter_minimum_count_than_the_publication_is_refused(stores: Stores) -> None:
    change(stores, version=2, minimum_count=11)
    with pytest.raises(Refused, match="below 11"):
        session(stores).report(TOWNS)


def test_a_stranger_reads_the_same_refusal_whatever_exists(shared: Stores, tmp_path: Path) -> None:
    stranger = Viewer("u-x", "nobody", Role.FUNDER)
    nothing = empty(tmp_path)
    refusals = []
    for stores in (shared, nothing):
        one = session(stores, stranger)
        for spec in (TOWNS, replace(TOWNS, period=("1999-00",)), replace(TOWNS, where=(("area", ("no-such-place",)),))):
            with pytest.raises(Refused) as refused:
                one.report(spec)
            refusals.append(str(refused.value))
        for publication in ("p-2025-08-15-1", "p-1"):
            with pytest.raises(Refused) as refused:
                one.layer_bytes(publication, "town-0000000000000001.json")
            refusals.append(str(refused.value))
    assert len(set(refusals)) == 1


def test_what_is_not_offered_names_the_coarser_view(shared: Stores) -> None:
    withdrawn = [o for o in session(shared).offers() if not o.offered]
    assert withdrawn
    for offer in withdrawn:
        assert offer.view.level != "county" or offer.view.dimensions
        with pytest.raises(NotOffered) as refused:
            session(shared).report(ReportSpec(offer.indicator, offer.view))
        assert refused.value.coarser == offer.coarser and "hidden" in refused.value.sentence
        instead = session(shared).publication().offer(offer.indicator, offer.coarser)  # type: ignore[arg-type]
        assert instead is not None and instead.offered and instead.hidden_share <= 0.3


def test_words_the_publication_lacks_are_named(shared: Stores) -> None:
    with pytest.raises(UnknownTerm, match="2023-24, 2024-25"):
        session(shared).report(replace(TOWNS, period=("1999-00",)))
    with pytest.raises(UnknownTerm, match="T01"):
        session(shared).report(replace(TOWNS, where=(("area", ("T77",)),)))


def test_nothing_published_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoPublication, match="quorum publish"):
        session(empty(tmp_path)).report(TOWNS)


def test_a_broken_cache_entry_is_a_miss(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    first = session(stores).report(TOWNS).frame
    monkeypatch.setattr(stores.cache, "get", lambda key: b"not an Arrow table")
    assert session(stores).report(TOWNS).frame.equals(first)


def test_layers_are_given_by_their_exact_name_only(shared: Stores) -> None:
    one, layer = session(shared), session(shared).layer("town")
    assert layer.url == "/layers/p-2025-08-15-1/town-0000000000000001.json"
    assert one.layer_bytes("p-2025-08-15-1", layer.name).startswith(b'{"type"')
    for publication, file in (
        ("p-2025-08-15-1", "../cells.parquet"), ("p-2025-08-15-1", "cells.parquet"), ("..", "x"), ("vault", layer.name),
    ):  # fmt: skip
        with pytest.raises(NoPublication):
            one.layer_bytes(publication, file)


def test_the_shapes_of_areas_smaller_than_agreed_are_like_those_of_no_map(stores: Stores) -> None:
    change(stores, version=2, finest_area="county")
    one, publication = session(stores), stores.publications.current_id()
    told = []
    for file in ("town-0000000000000001.json", "town-0000000000000009.json"):
        with pytest.raises(NoPublication) as refused:
            one.layer_bytes(publication, file)
        told.append(str(refused.value))
    assert len(set(told)) == 1 and one.layer_bytes(publication, "outline-0000000000000001.json")


def test_a_file_leaves_only_with_its_row_on_the_ledger(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    one = session(stores)
    table = one.report(TOWNS)
    digest = hashlib.sha256(b"file").hexdigest()
    number = one.disclose(table, "csv", digest)
    with stores.registry.connect() as connection:
        row = connection.execute(select(ledger).order_by(ledger.c.sequence.desc())).mappings().first()
    assert row is not None and number == f"D-{row['sequence']}"
    assert (row["actor"], row["organization"], row["action"], row["channel"]) == ("u-funder", "fund", "download", "csv")
    assert digest in row["detail"] and "chronic_absence" in row["detail"] and row["agreement"] == "use-fund/1"
    monkeypatch.setattr("data_access.session.append", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        one.disclose(table, "csv", digest)
    monkeypatch.undo()
    change(stores, state=State.SUSPENDED)
    with pytest.raises(Refused):
        one.disclose(table, "csv", digest)


@pytest.fixture
def touched(shared: Stores) -> Iterator[list[str]]:
    """Every table that SQL names while the test runs."""
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement.lower())

    event.listen(shared.registry, "before_cursor_execute", note)
    yield seen
    event.remove(shared.registry, "before_cursor_execute", note)


class _Shut:
    """A lake that must not be touched."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"the lake was touched: {name}")


def test_a_funder_never_touches_child_level_data(
    shared: Stores, touched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = Path.open

    def noted(path: Path, *args: Any, **kwargs: Any) -> Any:
        opened.append(str(path))
        return real(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", noted)
    shut = replace(
        shared, lake=_Shut(), publications=type(shared.publications)(shared.publications.folder, shared.registry)
    )  # type: ignore[arg-type]
    one = Session(FUNDER, shut, lambda: NOW)
    for name, indicator in indicators().items():
        for view in indicator.views:
            offer = one.publication().offer(name, view)
            if offer is not None and offer.offered:
                one.report(ReportSpec(name, view))
    one.offers(), one.proof(), one.areas("town"), one.layer("town"), one.what_i_may_see(), one.saved_reports()
    assert touched and not any(f" {table}" in text or f"{table}." in text for table in CHILD_LEVEL for text in touched)
    assert not any("lake" in path or "vault" in path for path in opened)


def test_what_i_may_see_is_told_in_sentences(shared: Stores) -> None:
    (told,) = session(shared).what_i_may_see()
    assert "License of fund" in told and "June 30, 2027" in told
    assert "no data-use agreement" in session(shared, Viewer("u", "none", Role.FUNDER)).what_i_may_see()[0]
    assert session(shared).today == date(2025, 9, 10)
    narrow = replace(FUNDER, limits=Limits(level=Level.AGGREGATE, areas=frozenset({"T02"})))
    assert (
        session(shared, narrow)
        .what_i_may_see()[1]
        .startswith("Your own access is narrower: aggregate data, some places")
    )


def test_places_of_an_agreement_and_of_a_person_bound_what_is_shown_at_every_level(stores: Stores) -> None:
    town, inside = "T02", {a.code for a in session(stores).areas("region") if a.code.startswith("T02")}
    change(stores, version=2, areas=frozenset({town, "T05"}))
    limited = replace(FUNDER, limits=Limits(areas=frozenset({town})))
    for viewer, towns in ((FUNDER, {town, "T05"}), (limited, {town})):
        one = session(stores, viewer)
        assert set(one.report(TOWNS).frame["area"]) == towns == {a.code for a in one.areas("town")}
    regions = ReportSpec("chronic_absence", View("region"))
    assert set(one.report(regions).frame["area"]) == inside
    for spec in (ReportSpec("chronic_absence", View("county")), replace(TOWNS, where=(("area", ("T05",)),))):
        with pytest.raises(Refused, match="limited to"):
            one.report(spec)
    assert not one.publication().offer("chronic_absence", View("county")).permitted  # type: ignore[union-attr]
    assert one.publication().offer("chronic_absence", View("town")).permitted  # type: ignore[union-attr]


def test_a_contributor_can_ask_for_larger_counts_and_areas(stores: Stores) -> None:
    def shares(version: int, **clauses: Any) -> None:
        new = replace(agreement("fund"), id="ours", tier=Tier.SHARING, version=version, **clauses)
        with transaction(stores.registry) as connection:
            save_agreement(connection, new)

    shares(1, minimum_count=12)
    with pytest.raises(Refused, match="below 12"):
        session(stores).report(TOWNS)
    shares(2, finest_area="county")
    with pytest.raises(Refused, match="no smaller than county"):
        session(stores).report(TOWNS)
    shares(2, finest_area="county", state=State.ENDED)
    assert session(stores).report(TOWNS)
    shares(3, purposes=frozenset({"program_evaluation"}))
    with pytest.raises(Refused, match="does not let its data be used"):
        session(stores).report(TOWNS)
    shares(4, purposes=frozenset({"coordination"}), minimum_count=20)  # named children alone: nothing of it is counted
    assert session(stores).report(TOWNS)


def test_a_table_in_hand_leaves_no_longer_once_its_places_are_closed(stores: Stores) -> None:
    table = session(stores).report(TOWNS)
    change(stores, version=2, areas=frozenset({"T02"}))
    with pytest.raises(Refused, match="limited to"):
        session(stores).disclose(table, "csv", "0" * 64)


def test_a_table_in_hand_leaves_no_longer_once_larger_counts_are_agreed_on(stores: Stores) -> None:
    one = session(stores)
    table = one.report(TOWNS)
    change(stores, version=2, minimum_count=11)
    with pytest.raises(Refused, match="below 11"):
        one.disclose(table, "csv", "0" * 64)
    assert not any(offer.permitted for offer in one.offers())
