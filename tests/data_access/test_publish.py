"""What is published is protected, proven, and the same every time; what is hidden is nowhere in the files."""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from catalog.indicators import indicators
from catalog.periods import SchoolYear
from catalog.views import View
from data_access.agreements import agreements, save_agreement
from data_access.atoms import atoms
from data_access.boundaries import current_sets, load_set
from data_access.publication import _info
from data_access.publications import Draft, Publications
from data_access.publish import (
    AgreementsChanged,
    NothingToPublish,
    _refuse_moved,
    _tasks,
    _years,
    publish,
    still_agreed,
)
from data_access.published import NoPublication, Proof, ProofEntry
from data_access.publishing.draft import About, draft
from data_access.publishing.ground import Ground, NoGround, _refuse_apart
from data_access.publishing.known_zeros import impossible, occurring
from data_access.publishing.past import Past, redrawn
from data_access.publishing.plan import Plan, plans
from data_access.publishing.protecting import Task, reread
from data_access.publishing.proving import prove
from data_access.publishing.rounds import Protected, protect_all
from data_access.publishing.shares import MOST_HIDDEN, coarser_of, hidden_shares
from data_access.publishing.stored import Stored, unpack
from data_access.registry.engine import transaction
from data_access.scope import Scope
from data_access.stores import Stores, open_stores
from privacy.agreement import Agreement, State, Tier
from privacy.lattice import Rule
from tests.support.children import COUNTY, TRACTS, population, served, with_rates
from tests.support.publication import AS_OF, NOW, YEARS, agreement, areas, empty, little, pairs, places, shapes, tasks

FIRST_YEAR = date(2023, 8, 15)  # the day as of which one school year is over
VALUES = ("n", "count", "percent", "low", "high")


def plan_of(name: str) -> Plan:
    return next(plan for plan in plans() if plan.population == name)


def only(plan: Plan, *views: str) -> Plan:
    """The plan with these views alone."""
    return plan.without((name, view) for name, held in plan.views for view in held if str(view) not in views)


def task_of(children: pd.DataFrame, name: str, rule: Rule | None = None) -> Task:
    plan, here = plan_of(name), population(children, name)
    counted = atoms(here, plan, {t: t for t in TRACTS}, pairs(), COUNTY[0])
    seen = occurring(here, plan)
    return Task(plan, "2024-25", counted, impossible(here, plan), {}, places(), rule or Rule(), occurring=seen)


def children_of(size: int, seed: int) -> pd.DataFrame:
    return with_rates(served(size, seed), 1000 + seed)


def made_of(found: Protected) -> Draft:
    about = About(f"p-{AS_OF}-1", NOW, AS_OF, COUNTY[1], Rule(), "0" * 64, {})
    return draft(about, found, areas(), shapes())


def cells_of(made: Draft) -> pd.DataFrame:
    return pq.read_table(io.BytesIO(made.files["cells.parquet"])).to_pandas()


@pytest.fixture(scope="module")
def found() -> Protected:
    """Two populations with planted small cells: four children of a town are chronically absent, two do well in math."""
    children = children_of(9000, 5)
    for indicator, grades, few in (
        ("chronic_absence", "KG 01 02 03 04 05 06 07 08 09 10 11 12", 4),
        ("eighth_grade_math", "08", 2),
    ):
        here = (children["town"] == "T01") & children["grade_band"].isin(grades.split())
        children.loc[here, indicator] = "no"
        children.loc[children.index[here][:few], indicator] = "yes"
    return protect_all([task_of(children, "grade8_math_tested"), task_of(children, "enrolled")], workers=1)


@pytest.fixture(scope="module")
def counts() -> Protected:
    """Exact counts of children: three boys live in a town."""
    children = children_of(4000, 5)
    here = children.index[children["town"] == "T01"]
    children.loc[here, "gender"], children.loc[here[:3], "gender"] = "F", "M"
    task = task_of(children[children["gender"] != ""], "served")
    plan = only(task.plan, "county", "town", "county*gender", "town*gender")
    return protect_all([replace(task, plan=plan)], workers=1)


