"""`quorum publish`: join lake, children and agreements; count, protect, attack; write whole or not at all."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime

import pandas as pd
from sqlalchemy import Connection, Engine, extract, func, select

from catalog.indicators import indicators
from catalog.periods import SchoolYear
from catalog.terms import area_levels
from catalog.views import View
from data_access.agreements import agreements, governing
from data_access.atoms import atoms
from data_access.counts import Counted, count
from data_access.facts import attendance, outcome, roster
from data_access.ledger import append
from data_access.people import unmatched
from data_access.published import PublicationInfo
from data_access.publishing.draft import About, draft
from data_access.publishing.ground import Ground, base_ground
from data_access.publishing.known_zeros import impossible, occurring, uncovered
from data_access.publishing.past import Past, read_past, recut, redrawn
from data_access.publishing.plan import Plan, plans
from data_access.publishing.protecting import Task
from data_access.publishing.rounds import Progress, protect_all
from data_access.publishing.shares import Drop
from data_access.publishing.stored import unpack
from data_access.registry.engine import lock
from data_access.registry.tables import batch, lake_file, match_decision
from data_access.scope import Scope
from data_access.stores import Stores
from privacy.agreement import Agreement
from privacy.lattice import Rule

REGION_MINIMUM = 100


class NothingToPublish(ValueError):
    """Nobody may be counted, or not everybody yet; the message says what is missing."""


class AgreementsChanged(ValueError):
    """A contributor's agreement changed while the numbers were made; nothing is published."""


def publish(
    stores: Stores,
    *,
    rule: Rule | None = None,
    region_minimum: int = REGION_MINIMUM,
    as_of: date,
    today: date,
    progress: Progress = lambda *_: None,
    workers: int = 2,
    made_by: str = "command",
    reconsider: bool = False,
    running_year: bool = False,
    corrected: bool = False,
) -> PublicationInfo:
    """Make and list a publication of everything known up to as_of, by the agreements in force today.

    rule: the promise; its k is raised to the largest minimum count of any agreement in force. region_minimum: children
    a tract area must have. reconsider: try views again that an earlier publication of the same data withdrew.
    running_year: take the school year in that is not over on as_of; else it waits, unless readers have some of it.
    corrected: a wrong number does harm too: show new ones also where a contributor, who takes its own children away
    from both publications, could read a change of all others by 1..k-1. The ledger and the proof tell of it.
    progress(done, total, what). Raises NothingToPublish, NoGround, PublishingNow, NotProven, AgreementsChanged; then
    nothing is published.
    """
    with stores.publications.publishing():
        held = [a for a in agreements(stores.registry) if a.active(today)]
        chosen = _rule(rule or Rule(), held)
        _refuse_unmatched(stores.registry)
        past = read_past(stores.publications)
        _refuse_moved(past)
        scope = Scope.of(held, today)
        with stores.lake.connect(as_of) as lake:
            years = _years(lake, as_of, past, running_year)
            tasks, ground = _tasks(stores, lake, years, scope, chosen, region_minimum, past, progress)
        tasks = [replace(task, corrected=corrected) for task in tasks]
        gone = {} if reconsider else _still_gone(tasks, past)
        found = protect_all(tasks, workers, progress, gone)
        found = replace(found, withdrawn={**past.withdrawn, **found.withdrawn})
        about = About(
            _free_id(stores, as_of),
            datetime.now(UTC),
            as_of,
            next(a.name for a in ground.areas if a.level == "county"),
            chosen,
            data_version(stores.registry, held),
            ground.about,
        )
        made = draft(about, found, ground.areas, ground.layers)
        detail: dict[str, object] = {"publication": about.id, "data_version": about.data_version, "rule": _told(chosen)}
        if corrected:
            detail["corrected"] = True

        def finish(connection: Connection) -> None:
            lock(connection, "agreement", shared=True)
            still_agreed(connection, held, today)
            _note(connection, stores, made_by, detail)

        stores.publications.add(made, made_by, finish)
    return stores.publications.get(about.id).info


