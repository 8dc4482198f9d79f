"""Is the body of a callback request well formed? Dash itself answers 500 where it is not."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class _Part(NamedTuple):
    """An input, state or output: id (a pattern as a dictionary), property, and whether it stands for a list of such."""

    identity: str | dict[str, Any]
    property: str
    many: bool


class _Shape(NamedTuple):
    """What a callback takes; several: its outputs come as a list."""

    inputs: tuple[_Part, ...]
    state: tuple[_Part, ...]
    outputs: tuple[_Part, ...]
    several: bool


class Bodies:
    """The bodies an application's callbacks take; what each takes is read once."""

    def __init__(self, callbacks: Mapping[str, Any]) -> None:
        self._callbacks = callbacks
        self._shapes: dict[str, _Shape] = {}

    def fault(self, body: Any) -> str | None:
        """What is wrong with the body of a callback request, or None."""
        if not isinstance(body, dict):
            return "The body must be a JSON object."
        output = body.get("output")
        if not isinstance(output, str) or "callback" not in self._callbacks.get(output, {}):
            return "There is no such output."
        if output not in self._shapes:
            self._shapes[output] = _shape(self._callbacks[output])
        wanted = self._shapes[output]
        checks = {
            "inputs": _each(body.get("inputs"), wanted.inputs),
            "state": _each(body.get("state", []), wanted.state),
            "outputs": _outputs(body.get("outputs"), wanted),
            "changedPropIds": _strings(body.get("changedPropIds", [])),
        }
        return next((f"The {name} are not those of this output." for name, right in checks.items() if not right), None)


def _shape(known: Mapping[str, Any]) -> _Shape:
    inputs, state = (tuple(_part(part["id"], part["property"]) for part in known[key]) for key in ("inputs", "state"))
    several = isinstance(known["output"], list)
    outputs = () if known["no_output"] else known["output"] if several else [known["output"]]
    parts = tuple(_part(part.component_id_str(), part.component_property) for part in outputs)
    return _Shape(inputs, state, parts, several or known["no_output"])


def _part(identity: str, name: str) -> _Part:
    pattern = identity.startswith("{")
    return _Part(json.loads(identity) if pattern else identity, _bare(name), pattern and '["ALL' in identity)


def _outputs(given: Any, wanted: _Shape) -> bool:
    if not wanted.outputs:
        return given in (None, [])
    return _each(given if wanted.several else [given], wanted.outputs)


def _each(given: Any, wanted: Sequence[_Part]) -> bool:
    """As many entries as the callback has, each as it should be; for a pattern of many, a list of such."""
    if not isinstance(given, list) or len(given) != len(wanted):
        return False
    return all(_entry(entry, part) for entry, part in zip(given, wanted, strict=True))


def _entry(entry: Any, wanted: _Part) -> bool:
    if isinstance(entry, list) != wanted.many:
        return False
    return all(_prop(part, wanted) for part in entry) if wanted.many else _prop(entry, wanted)


def _prop(entry: Any, wanted: _Part) -> bool:
    """A property of the component, or of one that the pattern may match."""
    if not isinstance(entry, dict) or not isinstance(entry.get("property"), str):
        return False
    known, identity = wanted.identity, entry.get("id")
    same = _matches(identity, known) if isinstance(known, dict) else identity == known
    return same and _bare(entry["property"]) == wanted.property


def _bare(name: str) -> str:
    """A property without the mark that tells apart several callbacks with one output."""
    return name.partition("@")[0]


def _matches(identity: Any, pattern: Mapping[str, Any]) -> bool:
    if not isinstance(identity, dict) or identity.keys() != pattern.keys():
        return False
    plain = all(isinstance(value, (str, int, float, bool)) for value in identity.values())
    return plain and all(isinstance(known, list) or identity[key] == known for key, known in pattern.items())


def _strings(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