@pytest.mark.parametrize("made", ["found", "counts"])
def test_hidden_numbers_are_nowhere_in_the_file(request: pytest.FixtureRequest, made: str) -> None:
    found: Protected = request.getfixturevalue(made)
    table = pq.read_table(io.BytesIO(made_of(found).files["cells.parquet"])).combine_chunks()
    hidden = np.array([any(mark in s.split() for mark in "cxz") for s in table["symbol"].to_pylist()])
    assert hidden.sum() > 2
    for name in VALUES:
        chunk = table[name].chunk(0)
        assert chunk.null_count == 0  # nothing is masked: there is nothing under a mask
        _, raw = chunk.buffers()
        values = np.frombuffer(raw, dtype=np.float64)[: len(table)]
        assert np.isnan(values[hidden]).all() if name != "n" else True
        bits = values.view(np.uint64)[np.isnan(values)]
        assert len(set(bits.tolist())) <= 1  # one and the same "not a number", with no number in its spare bits


def test_only_cells_of_the_pattern_are_shown(found: Protected) -> None:
    cells = cells_of(made_of(found)).set_index(["indicator", "period", "view"])
    for outcome in found.outcomes:
        stored = unpack(outcome.vault)
        truth = Truth(stored)
        for name, view in stored.views:
            rows = cells.loc[[(name, outcome.period, view)]]
            assert len(rows)
            for row in rows.to_dict("records"):
                truth.check(name, row)


class Truth:
    """The kept lattice, asked cell by cell."""

    def __init__(self, stored: Stored) -> None:
        self.stored, self.built = stored, stored.built()

    def at(self, name: str, row: dict[str, object], band: str) -> int:
        level = str(row["level"])
        codes = {d: str(row[d]) for d in ("gender", "race_ethnicity", "home_language", "grade_band",
                                          "economically_disadvantaged", "age_band") if row[d]}  # fmt: skip
        if level != "county":
            codes["district" if level == "district" else "area"] = f"{level}:{row['area']}"
        return self.built.index[self.built.key(**codes, **({name: band} if band else {}))]

    def check(self, name: str, row: dict[str, object]) -> None:
        lattice, hidden = self.stored.lattice, self.stored.pattern.hidden
        bands = [self.at(name, row, band) for band in indicators()[name].bands]
        whole = self.at(name, row, "")
        if row["percent"] == row["percent"]:
            assert not hidden[[whole, *bands]].any() and min(lattice.values[bands]) >= 10
            true = lattice.values[self.at(name, row, str(row["band"]))]
            assert row["count"] % 5 == 0 and abs(row["count"] - true) <= 2  # type: ignore[operator]
            assert abs(row["percent"] - 100 * true / lattice.values[whole]) <= 8  # type: ignore[operator]
            assert row["low"] <= row["percent"] <= row["high"]  # type: ignore[operator]
        else:
            assert row["count"] != row["count"] and set(str(row["symbol"]).split()) & {"c", "z"}
        if row["n"] == row["n"]:
            assert not hidden[whole] and row["n"] % 5 == 0 and abs(row["n"] - lattice.values[whole]) <= 2  # type: ignore[operator]


def test_views_that_hide_too_much_are_withdrawn_and_a_coarser_one_named(found: Protected) -> None:
    shares = hidden_shares(found.cells)
    assert found.withdrawn and all(share > MOST_HIDDEN for share in found.withdrawn.values())
    assert all(s.share <= MOST_HIDDEN for (_, view), s in shares.items() if str(view) != "county")
    assert not set(shares) & set(found.withdrawn)
    offered = [View.parse(v) for v in ("county", "county*gender", "district", "district*gender")]
    assert coarser_of(View.parse("town*gender"), offered) == View.parse("district*gender")
    assert coarser_of(View.parse("town*grade_band"), offered) == View("district")
    assert coarser_of(View.parse("county*grade_band"), offered) == View("county")


