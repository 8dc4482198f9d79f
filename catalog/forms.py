"""The texts parents sign, by code, language and version; each language of a form says the same."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog.terms import UnknownTerm

HERE = Path(__file__).parent / "forms"
LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Español"}
USUAL = "education"


@dataclass(frozen=True)
class ConsentForm:
    """One text. basis: the legal basis it was written for; paragraphs name {elements}, {purposes}, {disclosing},
    {recipients} and {expires}."""

    code: str
    version: str
    language: str
    basis: str
    title: str
    paragraphs: tuple[str, ...]

    def filled(self, **words: str) -> tuple[str, ...]:
        """The paragraphs with their blanks filled in."""
        return tuple(paragraph.format_map(words) for paragraph in self.paragraphs)


@cache
def forms() -> Mapping[tuple[str, str], ConsentForm]:
    """Every form by code and language, its newest version."""
    found: dict[tuple[str, str], ConsentForm] = {}
    for path in sorted(HERE.glob("*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        one = ConsentForm(**(told | {"paragraphs": tuple(told["paragraphs"])}))
        kept = found.get((one.code, one.language))
        if kept is None or int(kept.version) < int(one.version):
            found[one.code, one.language] = one
    return found


def form(code: str, language: str = "en") -> ConsentForm:
    """One form; raises UnknownTerm."""
    if (code, language) not in forms():
        raise UnknownTerm("form", f"{code} {language}", tuple(sorted(f"{c} {lang}" for c, lang in forms())))
    return forms()[code, language]
