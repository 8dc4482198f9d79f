"""Elements as the plain dictionaries Dash sends to the browser, with the call syntax of `dash.html` and `dash.dcc`.

A page holds a thousand elements; making a component object for each, checking it and taking it apart again costs fifty
times the dictionary it ends as, and was most of the time of a callback. `html.Div("text", className="note")` here gives
what `dash.html.Div("text", className="note")` would be sent as. The few parts that callbacks of other rooms inspect
(states, filters, the frame) stay Dash components; both mix freely.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

Element = dict[str, Any]


def element(namespace: str, tag: str, /, children: Any = None, **props: Any) -> Element:
    """One element of a component library, such as (`dash_html_components`, `Div`)."""
    return {"type": tag, "namespace": namespace, "props": {"children": children, **props}}


def leaf(namespace: str, tag: str, /, **props: Any) -> Element:
    """One element that has no children."""
    return {"type": tag, "namespace": namespace, "props": props}


class _Html:
    """Every HTML tag by the name of its component: `html.Div`, `html.Td`."""

    @cache  # noqa: B019 (one object, some fifty tags)
    def __getattr__(self, tag: str) -> Callable[..., Element]:
        if not tag[0].isupper():
            raise AttributeError(tag)
        return partial(element, "dash_html_components", tag)


class _Core:
    """The parts of dash.dcc that panels use."""

    Link = staticmethod(partial(element, "dash_core_components", "Link"))
    Graph = staticmethod(partial(leaf, "dash_core_components", "Graph"))
    Store = staticmethod(partial(leaf, "dash_core_components", "Store"))
    Download = staticmethod(partial(leaf, "dash_core_components", "Download"))


html: Final = _Html()
dcc: Final = _Core()
