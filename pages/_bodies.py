"""Is the body of a callback request well formed? Dash itself answers 500 where it is not."""

from collections.abc import Callable, Mapping
from typing import Any

PARTS = {"output", "outputs", "inputs", "state", "changedPropIds", "parsedChangedPropsIds"}


def fault(body: Any, callbacks: Mapping[str, Any]) -> str | None:
    """What is wrong with the body of a callback request, or None."""
    if not isinstance(body, dict):
        return "The body must be a JSON object."
    output = body.get("output")
    if not isinstance(output, str) or "callback" not in callbacks.get(output, {}):
        return "No such output."
    asked, known = body.get("inputs"), callbacks[output]["inputs"]
    state, states = body.get("state", []), callbacks[output]["state"]
    checks: tuple[tuple[bool, str], ...] = (
        (_prop_list(asked, known), "The inputs are not those of the output."),
        (_prop_list(state, states), "The state is not that of the output."),
        (_outputs(body.get("outputs"), output), "The outputs are not as expected."),
        (_strings(body.get("changedPropIds", [])), "The changed properties are not as expected."),
    )
    return next((sentence for right, sentence in checks if not right), None)


def _prop_list(given: Any, known: list[Mapping[str, str]]) -> bool:
    """As many entries as the callback has, each a property or, for a pattern, a list of properties."""
    if not isinstance(given, list) or len(given) != len(known):
        return False
    return all(_matches(entry, wanted) for entry, wanted in zip(given, known, strict=True))


def _matches(entry: Any, wanted: Mapping[str, str]) -> bool:
    if isinstance(entry, list):
        return wanted["id"].startswith("{") and all(_prop(part, wanted) for part in entry)
    return _prop(entry, wanted)


def _prop(entry: Any, wanted: Mapping[str, str]) -> bool:
    if not isinstance(entry, dict) or entry.get("property") != wanted["property"]:
        return False
    if wanted["id"].startswith("{"):
        return _flat(entry.get("id"))
    return entry.get("id") == wanted["id"]


def _flat(identity: Any) -> bool:
    return isinstance(identity, dict) and all(isinstance(v, (str, int, float, bool)) for v in identity.values())


def _outputs(given: Any, output: str) -> bool:
    several = output.startswith("..")
    if given is None:
        return False
    return _all(given, _output) if several else _output(given) or _all(given, _output)


def _output(entry: Any) -> bool:
    if isinstance(entry, list):
        return all(isinstance(part, dict) and _output(part) for part in entry)
    named = isinstance(entry, dict) and isinstance(entry.get("property"), str)
    return named and (isinstance(entry.get("id"), str) or _flat(entry.get("id")))


def _all(values: Any, test: Callable[[Any], bool]) -> bool:
    return isinstance(values, list) and all(test(value) for value in values)


def _strings(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
