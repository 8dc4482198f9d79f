"""A pattern together with its proof: suppress, attack, repair what the attack found, or refuse."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from privacy.attack import attack
from privacy.lattice import Attacker, BoolArray, Finding, Findings, FloatArray, Lattice, NoSafePattern, Pattern, Rule
from privacy.suppress import suppress

ROUNDS = 5


def protect(
    lattice: Lattice,
    rule: Rule,
    attackers: Sequence[Attacker],
    weights: FloatArray | None = None,
    previous_hidden: BoolArray | None = None,
    seconds: float | None = None,
    fixed: BoolArray | None = None,
    choose: Callable[..., Pattern] = suppress,
) -> tuple[Pattern, Findings]:
    """The cells to hide and the attack that failed on them; the arguments are those of suppress.

    choose: how cells are chosen, `suppress` (cheapest) or `privacy.repair.repair` (quickest). What the attacker still
    finds is asked for with one to spare and repaired. Raises NoSafePattern when that does not end, so that nothing
    appears without a proof.
    """
    asked = list(attackers)
    for _ in range(ROUNDS):
        pattern = choose(lattice, rule, asked, weights, previous_hidden, seconds, fixed)
        findings = attack(lattice, pattern, rule, attackers)
        if findings.safe:
            return pattern, findings
        asked = _sterner(lattice, asked, findings.found)
    raise NoSafePattern("the attack still finds hidden cells")


def _sterner(lattice: Lattice, attackers: list[Attacker], found: Sequence[Finding]) -> list[Attacker]:
    """The attackers, who now may learn even less about the cells that were found."""
    sterner = []
    for attacker in attackers:
        cells = np.array([f.position for f in found if f.attacker == attacker.name], dtype=np.int64)
        need = attacker.need.copy()
        need[cells] = np.maximum(need[cells], lattice.values[cells]) + 1
        sterner.append(replace(attacker, need=need))
    return sterner
