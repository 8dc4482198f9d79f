"""Effective consents: the decision of `privacy.consent.decide_consent` for many children and requests at once.

A request is one bit. What a statement covers is a set of bits, so that a signer's last word on every request is found
by going through the signer's statements once: each takes the bits it covers from those before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from catalog.terms import elements
from privacy.agreement import Level
from privacy.consent import (
    Basis,
    Capacity,
    ChildFacts,
    ConsentEvent,
    ConsentPolicy,
    Say,
    missing_elements,
    right_has_moved,
)
from privacy.coverage import Coverage, coverage_of

Pair = tuple[str, str]  # contributor, element
WIDTH = 60  # bits a machine word carries


@dataclass(frozen=True)
class Bits:
    """The requests a coverage speaks about. deny: as a no; permit: as a yes; carry: as a yes that is close enough and
    of the right form."""

    deny: int
    permit: int
    carry: int


@dataclass(frozen=True)
class Question:
    """One recipient, purpose and level; every pair of contributor and element asked about is a bit."""

    recipient: str
    purpose: str
    level: Level
    pairs: tuple[Pair, ...]
    policy: ConsentPolicy

    def bits(self, one: Coverage) -> Bits:
        """What a coverage says about this question."""
        deny = self._named(one, anything=True)
        permit = self._named(one, anything=False) if deny else 0
        carry = permit & self._formed(one.basis) if one.level >= self.level else 0
        return Bits(deny, permit, carry)

    def _named(self, one: Coverage, *, anything: bool) -> int:
        def said(words: frozenset[str], word: str) -> bool:
            return word in words or (anything and "*" in words)

        if not (said(one.recipients, self.recipient) and said(one.purposes, self.purpose)):
            return 0
        every = (1 << len(self.pairs)) - 1
        from_, what = _masks(self.pairs)
        first = every if anything and "*" in one.disclosing else _either(from_, one.disclosing)
        return first & (every if anything and "*" in one.elements else _either(what, one.elements))

    def _formed(self, basis: Basis) -> int:
        """The requests whose element this form is good for."""
        _, what = _masks(self.pairs)
        bases = self.policy.bases
        good = [n for n in what if all(basis in bases[tag] for tag in elements()[n].tags if tag in bases)]
        return _either(what, good)


_kept: dict[tuple[Pair, ...], tuple[dict[str, int], dict[str, int]]] = {}


def _masks(pairs: tuple[Pair, ...]) -> tuple[dict[str, int], dict[str, int]]:
    """Bits by contributor and by element."""
    if pairs not in _kept:
        if len(_kept) > 64:
            _kept.clear()
        found: tuple[dict[str, int], dict[str, int]] = ({}, {})
        for place, pair in enumerate(pairs):
            for by, name in zip(found, pair, strict=True):
                by[name] = by.get(name, 0) | 1 << place
        _kept[pairs] = found
    return _kept[pairs]


def _either(masks: Mapping[str, int], names: Iterable[str]) -> int:
    return reduce(or_, (masks.get(name, 0) for name in names), 0)


def effective(events: Sequence[ConsentEvent], facts: ChildFacts, question: Question, today: date) -> dict[Pair, int]:
    """One child's standing consents: pair -> number of a statement it rests on.

    events: those recorded by the moment that is asked about, in order of recording.
    """
    moved = right_has_moved(facts, today)
    barred = {o.signer for o in facts.court_orders if o.starts <= today and (o.ends is None or today <= o.ends)}
    yes: dict[str, list[tuple[int, int]]] = {}
    no: dict[str, int] = {}
    for event in events:
        if missing_elements(event) or (event.effective_on is not None and event.effective_on > today):
            continue
        if not _entitled(event, moved, barred, question.policy):
            continue
        about = question.bits(coverage_of(event))
        denies = event.say is Say.DENY
        covers = about.deny if denies else about.permit
        stands = not denies and (event.expires_on is None or event.expires_on >= today)
        kept = [(number, bits & ~covers) for number, bits in yes.get(event.signer, ())]
        yes[event.signer] = [*kept, (event.sequence, about.carry)] if stands else kept
        no[event.signer] = no.get(event.signer, 0) & ~covers | (covers if denies else 0)
    refused = reduce(or_, no.values(), 0)
    found: dict[Pair, int] = {}
    for number, bits in sorted(pair for pairs in yes.values() for pair in pairs):
        found |= {pair: number for place, pair in enumerate(question.pairs) if bits & ~refused & (1 << place)}
    return found


def _entitled(event: ConsentEvent, moved: bool, barred: set[str], policy: ConsentPolicy) -> bool:
    if event.capacity is Capacity.YOUNG_PERSON:
        return moved or event.basis in policy.minors_sign
    return not moved and event.signer not in barred


@dataclass(frozen=True)
class Statements:
    """Statements of many children as columns, in order of recording; only complete ones that are in force.

    key: child and signer in one number (child << 32 | signer); coverage: place in the coverages; expired: by today.
    """

    key: NDArray[np.int64]
    coverage: NDArray[np.int64]
    deny: NDArray[np.bool_]
    expired: NDArray[np.bool_]


def effective_for_all(
    said: Statements, coverages: Sequence[Coverage], question: Question
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Children, and their standing consents: word w has bit b set where pair w * WIDTH + b may be disclosed."""
    every = [question.bits(one) for one in coverages]
    speaks = np.array([b.deny != 0 for b in every], bool)
    some = np.flatnonzero(speaks[said.coverage])
    some = some[np.argsort(said.key[some], kind="stable")]
    key, coverage, deny, expired = said.key[some], said.coverage[some], said.deny[some], said.expired[some]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    child = key[starts] >> 32
    heads = np.flatnonzero(np.diff(child, prepend=-1))
    words: list[NDArray[np.int64]] = []
    for low in range(0, len(question.pairs), WIDTH):
        here = _Word([_cut(b, low) for b in every], coverage, deny, expired)
        yes, no = here.last_words(starts)
        if len(heads):
            yes = np.bitwise_and(np.bitwise_or.reduceat(yes, heads), ~np.bitwise_or.reduceat(no, heads), dtype=np.int64)
        words.append(yes)
    return child[heads], words


def _cut(bits: Bits, low: int) -> Bits:
    mask = (1 << WIDTH) - 1
    return Bits(bits.deny >> low & mask, bits.permit >> low & mask, bits.carry >> low & mask)


class _Word:
    """The statements' bits within one machine word."""

    def __init__(
        self,
        every: Sequence[Bits],
        coverage: NDArray[np.int64],
        deny: NDArray[np.bool_],
        expired: NDArray[np.bool_],
    ) -> None:
        def by(name: str) -> NDArray[np.int64]:
            return np.array([getattr(b, name) for b in every], np.int64)

        self.refuses = np.where(deny, by("deny")[coverage], 0)
        self.covers = np.where(deny, self.refuses, by("permit")[coverage])
        self.gives = np.where(deny | expired, 0, by("carry")[coverage])

    def last_words(self, starts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Each signer's last yes and last no: the first statements of all signers, then the second, and so on."""
        counts = np.diff(starts, append=len(self.covers))
        yes, no = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
        who = np.arange(len(starts))
        turn = 0
        while len(who := who[counts[who] > turn]):
            at = starts[who] + turn
            rest = ~self.covers[at]
            yes[who] = yes[who] & rest | self.gives[at]
            no[who] = no[who] & rest | self.refuses[at]
            turn += 1
        return yes, no
