"""The attack on a kept lattice, by everybody at once, and what it tells: the proof of a publication."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from data_access.published import ProofEntry
from data_access.publishing.stored import Stored, unpack
from privacy.attack import attack
from privacy.lattice import Findings, FloatArray

EDGES = (0, 5, 10, 20, 50, 100)
TIGHTEST = 10


@dataclass(frozen=True, eq=False)
class Proven:
    """The proof of one lattice. found: what an attacker learned, in words; empty is the proof.

    widths: lower edge of a class of interval widths -> hidden cells. levels: area level -> (cells, hidden).
    tight: (cell as slot=code words, low, high), the narrowest first.
    """

    entry: ProofEntry
    found: tuple[str, ...]
    widths: dict[str, int]
    levels: dict[str, tuple[int, int]]
    tight: tuple[tuple[tuple[str, ...], float, float | None], ...]


def prove(content: bytes, carried: str = "") -> Proven:
    """Attack what was kept of a lattice."""
    stored = unpack(content)
    attackers = stored.attackers()
    found = attack(stored.lattice, stored.pattern, stored.pattern.rule, attackers, full=True)
    return Proven(
        replace(_entry(stored, found, tuple(a.name for a in attackers)), carried=carried),
        tuple(f"{f.attacker}: {_words(stored, f.position)} {f.kind} {f.low:g}..{f.high:g}" for f in found.found),
        _widths(stored, found),
        _levels(stored),
        _tight(stored, found),
    )


def _entry(stored: Stored, found: Findings, attackers: tuple[str, ...]) -> ProofEntry:
    pattern, shown = stored.pattern, ~stored.lattice.latent
    rule = pattern.rule
    return ProofEntry(
        population=stored.population,
        period=stored.period,
        cells=int(shown.sum()),
        hidden=int((pattern.hidden & shown).sum()),
        primary=int((pattern.primary & shown).sum()),
        rule=rule.name,
        zeros=rule.zeros,
        k=rule.k,
        version=rule.version,
        tightest=None if not np.isfinite(found.tightest) else float(found.tightest),
        solver=found.solver,
        seconds=round(pattern.seconds + found.seconds, 2),
        attackers=attackers,
    )


def _spread(stored: Stored, found: Findings) -> tuple[np.ndarray, FloatArray]:
    hidden = np.flatnonzero(stored.pattern.hidden & ~stored.lattice.latent)
    return hidden, (found.high - found.low)[hidden]


def _widths(stored: Stored, found: Findings) -> dict[str, int]:
    _, widths = _spread(stored, found)
    classes = Counter(max(edge for edge in EDGES if edge <= width) for width in widths[np.isfinite(widths)].tolist())
    counted = {str(edge): classes[edge] for edge in EDGES}
    return counted | {"unlimited": int((~np.isfinite(widths)).sum())}


def _levels(stored: Stored) -> dict[str, tuple[int, int]]:
    slots = [stored.dims.index(name) for name in ("area", "district") if name in stored.dims]
    cells: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    for position in np.flatnonzero(~stored.lattice.latent & ~stored.lattice.structural).tolist():
        key = stored.lattice.keys[position]
        level = next((key[s].split(":")[0] for s in slots if key[s] != stored.margins[s]), "county")
        cells[level] += 1
        hidden[level] += bool(stored.pattern.hidden[position])
    return {level: (cells[level], hidden[level]) for level in sorted(cells)}


def _tight(stored: Stored, found: Findings) -> tuple[tuple[tuple[str, ...], float, float | None], ...]:
    hidden, widths = _spread(stored, found)
    known = np.where(np.isnan(widths), np.inf, widths)
    first = sorted(range(len(hidden)), key=lambda i: (known[i], stored.lattice.keys[hidden[i]]))[:TIGHTEST]
    return tuple(
        (_parts(stored, int(hidden[i])), float(found.low[hidden[i]]), _finite(float(found.high[hidden[i]])))
        for i in first
    )


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _parts(stored: Stored, position: int) -> tuple[str, ...]:
    key = stored.lattice.keys[position]
    named = zip(stored.dims, key, stored.margins, strict=True)
    return tuple(f"{dim}={code}" for dim, code, margin in named if code != margin)


def _words(stored: Stored, position: int) -> str:
    return f"{stored.population} {stored.period} {', '.join(_parts(stored, position)) or 'the county'}"


def reproved(proven: Proven, entry: ProofEntry) -> Proven:
    """The same proof under another entry (when a lattice is carried on)."""
    return replace(proven, entry=entry)
