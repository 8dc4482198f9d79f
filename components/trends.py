"""Lines over school years as plain dict figures."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from components import theme
from components.cells import NARROW, Cell
from components.marks import HIDDEN, STUB, Figure, plain, reach, says, value_axis
from components.report import listed
from components.scales import limits, spread

LABEL_WIDTH: Final = 150
Trace = dict[str, Any]


class Spot(NamedTuple):
    """A year of a line that is not shown, and the height at which it is marked."""

    cell: Cell
    height: float


def trend(
    series: Mapping[str, Sequence[Cell]], focus: Sequence[str], names: Mapping[str, str], reference: str = ""
) -> Figure:
    """Lines over school years: those in focus in color with a label at their end, the others gray and unlabelled.

    series: code -> cells, oldest first; focus: codes in order, the first in accent; names: code -> label.
    reference: code of the line that the others are held against, dotted in ink; it is labelled too.
    """
    years = sorted({cell.period for line in series.values() for cell in line})
    cells = [cell for line in series.values() for cell in line]
    is_percent = not any(cell.is_count for cell in cells)
    colors = dict(zip([code for code in focus if code != reference], theme.CATEGORIES, strict=False))
    colors |= {reference: theme.INK} if reference in series else {}
    reached = [value for code in focus for value in reach(series[code])] + [cell.value for cell in cells]
    low, high = limits(reached, percent=is_percent, from_zero=not is_percent)
    gray = [_gray([line for code, line in series.items() if code not in colors], years)]
    ribbon = [_ribbon(series[focus[0]])] if focus and is_percent else []
    bright = [_line(series[code], years, color, code == reference) for code, color in colors.items()]
    missing = hidden_years({code: series[code] for code in colors}, low, high)
    gaps = [_gaps(spots, colors[code], low, high) for code, spots in missing.items() if spots]
    return {
        "data": [*(trace for trace in gray if trace["x"]), *ribbon, *bright, *gaps],
        "layout": theme.layout(
            height=320,
            margin={"l": 8, "r": LABEL_WIDTH, "t": 12, "b": 8},
            xaxis=_years_axis(years),
            yaxis=value_axis(low, high, is_percent),
            annotations=[*_end_labels(series, colors, names, low, high), *_gap_labels(missing, colors)],
            barmode="overlay",
        ),
    }


def _years_axis(years: Sequence[str]) -> dict[str, Any]:
    """School years in two lines each, so that they stand level on a phone too."""
    words = [year.replace("-", "–<br>") for year in years]
    ticks = {"tickmode": "array", "tickvals": list(years), "ticktext": words, "tickangle": 0}
    ends = {"showgrid": False, "range": [-0.15, len(years) - 0.9]}
    return {"type": "category", "categoryarray": years, **ticks, **ends}


def _line(cells: Sequence[Cell], years: Sequence[str], color: str, dotted: bool) -> Trace:
    at = {cell.period: cell for cell in cells}
    name = cells[0].name if cells else ""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(years),
        "y": [at[year].value if year in at else None for year in years],
        "line": {"color": color, "width": 1.5 if dotted else 2.5, "dash": "dot" if dotted else "solid"},
        "marker": {"color": color, "size": 5 if dotted else 8},
        "connectgaps": False,
        "hovertext": [says(f"{name}, {year}", at[year]) if year in at else "" for year in years],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _gray(lines: Sequence[Sequence[Cell]], years: Sequence[str]) -> Trace:
    """All lines that are not in focus in one trace, with a gap after each: a trace of its own for each costs time."""
    x: list[str | None] = []
    y: list[int | None] = []
    text: list[str] = []
    for line in lines:
        name, at = plain(line[0].name), {cell.period: cell for cell in line}
        x += [*years, None]
        y += [*(at[year].value if year in at else None for year in years), None]
        text += [*(f"{name}, {year}: {at[year].text}" if year in at else "" for year in years), ""]
    look = {"color": theme.CONTEXT, "width": 0.8}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": look, "hovertext": text, "hoverinfo": "text"}


def _ribbon(cells: Sequence[Cell]) -> Trace:
    """The interval of the line in focus, only over years that show one."""
    shown = [cell for cell in cells if cell.low is not None and cell.high is not None]
    there, back = [c.period for c in shown], [c.period for c in reversed(shown)]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*there, *back],
        "y": [*(c.high for c in shown), *(c.low for c in reversed(shown))],
        "fill": "toself",
        "fillcolor": "rgba(11,107,114,0.12)",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def hidden_years(lines: Mapping[str, Sequence[Cell]], low: float, high: float) -> dict[str, list[Spot]]:
    """Years of labelled lines that are not shown, each where its line breaks off; those of one year do not touch."""
    wanted: dict[str, dict[str, float]] = {}
    for code, line in lines.items():
        for at, cell in enumerate(line):
            if cell.value is None:
                wanted.setdefault(cell.period, {})[code] = _between(line, at, low)
    gap = (high - low) * 0.13
    places = {year: spread(found, gap, low, high - gap) for year, found in wanted.items()}
    return {
        code: [Spot(cell, places[cell.period][code]) for cell in line if cell.value is None]
        for code, line in lines.items()
    }


def _between(line: Sequence[Cell], at: int, low: float) -> float:
    """The height at which a line would go on: half-way between its neighbors that are shown, or beside the only one."""
    before = [cell.value for cell in line[:at] if cell.value is not None][-1:]
    after = [cell.value for cell in line[at + 1 :] if cell.value is not None][:1]
    beside = [*before, *after]
    return sum(beside) / len(beside) if beside else low


def _gaps(spots: Sequence[Spot], color: str, low: float, high: float) -> Trace:
    """Hatched stubs in the color of their line, all of one size."""
    return {
        "type": "bar",
        "base": [spot.height for spot in spots],
        "x": [spot.cell.period for spot in spots],
        "y": [(high - low) * STUB for _ in spots],
        "width": 0.14,
        "marker": HIDDEN | {"line": {"color": color, "width": 1}},
        "hovertext": [says(f"{spot.cell.name}, {spot.cell.period}", spot.cell) for spot in spots],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _gap_labels(missing: Mapping[str, Sequence[Spot]], colors: Mapping[str, str]) -> list[Trace]:
    """The mark under each stub, in the color of its line; a name has no room there on a phone, see `told_hidden`."""
    look = {"showarrow": False, "yanchor": "top"}
    return [
        look
        | {
            "x": spot.cell.period,
            "y": spot.height,
            "text": spot.cell.text,
            "font": {"color": colors[code], "size": 14},
        }
        for code, spots in missing.items()
        for spot in spots
    ]


def told_hidden(lines: Mapping[str, Sequence[Cell]], names: Mapping[str, str]) -> str:
    """The hidden years of labelled lines by name: `[c] at Penfold: 2023-24 and 2024-25`."""
    found = {code: [cell.period for cell in line if cell.hidden] for code, line in lines.items()}
    return "; ".join(f"[c] at {names[code]}: {listed(years)}" for code, years in found.items() if years)


def _end_labels(
    series: Mapping[str, Sequence[Cell]], colors: Mapping[str, str], names: Mapping[str, str], low: float, high: float
) -> list[Trace]:
    last = {code: [c for c in series[code] if c.value is not None][-1:] for code in colors}
    ends = {code: found[0] for code, found in last.items() if found}
    places = spread({code: float(c.value or 0) for code, c in ends.items()}, (high - low) * 0.075, low, high)
    return [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 8,
            "y": places[code],
            "showarrow": False,
            "align": "left",
            "text": f"{plain(names[code])} {cell.text.replace(NARROW, ' ')}",
            "font": {"color": colors[code], "size": 14},
        }
        for code, cell in ends.items()
    ]
