"""Is the body of a callback request well formed? Dash itself answers 500 where it is not."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def fault(body: Any, callbacks: Mapping[str, Any]) -> str | None:
    """What is wrong with the body of a callback request, or None."""
    if not isinstance(body, dict):
        return "The body must be a JSON object."
    output = body.get("output")
    if not isinstance(output, str) or "callback" not in callbacks.get(output, {}):
        return "There is no such output."
    known = callbacks[output]
    checks = {
        "inputs": _each(body.get("inputs"), known["inputs"]),
        "state": _each(body.get("state", []), known["state"]),
        "outputs": _outputs(body.get("outputs"), known),
        "changedPropIds": _strings(body.get("changedPropIds", [])),
    }
    return next((f"The {name} are not those of this output." for name, right in checks.items() if not right), None)


def _outputs(given: Any, known: Mapping[str, Any]) -> bool:
    if known["no_output"]:
        return given in (None, [])
    wanted = known["output"]
    several = isinstance(wanted, list)
    named = [{"id": o.component_id_str(), "property": o.component_property} for o in (wanted if several else [wanted])]
    return _each(given if several else [given], named)


def _each(given: Any, known: Sequence[Mapping[str, str]]) -> bool:
    """As many entries as the callback has, each as it should be; for a pattern of many, a list of such."""
    if not isinstance(given, list) or len(given) != len(known):
        return False
    return all(_entry(entry, wanted) for entry, wanted in zip(given, known, strict=True))


def _entry(entry: Any, wanted: Mapping[str, str]) -> bool:
    many = '["ALL' in wanted["id"] and wanted["id"].startswith("{")
    if isinstance(entry, list) != many:
        return False
    return all(_prop(part, wanted) for part in entry) if many else _prop(entry, wanted)


def _prop(entry: Any, wanted: Mapping[str, str]) -> bool:
    """A property of the component, or of one that the pattern may match."""
    if not isinstance(entry, dict) or not isinstance(entry.get("property"), str):
        return False
    identity = entry.get("id")
    same = _matches(identity, json.loads(wanted["id"])) if wanted["id"].startswith("{") else identity == wanted["id"]
    return same and entry["property"].partition("@")[0] == wanted["property"].partition("@")[0]


def _matches(identity: Any, pattern: Mapping[str, Any]) -> bool:
    if not isinstance(identity, dict) or set(identity) != set(pattern):
        return False
    plain = all(isinstance(value, (str, int, float, bool)) for value in identity.values())
    return plain and all(isinstance(known, list) or identity[key] == known for key, known in pattern.items())


def _strings(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
