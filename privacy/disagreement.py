"""Which statements about one child stand against each other: a yes and a no of people who may both decide.

`decide_consent` answers one request; here every request is asked that one signer's yes and another's no share.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import product

from privacy.agreement import Level
from privacy.consent import EVERYTHING, ChildFacts, ConsentEvent, ConsentPolicy, ConsentRequest, Say, decide_consent

# contributor, recipient, purpose, element, level
Asked = tuple[str, str, str, str, Level]
_SETS = ("disclosing", "recipients", "purposes", "elements")


def at_odds(
    events: Sequence[ConsentEvent], facts: ChildFacts, at: datetime, policy: ConsentPolicy, contributor: str = ""
) -> frozenset[int]:
    """Numbers of the statements that stand against each other now; contributor: about its records alone."""
    found: set[int] = set()
    for asked in {one for one in _shared(events) if contributor in ("", one[0])}:
        decision = decide_consent(events, ConsentRequest(events[0].child, facts, *asked), at, policy)
        if decision.disputed:
            found.update(decision.events)
    return frozenset(found)


def _shared(events: Sequence[ConsentEvent]) -> Iterator[Asked]:
    """Everything that one signer's yes and another signer's no are both about, whether or not they still stand."""
    noes = [event for event in events if event.say is Say.DENY]
    for yes in (event for event in events if event.say is Say.PERMIT):
        for no in noes:
            if no.signer != yes.signer:
                yield from product(*(_both(getattr(yes, n), getattr(no, n)) for n in _SETS), [yes.level])


def _both(allowed: frozenset[str], refused: frozenset[str]) -> frozenset[str]:
    return allowed - EVERYTHING if refused >= EVERYTHING else allowed & refused
