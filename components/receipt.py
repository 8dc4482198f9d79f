"""A receipt as PDF, tagged for screen readers (PDF/UA-1), in the language it was signed in."""

from collections.abc import Sequence
from html import escape

from components.pdf import STYLE
from components.wording import Words


def receipt_pdf(
    words: Words,
    head: Sequence[str],
    lists: Sequence[tuple[str, Sequence[str]]],
    number: int,
    community: str,
    texts: Sequence[tuple[str, Sequence[str]]] = (),
) -> bytes:
    """The receipt on letter paper; head: who signed what, when; lists: what may be seen, what stopped.

    texts: title and paragraphs of every form, as it was signed.
    """
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    own_files = URLFetcher(allowed_protocols={"file"})
    style = CSS(filename=STYLE, url_fetcher=own_files)
    page = document(words, head, lists, number, community, texts)
    return bytes(HTML(string=page, url_fetcher=own_files).write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1"))


def document(
    words: Words,
    head: Sequence[str],
    lists: Sequence[tuple[str, Sequence[str]]],
    number: int,
    community: str,
    texts: Sequence[tuple[str, Sequence[str]]] = (),
) -> str:
    """The page as HTML; every text is escaped."""
    foot = escape(words("receipt.made", community=community, number=number))
    title = escape(words("receipt.title"))
    parts = "".join(
        f"<h2>{escape(name)}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
        for name, lines in lists
    )
    forms = "".join(
        f"<h2>{escape(name)}</h2>{''.join(f'<p>{escape(line)}</p>' for line in lines)}" for name, lines in texts
    )
    return (
        f'<!doctype html><html lang="{words.code}"><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f'<h1>{title}</h1><p class="context" title="{foot}">{foot}</p>'
        f"{''.join(f'<p>{escape(line)}</p>' for line in head)}{parts}"
        f"<h2>{escape(words('receipt.rights_title'))}</h2><p>{escape(words('receipt.rights'))}</p>{forms}</body></html>"
    )
