"""The search for the cheapest safe pattern: guess, attack, learn what the guess missed, guess again."""

import time

import numpy as np

from privacy.cover import Cover
from privacy.cuts import Cut
from privacy.lattice import BoolArray, IntArray, NoSafePattern
from privacy.movement import Mover
from privacy.problem import Problem
from privacy.propagate import Propagation
from privacy.relation_cuts import Followed, RelationCuts
from privacy.separate import Separator

# Cells of the last guess are this much cheaper, so that a guess does not change for a trifle and with it every proof.
LOYALTY = 0.05
GLOBAL_ROUNDS = 3
NODES, MANY_NODES = 20, 200
# Work allowed, in units of about a second; the parts of it after which guesses stay closer to the last one, may only
# grow until one is safe, and are no longer polished.
WORK, WORK_A_CELL, MORE_A_READER = 1.0, 3e-4, 0.1
LAST, POLISH = 0.8, 0.55


class Search:
    """Every guess is the cheapest choice that meets all conditions known; every attack that succeeds adds some."""

    def __init__(self, problem: Problem, seconds: float | None = None) -> None:
        self.problem = problem
        self.cover, self.relations = Cover(len(problem.price), NODES), RelationCuts(problem)
        self.propagation, self.separator = Propagation(problem), Separator(problem)
        self.active: BoolArray = np.ones(len(problem.owed), dtype=bool)
        self.guess: BoolArray = np.zeros(len(problem.price), dtype=bool)
        readers = 1 + MORE_A_READER * (len(problem.down) - 1)
        self.budget = WORK + WORK_A_CELL * readers * len(problem.price)
        self.stop_at = np.inf if seconds is None else time.perf_counter() + seconds

    def run(self) -> BoolArray:
        """The cells to hide besides those that always are. Raises NoSafePattern when nothing helps."""
        self.separator.settle(self.problem.always, self.active)
        self.active &= ~self.separator.witnesses.settled
        best = self._until_safe()
        for loyalty in (LOYALTY, 0.0):
            self.guess = best
            self.cover.renew()
            self.cover.nodes = NODES if loyalty else MANY_NODES
            while (better := self._better(loyalty, self._cost(best))) is not None:
                best = better
        return best

    def _cost(self, guess: BoolArray) -> float:
        return float(self.problem.price[guess].sum()) + 1e-9

    def _spent(self, budget: float) -> bool:
        work = self.separator.work + self.cover.work + self.propagation.work
        return work > budget or time.perf_counter() > self.stop_at

    def _until_safe(self) -> BoolArray:
        """The first safe guess. After a few rounds only what is near broken conditions may change, later on nothing
        that was chosen, so that this ends.
        """
        rounds = 0
        while cuts := self._missed():
            self.cover.add(cuts)
            rounds += 1
            kept = np.zeros_like(self.guess)
            if self._spent(LAST * self.budget):
                kept = self.guess
            elif rounds > GLOBAL_ROUNDS:
                kept = self.guess & ~self.cover.near(cuts)
            self._guess(LOYALTY, kept)
        return self.guess

    def _better(self, loyalty: float, cost: float) -> BoolArray | None:
        """A safe guess below a cost, if one turns up before the work runs out."""
        while not self._spent(self.budget * POLISH):
            self._guess(loyalty, np.zeros_like(self.guess))
            if self._cost(self.guess) >= cost:
                return None
            cuts = self._missed()
            if not cuts:
                return self.guess
            self.cover.add(cuts)
        return None

    def _guess(self, loyalty: float, kept: BoolArray) -> None:
        price = np.where(self.guess, self.problem.price * (1 - loyalty), self.problem.price)
        self.guess = self.cover.solve(price, kept)

    def _missed(self) -> list[Cut]:
        """Conditions that the guess breaks, cheap ones to find first; none when it is safe."""
        hidden = self.guess | self.problem.always
        failed = self.active & self.separator.failed
        for among in (failed, self.active):
            if cuts := self.relations.broken(hidden, self.active):
                return cuts
            self.relations.follow(self._quick(hidden, among))
            if cuts := self.relations.broken(hidden, self.active):
                return cuts
            self.relations.follow(self.separator.holding(hidden, among))
        return self.relations.broken(hidden, self.active) or self._by_force(hidden)

    def _quick(self, hidden: BoolArray, among: BoolArray) -> list[Followed]:
        owed = self.problem.owed
        open_ = among & ~self.separator.witnesses.met(hidden)
        found: list[Followed] = []
        for attacker in np.unique(owed.attacker[open_]).tolist():
            demands = np.flatnonzero(open_ & (owed.attacker == attacker))
            found += self.propagation.holding(hidden, attacker, demands)
        return found

    def _by_force(self, hidden: BoolArray) -> list[Cut]:
        """For a demand that was neither met nor explained: hide what a movement needs that meets it."""
        for demand in np.flatnonzero(self.active & ~self.separator.witnesses.met(hidden)).tolist():
            cells = self._cells_for(demand, hidden)
            missing = cells[~hidden[cells]]
            if len(missing):
                return [Cut(missing[[i]], np.ones(1)) for i in range(len(missing))]
        if not self.separator.witnesses.met(hidden)[self.active].all():
            raise NoSafePattern("no pattern could be shown to be safe")
        return []

    def _cells_for(self, demand: int, hidden: BoolArray) -> IntArray:
        problem, owed = self.problem, self.problem.owed
        number, cell = int(owed.attacker[demand]), int(owed.cell[demand])
        cost = np.where(hidden, 1e-4, problem.price)
        mover = Mover(problem.system.columns, problem.down[number], problem.up[number], cost)
        steps = (float(owed.amount[demand]), -1.0) if owed.sided[demand] else (float(owed.amount[demand]),)
        found = [answer for step in steps if (answer := mover.cheapest(cell, step)) is not None]
        if not found:
            raise NoSafePattern("no choice of hidden cells protects every sensitive cell")
        movement = min(found, key=lambda answer: answer[0])[1]
        self.separator.witnesses.learn(movement, np.array([demand]))
        return np.flatnonzero((movement != 0) & ~problem.always)
