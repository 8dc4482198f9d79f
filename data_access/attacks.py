"""`quorum attack`: attack everything that was ever published, again, and what publications give away beside each other.

The lattices come from the vault, where each was kept as it was attacked when it was published: counting the lake again
would test other numbers than those that people hold.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from data_access.published import NoPublication, ProofEntry, Tight
from data_access.publishing.crew import crew
from data_access.publishing.differences import exact_differences, nested_findings
from data_access.publishing.protecting import reread
from data_access.publishing.proving import Proven, prove
from data_access.publishing.stored import Stored, unpack
from data_access.stores import Stores

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class AttackReport:
    """What the attack found over everything published; empty findings are what we hope for.

    entries: publication and proof of each lattice attacked. pairs: populations and publications compared.
    """

    publications: int
    entries: tuple[tuple[str, ProofEntry], ...]
    pairs: int
    findings: tuple[str, ...]
    tight: tuple[Tight, ...]
    seconds: float

    @property
    def safe(self) -> bool:
        """True where nothing was found."""
        return not self.findings

    @property
    def tightest(self) -> float | None:
        """The narrowest interval of possible counts of any cell that must be protected."""
        return min((e.tightest for _, e in self.entries if e.tightest is not None), default=None)


def attack_publications(stores: Stores, *, workers: int = 2, progress: Progress = lambda *_: None) -> AttackReport:
    """Attack every publication there ever was, withdrawn ones too: readers may still have them.

    A publication whose vault is lost, or whose cells are not what the vault says, is a finding.
    """
    start = time.perf_counter()
    findings: list[str] = []
    kept: dict[str, dict[str, bytes]] = {}
    for name in reversed(stores.publications.every_id()):
        try:
            kept[name] = stores.publications.kept(name)
        except NoPublication as error:
            findings.append(str(error))
    jobs = {(p, lattice): content for p, files in kept.items() for lattice, content in files.items()}
    proofs = _prove_all(jobs, workers, progress)
    findings += [f"{p}: {text}" for (p, _), proven in proofs.items() for text in proven.found]
    pairs = 0
    for name, files in kept.items():
        lattices = [unpack(content) for content in files.values()]
        findings += _unlike(stores, name, lattices)
        found, compared = _between(lattices)
        findings += [f"{name}: {text}" for text in found]
        pairs += compared
    entries = tuple((p, proven.entry) for (p, _), proven in proofs.items())
    return AttackReport(
        len(kept), entries, pairs, tuple(findings), _tight(proofs.values()), time.perf_counter() - start
    )


def _prove_all(jobs: dict[tuple[str, str], bytes], workers: int, progress: Progress) -> dict[tuple[str, str], Proven]:
    """Each different lattice is attacked once, however many publications carry it on."""
    digests = {key: hashlib.sha256(content).hexdigest() for key, content in jobs.items()}
    unique = {digests[key]: content for key, content in jobs.items()}
    proofs: dict[str, Proven] = {}
    if workers <= 1:
        for digest, content in unique.items():
            proofs[digest] = prove(content)
            progress(len(proofs), len(unique), "attacking")
    else:
        with crew(workers) as pool:
            for digest, proven in zip(unique, pool.map(prove, unique.values()), strict=True):
                proofs[digest] = proven
                progress(len(proofs), len(unique), "attacking")
    return {key: proofs[digest] for key, digest in digests.items()}


def _unlike(stores: Stores, name: str, lattices: Sequence[Stored]) -> list[str]:
    """Cells of a publication that are not those of the lattices that were proven."""
    if name not in stores.publications.ids():
        return []
    try:
        published = stores.publications.get(name)
    except NoPublication as error:
        return [str(error)]
    places = {level: [a.code for a in found] for level, found in published.areas.items()}
    again = pd.concat([reread(stored, places) for stored in lattices], ignore_index=True)
    return [] if published.agrees(again) else [f"{name}: the cells shown are not those that were proven."]


def _between(lattices: Sequence[Stored]) -> tuple[list[str], int]:
    """Differences of two populations of one school year that come out as exactly 1..k-1 children."""
    found, compared = [], 0
    for one, two in combinations(lattices, 2):
        if one.period == two.period and one.population != two.population:
            found += exact_differences(one, two) + nested_findings(one, two) + nested_findings(two, one)
            compared += 1
    return found, compared


def _tight(proofs: Iterable[Proven]) -> tuple[Tight, ...]:
    """The cells an attacker narrows most."""
    every = [
        Tight(p.entry.population, p.entry.period, ", ".join(parts) or "the county", low, high)
        for p in proofs
        for parts, low, high in p.tight
    ]
    return tuple(sorted(set(every), key=lambda t: (float("inf") if t.high is None else t.high - t.low, str(t)))[:10])
