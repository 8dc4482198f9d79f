"""The table format of `quorum protect`: a dict as JSON gives it, to a lattice and back to a pattern. No files here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from privacy.lattice import Attacker, BadTable, Findings, FloatArray, Lattice, Pattern, Rule, RuleName, ZeroPolicy
from privacy.primary import public_attacker

EXAMPLE = '{"keys": [["all"], ["a"], ["b"]], "values": [9, 4, 5], "relations": [[0, [1, 2]]], "threshold": 5}'


@dataclass(frozen=True, eq=False)
class TableProblem:
    """A table as it is to be protected: its lattice, the promise, and what its reader knows."""

    lattice: Lattice
    rule: Rule
    attacker: Attacker


def parse(table: Mapping[str, Any], rule_name: RuleName, zeros: ZeroPolicy) -> TableProblem:
    """Read keys, values, relations, threshold and what else is there of the optional fields. Raises BadTable.

    latent, structural: positions of cells that no view shows and of zeros that everybody knows.
    forced_primary: positions of cells that are sensitive whatever their count; with it the threshold may be missing.
    bounds: what the reader knows of cells besides, as {position: [low, high]}, as a list of [position, low, high] or as
    one [low, high] for each cell; null where nothing is known.
    suppressed_lower: the least count that the reader knows a hidden cell to have. Of a cell below it the reader is
    taken to know no more than the zero policy says, which protects no less.
    """
    lattice = Lattice.build(
        _keys(table),
        _list(table, "values"),
        [_relation(number, one) for number, one in enumerate(_list(table, "relations"))],
        _positions(table, "latent"),
        _positions(table, "structural"),
    )
    forced = _positions(table, "forced_primary")
    rule = Rule(rule_name, _threshold(table), zeros)
    for position in forced:
        if lattice.values[position] == 0 and (zeros == "shown" or lattice.structural[position]):
            raise BadTable(f"forced_primary names {'/'.join(lattice.keys[position])}, a zero that is always shown")
    lower, upper = _bounds(table, len(lattice))
    least = table.get("suppressed_lower")
    if least is not None:
        known = ~lattice.latent & (lattice.values >= _number(least, "suppressed_lower"))
        lower[known] = np.fmax(lower[known], least)
    return TableProblem(lattice, rule, public_attacker(lattice, rule, forced, lower, upper))


def result(problem: TableProblem, pattern: Pattern, findings: Findings, seconds: float) -> dict[str, Any]:
    """What is written: suppressed = primary + secondary as positions, the cost of the secondaries, and the proof."""
    lattice = problem.lattice
    secondary = pattern.hidden & ~pattern.primary
    return {
        "suppressed": np.flatnonzero(pattern.hidden).tolist(),
        "primary": np.flatnonzero(pattern.hidden & pattern.primary).tolist(),
        "secondary": np.flatnonzero(secondary).tolist(),
        "cost": int(lattice.values[secondary].sum()),
        "proof": {
            "rule": problem.rule.name,
            "zeros": problem.rule.zeros,
            "threshold": problem.rule.k,
            "cells": len(lattice),
            "hidden": int(pattern.hidden.sum()),
            "tightest_interval": findings.tightest if np.isfinite(findings.tightest) else None,
            "solver": findings.solver,
            "seconds": round(findings.seconds, 4),
        },
        "seconds": round(seconds, 4),
    }


def _list(table: Mapping[str, Any], name: str) -> list[Any]:
    if name not in table:
        raise BadTable(f"the field {name} is missing. A table needs keys, values and relations, such as {EXAMPLE}")
    if not isinstance(table[name], list):
        raise BadTable(f"the field {name} must be a list")
    found: list[Any] = table[name]
    return found


def _keys(table: Mapping[str, Any]) -> list[list[str]]:
    keys = _list(table, "keys")
    for number, key in enumerate(keys):
        if not isinstance(key, list) or not key or not all(isinstance(code, str) for code in key):
            raise BadTable(f"keys: entry {number} must be a list of codes, each a text")
    for number, value in enumerate(_list(table, "values")):
        if isinstance(value, bool) or not isinstance(value, int | float):
            name = "/".join(keys[number]) if number < len(keys) else str(number)
            raise BadTable(f"values: the count of {name} is not a number")
    return keys


def _relation(number: int, one: Any) -> tuple[int, list[int]]:
    whole = isinstance(one, list) and len(one) == 2 and isinstance(one[1], list)
    if not whole or not all(_is_whole(p) for p in (one[0], *one[1])):
        raise BadTable(f"relation {number} must be [total, [parts]] with positions")
    return one[0], one[1]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _positions(table: Mapping[str, Any], name: str) -> list[int]:
    found = table.get(name) or []
    if not isinstance(found, list) or not all(_is_whole(p) for p in found):
        raise BadTable(f"the field {name} must be a list of positions")
    for position in found:
        if not 0 <= position < len(table["keys"]):
            raise BadTable(f"{name} names position {position}, which is outside the table")
    return found


def _threshold(table: Mapping[str, Any]) -> int:
    if "threshold" not in table and "forced_primary" in table:
        return 1
    threshold = table.get("threshold")
    if not _is_whole(threshold) or int(threshold or 0) < 1:
        raise BadTable("the field threshold must be a whole number of at least 1")
    return int(threshold or 0)


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise BadTable(f"{name} must be a number")
    return float(value)


def _bounds(table: Mapping[str, Any], size: int) -> tuple[FloatArray, FloatArray]:
    """Least and largest count known of every cell, NaN where none is."""
    lower, upper = np.full(size, np.nan), np.full(size, np.nan)
    for position, low, high in _bound_rows(table.get("bounds") or [], size):
        lower[position] = np.nan if low is None else _number(low, "the low end in bounds")
        upper[position] = np.nan if high is None else _number(high, "the high end in bounds")
    return lower, upper


def _bound_rows(given: Any, size: int) -> list[tuple[int, Any, Any]]:
    wrong = BadTable("bounds must be {position: [low, high]}, a list of [position, low, high] or [low, high] a cell")
    if isinstance(given, dict):
        if not all(isinstance(pair, list) and place.isdecimal() for place, pair in given.items()):
            raise wrong
        given = [[int(place), *pair] for place, pair in given.items()]
    if not isinstance(given, list) or not all(isinstance(row, list) for row in given):
        raise wrong
    if len(given) == size and all(len(row) == 2 for row in given):
        given = [[place, *pair] for place, pair in enumerate(given)]
    if not all(len(row) == 3 and _is_whole(row[0]) for row in given):
        raise wrong
    for row in given:
        if not 0 <= row[0] < size:
            raise BadTable(f"bounds names position {row[0]}, which is outside the table")
    return [(row[0], row[1], row[2]) for row in given]
