"""Elements as the plain dictionaries Dash sends to the browser, with the call syntax of `dash.html` and `dash.dcc`.

A page holds a thousand elements; making a component object for each, checking it and taking it apart again costs fifty
times the dictionary it ends as, and was most of the time of a callback. `html.Div("text", className="note")` here gives
what `dash.html.Div("text", className="note")` would be sent as. The few parts that callbacks of other rooms inspect
(states, filters, the frame) stay Dash components; both mix freely.
"""

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

Element = dict[str, Any]
_HTML: Final = "dash_html_components"
RUNNING: Final = frozenset({"P", "H1", "H2", "H3", "H4", "Li", "Dd", "Summary", "Strong"})
YEAR: Final = re.compile(r"(\b\d{4}-\d{2}\b(?!-))")


def element(namespace: str, tag: str, /, children: Any = None, **props: Any) -> Element:
    """One element of a component library, such as (`dash_html_components`, `Div`)."""
    return {"type": tag, "namespace": namespace, "props": {"children": children, **props}}


def running(told: Any) -> Any:
    """Text with school years that do not break at their hyphen; everything else stays as it is."""
    parts = YEAR.split(told) if isinstance(told, str) and "-" in told else ()
    if len(parts) < 2:
        return told
    year = {"className": "year"}
    spelled = [element(_HTML, "Span", part, **year) if at % 2 else part for at, part in enumerate(parts)]
    return [part for part in spelled if part]


def _in_html(tag: str, /, children: Any = None, **props: Any) -> Element:
    """An HTML element; running text is set as such."""
    return element(_HTML, tag, running(children) if tag in RUNNING else children, **props)


def leaf(namespace: str, tag: str, /, **props: Any) -> Element:
    """One element that has no children."""
    return {"type": tag, "namespace": namespace, "props": props}


class _Html:
    """Every HTML tag by the name of its component: `html.Div`, `html.Td`."""

    @cache  # noqa: B019 (one object, some fifty tags)
    def __getattr__(self, tag: str) -> Callable[..., Element]:
        if not tag[0].isupper():
            raise AttributeError(tag)
        return partial(_in_html, tag)


class _Core:
    """The parts of dash.dcc that panels use."""

    Link = staticmethod(partial(element, "dash_core_components", "Link"))
    Graph = staticmethod(partial(leaf, "dash_core_components", "Graph"))
    Store = staticmethod(partial(leaf, "dash_core_components", "Store"))
    Download = staticmethod(partial(leaf, "dash_core_components", "Download"))


html: Final = _Html()
dcc: Final = _Core()
