"""Names, languages and streets to invent people from; strings are handled as codes into one growing list."""

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
GROUPS = ("white", "black", "hispanic", "asian", "other")


class Lexicon:
    """Every name as a number. `words[code]` is the name; new ones (typing errors, double names) are added as needed."""

    def __init__(self) -> None:
        self._raw: dict[str, Any] = tomllib.loads((HERE / "names.toml").read_text(encoding="utf-8"))
        self.words: list[str] = []
        self._codes: dict[str, int] = {}
        self.stocks = list(self._raw["surnames"])
        self.surnames = [self._list(text) for text in self._raw["surnames"].values()]
        lists = {stock: self._raw["first_of_surnames"].get(stock, stock) for stock in self.stocks}
        self.first = [[self._list(self._raw[sex][lists[s]]) for s in self.stocks] for sex in ("girls", "boys")]
        english = self._list(self._raw["guardians"]["english"])
        plain = ("english", "black", "native")
        both = [np.concatenate(pair) for pair in zip(*self.first, strict=True)]
        self.guardians = [english if s in plain else names for s, names in zip(self.stocks, both, strict=True)]

    def _list(self, text: str) -> np.ndarray:
        return np.array([self.code(word.replace("_", " ")) for word in text.split()], dtype=np.int32)

    def code(self, word: str) -> int:
        """The number of a word, given out on first use."""
        if word not in self._codes:
            self._codes[word] = len(self.words)
            self.words.append(word)
        return self._codes[word]

    def array(self) -> np.ndarray:
        """All words so far, to be picked from by code."""
        return np.array(self.words, dtype=object)

    def draw(self, choices: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
        """Codes from a list whose first entries are the most frequent."""
        weight = 1 / (np.arange(len(choices)) + 12.0)
        return np.asarray(rng.choice(choices, count, p=weight / weight.sum()))

    @cached_property
    def stock_shares(self) -> np.ndarray:
        """Share of each stock of surnames (columns) within each group of people (rows)."""
        table = [[self._raw["groups"][g]["surnames"].get(s, 0.0) for s in self.stocks] for g in GROUPS]
        return np.array(table)

    @cached_property
    def languages(self) -> list[str]:
        """Language codes as they are recorded; the first is English."""
        found = sorted({name for shares in self._raw["languages"].values() for name in shares})
        return ["english", *found]

    def language_shares(self, stock: int) -> np.ndarray:
        """Chance of each language for households of one stock of surnames."""
        shares = self._raw["languages"].get(self.stocks[stock], {})
        rest = [shares.get(name, 0.0) for name in self.languages[1:]]
        return np.array([1 - sum(rest), *rest])

    @cached_property
    def nicknames(self) -> dict[int, list[int]]:
        """Short forms by first name."""
        found: dict[int, list[int]] = {}
        for pair in self._raw["nicknames"]["pairs"].split():
            full, short = pair.split("=")
            found.setdefault(self.code(full), []).append(self.code(short))
        return found

    @cached_property
    def streets(self) -> list[str]:
        """Street names of the whole county."""
        first = [w.replace("_", " ") for w in self._raw["streets"]["first"].split()]
        kinds = list(dict.fromkeys(self._raw["streets"]["kind"].split()))
        return [f"{name} {kind}" for name in first for kind in kinds]
