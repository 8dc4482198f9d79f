"""The words for families: the same in every language, for every term of the catalog, and easy to read."""

import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

import pytest

from catalog.terms import elements, purposes
from components.wording import LANGUAGES, wording
from data_access.holdings import KINDS


def leaves(told: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in told.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{path}{key}.")
        elif isinstance(value, str):
            yield f"{path}{key}", value


def names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_says_the_same_things(language: str) -> None:
    ours, theirs = dict(leaves(wording("en").told)), dict(leaves(wording(language).told))
    assert ours.keys() == theirs.keys()
    assert {key: names(text) for key, text in ours.items()} == {key: names(text) for key, text in theirs.items()}
    same = {key for key, text in ours.items() if text == theirs[key] and key not in ("receipt.made",)}
    assert not same
    assert len(wording(language).told["months"]) == 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_has_words(language: str) -> None:
    told = wording(language).told
    assert told["elements"].keys() == elements().keys()
    assert told["purposes"].keys() == purposes().keys()
    assert told["kinds"].keys() == set(KINDS)


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end."""
    found = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith(("le", "ee")) and found > 1
    return max(1, found - silent)


def grade(text: str) -> float:
    """Flesch and Kincaid: years of school a reader needs."""
    sentences = max(1, len(re.findall(r"[.!?](?:\s|$)", text)))
    words = re.findall(r"[A-Za-z’']+", text)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


FILLED = {"organization": "The club", "contributor": "the school", "name": "Ana", "signer": "Mara", "day": "May 4"}
FILLED |= {"items": "grades", "element": "grades", "purpose": "to help", "kinds": "grades", "count": "Two clubs"}


def test_english_is_easy_to_read() -> None:
    """All sentences together at grade 8 or below, and no sentence far above it."""
    fill = {**dict.fromkeys(("number", "community", "kind", "note", "month", "year"), "one"), **FILLED}
    told = [text.format(**fill) for _, text in leaves(wording("en").told)]
    sentences = [text for text in told if text.endswith((".", "?")) and len(text.split()) > 4]
    assert len(sentences) > 50
    assert grade(" ".join(sentences)) <= 8
    hard = {text: round(grade(text), 1) for text in sentences if grade(text) > 12}
    assert not hard, hard


def test_lists_read_as_people_say_them() -> None:
    assert [wording("en").listed("abc"[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert wording("es").listed("ab") == "a y b"
    assert wording("xx").code == "en"
