"""PDF of a report, tagged for screen readers (PDF/UA-1): the table of the page with its notes and definitions."""

from html import escape
from pathlib import Path
from typing import Final

from components.grids import Entry, Row
from components.report import Report, span
from components.workbook import cover

STYLE: Final = Path(__file__).with_name("pdf.css")
WIDE: Final = 7


def pdf_bytes(report: Report) -> bytes:
    """The report on letter paper; landscape when it has many columns."""
    return printed(document(report))


def printed(page: str) -> bytes:
    """A page of HTML on paper, in our own type, with nothing from elsewhere."""
    # Loading the layout engine takes a second; only who asks for paper waits for it.
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    own_files, fonts = URLFetcher(allowed_protocols={"file"}), FontConfiguration()
    style = CSS(filename=STYLE, url_fetcher=own_files, font_config=fonts)
    sheet = HTML(string=page, url_fetcher=own_files)
    return bytes(sheet.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1"))


def document(report: Report) -> str:
    """The page as HTML; every text is escaped."""
    grid, imprint = report.grid, report.imprint
    wide = ' class="wide"' if len(grid.columns) + len(grid.stub) > WIDE else ""
    context = imprint.context(imprint.community, report.indicator.population_title, span(report.periods))
    foot = f"{imprint.community} · publication {imprint.publication} · as of {imprint.as_of.isoformat()}"
    heads = "".join(f'<th scope="col">{escape(title)}</th>' for title in grid.stub)
    heads += "".join(f'<th scope="col" class="value">{escape(column.title)}</th>' for column in grid.columns)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(report.title)}</title>'
        f"</head><body{wide}><h1>{escape(report.title)}</h1>"
        f'<p class="context" title="{escape(foot)}">{escape(context)}</p>'
        f"<table><caption>{escape(_caption(report))}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(map(_row, grid.rows))}</tbody></table>"
        f"<h2>Notes</h2>{''.join(f'<p>{escape(note)}</p>' for note in report.notes)}"
        f"<h2>About this table</h2><dl>{''.join(_pair(*pair) for pair in cover(report))}</dl></body></html>"
    )


def _caption(report: Report) -> str:
    counted = report.indicator.numerator.capitalize()
    return f"{counted}, in percent of how many children" if report.grid.says_of else counted


def _row(row: Row) -> str:
    heads = "".join(f'<th scope="row">{escape(words)}</th>' for words in row.heads)
    look = ' class="summary"' if row.summary else ""
    return f"<tr{look}>{heads}{''.join(map(_value, row.entries))}</tr>"


def _value(entry: Entry) -> str:
    look = ' class="c"' if "c" in entry.symbol.split() else ""
    of = "" if entry.of is None else f'<span class="of"> of {entry.of:,}</span>'
    return f"<td{look}>{escape(entry.text)}{of}</td>"


def _pair(label: str, text: str) -> str:
    return f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>"
