"""A panel: the finding as title, what is measured, the chart, its source; the table is the same panel turned over."""

from collections.abc import Sequence
from typing import Any

from catalog.indicators import Indicator
from components import theme
from components.marks import Figure
from components.markup import Element, dcc, html
from components.report import Report, span
from components.tables import table
from privacy.rounding import ROUNDED_BRIEFLY

FORMS = {"csv": "CSV (for spreadsheets and programs)", "xlsx": "Excel", "pdf": "PDF (for paper)"}


def panel(
    name: str,
    *,
    title: str,
    subtitle: str,
    report: Report,
    figure: Figure | None = None,
    chart: Any = None,
    says: str = "",
    source: str = "",
    told: Sequence[str] = (),
    back: Element | None = None,
) -> Element:
    """One panel of a page.

    title: the finding, from published values only; figure or chart: the front; says: what the figure shows, for readers
    who cannot see it; report: the table on the back, its downloads and how it is measured; source: shorthand used;
    told: sentences under the title; back: the figure in numbers, where that is not the whole table.
    """
    front = chart if figure is None else graph(name, figure, says or title)
    faces = [
        html.Div(front, className="face face-chart"),
        html.Div(back or table(report.grid), className="face face-table"),
        html.Div(measured(report.indicator), className="face face-how"),
    ]
    sentences_ = [html.P(text, className="told") for text in told]
    head = [html.H2(title, id=f"{name}-title"), *sentences_, html.P(subtitle, className="subtitle")]
    line = html.P(source_line(report, source), className="source")
    return html.Section(
        [*head, *faces, line, buttons(name, report)],
        id=f"panel-{name}",
        className="panel",
        **{"aria-labelledby": f"{name}-title"},
    )


def graph(name: str, figure: Figure, says: str) -> Element:
    """A chart with its words for screen readers; the table behind it holds every number."""
    height = figure["layout"].get("height", 320)
    drawn = dcc.Graph(id=f"{name}-graph", figure=figure, config=theme.CONFIG, style={"height": f"{height}px"})
    hidden = html.Figcaption(f"{says} All numbers are in the table.", className="visually-hidden")
    return html.Figure([html.Div(drawn, **{"aria-hidden": "true"}), hidden], className="chart")


def buttons(name: str, report: Report, *, turn: bool = True) -> Element:
    """Quiet buttons: Table, Download, Share, How is this measured? turn: the panel has a table on its back."""
    table_ = [_turn("table", "Table", name)] if turn else []
    last = _turn("how", "How is this measured?", name) if turn else _how(report.indicator)
    share = html.Button("Share", type="button", className="panel-button", **{"data-share": name})
    status = html.Span("", className="panel-status", role="status", **{"data-share-status": name})
    return html.Div([*table_, download(name, report), share, last, status], className="panel-buttons")


def _how(indicator: Indicator) -> Element:
    summary = html.Summary("How is this measured?", className="panel-button")
    return html.Details([summary, measured(indicator)], className="how")


def download(name: str, report: Report) -> Element:
    """The three files behind one quiet button."""
    menu = html.Div(files(name, report), className="download-menu")
    return html.Details([html.Summary("Download", className="panel-button"), menu], className="panel-download")


def files(name: str, report: Report) -> list[Any]:
    """The three files; each leaves only after its row in the ledger is written."""
    identity = {"type": "download", "panel": name}
    look = {"type": "button", "className": "download-form"}
    what = {"query": report.spec.to_query(), "across": report.across, "order": report.order}
    return [
        *(html.Button(words, id=identity | {"form": form}, **look) for form, words in FORMS.items()),
        html.Div(id={"type": "download-status", "panel": name}, role="status"),
        dcc.Store(id={"type": "download-spec", "panel": name}, data=what),
        dcc.Download(id={"type": "download-file", "panel": name}),
    ]


def measured(indicator: Indicator) -> Element:
    """How an indicator is measured, in place."""
    pairs = [
        ("Why it matters", indicator.why_it_matters),
        ("Counted", f"{indicator.numerator}, out of {indicator.population_title}".capitalize()),
        ("Definition", indicator.definition),
        ("Rounding", "None. Each child is counted exactly." if indicator.is_count else ROUNDED_BRIEFLY),
        ("Source", indicator.source),
        ("Steward", f"{indicator.steward}; next review {indicator.next_review:%B %-d, %Y}"),
    ]
    body = [part for label, text in pairs for part in (html.Dt(label), html.Dd(text))]
    more = dcc.Link("All definitions and the proof", href=f"/about#{indicator.name}")
    return html.Div([html.Dl(body), more], className="measured")


def source_line(report: Report, shorthand: str = "") -> str:
    """source · period · n · shorthand used."""
    hidden = sum(cell.hidden for cell in report.cells)
    years = " in these school years" if len(report.periods) > 1 else ""
    words = f"[c] {hidden} hidden{years} so that no child can be recognized" if hidden else "no number is hidden"
    intervals = "" if report.indicator.is_count else "bars and shading: 95 % intervals"
    parts = [f"Source: {report.indicator.source}", span(report.periods), _base(report), shorthand or intervals, words]
    return " · ".join(filter(None, parts))


def _base(report: Report) -> str:
    """n of the widest total a report of percentages shows, in its newest year."""
    if report.indicator.is_count or not report.cells:
        return ""
    newest = report.periods[-1]
    totals = [c for c in report.cells if c.period == newest and c.n is not None and not any(c.groups)]
    if not totals:
        return ""
    widest = next((c for c in totals if c.level == "county"), totals[0] if len({c.area for c in totals}) == 1 else None)
    return f"n = {widest.n:,} children (rounded to 5) in {widest.name}, {widest.period}" if widest else ""


def note(heading: str, *sentences: str) -> Element:
    """A note for the right column."""
    return html.Div([html.H3(heading), *(html.P(text) for text in sentences)], className="note-block")


def sentences(texts: Sequence[str]) -> Element:
    """Notes at the foot of a table."""
    return html.Ul([html.Li(text) for text in texts], className="foot-notes")


def _turn(face: str, words: str, name: str) -> Element:
    marks = {"data-turn": face, "aria-pressed": "false", "aria-controls": f"panel-{name}"}
    return html.Button(words, type="button", className="panel-button", **marks)
