"""Overview and profile rows: one outcome a row, with its latest value, its years, its change and its widest gap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.indicators import Indicator
from catalog.terms import Dimension, dimensions
from catalog.views import View
from components import urlstate
from components.cells import Cell, cells, headline, number
from components.markup import Element, dcc, html, running
from components.report import listed, unprepared
from components.sentences import Movement, gap_of, gap_pair, gap_words, movement
from components.sparkline import sparkline
from components.states import Closed
from evaluation.disparity import Gap
from privacy.sealed import ProtectedTable


@dataclass(frozen=True)
class Outcome:
    """One outcome of one place: its years, its change and the widest gap between its groups by each dimension.

    gaps: none where no table by groups is shown; a gap is None where too few of its groups can be compared. shut: the
    dimensions by which it is not shown, and why. level: the kind of place to compare; "" where it is shown for the
    whole county alone.
    """

    indicator: Indicator
    line: tuple[Cell, ...]
    gaps: tuple[tuple[Dimension, Gap | None], ...] = ()
    shut: tuple[tuple[Dimension, Closed], ...] = ()
    level: str = ""

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
    body = [_row(row) for row in rows] + [closed_row(indicator, why, len(heads) - 1) for indicator, why in closed]
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
    if row.level:
        return "Compare places", urlstate.link("/compare", {"i": row.indicator.name, "level": row.level})
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
    told = running(moved.words + other)
    parts = told if isinstance(told, list) else [told]
    said = html.Span([html.Strong(words), *parts], className=f"change change-{moved.direction}")
    return [said, html.Span(moved.between, className="note")] if moved.between else [said]


def gap(row: Outcome) -> Any:
    """The widest gap in words: between whom, how wide, how many times as often; and what could not be looked at."""
    if row.indicator.is_count:
        return None
    shut = _not_looked_at(row)
    if row.gap is None:
        return html.Span(" ".join([*_no_gap(row), *shut]), className="note")
    dimension, found = row.gap
    first = html.Span(f"{dimension.title}: {gap_pair(found, row.indicator)}", className="gap-pair")
    notes = [gap_words(found, row.indicator), *([" ".join(shut)] if shut else [])]
    return [first, *(html.Span(note, className="note") for note in notes)]


def _no_gap(row: Outcome) -> list[str]:
    told = {
        "No clear gap": [dimension for dimension, found in row.gaps if found],
        "Too few groups to compare": [dimension for dimension, found in row.gaps if not found],
    }
    return [f"{words} by {_either(by)}." for words, by in told.items() if by]


def _not_looked_at(row: Outcome) -> list[str]:
    """Where a wider gap may lie that this page cannot show."""
    by = {kind: [d for d, closed in row.shut if closed.kind == kind] for kind in ("refused", "hidden", "unprepared")}
    refused = listed([dimension.title.lower() for dimension in by["refused"]])
    told = {
        f"{refused[:1].upper()}{refused[1:]} {'is' if len(by['refused']) == 1 else 'are'} not open to you.": refused,
        f"Not shown by {_either(by['hidden'])}, so that no child can be recognized.": by["hidden"],
        f"Not prepared by {_either(by['unprepared'])}.": by["unprepared"],
    }
    return [words for words, any_ in told.items() if any_]


def _either(by: Sequence[Dimension]) -> str:
    titles = [dimension.title.lower() for dimension in by]
    return " or ".join(filter(None, (", ".join(titles[:-1]), titles[-1]))) if titles else ""


def closed_row(indicator: Indicator, why: str, columns: int) -> Element:
    """An outcome none of whose numbers is open to the viewer."""
    words = html.Td(["Not open to your organization. ", why], colSpan=columns, className="note")
    return html.Tr(
        [html.Th(html.Span(indicator.title, className="outcome-name"), scope="row"), words], className="closed"
    )


def _spoken(row: Outcome) -> str:
    """A sparkline in words."""
    return ", ".join(f"{cell.period}: {cell.text}" for cell in row.line)


def not_shown(rows: Sequence[Outcome]) -> list[str]:
    """By which groups outcomes are not shown, with the exact reason and whom to ask; each reason once."""
    refused = {
        closed.words: f"{dimension.title} is not open to you. {closed.words}"
        for row in rows
        for dimension, closed in row.shut
        if closed.kind == "refused"
    }
    return [*refused.values(), *(sentence for row in rows for sentence in _for_nobody(row))]


def _for_nobody(row: Outcome) -> list[str]:
    """The same of one outcome for what no reader is shown."""
    shut = [(dimension, closed) for dimension, closed in row.shut if closed.kind != "refused"]
    views = {dimension.name: View("county", (dimension.name,)) for dimension, _ in shut}
    never = [view for view in views.values() if view not in row.indicator.views]
    hidden = [
        f"{row.indicator.title} by {dimension.title.lower()}: {closed.words}"
        for dimension, closed in shut
        if views[dimension.name] not in never
    ]
    return [*hidden, *([unprepared(row.indicator, never)] if never else [])]
