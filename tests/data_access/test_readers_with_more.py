"""Readers who hold more than one publication: contributors with earlier ones, other categories, several populations."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from catalog.terms import dimensions
from data_access.atoms import atoms
from data_access.publishing.differences import nested_findings
from data_access.publishing.known_zeros import impossible, occurring
from data_access.publishing.past import recut
from data_access.publishing.plan import Plan, plans
from data_access.publishing.protecting import Task, run
from data_access.publishing.proving import prove
from data_access.publishing.rounds import Protected, protect_all
from data_access.publishing.stored import Stored, unpack
from privacy.attack import attack
from privacy.lattice import FloatArray, Rule
from privacy.primary import contributor_since, previous_attacker
from tests.support.children import COUNTY, TRACTS, population, served, with_rates
from tests.support.publication import pairs, places

FEW = ("county", "town", "county*gender", "county*age_band", "county*race_ethnicity")


def task_of(
    children: pd.DataFrame, name: str = "served", views: tuple[str, ...] = FEW, rule: Rule | None = None
) -> Task:
    plan = next(plan for plan in plans() if plan.population == name)
    plan = plan.without((one, view) for one, held in plan.views for view in held if str(view) not in views)
    here = population(children, name)
    counted = atoms(here, plan, {t: t for t in TRACTS}, pairs(), COUNTY[0])
    zeros, seen = impossible(here, plan), occurring(here, plan)
    return Task(plan, "2024-25", counted, zeros, {}, places(), rule or Rule(), occurring=seen)


def protected(task: Task, *earlier: Protected) -> tuple[Protected, Stored]:
    kept = tuple((f"p-2025-08-0{9 - i}-1", found.outcomes[0].vault) for i, found in enumerate(earlier))
    gone = earlier[0].withdrawn if earlier else {}
    found = protect_all([replace(task, earlier=kept)], workers=1, gone=gone)
    return found, unpack(found.outcomes[0].vault)


def others(stored: Stored, contributor: str) -> dict[frozenset[tuple[str, str]], int]:
    """What is left of every shown number when a contributor takes its own children away."""
    own = stored.own.get(contributor, np.zeros(len(stored.lattice), dtype=np.int64))
    open_ = np.flatnonzero(~stored.pattern.hidden & ~stored.lattice.latent)
    return {stored.names[i]: int(stored.lattice.values[i] - own[i]) for i in open_}


def few_changed(one: dict[frozenset[tuple[str, str]], int], two: dict[frozenset[tuple[str, str]], int]) -> list[object]:
    return [
        (sorted(name), two[name] - one[name]) for name in one if name in two and 1 <= abs(two[name] - one[name]) < 10
    ]


def come_and_go(children: pd.DataFrame) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Children before and after: the club brings 800 of its own while a clinic brings one; or the club leaves."""
    every = served(len(children) + 2000, 9).iloc[-2000:]
    known = every[(every[["tract", "gender", "race_ethnicity"]] != "").all(axis=1)]
    late = with_rates(known.iloc[:800], 9).assign(contributors="club")
    one = children.iloc[[0]].assign(tract="T02a", town="T02", district="D1", gender="F", contributors="clinic")
    both = pd.concat([children, late], ignore_index=True)
    met = both.index[both["contributors"] == "club"][:12]
    shared = both.assign(contributors=both["contributors"].where(~both.index.isin(met), "clinic+club"))
    left = shared.assign(contributors=shared["contributors"].str.replace(r"\+?club", "", regex=True))
    return {
        "come": (children, pd.concat([both, one], ignore_index=True)),
        "leave": (shared, left[left["contributors"] != ""].reset_index(drop=True)),
    }


@pytest.mark.parametrize("way", ["come", "leave"])
def test_a_contributor_does_not_read_the_change_of_all_others(way: str) -> None:
    """It takes its own children away from both publications, those of then and those of now."""
    before, after = come_and_go(with_rates(served(2500, 8), 8))[way]
    first, then = protected(task_of(before))
    second, now = protected(task_of(after), first)
    assert not few_changed(others(then, "club"), others(now, "club"))
    assert all(proven.found == () for proven in second.proofs)


def test_a_large_correction_can_be_shown_where_only_a_contributor_would_read_more() -> None:
    """Somebody decides so; the proof then names no contributor with an earlier publication."""
    before, after = come_and_go(with_rates(served(2500, 8), 8))["come"]
    first, _ = protected(task_of(before))
    second, _ = protected(replace(task_of(after), corrected=True), first)
    (entry,) = (proven.entry for proven in second.proofs)
    assert not entry.carried and not any("contributor club," in name for name in entry.attackers)
    assert protected(task_of(after), first)[0].proofs[0].entry.carried


def told(now: Stored, *earlier: Stored) -> FloatArray:
    """The newest count of each cell that earlier publications, newest first, showed; as attackers take it."""
    shown = [others(then, "") for then in earlier]
    hidden = [set(then.names) for then in earlier]
    return np.array(
        [
            next((found[name] for found in shown if name in found), -1 if any(name in h for h in hidden) else -2)
            for name in now.names
        ],
        dtype=float,
    )


