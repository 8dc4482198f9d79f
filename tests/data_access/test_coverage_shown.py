"""Counts of consents hide small parts, and do not change by so few children that one could be pointed at."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from data_access.consent_coverage import Part, parts_of
from data_access.consent_registry import ConsentRegistry
from data_access.registry.engine import transaction
from data_access.session import Session
from data_access.stores import Stores
from tests.data_access.test_consent_registry import BACKBONE, stores
from tests.support.families import COVERS, START, YES, add_child, say

__all__ = ["stores"]
K = 10
COUNTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=6)


def test_what_is_shown_differs_by_many_children_or_not_at_all(stores: Stores) -> None:
    """Whether a statement came in between, or another question is asked."""
    with transaction(stores.registry) as connection:
        for number in range(100, 140):
            add_child(connection, number, {"school": date(2016, 1, 1)})
    both = replace(COVERS, recipients=frozenset({"club", "clinic"}))
    shown: dict[tuple[Part, ...], set[int]] = {}
    for said in range(36):
        if said:
            say(stores.registry, YES, child=99 + said, coverage=both if said > 1 else COVERS)
        if said % 3:
            continue
        for minutes, recipient in enumerate(("club", "clinic")):
            at = START + timedelta(hours=said, minutes=minutes)
            counted = ConsentRegistry(Session(BACKBONE, stores, partial(identity, at))).coverage(
                recipient, "coordination"
            )
            if counted.as_of == at:  # new: the children who agree are those of this moment
                agree = set(range(100 + minutes, 100 + said))
                assert all(len(agree ^ before) >= K for before in shown.values())
                shown[counted.contributors] = agree
            assert counted.contributors in shown
    assert len(shown) == 4


def identity(at: datetime) -> datetime:
    return at


@given(COUNTS)
def test_no_small_part_shows_nor_is_the_rest_of_a_total(counts: list[tuple[int, int]]) -> None:
    rows = [(f"t{n}", yes) for n, pair in enumerate(counts) for yes in (True, False) for _ in range(pair[not yes])]
    parts = {part.code: part for part in parts_of(pd.DataFrame(rows, columns=["town", "consented"]), "town", K)}
    true = {f"t{n}": pair for n, pair in enumerate(counts) if sum(pair)}
    assert parts.keys() == true.keys()
    for answer, name in enumerate(("consented", "others")):
        if not any(pair[answer] for pair in true.values()):
            continue
        values = {code: getattr(part, name) for code, part in parts.items()}
        assert all(true[code][answer] >= K for code, value in values.items() if value is not None)
        hidden = [true[code][answer] for code, value in values.items() if value is None]
        assert not hidden or sum(hidden) >= K or len(hidden) == len(values)