def test_by_how_much_a_table_hides_too_much_is_not_told(found: Protected) -> None:
    """Of a table with three numbers a third is one of them, and says that it is small."""
    about = json.loads(made_of(found).files["publication.json"])["indicators"]
    told = [about[name]["views"][str(view)] for name, view in found.withdrawn]
    assert told and {one["hidden_share"] for one in told} == {MOST_HIDDEN}
    assert all("More than 30 %" in one["why"] for one in told)


def test_the_proof_is_empty_and_says_so(found: Protected) -> None:
    for proven in found.proofs:
        assert proven.found == () and (not proven.entry.hidden or proven.entry.tightest >= 9)
        assert proven.entry.hidden >= proven.entry.primary and "public" in proven.entry.attackers
    assert sum(proven.entry.primary for proven in found.proofs) > 0


def test_the_same_data_twice_gives_the_same_bytes(found: Protected) -> None:
    children = children_of(3000, 5)
    one, two = task_of(children, "grade3_reading_tested"), task_of(children, "graduation_cohort")
    first = made_of(protect_all([one, two], workers=1)).files["cells.parquet"]
    assert made_of(protect_all([two, one], workers=2)).files["cells.parquet"] == first
    mixed = children.sample(frac=1, random_state=3).reset_index(drop=True)
    again = [task_of(mixed, "grade3_reading_tested"), task_of(mixed, "graduation_cohort")]
    assert made_of(protect_all(again, workers=1)).files["cells.parquet"] == first


def test_what_did_not_change_is_carried_on() -> None:
    task = task_of(children_of(3000, 6), "grade3_reading_tested")
    first = protect_all([task], workers=1)
    kept = ((f"p-{AS_OF}-1", first.outcomes[0].vault),)
    second = protect_all([replace(task, earlier=kept)], workers=1, gone=first.withdrawn)
    assert second.outcomes[0].carried == f"p-{AS_OF}-1"
    assert second.cells.equals(first.cells) and second.withdrawn == first.withdrawn


def changed(children: pd.DataFrame, seed: int) -> pd.DataFrame:
    """A few children leave, a few come, one moves; and many of one town leave, so that there is something to tell."""
    chance = np.random.default_rng(seed)
    many = children.index[(children["town"] == "T03") & (children["grade_band"] == "03")]
    many = [*many, *children.index[(children["town"] == "T03") & (children["grade_band"] != "03")]][:30]
    children = children.drop(index=many)
    left = children.drop(index=chance.choice(children.index, 3, replace=False))
    some = left.sample(2, random_state=seed).assign(tract="T02a", town="T02", district="D1")
    return pd.concat([left.drop(index=left.index[seed]), some], ignore_index=True)


@pytest.mark.parametrize("name", ["served", "grade3_reading_tested"])
def test_three_publications_with_small_changes_give_no_child_away(name: str) -> None:
    children, kept, shown = children_of(2500, 8), (), []
    for number in range(3):
        task = replace(task_of(children, name), earlier=kept)
        found = protect_all([task], workers=1)
        assert all(proven.found == () for proven in found.proofs)
        stored = unpack(found.outcomes[0].vault)
        shown.append(visible(stored))
        kept = ((f"p-{number}", found.outcomes[0].vault), *kept)
        children = changed(children, number + 1)
    for earlier in range(3):
        for later in range(earlier + 1, 3):
            both = set(shown[earlier]) & set(shown[later])
            assert both
            small = [k for k in both if 1 <= abs(shown[later][k] - shown[earlier][k]) < 10]
            assert name != "served" or not small


def test_changes_do_not_take_tables_that_readers_have() -> None:
    """Where protecting them would hide most of a table, the earlier one stands, as it was."""
    children = children_of(2500, 8)
    first = protect_all([task_of(children, "served")], workers=1)
    kept = (("p-2025-08-01-1", first.outcomes[0].vault),)
    second = protect_all([replace(task_of(changed(children, 1), "served"), earlier=kept)], workers=1)
    assert len(set(first.cells["view"])) > 5 and second.outcomes[0].carried
    assert figures(second.cells).equals(figures(first.cells))


