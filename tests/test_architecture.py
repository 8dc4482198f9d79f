"""Imports run one way, without cycles; libraries stay in their rooms; the seal is touched by its maker only."""

import ast
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


def sources() -> dict[str, ast.Module]:
    """Module name -> syntax tree for every module of the product."""
    rooms = sorted([*FLOOR, *ASIDE])
    files = [p for room in rooms for p in [ROOT / f"{room}.py", *sorted((ROOT / room).rglob("*.py"))] if p.exists()]
    names = {p: ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for p in files}
    return {names[p]: ast.parse(p.read_text(encoding="utf-8")) for p in files}


SOURCES = sources()


def imports(tree: ast.Module) -> set[str]:
    """Absolute names a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def room(name: str) -> str:
    return name.split(".")[0]


def own_imports(name: str) -> set[str]:
    """The project's modules that a module imports."""
    hits = set()
    for target in imports(SOURCES[name]):
        while target and target not in SOURCES:
            target = target.rpartition(".")[0]
        if target and target != name:
            hits.add(target)
    return hits


@pytest.mark.parametrize("name", SOURCES)
def test_imports_run_one_way(name: str) -> None:
    here = room(name)
    for target in own_imports(name):
        there = room(target)
        if there == here:
            continue
        if here in ASIDE:
            assert there in ASIDE[here], f"{name} imports {target}"
        elif there in ASIDE:
            assert here in {"app", "cli"}, f"{name} imports {target}"
        else:
            assert FLOOR[there] < FLOOR[here], f"{name} imports {target}"
    if here == "components":
        assert not any(room(t) in {"data_access", "intake"} for t in own_imports(name)), name


def test_no_import_cycles() -> None:
    # A package's own __init__ counts as imported by its modules only where they say so.
    graph = {name: own_imports(name) for name in SOURCES}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("name", [n for n in SOURCES if room(n) in FORBIDDEN])
def test_libraries_stay_in_their_rooms(name: str) -> None:
    used = {target.split(".")[0] for target in imports(SOURCES[name])}
    assert not used & FORBIDDEN[room(name)], f"{name} uses {used & FORBIDDEN[room(name)]}"


@pytest.mark.parametrize("name", [n for n in SOURCES if n != "privacy.sealed"])
def test_the_seal_is_touched_by_its_maker_only(name: str) -> None:
    for node in ast.walk(SOURCES[name]):
        if isinstance(node, ast.Attribute):
            assert node.attr != "_frame", f"{name}:{node.lineno} reaches into a sealed value"
            is_object = isinstance(node.value, ast.Name) and node.value.id == "object"
            assert not (is_object and node.attr in {"__setattr__", "__new__"}), f"{name}:{node.lineno}"


# What makes or opens a reading of named children -> where it is defined, and the one place that uses it.
DOORS = {
    "Reading": {"data_access.records", "data_access.session"},
    "seal_records": {"privacy.sealed", "data_access.records"},
    "emergency_permit": {"privacy.records", "data_access.glasses"},
    "glass_of": {"data_access.glasses", "data_access.session"},
}


@pytest.mark.parametrize("door", DOORS)
def test_named_children_are_read_by_the_session_alone(door: str) -> None:
    users = {name for name, tree in SOURCES.items() if any(door in _names(node) for node in ast.walk(tree))}
    assert users == DOORS[door]


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
    users = [n for n, tree in SOURCES.items() if any(t.startswith("plotly.express") for t in imports(tree))]
    assert not users


def test_no_function_is_longer_than_fifty_lines() -> None:
    long = []
    for name, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first = node.body[1] if len(node.body) > 1 and ast.get_docstring(node) else node.body[0]
                if (node.end_lineno or 0) - first.lineno + 1 > 50:
                    long.append(f"{name}:{node.lineno} {node.name}")
    assert not long


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    sizes = {n: sum(1 for line in (ast.unparse(t)).splitlines() if line.strip()) for n, t in SOURCES.items()}
    assert not {n: s for n, s in sizes.items() if s > 300}