def _refuse_unmatched(registry: Engine) -> None:
    """New rosters whose children would silently be missing from every number."""
    if waiting := unmatched(registry):
        many = "1 record on a roster is" if waiting == 1 else f"{waiting:,} records on rosters are"
        raise NothingToPublish(f"{many} not matched to a child yet and would not be counted. Match first: quorum match")


def _refuse_moved(past: Past) -> None:
    """Indicators that readers have under another population: nothing would guard what they have of it."""
    for publication, content in past.newest().values():
        before = unpack(content)
        for name in sorted({name for name, _ in before.views} & set(indicators())):
            if (now := indicators()[name].population) != before.population:
                raise NothingToPublish(
                    f"{name} was counted in the population “{before.population}” in {publication}, and its file in "
                    f"the catalog says “{now}” now. New numbers are guarded by those of the same population that "
                    "readers have: give it its population back, or, if other children are meant, a name of its own."
                )


def still_agreed(connection: Connection, held: Sequence[Agreement], today: date) -> None:
    """Raises AgreementsChanged where other data may be used now than at the start, or another smallest count holds."""
    now = [a for a in governing(connection) if a.active(today)]
    if Scope.of(now, today) != Scope.of(held, today) or _rule(Rule(), now).k != _rule(Rule(), held).k:
        raise AgreementsChanged(
            "A contributor's agreement changed while the numbers were made, so nothing was published. Publish again."
        )


def _note(connection: Connection, stores: Stores, made_by: str, detail: Mapping[str, object]) -> None:
    append(connection, stores.ledger_key, actor=made_by, organization="", action="publish", detail=detail)


def _told(rule: Rule) -> dict[str, object]:
    """A rule as the ledger tells it."""
    return {"promise": rule.name, "k": rule.k, "zeros": rule.zeros, "version": rule.version}


def _rule(rule: Rule, held: Sequence[Agreement]) -> Rule:
    return replace(rule, k=max([rule.k, *(a.minimum_count for a in held)]))


def _years(lake: Connection, as_of: date, past: Past, running_year: bool) -> list[SchoolYear]:
    """The school years to publish.

    What is shown of a running year is there to stay: later numbers can replace it only where k children or more differ.
    """
    every = school_years(lake)
    found = [year for year in every if running_year or year.end <= as_of or past.shows(str(year))]
    if every and not found:
        raise NothingToPublish(
            f"All data are of the school year {every[0]}, which ends on {every[0].end}. Publish then, or show it as it "
            "stands now: quorum publish --running-year. Later numbers can then replace these only where enough "
            "children differ."
        )
    return found


def left_out(stores: Stores, info: PublicationInfo) -> SchoolYear | None:
    """The school year that waits because it was not over on the publication's day, if there is one."""
    year = SchoolYear.of(info.as_of)
    if year.end <= info.as_of or str(year) in info.periods:
        return None
    with stores.lake.connect(info.as_of) as lake:
        return year if year in school_years(lake) else None


def _tasks(
    stores: Stores,
    lake: Connection,
    years: Sequence[SchoolYear],
    scope: Scope,
    rule: Rule,
    region_minimum: int,
    past: Past,
    progress: Progress,
) -> tuple[list[Task], Ground]:
    """One task per population and school year that counts enough children."""
    base = next(plan for plan in plans() if plan.exact)
    progress(0, len(years) * len(plans()), "counting")
    counted = {year: count(lake, base, year, scope) for year in years}
    homes = [c.children.assign(period=str(year)) for year, c in counted.items() if len(c.children) >= rule.k]
    if not homes:
        raise NothingToPublish(
            "No child may be counted yet: import rosters, match them, and record data-sharing agreements in force."
        )
    places = pd.concat(homes)[["period", "tract", "town", "district"]]
    ground = base_ground(stores.registry, stores.publications, places, region_minimum, past.geography)
    found: list[Task] = []
    for place, plan in enumerate(plans()):
        every = counted if plan is base else {year: count(lake, plan, year, scope) for year in years}
        enough = {str(year): one for year, one in every.items() if len(one.children) >= rule.k}
        gaps = uncovered({y: one.children for y, one in enough.items()}, pd.concat(homes))
        empty = {**ground.empty, "district": gaps}
        made = [_task(plan, year, one, ground, empty, rule, past) for year, one in enough.items()]
        found += [task for task in made if task.plan.views]
        progress((place + 1) * len(years), len(years) * len(plans()), f"counting {plan.population}")
    return found, ground


