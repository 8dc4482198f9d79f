"""Terms of the catalog as frozen records, read from the TOML files beside this module."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class UnknownTerm(ValueError):
    """A word the catalog does not have; the message says which and offers the valid ones."""

    def __init__(self, field: str, word: str, valid: tuple[str, ...]) -> None:
        self.field, self.word, self.valid = field, word, valid
        super().__init__(f"“{word}” is not a known {field}. Choose one of: {', '.join(valid)}.")


@dataclass(frozen=True)
class Dimension:
    """A way to describe children.

    categories: code -> title. codes: recorded value -> category; upper: category -> highest recorded number in it;
    everything else is the fallback. overlapping: a child can be in several categories, so they do not add up.
    """

    name: str
    title: str
    elements: tuple[str, ...]
    categories: Mapping[str, str]
    codes: Mapping[str, str]
    upper: Mapping[str, int]
    fallback: str | None
    overlapping: bool = False


@dataclass(frozen=True)
class Element:
    """A data element; tags name the rules of its own it carries."""

    name: str
    title: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class AreaLevel:
    """A geography level; order runs from the finest (0) up."""

    name: str
    title: str
    singular: str
    order: int


def _read(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def dimensions() -> Mapping[str, Dimension]:
    """All dimensions by name, in reading order."""
    return {
        name: Dimension(
            name,
            t["title"],
            tuple(t["elements"]),
            dict(t["categories"]),
            {c: c for c in t["categories"]} | t.get("codes", {}),
            t.get("upper", {}),
            t.get("fallback"),
            t.get("overlapping", False),
        )
        for name, t in _read("dimensions").items()
    }


@cache
def elements() -> Mapping[str, Element]:
    """All data elements by name."""
    return {name: Element(name, t["title"], tuple(t.get("tags", ()))) for name, t in _read("elements").items()}


@cache
def purposes() -> Mapping[str, str]:
    """Purpose codes with their titles."""
    return {name: str(t["title"]) for name, t in _read("purposes").items()}


@cache
def area_levels() -> Mapping[str, AreaLevel]:
    """Geography levels by name, finest first."""
    return {
        name: AreaLevel(name, t["title"], t["singular"], order)
        for order, (name, t) in enumerate(_read("levels").items())
    }


def known(field: str, word: str, valid: Mapping[str, Any]) -> str:
    """The word itself when the catalog has it; raises UnknownTerm otherwise, also where it is no word at all."""
    if not isinstance(word, str) or word not in valid:
        raise UnknownTerm(field, str(word), tuple(valid))
    return word
