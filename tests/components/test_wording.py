"""The words for families: the same in every language, for every term of the catalog, and easy to read."""

import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

import pytest

from catalog.forms import form, versions
from catalog.terms import elements, purposes
from components.wording import LANGUAGES, wording
from data_access.holdings import KINDS
from data_access.passwords import SHORTEST


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
    for section, words in told["own"].items():
        assert words.keys() <= told[section].keys(), section


@pytest.mark.parametrize(("language", "word"), [("en", "characters"), ("es", "caracteres")])
def test_a_password_is_counted_as_the_command_counts_it(language: str, word: str) -> None:
    for key in ("password.new", "welcome.password", "welcome.refusal_password"):
        assert f" {SHORTEST} {word} " in wording(language)(key)


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


def syllables_es(word: str) -> int:
    """Groups of vowels; two strong ones, or a weak one with an accent beside a strong one, are two."""
    plain = re.sub(r"(?<=[gq])u(?=[eiéí])", "", word.lower())
    apart = re.sub(r"(?<=[aeoáéó])(?=[aeoáéóíú])|(?<=[íú])(?=[aeoáéó])", " ", plain)
    return max(1, len(re.findall(r"[aeiouyáéíóúü]+", apart)))


def ease_es(text: str) -> float:
    """INFLESZ (Flesch and Szigriszt): from 55 on normal, from 65 on fairly easy, from 80 on very easy."""
    sentences = max(1, len(re.findall(r"[.!?](?:\s|$)", text)))
    words = re.findall(r"[^\W\d_]+", text)
    return 206.835 - 62.3 * sum(map(syllables_es, words)) / len(words) - len(words) / sentences


FILLED = {"organization": "The club", "contributor": "the school", "name": "Ana", "signer": "Mara", "day": "May 4"}
FILLED |= {"relation": "mother", "names": "The school", "title": "My form"}
FILLED |= {"items": "grades", "element": "grades", "purpose": "to help", "kinds": "grades", "count": "Two clubs"}
FILLED |= {"before": "May 1", "elements": "grades", "purposes": "to help", "disclosing": "The school"}
FILLED |= {"recipients": "The club", "expires": "May 4", "words": "The date is wrong."}
FILLED |= dict.fromkeys(("number", "community", "kind", "note", "month", "year", "code", "version"), "one")


def sentences(language: str) -> list[str]:
    told = [text.format(**FILLED) for _, text in leaves(wording(language).told)]
    return [text for text in told if text.endswith((".", "?")) and len(text.split()) > 4]


def newest(language: str) -> Iterator[tuple[str, str, list[str]]]:
    """Code, version and paragraphs of every form in its newest version."""
    for code in sorted({code for code, _, _ in versions()}):
        one = form(code, language)
        yield code, one.version, list(one.filled(**FILLED))


def test_english_is_easy_to_read() -> None:
    """All sentences together, and each form, at grade 8 or below; no sentence and no paragraph far above it."""
    pages = sentences("en")
    assert len(pages) > 80
    assert grade(" ".join(pages)) <= 8
    hard = {text: round(grade(text), 1) for text in pages if grade(text) > 10}
    assert not hard, hard
    for code, version, paragraphs in newest("en"):
        assert grade(" ".join(paragraphs)) <= 8, (code, version)
        hard = {text: round(grade(text), 1) for text in paragraphs if grade(text) > 9}
        assert not hard, hard


def test_spanish_is_easy_to_read() -> None:
    """Fairly easy as a whole and form by form; no sentence and no paragraph that is hard."""
    pages = sentences("es")
    assert ease_es(" ".join(pages)) >= 65
    hard = {text: round(ease_es(text)) for text in pages if ease_es(text) < 45}
    assert not hard, hard
    for code, version, paragraphs in newest("es"):
        assert ease_es(" ".join(paragraphs)) >= 65, (code, version)
        hard = {text: round(ease_es(text)) for text in paragraphs if ease_es(text) < 55}
        assert not hard, hard


def test_lists_read_as_people_say_them() -> None:
    assert [wording("en").listed("abc"[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert wording("es").listed("ab") == "a y b"
    assert wording("xx").code == "en"
