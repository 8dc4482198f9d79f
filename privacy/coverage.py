"""What consent statements cover, as sets of coverages: the decision about one request, prepared for many children."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.terms import elements
from privacy.agreement import Level
from privacy.consent import Basis, ConsentPolicy


@dataclass(frozen=True)
class Coverage:
    """What a statement is about: which records, for what, from whom, to whom, how close, on which legal basis."""

    basis: Basis
    level: Level
    elements: frozenset[str]
    purposes: frozenset[str]
    disclosing: frozenset[str]
    recipients: frozenset[str]


@dataclass(frozen=True)
class Ask:
    """One element from one contributor to one recipient, for one purpose, at one level: a request without a child."""

    contributor: str
    element: str
    recipient: str
    purpose: str
    level: Level


@dataclass(frozen=True)
class Terms:
    """Numbers of coverages. deny: a no that covers the request; permit: a yes does; carry: and it is close enough and
    of the right form; minor: there the young person may sign before coming of age."""

    deny: frozenset[int]
    permit: frozenset[int]
    carry: frozenset[int]
    minor: frozenset[int]


def terms(ask: Ask, coverages: Mapping[int, Coverage], policy: ConsentPolicy) -> Terms:
    """Which coverages speak about a request, and how."""
    deny = frozenset(n for n, one in coverages.items() if _covers(one, ask, anything=True))
    permit = frozenset(n for n in deny if _covers(coverages[n], ask, anything=False))
    carry = frozenset(n for n in permit if _carries(coverages[n], ask, policy))
    minor = frozenset(n for n in deny if coverages[n].basis in policy.minors_sign)
    return Terms(deny, permit, carry, minor)


def _covers(one: Coverage, ask: Ask, *, anything: bool) -> bool:
    asked = (
        (one.elements, ask.element),
        (one.purposes, ask.purpose),
        (one.disclosing, ask.contributor),
        (one.recipients, ask.recipient),
    )
    return all(word in said or (anything and "*" in said) for said, word in asked)


def _carries(one: Coverage, ask: Ask, policy: ConsentPolicy) -> bool:
    demanded = (policy.bases[tag] for tag in elements()[ask.element].tags if tag in policy.bases)
    return one.level >= ask.level and all(one.basis in bases for bases in demanded)
