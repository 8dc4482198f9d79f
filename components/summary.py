"""Overview and profile rows: one outcome a row, with its latest value, its years, its change and its widest gap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.indicators import Indicator
from catalog.terms import Dimension, dimensions
from components import urlstate
from components.cells import Cell, cells, headline, number
from components.markup import Element, dcc, html
from components.sentences import Movement, adverse_title, gap_of, gap_pair, gap_words, movement
from components.sparkline import sparkline
from evaluation.disparity import Gap
from privacy.sealed import ProtectedTable


@dataclass(frozen=True)
class Outcome:
    """One outcome of one place: its years, its change and the widest gap between its groups by each dimension.

    gaps: none where no table by groups is shown; a gap is None where too few of its groups can be compared. placed:
    False where it is shown for the whole county alone, so that there are no places to compare.
    """

    indicator: Indicator
    line: tuple[Cell, ...]
    gaps: tuple[tuple[Dimension, Gap | None], ...] = ()
    placed: bool = True

    @property
    def gap(self) -> tuple[Dimension, Gap] | None:
        """The widest clear one."""
        clear = [(dimension, gap) for dimension, gap in self.gaps if gap is not None and gap.clear]
        return max(clear, key=lambda pair: pair[1].points, default=None)

    @property
    def latest(self) -> Cell:
        """The cell of the newest school year."""
        return self.line[-1]

    @property
    def movement(self) -> Movement:
        """Change from the first shown year to the latest."""
        return movement(self.line, self.indicator)


def outcome(years: ProtectedTable, groups: Sequence[ProtectedTable], area: str = "") -> Outcome | None:
    """From the table of a place's years and tables of its groups; area: the place, "" for the county.

    None where the table has no row of that place.
    """
    indicator = years.spec.definition
    line = [c for c in headline(cells(years), indicator) if (c.area == area if area else c.level == "county")]
    if not line:
        return None
    line.sort(key=lambda cell: cell.period)
    return Outcome(indicator, tuple(line), tuple(_gap(table, indicator, line[-1]) for table in groups))


def _gap(table: ProtectedTable, indicator: Indicator, latest: Cell) -> tuple[Dimension, Gap | None]:
    dimension = dimensions()[table.spec.view.dimensions[0]]
    here = [c for c in headline(cells(table), indicator) if (c.area, c.period) == (latest.area, latest.period)]
    return dimension, gap_of(here, indicator, dimension)


def overview_table(rows: Sequence[Outcome], closed: Sequence[tuple[Indicator, str]], caption: str) -> Element:
    """The rows as a table that turns into cards on a phone. closed: outcomes not open to the viewer, and why."""
    heads = [
        "Outcome",
        rows[0].latest.period if rows else "Latest",
        "School years",
        _since(rows[0]) if rows else "Change",
        "Widest gap between groups",
    ]
    body = [_row(row) for row in rows] + [_closed(indicator, why) for indicator, why in closed]
    return html.Table(
        [
            html.Caption(caption, className="visually-hidden"),
            html.Thead(html.Tr([html.Th(text, scope="col") for text in heads])),
            html.Tbody(body),
        ],
        className="outcomes",
    )


def _row(row: Outcome) -> Element:
    name = [
        html.Span(row.indicator.title, className="outcome-name"),
        html.Span(_measure(row.indicator), className="note"),
    ]
    which = html.Span(f": {row.indicator.title}", className="visually-hidden")
    words, address = _onward(row)
    link = dcc.Link([words, which], href=address, className="outcome-link")
    return html.Tr(
        [
            html.Th([*name, link], scope="row"),
            html.Td(value(row.latest), **_labelled(row.latest.period)),
            html.Td(sparkline(row.line, _spoken(row)), **_labelled(_years(row))),
            html.Td(change(row.movement, row.line[0].period), **_labelled(_since(row))),
            html.Td(gap(row), **_labelled("Widest gap between groups")),
        ]
    )


def _onward(row: Outcome) -> tuple[str, str]:
    """Where to read on: the places, or the years of the county where there is nothing smaller."""
    if row.placed:
        return "Compare places", urlstate.link("/compare", {"i": row.indicator.name})
    return "See the table", urlstate.link("/reports", {"i": row.indicator.name, "level": "county"})


def _labelled(text: str) -> dict[str, str]:
    """The heading of a cell, repeated beside it where the table is shown as cards."""
    return {"data-label": text}


def _measure(indicator: Indicator) -> str:
    return "each counted once" if indicator.is_count else indicator.bands[indicator.headline or ""].lower()


def value(cell: Cell) -> list[Any]:
    """A headline number with its interval and how many children it is of, or the reason why there is none, under it."""
    if cell.hidden:
        under = ["hidden so that no child can be recognized"]
    else:
        under = [f"likely {cell.interval}"] if cell.interval else []
        under += [f"of {number(cell.n)} children"] if cell.n is not None and not cell.is_count else []
    said = [html.Span(words, className="note") for words in under]
    return [html.Span(cell.text, className="headline-number"), *said]


def _years(row: Outcome) -> str:
    first, last = row.line[0].period, row.latest.period
    return last if first == last else f"{first} to {last}"


def _since(row: Outcome) -> str:
    first = row.line[0].period
    return "Change" if first == row.latest.period else f"Change since {first}"


def change(moved: Movement, since: str) -> list[Any]:
    """The change in words; better or worse is said, not only colored. since: the year of the heading."""
    words = {"better": "Better. ", "worse": "Worse. "}.get(moved.direction, "")
    other = f" since {moved.since}" if moved.since not in ("", since) else ""
    said = html.Span([html.Strong(words), moved.words, other], className=f"change change-{moved.direction}")
    return [said, html.Span(moved.between, className="note")] if moved.between else [said]


def gap(row: Outcome) -> Any:
    """The widest gap in words: between whom, how wide, how many times as often."""
    if row.gap is None:
        return None if row.indicator.is_count else html.Span(_no_gap(row), className="note")
    dimension, found = row.gap
    about = "" if not row.indicator.higher_is_better else f" ({adverse_title(row.indicator).lower()})"
    first = html.Span(f"{dimension.title}{about}: {gap_pair(found)}", className="gap-pair")
    return [first, html.Span(gap_words(found), className="note")]


def _no_gap(row: Outcome) -> str:
    if not row.gaps:
        return "Not shown by groups: too many numbers would have to be hidden, or your agreement does not cover them."
    told = {
        "No clear gap": [dimension for dimension, found in row.gaps if found],
        "Too few groups to compare": [dimension for dimension, found in row.gaps if not found],
    }
    return ". ".join(f"{words} by {_either(by)}" for words, by in told.items() if by)


def _either(by: Sequence[Dimension]) -> str:
    titles = [dimension.title.lower() for dimension in by]
    return " or ".join(filter(None, (", ".join(titles[:-1]), titles[-1])))


def _closed(indicator: Indicator, why: str) -> Element:
    words = html.Td(["Not open to your organization. ", why], colSpan=4, className="note")
    return html.Tr(
        [html.Th(html.Span(indicator.title, className="outcome-name"), scope="row"), words], className="closed"
    )


def _spoken(row: Outcome) -> str:
    """A sparkline in words."""
    return ", ".join(f"{cell.period}: {cell.text}" for cell in row.line)
