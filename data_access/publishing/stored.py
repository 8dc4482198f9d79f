"""A protected lattice as bytes, kept in the vault so that the attack on it can be run again at any time.

The lake changes under a publication (batches are withdrawn, records matched anew), and then what was published can no
longer be counted again. So the lattice with its true counts is kept as it was attacked: readable by the owner of the
installation alone, beside the lake, never opened by a session.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from privacy.lattice import Attacker, BoolArray, FloatArray, IntArray, Key, Lattice, Pattern, Rule
from privacy.primary import (
    ABSENT_BEFORE,
    change_attacker,
    contributor_attackers,
    contributor_since,
    previous_attacker,
    public_attacker,
)
from privacy.views import Built

SEPARATOR = "\x1f"
Name = frozenset[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Before:
    """What readers of one earlier publication know of these cells. told: as they read it (see previous_attacker).

    true: the true counts of then; None in a lattice of a rate that was kept before these were guarded too. grown:
    contributor -> how many more of its own children are in each cell than then.
    """

    publication: str
    told: FloatArray
    true: FloatArray | None
    grown: Mapping[str, IntArray] = field(default_factory=dict)

    def same_as(self, other: "Before") -> bool:
        """True where it is the same state of knowledge."""
        return np.array_equal(self.told, other.told, equal_nan=True) and all(
            name in other.grown and bool(np.array_equal(grown, other.grown[name])) for name, grown in self.grown.items()
        )


@dataclass(frozen=True, eq=False)
class Stored:
    """A lattice with its pattern and everything its attackers know. own: contributor -> its count in every cell.

    views: (indicator, view) shown from it. dims, margins: name and margin code of each slot of a key. origin: digest of
    the data it was made from. floor: the least count of each cell that everybody knows of.
    """

    population: str
    period: str
    exact: bool
    views: tuple[tuple[str, str], ...]
    dims: tuple[str, ...]
    margins: tuple[str, ...]
    lattice: Lattice
    pattern: Pattern
    own: Mapping[str, IntArray]
    befores: tuple[Before, ...] = ()
    origin: str = ""
    floor: FloatArray | None = None

    def built(self) -> Built:
        """The lattice with the way back to its cells."""
        return Built(self.lattice, dict(self.own), index_of(self.lattice), {}, self.dims, self.margins)

    @cached_property
    def names(self) -> list[Name]:
        """What each cell counts, by name."""
        return named(self.dims, self.margins, self.lattice.keys)

    def attackers(self) -> tuple[Attacker, ...]:
        """The public, each contributor, and the readers of each earlier publication; all know what everybody does."""
        if self.floor is None:
            return tuple(self._readers())
        return tuple(replace(one, lower=np.maximum(one.lower, self.floor)) for one in self._readers())

    def _readers(self) -> list[Attacker]:
        rule, lattice = self.pattern.rule, self.lattice
        found = [public_attacker(lattice, rule), *contributor_attackers(lattice, self.own, rule)]
        for before in self.befores:
            found.append(previous_attacker(lattice, before.told, rule, f"reader of {before.publication}"))
            if before.true is not None:
                found.append(change_attacker(lattice, before.true, rule, f"changes since {before.publication}"))
            found += self._contributors_since(before)
        return found

    def _contributors_since(self, before: Before) -> Iterator[Attacker]:
        """Contributors with earlier publications: they know how their own part changed, and read that of all others."""
        nobody = np.zeros(len(self.lattice), dtype=np.int64)
        known = {"reader of": before.told}
        if before.true is not None:
            known["changes since"] = np.where(np.isnan(before.true), ABSENT_BEFORE, before.true)
        for contributor, grown in sorted(before.grown.items()):
            own = self.own.get(contributor, nobody)
            for words, counts in known.items():
                name = f"contributor {contributor}, {words} {before.publication}"
                yield contributor_since(self.lattice, counts, own, grown, self.pattern.rule, name)

    def same_as(self, other: "Stored") -> bool:
        """True where cells, counts, relations, own counts and rule are the same."""
        one, two = self.lattice, other.lattice
        return (
            self.views == other.views
            and one.keys == two.keys
            and one.relations == two.relations
            and self.pattern.rule == other.pattern.rule
            and all(
                bool(np.array_equal(a, b))
                for a, b in ((one.values, two.values), (one.latent, two.latent), (one.structural, two.structural))
            )
            and sorted(self.own) == sorted(other.own)
            and all(bool(np.array_equal(self.own[name], other.own[name])) for name in self.own)
        )


def pack(stored: Stored) -> bytes:
    """To bytes without any pickle."""
    lattice, pattern = stored.lattice, stored.pattern
    head = {
        "population": stored.population,
        "period": stored.period,
        "exact": stored.exact,
        "origin": stored.origin,
        "views": stored.views,
        "dims": stored.dims,
        "margins": stored.margins,
        "rule": asdict(pattern.rule),
        "seconds": pattern.seconds,
        "own": sorted(stored.own),
        "before": [
            {"publication": b.publication, "true": b.true is not None, "grown": sorted(b.grown)} for b in stored.befores
        ],
    }
    sizes = [len(parts) for _, parts in lattice.relations]
    arrays: dict[str, NDArray[np.generic]] = {
        "head": np.frombuffer(json.dumps(head).encode(), dtype=np.uint8),
        "keys": np.frombuffer("\n".join(SEPARATOR.join(key) for key in lattice.keys).encode(), dtype=np.uint8),
        "values": lattice.values,
        "totals": np.array([total for total, _ in lattice.relations], dtype=np.int64),
        "starts": np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64),
        "parts": np.array([p for _, parts in lattice.relations for p in parts], dtype=np.int64),
        "latent": lattice.latent,
        "structural": lattice.structural,
        "hidden": pattern.hidden,
        "primary": pattern.primary,
    }
    arrays |= {} if stored.floor is None else {"floor": stored.floor}
    arrays |= {f"own{i}": stored.own[name] for i, name in enumerate(sorted(stored.own))}
    for i, before in enumerate(stored.befores):
        arrays[f"told{i}"] = before.told
        if before.true is not None:
            arrays[f"true{i}"] = before.true
        arrays |= {f"grown{i}_{j}": before.grown[name] for j, name in enumerate(sorted(before.grown))}
    sink = io.BytesIO()
    np.savez_compressed(sink, **arrays)  # type: ignore[arg-type]
    return sink.getvalue()


def unpack(content: bytes) -> Stored:
    """From bytes; raises ValueError or KeyError for what we did not write."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        found = {name: file[name] for name in file.files}
    head = json.loads(found["head"].tobytes())
    keys = [tuple(line.split(SEPARATOR)) for line in found["keys"].tobytes().decode().split("\n")]
    starts, parts = found["starts"].tolist(), found["parts"].tolist()
    relations = [(t, parts[starts[i] : starts[i + 1]]) for i, t in enumerate(found["totals"].tolist())]
    flags = {name: np.flatnonzero(found[name]).tolist() for name in ("latent", "structural")}
    lattice = Lattice.build(keys, found["values"], relations, **flags)
    hidden, primary = _frozen(found["hidden"]), _frozen(found["primary"])
    befores = [
        Before(
            b["publication"],
            found[f"told{i}"],
            found[f"true{i}"] if b["true"] else None,
            {name: found[f"grown{i}_{j}"] for j, name in enumerate(b.get("grown", ()))},
        )
        for i, b in enumerate(head["before"])
    ]
    return Stored(
        head["population"],
        head["period"],
        head["exact"],
        tuple((name, view) for name, view in head["views"]),
        tuple(head["dims"]),
        tuple(head["margins"]),
        lattice,
        Pattern(hidden, primary, Rule(**head["rule"]), head["seconds"]),
        {name: found[f"own{i}"] for i, name in enumerate(head["own"])},
        tuple(befores),
        head["origin"],
        found.get("floor"),
    )


def _frozen(marks: BoolArray) -> BoolArray:
    marks.setflags(write=False)
    return marks


def named(dims: Sequence[str], margins: Sequence[str], keys: Sequence[Key]) -> list[Name]:
    """What each cell counts, by name: the same for lattices that cross other dimensions besides."""
    return [frozenset((d, c) for d, c, margin in zip(dims, key, margins, strict=True) if c != margin) for key in keys]


def index_of(lattice: Lattice) -> dict[Key, int]:
    """Key -> position."""
    return {key: position for position, key in enumerate(lattice.keys)}