def _task(
    plan: Plan,
    period: str,
    counted: Counted,
    ground: Ground,
    empty: Mapping[str, list[str]],
    rule: Rule,
    past: Past,
) -> Task:
    earlier = past.of(plan.population, period)
    kept = [(past.grounds.get(name, {}), unpack(content)) for name, content in earlier]
    closed = set(area_levels()) - set(ground.places)  # a level without boundaries has nothing to show
    closed |= {name for before, then in kept for name in (*redrawn(ground, before, then), *recut(then))}
    closed |= {name for name, told_by in counted.sources.items() if not told_by}  # nobody measures it: no zero, no data
    plan = plan.without(
        (name, view) for name, views in plan.views for view in views if closed & {name, view.level, *view.dimensions}
    )
    grouped = atoms(counted.children, plan, ground.regions, ground.pairs, ground.county)
    lived_in = {level: set(grouped.loc[grouped["count"] > 0, level]) for level in empty if level in grouped}
    nobody = {level: [a for a in areas if a not in lived_in.get(level, ())] for level, areas in empty.items()}
    structural = impossible(counted.children, plan, nobody)
    here = {level: [a for a in areas if a in lived_in.get(level, ())] for level, areas in empty.items()}
    seen = occurring(counted.children, plan, here)
    task = Task(plan, period, grouped, structural, counted.sources, ground.places, rule, earlier, occurring=seen)
    return replace(task, origin=_origin(task))


def _origin(task: Task) -> str:
    """Digest of everything a lattice is made from."""
    digest = hashlib.sha256(repr(task.plan).encode())
    for frame in (task.atoms, task.structural, task.occurring):
        digest.update(frame.to_csv(index=False).encode())
    told = {name: sorted(who) for name, who in task.sources.items()}
    digest.update(
        json.dumps([told, {k: list(v) for k, v in task.places.items()}, asdict(task.rule)], sort_keys=True).encode()
    )
    return digest.hexdigest()


def _still_gone(tasks: Sequence[Task], past: Past) -> dict[Drop, float]:
    """Views withdrawn last time stay so for populations with a school year that did not change.

    Otherwise tables that stand would have to be protected anew beside what readers already have, for no new data.
    """
    standing = {
        name
        for task in tasks
        for name in task.plan.names
        if task.earlier and unpack(task.earlier[0][1]).origin == task.origin
    }
    return {drop: share for drop, share in past.withdrawn.items() if drop[0] in standing}


def school_years(lake: Connection) -> list[SchoolYear]:
    """The school years with any roster, attendance or outcome, oldest first."""
    found: set[SchoolYear] = set()
    for column in (roster.c.as_of, attendance.c.month, outcome.c.date):
        year, month = extract("year", column), extract("month", column)
        rows = lake.execute(select(year, month).where(column.is_not(None)).distinct())
        found |= {SchoolYear.of(date(int(y), int(m), 1)) for y, m in rows}
    return sorted(found)


def data_version(registry: Engine, held: Sequence[Agreement]) -> str:
    """Digest of what was counted: the files of the lake that count, the newest match decision, the agreements."""
    files = (
        select(lake_file.c.sha256).join(batch).where(lake_file.c.struck_at.is_(None), batch.c.withdrawn_at.is_(None))
    )
    with registry.connect() as connection:
        digests = sorted(connection.scalars(files))
        decided = connection.scalar(select(func.max(match_decision.c.sequence))) or 0
    terms = sorted(f"{a.id}/{a.version}" for a in held)
    catalog = {name: [str(view) for view in i.views] for name, i in indicators().items()}
    return hashlib.sha256(json.dumps([digests, decided, terms, catalog]).encode()).hexdigest()


def _free_id(stores: Stores, as_of: date) -> str:
    """p-<day>-<number>, never used before."""
    taken = set(stores.publications.every_id())
    number = 1
    while f"p-{as_of}-{number}" in taken:
        number += 1
    return f"p-{as_of}-{number}"


__all__ = ["NothingToPublish", "View", "data_version", "publish", "school_years"]
