"""Effective consents: the decision of `privacy.consent.decide_consent` for many children and requests at once.

A request is one bit. What a statement covers is a set of bits, so that a signer's last word on every request is found
by going through the signer's statements once: each takes the bits it covers from those before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache, reduce
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

    @cached_property
    def _masks(self) -> tuple[dict[str, int], dict[str, int]]:
        return _bits_of(self.pairs)

    def _named(self, one: Coverage, *, anything: bool) -> int:
        def said(words: frozenset[str], word: str) -> bool:
            return word in words or (anything and "*" in words)

        if not (said(one.recipients, self.recipient) and said(one.purposes, self.purpose)):
            return 0
        every = (1 << len(self.pairs)) - 1
        from_, what = self._masks
        first = every if anything and "*" in one.disclosing else _either(from_, one.disclosing)
        return first & (every if anything and "*" in one.elements else _either(what, one.elements))

    def _formed(self, basis: Basis) -> int:
        """The requests whose element this form is good for."""
        _, what = self._masks
        bases = self.policy.bases
        good = [n for n in what if all(basis in bases[tag] for tag in elements()[n].tags if tag in bases)]
        return _either(what, good)


@lru_cache(maxsize=64)
def _bits_of(pairs: tuple[Pair, ...]) -> tuple[dict[str, int], dict[str, int]]:
    """Bits by contributor and by element."""
    found: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for place, pair in enumerate(pairs):
        for by, name in zip(found, pair, strict=True):
            by[name] = by.get(name, 0) | 1 << place
    return found


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
    """Statements of many children as columns; only complete ones that are in force.

    key: child and signer in one number (child << 32 | signer); number: in order of recording; coverage: place in the
    coverages; expired: by today. Any order will do; nearly by key and number is quickest.
    """

    key: NDArray[np.int64]
    number: NDArray[np.integer]
    coverage: NDArray[np.integer]
    deny: NDArray[np.bool_]
    expired: NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """Children and what stands for them. places: by pair its bit, counted through the words, -1 where nobody has it."""

    children: NDArray[np.int64]
    words: Sequence[NDArray[np.int64]]
    places: NDArray[np.int64]

    def having(self, place: int) -> NDArray[np.int64]:
        """The children for whom the pair at this place of the question may be disclosed."""
        if self.places[place] < 0:
            return self.children[:0]
        word, bit = divmod(int(self.places[place]), WIDTH)
        found: NDArray[np.int64] = self.children[(self.words[word] >> bit & 1).astype(bool)]
        return found


def effective_for_all(said: Statements, every: Sequence[Bits], pairs: int) -> Standing:
    """What stands for each child. every: what each coverage says about the question; pairs: how many it asks about."""
    order, starts = _by_signer(said)
    # What a statement does follows from what it covers and whether it denies or has expired: one small number.
    does = (said.coverage * 3 + np.where(said.deny, 2, said.expired))[order]
    child = said.key[order[starts]] >> 32
    heads = np.flatnonzero(np.diff(child, prepend=-1))
    places, tables = _kinds(every, pairs)
    words = []
    for table in tables:
        yes, no = table.last_words(does, starts)
        if len(heads):
            yes = np.bitwise_and(np.bitwise_or.reduceat(yes, heads), ~np.bitwise_or.reduceat(no, heads), dtype=np.int64)
        words.append(yes)
    return Standing(child[heads], words, places)


def _by_signer(said: Statements) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The order by child and signer, each signer's in order of recording; and where each signer begins."""
    order = np.argsort(said.key, kind="stable")
    key, number = said.key[order], said.number[order]
    same = key[1:] == key[:-1]
    starts = np.flatnonzero(np.concatenate([[True], ~same])[: len(key)])
    back = np.flatnonzero(same & (number[1:] < number[:-1]))
    if len(back):
        wrong = np.zeros(len(starts), bool)
        wrong[np.searchsorted(starts, back, side="right") - 1] = True
        some = np.flatnonzero(np.repeat(wrong, np.diff(starts, append=len(key))))
        order[some] = order[some][np.lexsort((number[some], key[some]))]
    return order, starts


def _kinds(every: Sequence[Bits], pairs: int) -> tuple[NDArray[np.int64], list["_Word"]]:
    """Pairs that every coverage treats alike share a bit, and what nobody may disclose has none: fewer words.

    Gives the bit of each pair, and for each word what the statements do to it.
    """
    told = [getattr(bits, name) for name in ("deny", "permit", "carry") for bits in every]
    text = "".join(format(number, f"0{pairs}b") for number in told) if pairs else ""
    digits = np.frombuffer(text.encode(), np.uint8).reshape(len(told), pairs)[:, ::-1]
    said: NDArray[np.bool_] = digits == ord("1")
    columns = np.ascontiguousarray(said.T)  # pair by (deny, permit, carry) of each coverage
    kinds: dict[bytes, int] = {}
    places = np.full(pairs, -1)
    for pair in np.flatnonzero(columns[:, 2 * len(every) :].any(axis=1)):
        places[pair] = kinds.setdefault(columns[pair].tobytes(), len(kinds))
    first = [int(np.argmax(places == kind)) for kind in range(len(kinds))]
    tables = []
    for low in range(0, len(first), WIDTH):
        some = said[:, first[low : low + WIDTH]]
        packed = some.astype(np.int64) @ (1 << np.arange(some.shape[1], dtype=np.int64))
        tables.append(_Word(*packed.reshape(3, -1)))
    return places, tables


class _Word:
    """What statements do to the bits of one machine word, by three times their coverage: as a yes, as a yes that has
    expired, as a no."""

    def __init__(self, deny: NDArray[np.int64], permit: NDArray[np.int64], carry: NDArray[np.int64]) -> None:
        none = np.zeros_like(deny)
        self.gives = np.stack([carry, none, none], axis=1).ravel()
        self.refuses = np.stack([none, none, deny], axis=1).ravel()
        self.leaves = ~np.stack([permit, permit, deny], axis=1).ravel()

    def last_words(
        self, does: NDArray[np.integer], starts: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Each signer's last yes and last no: the first statements of all signers, then the second, and so on."""
        counts = np.diff(starts, append=len(does))
        first = does[starts]
        yes, no = self.gives[first], self.refuses[first]
        who, turn = np.flatnonzero(counts > 1), 1
        while len(who):
            next_ = does[starts[who] + turn]
            rest = self.leaves[next_]
            yes[who] = yes[who] & rest | self.gives[next_]
            no[who] = no[who] & rest | self.refuses[next_]
            turn += 1
            who = who[counts[who] > turn]
        return yes, no
