"""PDF of a report, tagged for screen readers (PDF/UA-1): the table of the page with its notes and definitions."""

from html import escape
from pathlib import Path
from typing import Final

from components.cells import SYMBOLS
from components.grids import Entry, Row
from components.report import Report, span
from components.workbook import cover

ASSETS: Final = Path(__file__).parents[1] / "assets" / "fonts"
WIDE: Final = 7
STYLE: Final = f"""
@font-face {{ font-family: Sans; font-weight: 400; src: url("{(ASSETS / "source-sans-3-latin-400-normal.woff2").as_uri()}") }}
@font-face {{ font-family: Sans; font-weight: 600; src: url("{(ASSETS / "source-sans-3-latin-600-normal.woff2").as_uri()}") }}
@font-face {{ font-family: Serif; font-weight: 600; src: url("{(ASSETS / "source-serif-4-latin-600-normal.woff2").as_uri()}") }}
@page {{ size: letter; margin: 18mm 18mm 20mm; @bottom-left {{ content: string(imprint); font: 8pt Sans; color: #55616d }}
  @bottom-right {{ content: counter(page) " of " counter(pages); font: 8pt Sans; color: #55616d }} }}
@page wide {{ size: letter landscape }}
body {{ font: 10pt/1.45 Sans; color: #1d2833 }} body.wide {{ page: wide }}
h1 {{ font: 600 18pt/1.2 Serif; margin: 0 0 2mm }} h2 {{ font-size: 11pt; margin: 6mm 0 1mm; break-after: avoid }}
.context {{ color: #55616d; margin: 0 0 5mm; string-set: imprint attr(title) }} p {{ margin: 0 0 1.5mm }}
table {{ width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }} caption {{ text-align: left; padding-bottom: 2mm }}
th {{ text-align: left; font-weight: 600; vertical-align: bottom }} tbody th {{ font-weight: 400 }}
th, td {{ padding: 1.2mm 2mm 1.2mm 0; border-bottom: 0.2mm solid #e2dfd7 }} thead th {{ border-bottom: 0.4mm solid #1d2833 }}
td, thead th.value {{ text-align: right }} tr {{ break-inside: avoid }} tr.summary > * {{ font-weight: 600; border-top: 0.2mm solid #1d2833 }}
td.c {{ background: repeating-linear-gradient(135deg, #fff 0 1.1mm, #dfe2e5 1.1mm 1.4mm) }}
dt {{ font-weight: 600 }} dd {{ margin: 0 0 1.5mm }}
"""


def pdf_bytes(report: Report) -> bytes:
    """The report on letter paper; landscape when it has many columns."""
    # Loading the layout engine takes a second; only who asks for paper waits for it.
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    only_own_fonts = URLFetcher(allowed_protocols={"file"})
    made = HTML(string=document(report), url_fetcher=only_own_fonts).write_pdf(pdf_variant="pdf/ua-1")
    return bytes(made)


def document(report: Report) -> str:
    """The page as HTML; every text is escaped."""
    grid, imprint = report.grid, report.imprint
    wide = ' class="wide"' if len(grid.columns) + len(grid.stub) > WIDE else ""
    context = " · ".join((imprint.community, span(report.periods), f"as of {imprint.as_of}"))
    foot = f"{imprint.community} · publication {imprint.publication} · as of {imprint.as_of}"
    heads = "".join(f'<th scope="col">{escape(title)}</th>' for title in grid.stub)
    heads += "".join(f'<th scope="col" class="value">{escape(column.title)}</th>' for column in grid.columns)
    marks = " ".join(f"[{mark}] {words}." for mark, words in SYMBOLS.items())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(report.title)}</title>'
        f"<style>{STYLE}</style></head><body{wide}><h1>{escape(report.title)}</h1>"
        f'<p class="context" title="{escape(foot)}">{escape(context)}</p>'
        f"<table><caption>{escape(report.indicator.numerator.capitalize())}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(map(_row, grid.rows))}</tbody></table>"
        f"<h2>Notes</h2>{''.join(f'<p>{escape(note)}</p>' for note in report.notes)}<p>{escape(marks)}</p>"
        f"<h2>About this table</h2><dl>{''.join(_pair(*pair) for pair in cover(report))}</dl></body></html>"
    )


def _row(row: Row) -> str:
    heads = "".join(f'<th scope="row">{escape(words)}</th>' for words in row.heads)
    look = ' class="summary"' if row.summary else ""
    return f"<tr{look}>{heads}{''.join(map(_value, row.entries))}</tr>"


def _value(entry: Entry) -> str:
    look = ' class="c"' if "c" in entry.symbol.split() else ""
    return f"<td{look}>{escape(entry.text)}</td>"


def _pair(label: str, text: str) -> str:
    return f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>"
