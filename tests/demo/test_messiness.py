"""Faults are faults, and real ones: another name, another date, and never a date that no roster could hold."""

import numpy as np

from demo.lexicon import Lexicon
from demo.messiness import misspell, shift_dates
from demo.world import build_world
from tests.demo.shares import normalized


def test_a_misspelled_name_is_another_name():
    rng = np.random.default_rng(3)
    for name in Lexicon().words:
        if len(name) > 1:
            assert normalized(misspell(name, rng)) != normalized(name)


def test_a_wrong_birth_date_differs_and_lies_before_the_first_roster():
    rng = np.random.default_rng(4)
    birth = rng.integers(12_000, 20_000, 20_000)
    latest = birth + rng.integers(0, 400, len(birth))
    wrong = shift_dates(birth, latest, rng)
    assert (wrong != birth).all() and (wrong <= latest).all()
    assert (np.abs(wrong - birth) <= 366).all()


def test_twins_and_siblings_have_first_names_of_their_own():
    world = build_world(3_000, 5)
    children = world.children
    pairs = np.column_stack([children.household, children.first])
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    twins = np.column_stack([children.household, children.birth])
    share = 1 - len(np.unique(twins, axis=0)) / len(twins)
    assert 0.005 < share < 0.04
