"""What consent statements cover: said by thousands in the same words, so it is a thing of its own."""

from dataclasses import dataclass

from privacy.agreement import Level
from privacy.consent import Basis, ConsentEvent


@dataclass(frozen=True)
class Coverage:
    """What a statement is about: which records, for what, from whom, to whom, how close, on which legal basis."""

    basis: Basis
    level: Level
    elements: frozenset[str]
    purposes: frozenset[str]
    disclosing: frozenset[str]
    recipients: frozenset[str]


def coverage_of(event: ConsentEvent) -> Coverage:
    """What a statement on file covers."""
    return Coverage(event.basis, event.level, event.elements, event.purposes, event.disclosing, event.recipients)
