"""The texts parents sign, by code, language and version; each language of a form says the same.

Every version stays readable, because a receipt shows the text that was signed and not the newest one.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog.terms import UnknownTerm

HERE = Path(__file__).parent / "forms"
LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Español"}
USUAL, WITHDRAWAL = "education", "withdrawal"
Key = tuple[str, str]


@dataclass(frozen=True)
class SignedText:
    """A form as somebody read it before signing, every blank filled in."""

    code: str
    version: str
    language: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class ConsentForm:
    """One text. basis: the legal basis it was written for; says: permit or deny; paragraphs name {elements},
    {purposes}, {disclosing}, {recipients} and, where it permits, {expires}."""

    code: str
    version: str
    language: str
    basis: str
    title: str
    paragraphs: tuple[str, ...]
    says: str = "permit"

    def filled(self, **words: str) -> tuple[str, ...]:
        """The paragraphs with their blanks filled in."""
        return tuple(paragraph.format_map(words) for paragraph in self.paragraphs)

    def text(self, **words: str) -> SignedText:
        """The whole form with its blanks filled in."""
        return SignedText(self.code, self.version, self.language, self.title, self.filled(**words))


@cache
def versions() -> Mapping[tuple[str, str, str], ConsentForm]:
    """Every version of every form, by code, language and version, oldest first."""
    told = [tomllib.loads(path.read_text(encoding="utf-8")) for path in HERE.glob("*.toml")]
    found = [ConsentForm(**(one | {"paragraphs": tuple(one["paragraphs"])})) for one in told]
    found.sort(key=lambda one: (one.code, one.language, int(one.version)))
    return {(one.code, one.language, one.version): one for one in found}


@cache
def _newest() -> Mapping[Key, ConsentForm]:
    return {(code, language): one for (code, language, _), one in versions().items()}


@cache
def forms() -> Mapping[Key, ConsentForm]:
    """The newest version of every form that says yes, by code and language."""
    return {key: one for key, one in _newest().items() if one.says == "permit"}


def form(code: str, language: str = "en") -> ConsentForm:
    """The newest version of one form; raises UnknownTerm."""
    if (code, language) not in _newest():
        raise UnknownTerm("form", f"{code} {language}", tuple(sorted(f"{c} {lang}" for c, lang in _newest())))
    return _newest()[code, language]


@cache
def form_for(basis: str) -> str:
    """The code of the form that says yes on a legal basis; raises UnknownTerm."""
    found = {one.basis: code for (code, _), one in forms().items()}
    if basis not in found:
        raise UnknownTerm("legal basis", basis, tuple(found))
    return found[basis]
