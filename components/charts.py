"""Charts as plain dict figures: dots with intervals, and parts of a whole.

A hidden value is a hatched stub marked [c], never a zero; it leaves no number in a trace, a label or a tooltip.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from catalog.naming import by_name
from components import theme
from components.cells import SYMBOLS, Cell
from components.marks import HIDDEN, STUB, Figure, plain, reach, says, value_axis, wrapped
from components.scales import limits

ROW: Final = 30
# Half of "100 %": a label that does not fit beside the axis would be left out.
EDGE: Final = 24
LINE: Final = 18
# So many hidden places at least stand above each other in a strip.
FEWEST: Final = 5


@dataclass(frozen=True, slots=True)
class Dot:
    """One row of a chart: code, label, cell, and the color of a row in focus ("" for the others)."""

    code: str
    label: str
    cell: Cell
    color: str = ""

    @property
    def focus(self) -> bool:
        """True for a row that stands out."""
        return bool(self.color)


@dataclass(frozen=True, slots=True)
class Stack:
    """One row of a chart of parts: code, label and one cell a part."""

    code: str
    label: str
    cells: tuple[Cell, ...]

    @property
    def torn(self) -> bool:
        """True where a part is not shown."""
        return any(cell.value is None for cell in self.cells)

    @property
    def stretch(self) -> float:
        """What makes a whole row as long as the others, although its rounded parts add to 99 or 101."""
        whole = sum(cell.value or 0 for cell in self.cells)
        return 1.0 if self.torn or not whole else 100 / whole


def dots(rows: Sequence[Dot], reference: Cell | None = None, reference_name: str = "") -> Figure:
    """Dot and 95 % interval a row, in the order given, against a reference line labelled at its end."""
    is_percent = not any(row.cell.is_count for row in rows)
    reached = reach([*(row.cell for row in rows), reference])
    low, high = limits(reached, percent=is_percent, from_zero=not is_percent)
    marks = [_points(rows, focus=False), _points(rows, focus=True), _stubs(rows, low, high)]
    lines, words = _reference(reference, reference_name, low, high)
    axis = value_axis(low, high, is_percent)
    return {
        "data": [trace for trace in marks if trace["y"]],
        "layout": theme.layout(
            height=_height(rows) + 64,
            margin={"l": 8, "r": EDGE, "t": 26, "b": 8},
            xaxis=axis,
            yaxis=_row_axis(rows),
            shapes=lines,
            annotations=words,
            bargap=0.55,
        ),
    }


def strip(rows: Sequence[Dot], reference: Cell | None = None, reference_name: str = "") -> Figure:
    """Many places on one axis, equal values stacked; those in focus are named."""
    shown = [row for row in rows if row.cell.value is not None]
    is_percent = not any(row.cell.is_count for row in rows)
    reached = reach([reference, *_bare(shown)])
    low, high = limits(reached, percent=is_percent, from_zero=not is_percent)
    heights = _stacked(shown)
    tallest = max(heights.values(), default=0)
    hidden, room, told = _hidden_heap([row for row in rows if row.cell.hidden], tallest, low, (high - low) / 50)
    lines, words = _reference(reference, reference_name, low, high)
    named = [_name_label(row, heights[row.code], low, high) for row in shown if row.focus]
    heaps = [_heap(shown, heights, focus=False), _heap(shown, heights, focus=True)]
    return {
        "data": [*heaps, *hidden],
        "layout": theme.layout(
            height=max(180, 12 * max(tallest, 1) + 110),
            margin={"l": 8, "r": EDGE, "t": 26, "b": 8},
            xaxis=value_axis(low, high, is_percent) | {"range": [low - room, high]},
            yaxis={"visible": False, "range": [-0.8, tallest + 2.5]},
            shapes=lines,
            annotations=[*words, *named, *told],
        ),
    }


def _hidden_heap(
    rows: Sequence[Dot], tallest: int, low: float, step: float
) -> tuple[list[dict[str, Any]], float, list[dict[str, Any]]]:
    """Hatched stubs left of the axis, one a place; the room they take; their mark. Where one stands says nothing."""
    if not rows:
        return [], 0.0, []
    high = max(tallest + 1, FEWEST)
    columns = -(-len(rows) // high)
    left = low - (columns + 0.5) * step
    places = [divmod(at, high) for at in range(len(rows))]
    stubs = {
        "type": "bar",
        "x": [left + column * step for column, _ in places],
        "y": [0.8 for _ in rows],
        "base": [row - 0.4 for _, row in places],
        "width": 0.7 * step,
        "marker": HIDDEN,
        "hovertext": [says(row.label, row.cell) for row in rows],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    top = min(len(rows), high) - 0.4
    look = {"showarrow": False, "xanchor": "left", "yanchor": "bottom", "font": {"color": theme.SECOND, "size": 14}}
    mark = {"x": left - step / 2, "y": top, "text": "[c]"} | look
    return [stubs], (columns + 1.5) * step, [mark]


def parts(rows: Sequence[Stack], bands: Mapping[str, str]) -> Figure:
    """One stacked bar a row, at most six parts; what is hidden is a hatched remainder without a number."""
    data = [
        _part(band, title, color, rows)
        for (band, title), color in zip(bands.items(), theme.SEQUENTIAL[::-2], strict=False)
    ]
    return {
        "data": [*data, _remainder(rows)],
        "layout": theme.layout(
            barmode="stack",
            # A number that a part has no room for is left out: cut off, 11 % would read as 1 %.
            uniformtext={"mode": "hide", "minsize": 12},
            height=_height(rows) + 90,
            showlegend=True,
            legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
            xaxis=value_axis(0, 100, True),
            yaxis=_row_axis(rows) | {"showgrid": False},
            bargap=0.35,
            margin={"l": 8, "r": EDGE, "t": 8, "b": 8},
        ),
    }


def _points(rows: Sequence[Dot], *, focus: bool) -> dict[str, Any]:
    shown = [row for row in rows if row.focus == focus and row.cell.value is not None]
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": [row.cell.value for row in shown],
        "y": [row.code for row in shown],
        "marker": {"color": [row.color for row in shown] if focus else theme.CATEGORIES[5], "size": 11 if focus else 9},
        "hovertext": [says(row.label, row.cell) for row in shown],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    if any(row.cell.low is not None for row in shown):
        trace["error_x"] = {
            "type": "data",
            "symmetric": False,
            "array": [_length(row.cell.value, row.cell.high) for row in shown],
            "arrayminus": [_length(row.cell.low, row.cell.value) for row in shown],
            "color": "rgba(107,114,128,0.45)",
            "thickness": 3,
            "width": 0,
        }
    return trace


def _bare(rows: Sequence[Dot]) -> list[Cell]:
    """The cells without their intervals, which a strip does not draw."""
    return [replace(row.cell, low=None, high=None) for row in rows]


def _stacked(rows: Sequence[Dot]) -> dict[str, int]:
    """How high each dot lies: equal values one above the other, those in focus on top."""
    seen: Counter[int] = Counter()
    heights = {}
    for row in sorted(rows, key=lambda r: (r.focus, by_name(r.label))):
        value = row.cell.value or 0
        heights[row.code] = seen[value]
        seen[value] += 1
    return heights


def _heap(rows: Sequence[Dot], heights: Mapping[str, int], *, focus: bool) -> dict[str, Any]:
    mine = [row for row in rows if row.focus == focus]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row.cell.value for row in mine],
        "y": [heights[row.code] for row in mine],
        "marker": {
            "color": [row.color for row in mine] if focus else theme.HIDDEN,
            "size": 10 if focus else 8,
            "symbol": ["circle-open" if row.cell.unsure else "circle" for row in mine],
            "line": {"width": [1.5 if row.cell.unsure else 0 for row in mine]},
        },
        "hovertext": [says(row.label, row.cell) for row in mine],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _anchored(value: int | None, low: float, high: float) -> dict[str, Any]:
    """Where a label over a value stands: in the outer thirds of the plot it grows inwards, or the edge would cut it."""
    share = ((value or 0) - low) / max(high - low, 1e-9)
    return {"x": value, "xanchor": "left" if share < 1 / 3 else "right" if share > 2 / 3 else "center"}


def _name_label(row: Dot, height: int, low: float, high: float) -> dict[str, Any]:
    place = _anchored(row.cell.value, low, high) | {"y": height, "yanchor": "bottom", "yshift": 5, "showarrow": False}
    return place | {"text": plain(row.label), "font": {"color": row.color, "size": 14}}


def _length(low: int | None, high: int | None) -> int:
    return 0 if low is None or high is None else high - low


def _stubs(rows: Sequence[Dot], low: float, high: float) -> dict[str, Any]:
    """What is not shown: a hatched stub at the axis with the mark beside it."""
    missing = [row for row in rows if row.cell.value is None]
    return {
        "type": "bar",
        "orientation": "h",
        "base": low,
        "x": [(high - low) * STUB for _ in missing],
        "y": [row.code for row in missing],
        "marker": HIDDEN,
        "text": [row.cell.text for row in missing],
        "textposition": "outside",
        "textfont": {"color": theme.SECOND},
        "hovertext": [says(row.label, row.cell) for row in missing],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _reference(
    cell: Cell | None, name: str, low: float, high: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    if cell is None or cell.value is None:
        return [], []
    line = {"type": "line", "x0": cell.value, "x1": cell.value, "y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
    words = {"y": 1, "yref": "paper", "yanchor": "bottom", "text": f"{plain(name)} {cell.text}"}
    words |= _anchored(cell.value, low, high)
    look = {"showarrow": False, "font": {"color": theme.INK, "size": 14}}
    return [line | {"line": {"color": theme.INK, "width": 1.5, "dash": "dot"}}], [words | look]


def _height(rows: Sequence[Dot | Stack]) -> int:
    """Rows are equally high; one with a long label makes all of them higher."""
    lines = max((wrapped(row.label).count("<br>") + 1 for row in rows), default=1)
    return len(rows) * max(ROW, LINE * lines + 8)


def _row_axis(rows: Sequence[Dot | Stack]) -> dict[str, Any]:
    codes = [row.code for row in rows]
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": codes,
        "tickvals": codes,
        "ticktext": [_row_label(row) for row in rows],
        "range": [len(rows) - 0.5, -0.5],
        "gridcolor": theme.LINE,
        "tickfont": {"color": theme.INK, "size": 14},
        # A tick nobody sees keeps the names off the marks.
        "ticks": "outside",
        "ticklen": 8,
        "tickcolor": "rgba(0,0,0,0)",
    }


def _row_label(row: Dot | Stack) -> str:
    """The name of a row, with the marks of a number that is shown; one that is not has its mark in its stub."""
    words = wrapped(row.label)
    if not isinstance(row, Dot):
        return words
    marks = "" if row.cell.value is None else "".join(f" [{mark}]" for mark in row.cell.symbol.split())
    return f"<b>{words}</b>{marks}" if row.focus else f"{words}{marks}"


def _part(band: str, title: str, color: str, rows: Sequence[Stack]) -> dict[str, Any]:
    shown = [(row, cell) for row in rows for cell in row.cells if cell.band == band and cell.value is not None]
    return {
        "type": "bar",
        "orientation": "h",
        "name": plain(title),
        "x": [(cell.value or 0) * row.stretch for row, cell in shown],
        "y": [row.code for row, _ in shown],
        "marker": {"color": color, "line": {"color": theme.SURFACE, "width": 1}},
        "text": [cell.text for _, cell in shown],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "insidetextfont": {"color": theme.SURFACE if color == theme.SEQUENTIAL[-1] else theme.INK},
        "textangle": 0,
        "hovertext": [says(f"{row.label}: {title}", cell) for row, cell in shown],
        "hoverinfo": "text",
    }


def _remainder(rows: Sequence[Stack]) -> dict[str, Any]:
    """The hatched rest of a row with hidden parts. Its length is what the shown parts leave, which they say already."""
    torn = [row for row in rows if row.torn]
    return {
        "type": "bar",
        "orientation": "h",
        "name": "Hidden [c]",
        "showlegend": bool(torn),
        "x": [max(100 - sum(cell.value or 0 for cell in row.cells), 0) for row in torn],
        "y": [row.code for row in torn],
        "marker": HIDDEN,
        "text": ["[c]" for _ in torn],
        "textposition": "inside",
        "hovertext": [f"<b>{plain(row.label)}</b><br>[c] {SYMBOLS['c']}" for row in torn],
        "hoverinfo": "text",
    }
