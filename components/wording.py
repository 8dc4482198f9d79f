"""The words of the pages for families, one file a language; what they say about days, elements and purposes."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent / "words"
LANGUAGES: Final = ("en", "es")


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    code: str
    told: Mapping[str, Any]

    def __call__(self, key: str, **names: object) -> str:
        """A sentence by its key, such as `card.holds`, with its names filled in."""
        section, _, name = key.partition(".")
        return str(self.told[section][name]).format(**names)

    def day(self, day: date) -> str:
        """A day in words."""
        month = self.told["months"][day.month - 1]
        return str(self.told["day"]).format(day=day.day, month=month, year=day.year)

    def element(self, code: str) -> str:
        """A data element as a family knows it; the code where the words do not have it."""
        return str(self.told["elements"].get(code, code))

    def purpose(self, codes: str) -> str:
        """A purpose, or several joined by commas."""
        return self.listed(str(self.told["purposes"].get(code, code)) for code in codes.split(",") if code)

    def kind(self, code: str) -> str:
        """A kind of data an organization holds."""
        return str(self.told["kinds"].get(code, code))

    def listed(self, things: Iterable[str]) -> str:
        """One, two and three."""
        found = list(dict.fromkeys(things))
        if len(found) < 2:
            return "".join(found)
        return f"{', '.join(found[:-1])} {self.told['and']} {found[-1]}"


@cache
def wording(code: str, own: bool = False) -> Words:
    """The words of a language; English where it is not known. own: for a young person who decides alone."""
    known = code if code in LANGUAGES else LANGUAGES[0]
    told = tomllib.loads((HERE / f"{known}.toml").read_text(encoding="utf-8"))
    changed = {section: told[section] | words for section, words in told["own"].items()} if own else {}
    return Words(known, told | changed)
