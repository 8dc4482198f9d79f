"""The look as Python values, and the one plotly template; `assets/tokens.css` has the same values for the pages."""

from typing import Any, Final

INK: Final = "#1d2833"
SECOND: Final = "#55616d"
PAPER: Final = "#fbfaf7"
SURFACE: Final = "#ffffff"
LINE: Final = "#e2dfd7"
ACCENT: Final = "#0b6b72"
WARNING: Final = "#9a4a12"
ERROR: Final = "#a3262a"
GOOD: Final = "#2f6b3a"
HIDDEN: Final = "#9aa3ab"
# Lines that are not the one in focus.
CONTEXT: Final = "#8b949d"
CATEGORIES: Final = ("#0b6b72", "#c8622a", "#5a5fa8", "#704d12", "#96265f", "#868d97")
SEQUENTIAL: Final = ("#e9f2f1", "#b4cfd0", "#7dacb0", "#437f87", "#0a4a52")
DIVERGING: Final = ("#b5562a", "#f3f0e9", "#0b6b72")
SANS: Final = '"Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, sans-serif'
SERIF: Final = '"Source Serif 4", Georgia, "Times New Roman", serif'
SIZES: Final = {"note": 14, "text": 16, "lead": 18, "section": 22, "title": 30}
SPACE: Final = (4, 8, 12, 16, 24, 32, 48)
NAME: Final = "quorum"

_AXIS: Final[dict[str, Any]] = {
    "gridcolor": LINE,
    "linecolor": HIDDEN,
    "zerolinecolor": HIDDEN,
    "zerolinewidth": 1,
    "ticks": "",
    "automargin": True,
    "title": {"font": {"size": 14, "color": SECOND}, "standoff": 8},
    "tickfont": {"size": 14, "color": SECOND},
    "fixedrange": True,
}
# Small on purpose: it travels with each figure. Plotly's own default template is five times as long.
TEMPLATE: Final[dict[str, Any]] = {
    "layout": {
        "font": {"family": SANS, "size": 14, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(CATEGORIES),
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": SURFACE, "bordercolor": HIDDEN, "font": {"family": SANS, "size": 14, "color": INK}},
        "separators": ".,",
        "dragmode": False,
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "colorscale": {"sequential": [[i / 4, color] for i, color in enumerate(SEQUENTIAL)]},
        "uniformtext": {"mode": "show", "minsize": 12},
        "transition": {"duration": 0},
    }
}
# Handed to every dcc.Graph: no logo, no tool bar, no address of another host.
CONFIG: Final[dict[str, Any]] = {
    "displayModeBar": False,
    "displaylogo": False,
    "responsive": True,
    "scrollZoom": False,
    "showTips": False,
    "topojsonURL": "/assets/topojson/",
    "plotlyServerURL": "",
}


def layout(**changes: Any) -> dict[str, Any]:
    """Layout of a dict figure with the template and these changes."""
    return {"template": TEMPLATE, **changes}


def register() -> None:
    """Register the template with plotly under the name `quorum` and make it the default."""
    import plotly.graph_objects as go
    import plotly.io as pio

    pio.templates[NAME] = go.layout.Template(TEMPLATE)
    pio.templates.default = NAME