def in_one_town(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of 35 children of a town 20 are the club's; ten of the others leave, and many come to another town."""
    children = with_rates(served(1500, seed), seed)
    children = children[children["town"] != ""]
    children = children.drop(children.index[children["town"] == "T01"][35:])
    here = children.index[children["town"] == "T01"]
    children.loc[here, "contributors"], children.loc[here[:20], "contributors"] = "city", "club"
    late = with_rates(served(400, seed + 900), seed)
    late = late[late["town"] == "T05"].assign(contributors="city")
    return children, pd.concat([children.drop(here[20:30]), late], ignore_index=True)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_contributor_whose_own_part_stands_fills_in_nothing_that_is_hidden(seed: int) -> None:
    """A companion that was shown before and did not change protects nobody from who knows that."""
    before, after = in_one_town(seed)
    views = ("county", "town")
    first, then = protected(task_of(before, views=views))
    _, now = protected(task_of(after, views=views), first)
    own, rule = now.own["club"], now.pattern.rule
    reader = contributor_since(now.lattice, told(now, then), own, np.zeros(len(own)), rule, "club")
    assert attack(now.lattice, now.pattern, rule, [reader]).found == ()


def test_two_earlier_publications_together_tell_nothing_that_is_hidden() -> None:
    """The first tells the boys of a town, the second the town; the third must not leave the girls to be read."""
    children = with_rates(served(3000, 1), 1)
    known = (children["town"] != "") & children["gender"].isin(["F", "M"])
    children = children[known].assign(contributors="city").reset_index(drop=True)
    girls, boys = (children.index[(children["town"] == "T01") & (children["gender"] == code)] for code in "FM")
    one = children.drop([*girls[17:], *boys[60:]])
    two = one.drop(girls[:12])
    late = with_rates(served(6000, 51), 1)
    late = late[~late["town"].isin(["T01", ""]) & late["gender"].isin(["F", "M"])].iloc[:900]
    three = pd.concat([two, late.assign(contributors="city")], ignore_index=True)
    full, less = ("county", "town", "county*gender", "town*gender"), ("county", "town")
    first, then = protected(task_of(one, views=full))
    second, since = protected(task_of(two, views=less), first)
    _, now = protected(task_of(three, views=full), second, first)
    reader = previous_attacker(now.lattice, told(now, since, then), now.pattern.rule, "both")
    assert attack(now.lattice, now.pattern, now.pattern.rule, [reader]).found == ()


def test_categories_drawn_otherwise_close_what_readers_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ages 14 and older of then less 14 to 17 of now would be a number that neither shows."""
    _, then = protected(task_of(with_rates(served(2500, 8), 8)))
    assert recut(then) == set()
    ages = dimensions()["age_band"]
    split = replace(ages, categories={**ages.categories, "a18": "Ages 18 and older"})
    monkeypatch.setattr("data_access.publishing.past.dimensions", lambda: {**dimensions(), "age_band": split})
    assert recut(then) == {"age_band"}


def test_a_stricter_promise_is_kept_by_everything_in_the_publication() -> None:
    """Numbers protected under a smaller count do not stand on, whatever that takes from readers."""
    children = with_rates(served(500, 8), 8)
    first, then = protected(task_of(children))
    second, now = protected(task_of(children, rule=Rule(k=20)), first)
    assert (then.pattern.rule.k, now.pattern.rule.k) == (10, 20) and second.proofs[0].entry.k == 20
    assert len(now.views) < len(then.views), "a table is lost rather than kept under the weaker promise"


def early(size: int, seed: int) -> pd.DataFrame:
    """A community whose partners all serve young children: whoever is screened is served, and few more are."""
    chance = np.random.default_rng(seed)
    found = with_rates(served(size, seed), seed + 70)
    found = found[found["age_band"] <= 5].reset_index(drop=True)
    who = np.where(chance.random(len(found)) < 0.6, "steps", "clinic")
    return found.assign(contributors=who, program_kind="early_childhood", grade_band="")


def everything(plan: Plan) -> tuple[str, ...]:
    return tuple(str(view) for _, held in plan.views for view in held)


def test_no_population_gives_away_another_that_it_is_a_part_of() -> None:
    """Of 35 at least 33 are screened in a town: so many are served there, and few are left for what is hidden."""
    children = early(1500, 9)
    tasks = [
        task_of(children, plan.population, everything(plan))
        for plan in plans()
        if plan.population in ("served", "young_children")
    ]
    alone = {task.plan.population: unpack(protect_all([task], workers=1).outcomes[0].vault) for task in tasks}
    assert nested_findings(alone["young_children"], alone["served"]), "each is safe alone, not beside the other"
    found = protect_all(tasks, workers=1)
    assert [one.population for one in found.outcomes] == ["served"]
    assert "Beside the number of children served" in found.missing["young_children", "2024-25"]


def test_what_is_not_printed_as_a_zero_is_known_to_hold_a_child() -> None:
    """Where nobody is unrecorded it says [z]; so [c] there means one child at least, and leaves fewer to the others."""
    children = served(1500, 3).assign(contributors="clinic")
    rare = children["race_ethnicity"].isin(["", "asian"])
    children.loc[rare, "race_ethnicity"] = "white"
    children.loc[children.index[:9], "race_ethnicity"] = "asian"
    children.loc[children.index[9:10], "race_ethnicity"] = ""
    made = run(task_of(with_rates(children, 3), views=("county", "county*race_ethnicity")))
    stored = unpack(made.vault)
    unrecorded = stored.names.index(frozenset({("race_ethnicity", "another")}))
    assert stored.pattern.hidden[unrecorded] and prove(made.vault).found == ()
    intervals = attack(stored.lattice, stored.pattern, stored.pattern.rule, stored.attackers(), full=True)
    assert intervals.low[unrecorded] == 1
    asian = stored.names.index(frozenset({("race_ethnicity", "asian")}))
    assert intervals.high[asian] >= 10


def test_a_single_number_is_a_publication_too() -> None:
    """Where every other table is withdrawn, there is nothing to add up."""
    _, stored = protected(task_of(served(300, 3), views=("county",)))
    assert list(others(stored, "").values()) == [300]
