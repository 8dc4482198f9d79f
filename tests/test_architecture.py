"""Imports run one way, without cycles; libraries stay in their rooms; the seal is touched by its maker only."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = [
    {"catalog"},
    {"privacy", "geo", "evaluation"},
    {"data_access"},
    {"intake", "components"},
    {"pages", "api"},
    {"app", "cli"},
]
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
ASIDE = {"demo": {"catalog"}, "settings": set()}
FORBIDDEN = {
    "catalog": {"sqlalchemy", "duckdb", "dash", "flask", "pandas"},
    "privacy": {"sqlalchemy", "duckdb", "dash", "flask", "pathlib", "os"},
    "geo": {"sqlalchemy", "duckdb", "dash", "flask"},
    "evaluation": {"sqlalchemy", "duckdb", "dash", "flask", "pathlib", "pandas"},
    "data_access": {"dash", "flask"},
    "intake": {"dash", "flask"},
    "components": {"sqlalchemy", "duckdb"},
    "pages": {"sqlalchemy", "duckdb", "pandas"},
    "demo": {"sqlalchemy", "duckdb", "dash", "flask"},
}


class Sources(Mapping[str, ast.Module]):
    """Module name -> syntax tree for every module of the product, read when asked for."""

    def __init__(self) -> None:
        rooms = sorted([*FLOOR, *ASIDE])
        files = [p for room in rooms for p in [ROOT / f"{room}.py", *sorted((ROOT / room).rglob("*.py"))] if p.exists()]
        names = (".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for p in files)
        self.files = dict(zip(names, files, strict=True))

    def __getitem__(self, name: str) -> ast.Module:
        return tree(self.files[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


SOURCES = Sources()


@cache
def nodes(name: str) -> tuple[ast.AST, ...]:
    """Every node of a module's syntax tree."""
    return tuple(ast.walk(SOURCES[name]))


@cache
def imports(name: str) -> set[str]:
    """Absolute names a module imports, anywhere in it."""
    found: set[str] = set()
    for node in nodes(name):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno} relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def room(name: str) -> str:
    return name.split(".")[0]


@cache
def own_imports(name: str) -> set[str]:
    """The project's modules that a module imports."""
    hits = set()
    for target in imports(name):
        while target and target not in SOURCES:
            target = target.rpartition(".")[0]
        if target and target != name:
            hits.add(target)
    return hits


def allowed(here: str, there: str) -> bool:
    """May a module of room `here` import one of room `there`?"""
    if here in ASIDE:
        return there == here or there in ASIDE[here]
    if there in ASIDE:
        return here in {"app", "cli"}
    if here == "components" and there in {"data_access", "intake"}:
        return False
    return there == here or FLOOR[there] < FLOOR[here]


def test_imports_run_one_way() -> None:
    assert len(SOURCES) > 300
    wrong = [(n, target) for n in SOURCES for target in own_imports(n) if not allowed(room(n), room(target))]
    assert not wrong


def test_no_import_cycles() -> None:
    # A package's own __init__ counts as imported by its modules only where they say so.
    graph = {name: own_imports(name) for name in SOURCES}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


def test_libraries_stay_in_their_rooms() -> None:
    used = {name: {target.split(".")[0] for target in imports(name)} for name in SOURCES}
    wrong = {name: here & FORBIDDEN.get(room(name), set()) for name, here in used.items()}
    assert not {name: libraries for name, libraries in wrong.items() if libraries}


def test_the_seal_is_touched_by_its_maker_only() -> None:
    reached = [(name, node) for name in SOURCES for node in nodes(name) if isinstance(node, ast.Attribute)]
    assert any(name == "privacy.sealed" and _touches(node) for name, node in reached)
    assert not [f"{name}:{node.lineno}" for name, node in reached if name != "privacy.sealed" and _touches(node)]


def _touches(node: ast.Attribute) -> bool:
    """Reaches into a sealed value, or past the ways in which objects are made and set."""
    is_object = isinstance(node.value, ast.Name) and node.value.id == "object"
    return node.attr == "_frame" or (is_object and node.attr in {"__setattr__", "__new__"})


# What makes or opens a reading of named children -> where it is defined, and the one place that uses it.
DOORS = {
    "Reading": {"data_access.records", "data_access.session"},
    "seal_records": {"privacy.sealed", "data_access.records"},
    "emergency_permit": {"privacy.records", "data_access.glasses"},
    "glass_of": {"data_access.glasses", "data_access.session"},
}


@pytest.mark.parametrize("door", DOORS)
def test_named_children_are_read_by_the_session_alone(door: str) -> None:
    assert {name for name in SOURCES if door in _words(name)} == DOORS[door]


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(word for node in nodes(name) for word in _names(node))


def _names(node: ast.AST) -> set[str]:
    """The names a node uses, defines or imports."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {alias.name.rpartition(".")[2] for alias in node.names}
    return {
        getattr(node, field, None) or ""
        for field in ("id", "attr", "name")
        if isinstance(getattr(node, field, None), str)
    }


def test_plotly_express_is_never_used() -> None:
    users = [n for n in SOURCES if any(t.startswith("plotly.express") for t in imports(n))]
    assert not users


def test_no_function_is_longer_than_fifty_lines() -> None:
    long = []
    for name in SOURCES:
        for node in nodes(name):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first = node.body[1] if len(node.body) > 1 and ast.get_docstring(node) else node.body[0]
                if (node.end_lineno or 0) - first.lineno + 1 > 50:
                    long.append(f"{name}:{node.lineno} {node.name}")
    assert not long


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    sizes = {n: sum(1 for line in (ast.unparse(t)).splitlines() if line.strip()) for n, t in SOURCES.items()}
    assert not {n: s for n, s in sizes.items() if s > 300}
