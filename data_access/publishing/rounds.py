"""All lattices of a publication, on all cores: protect, withdraw what hides too much, protect again, then attack."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

import pandas as pd

from catalog.naming import many
from data_access.publishing.crew import crew
from data_access.publishing.differences import nested_findings
from data_access.publishing.plan import Plan
from data_access.publishing.protecting import Outcome, Task, base_lost, carry, may_carry, run, screen
from data_access.publishing.proving import Proven, prove
from data_access.publishing.shares import Drop, Share, hidden_shares, hopeless, to_withdraw
from data_access.publishing.stored import unpack

Progress = Callable[[int, int, str], None]
Key = tuple[str, str]
Outcomes = dict[Key, Outcome]
Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False)
class Protected:
    """Everything that may be published. withdrawn: (indicator, view) -> the share it would have hidden.

    missing: (population, period) -> why nothing could be published of it.
    """

    outcomes: tuple[Outcome, ...]
    proofs: tuple[Proven, ...]
    withdrawn: dict[Drop, float]
    missing: dict[Key, str]

    @property
    def cells(self) -> pd.DataFrame:
        """All rows of all lattices."""
        return pd.concat([o.cells for o in self.outcomes if o.cells is not None], ignore_index=True)


class NotProven(Exception):
    """The attack found something in a finished table; nothing is published."""


def protect_all(
    tasks: Sequence[Task],
    workers: int = 2,
    progress: Progress = lambda *_: None,
    gone: Mapping[Drop, float] = MappingProxyType({}),
) -> Protected:
    """Protect every task; the result does not depend on the order in which workers finish.

    progress(done, total, what) is called in the calling process; an exception from it ends everything. gone: views
    that stay withdrawn, with the share they would have hidden.
    """
    if workers <= 1:
        return _protect_all(tasks, None, progress, gone)
    with crew(workers) as pool:
        try:
            return _protect_all(tasks, pool, progress, gone)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _protect_all(
    tasks: Sequence[Task], pool: Executor | None, progress: Progress, gone: Mapping[Drop, float]
) -> Protected:
    withdrawn = dict(gone)
    waiting = _again(tasks, withdrawn, {name for task in tasks for name in task.plan.names})
    screened = _each(pool, screen, {key: (task,) for key, task in waiting.items()}, progress, "looking at")
    lost = _hopeless(screened)
    withdrawn |= lost
    waiting |= _again(tasks, withdrawn, {name for name, _ in lost})
    settled: dict[Key, Outcome] = {}
    while waiting:
        jobs = sorted(waiting, key=lambda key: (-len(waiting[key].atoms), key))
        found = _each(pool, run, {key: (waiting[key],) for key in jobs}, progress, "protecting")
        settled |= {key: _safe(waiting[key], outcome) for key, outcome in found.items()}
        settled |= _standing(waiting, settled, _too_hidden(settled, {key[0] for key in jobs}))
        dropped = _too_hidden(settled, {key[0] for key in jobs})
        withdrawn |= dropped
        waiting = _again(tasks, withdrawn, {name for name, _ in dropped})
    settled |= _beside(settled)
    kept = {key: settled[key] for key in sorted(settled) if settled[key].cells is not None}
    proofs = _each(pool, prove, {key: (o.vault, o.carried) for key, o in kept.items()}, progress, "attacking")
    _refuse_findings(proofs.values())
    missing = {key: outcome.failed for key, outcome in sorted(settled.items()) if outcome.cells is None}
    return Protected(tuple(kept.values()), tuple(proofs[key] for key in kept), withdrawn, missing)


def _each(
    pool: Executor | None, work: Callable[..., Answer], jobs: dict[Key, tuple[Any, ...]], progress: Progress, what: str
) -> dict[Key, Answer]:
    """The answer to every job, by key."""
    found: dict[Key, Answer] = {}
    progress(0, len(jobs), what)
    if pool is None:
        for key, arguments in jobs.items():
            found[key] = work(*arguments)
            progress(len(found), len(jobs), f"{what} {key[0].replace('_', ' ')} {key[1]}")
        return found
    futures: dict[Future[Answer], Key] = {pool.submit(work, *arguments): key for key, arguments in jobs.items()}
    for future in as_completed(futures):
        key = futures[future]
        found[key] = future.result()
        progress(len(found), len(jobs), f"{what} {key[0].replace('_', ' ')} {key[1]}")
    return found


def _safe(task: Task, outcome: Outcome) -> Outcome:
    """Where a small change would hide a county number that readers have, the earlier publication's lattice stands."""
    if outcome.carried or not may_carry(task):
        return outcome
    then = carry(task)
    return then if base_lost(outcome, then) else outcome


def _standing(waiting: Mapping[Key, Task], settled: Mapping[Key, Outcome], dropped: Mapping[Drop, float]) -> Outcomes:
    """The earlier lattices where changes of the data would take a table from readers that they have."""
    names = {(name, str(view)) for name, view in dropped}
    had = [key for key, task in waiting.items() if may_carry(task) and names & set(unpack(task.earlier[0][1]).views)]
    return {key: carry(waiting[key]) for key in had if not settled[key].carried}


def _beside(settled: Outcomes) -> Outcomes:
    """Populations that would give hidden numbers of everybody served away, because all their children are in it too."""
    found: Outcomes = {}
    there = {key: unpack(one.vault) for key, one in settled.items() if one.cells is not None}
    for (_, period), base in there.items():
        inside = [key for key, one in there.items() if base.exact and key[1] == period and not one.exact]
        for key in sorted(key for key in inside if nested_findings(there[key], base)):
            why = "Beside the number of children served it would give hidden numbers away."
            found[key] = Outcome(*key, None, b"", failed=why)
    return found


def _hopeless(screened: dict[Key, Outcome]) -> dict[Drop, float]:
    """Views that the rule alone hides too much of, whatever else is shown."""
    return hopeless(_shares(screened, set(screened)))


def _too_hidden(settled: dict[Key, Outcome], populations: set[str]) -> dict[Drop, float]:
    found: dict[Drop, float] = {}
    for population in sorted(populations):
        shares = _shares(settled, {key for key in settled if key[0] == population})
        found |= {drop: shares[drop].share for drop in to_withdraw(shares)}
    return found


def _shares(outcomes: dict[Key, Outcome], keys: set[Key]) -> dict[Drop, Share]:
    cells = [outcomes[key].cells for key in sorted(keys)]
    there = [c for c in cells if c is not None]
    return hidden_shares(pd.concat(there, ignore_index=True)) if there else {}


def _again(tasks: Iterable[Task], withdrawn: dict[Drop, float], names: set[str]) -> dict[Key, Task]:
    """The tasks of populations that lost a view, without all views withdrawn so far."""
    found: dict[Key, Task] = {}
    for task in tasks:
        if names & set(task.plan.names):
            plan: Plan = task.plan.without(withdrawn)
            found[task.plan.population, task.period] = replace(task, plan=plan)
    return found


def _refuse_findings(proofs: Iterable[Proven]) -> None:
    found = [text for proven in proofs for text in proven.found]
    if found:
        raise NotProven(
            f"The attack on the finished tables still finds {many(len(found), 'cell')}; nothing was published."
        )