def visible(stored: Stored) -> dict[frozenset[tuple[str, str]], int]:
    open_ = np.flatnonzero(~stored.pattern.hidden & ~stored.lattice.latent)
    return {stored.names[i]: int(stored.lattice.values[i]) for i in open_}


def without_one(children: pd.DataFrame) -> pd.DataFrame:
    return children.iloc[1:]


def one_otherwise(children: pd.DataFrame) -> pd.DataFrame:
    """One child's own results turn round."""
    turned = children.copy()
    for name in ("chronic_absence", "third_grade_reading"):
        who = turned.index[turned[name] == "yes"][0]
        turned.loc[who, name] = "no"
    return turned


@cache
def before_any_change(name: str) -> tuple[pd.DataFrame, Protected]:
    """Children, third graders first, and the first publication of a population."""
    third_graders_first = {"key": lambda grades: grades != "03", "kind": "stable"}
    children = children_of(2500, 9).sort_values("grade_band", **third_graders_first)
    return children, protect_all([task_of(children, name)], workers=1)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("served", without_one),
        *((name, change) for name in ("enrolled", "grade3_reading_tested") for change in (without_one, one_otherwise)),
    ],
)
def test_one_child_does_not_show_in_the_next_publication(
    name: str, change: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    """Neither one who leaves nor one whose result is corrected: what readers have stays, figures and marks."""
    children, first = before_any_change(name)
    kept = (("p-1", first.outcomes[0].vault),)
    second = protect_all([replace(task_of(change(children), name), earlier=kept)], workers=1, gone=first.withdrawn)
    before, after = (figures(found.cells) for found in (first, second))
    assert before["count"].notna().sum() > 3 and before.equals(after)


@pytest.mark.parametrize("lost", ["county*grade_band", "region"])
def test_one_child_does_not_show_where_a_table_is_dropped_or_added(lost: str) -> None:
    """Cells are found again by what they count, though every key has another slot, or a level has other areas now."""
    children, _ = before_any_change("served")
    before, after = (task_of(found, "served") for found in (children, without_one(children)))
    every = only(after.plan, "county", "county*gender", "county*grade_band", "town", "region")
    fewer = every.without([("children_served", View.parse(lost))])
    assert len(fewer.columns) < len(every.columns) or lost == "region"
    for then, plan in ((every, fewer), (fewer, every)):
        first = protect_all([replace(before, plan=then)], workers=1)
        task = replace(after, plan=plan, earlier=(("p-2025-08-01-1", first.outcomes[0].vault),))
        second = protect_all([task], workers=1, gone=first.withdrawn)
        old, new = (figures(found.cells)["count"].dropna() for found in (first, second))
        known = old.index.intersection(new.index)
        assert len(known) > 3 and old.loc[known].equals(new.loc[known])
        assert lost not in set(second.cells["view"]) or plan is not fewer


def figures(cells: pd.DataFrame) -> pd.DataFrame:
    """The published figures by cell."""
    key = [name for name in cells.columns if name not in (*VALUES, "symbol")]
    return cells.set_index(key).sort_index()[["n", "count", "percent", "symbol"]]


def test_a_number_hidden_from_the_start_does_not_keep_the_others_from_being_updated() -> None:
    """Nearly nobody goes to a program, so that is hidden; many more are absent, and the new rate is published."""
    children = children_of(2500, 10).assign(after_school_participation="none")
    children.loc[children.index[:4], "after_school_participation"] = "some"
    first = protect_all([task_of(children, "enrolled")], workers=1)
    more = children.assign(chronic_absence=np.where(children.index % 2 == 0, "yes", children["chronic_absence"]))
    kept = (("p-1", first.outcomes[0].vault),)
    second = protect_all([replace(task_of(more, "enrolled"), earlier=kept)], workers=1)
    before, after = (
        f.cells.query("indicator == 'chronic_absence' and view == 'county' and level == 'county'")["percent"].item()
        for f in (first, second)
    )
    assert after > before + 20 and not second.outcomes[0].carried


def test_one_changed_year_does_not_take_a_table_from_the_others() -> None:
    """Some sixty late results hide groups in their year; the other years' tables stand, and so the view is offered."""
    name, years = "grade3_reading_tested", ("2021-22", "2022-23", "2023-24", "2024-25")
    children = children_of(16_000, 7)
    plan = only(plan_of(name), "county", "county*race_ethnicity")
    every = [replace(task_of(children, name), plan=plan, period=year) for year in years]
    first = protect_all(every, workers=1)
    here = children.index[(children["grade_band"] == "03") & (children["third_grade_reading"] == "no")]
    late = children.copy()
    late.loc[here[:60], "third_grade_reading"] = "yes"
    last = replace(task_of(late, name), plan=plan, period=years[-1])
    kept = {o.period: (("p-2025-08-01-1", o.vault),) for o in first.outcomes}
    again = [replace(task, earlier=kept[task.period]) for task in (*every[:-1], last)]
    second = protect_all(again, workers=1, gone=first.withdrawn)
    newest = second.cells[(second.cells["period"] == years[-1]) & (second.cells["view"] == "county*race_ethnicity")]
    assert newest["symbol"].str.contains("c").any() and not second.outcomes[-1].carried
    assert set(second.withdrawn) == set(first.withdrawn)
    one = children.copy()
    one.loc[one.index[(one["grade_band"] == "03") & (one["race_ethnicity"] == "white")][0], "race_ethnicity"] = "black"
    moved = replace(task_of(one, name), plan=plan, period=years[-1], earlier=kept[years[-1]])
    third = protect_all([*again[:-1], moved], workers=1, gone=first.withdrawn)
    assert figures(third.cells).equals(figures(first.cells)), "one corrected child leaves no mark either"


@pytest.mark.parametrize("change", [lambda children: children, without_one])
def test_what_stands_says_since_when_and_not_whether_a_child_changed(change: Callable[..., pd.DataFrame]) -> None:
    """Through a chain of publications, the first that showed these numbers counts.

    Whoever puts one child on a list must not hear whether that child was counted already.
    """
    children, first = before_any_change("grade3_reading_tested")
    changed = task_of(change(children), "grade3_reading_tested")
    vault = first.outcomes[0].vault
    kept = (("p-2025-08-03-1", vault), ("p-2025-08-02-1", vault))
    second = protect_all([replace(changed, earlier=kept)], workers=1, gone=first.withdrawn)
    (entry,) = (proven.entry for proven in second.proofs)
    assert entry.carried == "p-2025-08-02-1"
    proof = Proof((ProofEntry(**asdict(entry)),), {}, {})
    about = json.loads(made_of(second).files["publication.json"])
    (older,) = _info(about, proof).not_updated("grade3_reading_tested", [changed.period])
    assert older.day == date(2025, 8, 2)


def test_the_vault_gives_the_published_rows_again() -> None:
    made = little()
    (content,) = made.vault.values()
    rows = reread(unpack(content), places())
    columns = list(cells_of(made).columns)
    key = ["indicator", "view", "level", "area", "gender", "race_ethnicity", "home_language",
           "economically_disadvantaged"]  # fmt: skip
    one, two = (f[columns].sort_values(key, ignore_index=True) for f in (rows, cells_of(made)))
    pd.testing.assert_frame_equal(one, two, check_dtype=False)
    assert prove(content).found == ()


def test_interrupting_stops_everything() -> None:
    def stop(done: int, _total: int, what: str) -> None:
        if done and what.startswith("protecting"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        protect_all(tasks(3000, YEARS[:1], named="grade"), workers=1, progress=stop)


def test_nothing_is_published_under_agreements_that_changed_meanwhile(tmp_path: Path) -> None:
    stores = empty(tmp_path)
    sharing = replace(agreement("fund"), id="shares", tier=Tier.SHARING)
    day = date(2025, 9, 1)

    def record(new: Agreement) -> None:
        with transaction(stores.registry) as connection:
            save_agreement(connection, new)

    record(sharing)
    held = [a for a in agreements(stores.registry) if a.active(day)]
    for new, changes in (
        (agreement("fund", version=2, finest_area="town"), False),  # a reader's license changes nothing that is counted
        (agreement("fund", version=3, minimum_count=20), True),
        (agreement("fund", version=4), False),
        (replace(sharing, state=State.SUSPENDED), True),
        (sharing, False),
    ):
        record(new)
        with stores.registry.connect() as connection:
            if changes:
                with pytest.raises(AgreementsChanged, match="Publish again"):
                    still_agreed(connection, held, day)
            else:
                still_agreed(connection, held, day)
    record(replace(sharing, state=State.SUSPENDED))
    with pytest.raises(AgreementsChanged):
        stores.publications.add(little(), "test", lambda connection: still_agreed(connection, held, day))
    with pytest.raises(NoPublication):
        stores.publications.current()


def keep_first_year(files: Path) -> None:
    """Leave out what came later, and consents for children who came later."""
    index = pd.read_csv(files / "index.csv", dtype=str)
    kept = index[index["as_of"] <= FIRST_YEAR.isoformat()]
    kept.to_csv(files / "index.csv", index=False)
    for consents in files.rglob("consent.csv"):
        rosters = kept[
            (kept["kind"] == "roster") & kept["path"].str.startswith(f"{consents.parent.relative_to(files)}/")
        ]
        known = pd.concat(pd.read_csv(files / path, dtype=str)["child_id"] for path in rosters["path"])
        rows = pd.read_csv(consents, dtype=str, keep_default_na=False)
        rows[rows["child_id"].isin(known)].to_csv(consents, index=False)


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """A small synthetic community as of its first school year, imported and matched."""
    from demo.make import make_community
    from intake.community import bring_in

    home = tmp_path_factory.mktemp("home")
    stores = open_stores(f"sqlite:///{home / 'registry.db'}", home, b"k" * 32, ZoneInfo("America/New_York"))
    make_community(home / "files", children=2500)
    keep_first_year(home / "files")
    bring_in(stores, home / "files", Path(__file__).parents[2] / "demo" / "agreements.toml", lambda *_: None)
    return stores


def test_a_school_year_that_is_not_over_waits_unless_it_is_asked_for_or_shown_already(brought: Stores) -> None:
    early = date(FIRST_YEAR.year, 6, 1)
    with pytest.raises(NothingToPublish, match="quorum publish --running-year"):
        publish(brought, as_of=early, today=early)
    running, nothing = SchoolYear.of(early), Past((), None, {})
    shown = Past((("p-1", {f"enrolled-{running}": b""}),), None, {})
    with brought.lake.connect(early) as lake:
        assert _years(lake, early, nothing, True) == _years(lake, early, shown, False) == [running]
    with brought.lake.connect(FIRST_YEAR) as lake:
        assert running.end <= FIRST_YEAR and _years(lake, FIRST_YEAR, nothing, False)[0] == running


def test_an_indicator_that_readers_have_keeps_its_population(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under another name nothing would guard the numbers that readers have."""
    made = protect_all([task_of(children_of(3000, 6), "grade3_reading_tested")], workers=1)
    past = Past((("p-2", {}), ("p-1", {"grade3_reading_tested-2024-25": made.outcomes[0].vault})), None, {})
    _refuse_moved(past)
    reading = indicators()["third_grade_reading"]
    renamed = {**indicators(), reading.name: replace(reading, population="third_graders")}
    monkeypatch.setattr("data_access.publish.indicators", lambda: renamed)
    with pytest.raises(NothingToPublish, match=r"grade3_reading_tested.*p-1.*third_graders"):
        _refuse_moved(past)


def tasks_of(stores: Stores, held: Sequence[Agreement], past: Past | None = None) -> tuple[dict[str, Task], Ground]:
    """The tasks of the first year by population, as publishing makes them."""
    year, scope = SchoolYear.of(FIRST_YEAR.replace(month=6)), Scope.of(held, FIRST_YEAR)
    with stores.lake.connect(FIRST_YEAR) as lake:
        asked = (stores, lake, [year], scope, Rule(), 100, past or Past((), None, {}))
        made, ground = _tasks(*asked, lambda *_: None)
    return {task.plan.population: task for task in made}, ground


@pytest.fixture(scope="module")
def first_tasks(brought: Stores) -> tuple[dict[str, Task], Ground]:
    return tasks_of(brought, agreements(brought.registry))


def test_what_nobody_measures_is_no_outcome(brought: Stores, first_tasks: tuple[dict[str, Task], Ground]) -> None:
    """Without a club among the contributors no child is said to be in none."""
    clubs = {"beacon-after-school", "trailhead-clubs"}
    without, _ = tasks_of(brought, [a for a in agreements(brought.registry) if a.party not in clubs])
    names = [made["enrolled"].plan.names for made in (first_tasks[0], without)]
    assert names == [("chronic_absence", "after_school_participation"), ("chronic_absence",)]


def test_areas_that_any_earlier_publication_drew_otherwise_stay_closed(
    brought: Stores, first_tasks: tuple[dict[str, Task], Ground]
) -> None:
    """Also where the one before has the new areas already; a publication that did not show them closes nothing."""
    made, ground = first_tasks
    task = made["enrolled"]
    rest = [(name, v) for name, views in task.plan.views for v in views if str(v) not in ("county", "region")]
    vault = protect_all([replace(task, plan=task.plan.without(rest))], workers=1).outcomes[0].vault
    other, kept = {**ground.about, "crosswalk": {}}, {f"enrolled-{task.period}": vault}
    past = Past((("p-2", kept), ("p-1", kept)), ground.about, {}, {"p-2": ground.about, "p-1": other})
    levels = {name: one.plan.levels for name, one in tasks_of(brought, agreements(brought.registry), past)[0].items()}
    assert "region" not in levels["enrolled"] and "town" in levels["enrolled"]
    assert "region" in levels["served"], "readers have no other areas of these"
    stored = unpack(vault)
    county = replace(stored, views=tuple(view for view in stored.views if view[1] == "county"))
    assert [redrawn(ground, other, then) for then in (stored, county)] == [{"region"}, frozenset()]


def test_towns_in_which_no_tract_lies_are_named(brought: Stores) -> None:
    """Tracts brought without the field of their town: nobody would live anywhere."""
    sets = current_sets(brought.registry)
    frames = {level: load_set(brought.home, sets[level]).frame for level in ("tract", "town")}
    _refuse_apart(frames["tract"], frames["town"], sets)
    alone = frames["tract"].assign(parent_id=None)
    with pytest.raises(NoGround, match="--level tract --parent"):
        _refuse_apart(alone, frames["town"], sets)


@pytest.mark.slow
def test_a_whole_community_is_published_twice_the_same_and_withstands_the_attack(brought: Stores) -> None:
    from data_access.attacks import attack_publications

    day, told = FIRST_YEAR, []
    first = publish(brought, as_of=day, today=day, progress=lambda *step: told.append(step))
    folder = brought.publications.folder
    cells = folder / first.id / "cells.parquet"
    one = cells.read_bytes()
    cells.write_bytes(one[:-9])  # publishing again mends a publication that is damaged
    second = publish(replace(brought, publications=Publications(folder, brought.registry)), as_of=day, today=day)
    cells.write_bytes(one)
    assert told and first.id != second.id and second.proof == first.proof
    assert one == (folder / second.id / "cells.parquet").read_bytes()
    assert {o.indicator for o in first.offers if o.offered} == set(indicators())
    report = attack_publications(brought)
    assert report.safe, report.findings
    assert report.publications == 2 and report.pairs > 0 and report.tightest is not None
    vault = brought.publications.vault / second.id
    for path in set(vault.glob("*.npz")) - set(vault.glob("graduation_cohort-*.npz")):
        path.unlink()
    assert not attack_publications(brought, workers=1).safe  # shown cells that nothing proves are a finding
