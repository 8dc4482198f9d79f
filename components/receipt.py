"""What a family keeps as PDF, tagged for screen readers (PDF/UA-1), in the language it was signed in.

A receipt is for what was signed on the family's own page, a copy for what was signed on paper.
"""

from collections.abc import Sequence
from html import escape

from components.pdf import STYLE
from components.wording import Words

Lists = Sequence[tuple[str, Sequence[str]]]


def receipt_pdf(words: Words, head: Sequence[str], lists: Lists, number: int, community: str) -> bytes:
    """The receipt on letter paper; head: who signed what, when; lists: what may be seen, what stopped."""
    return _pdf(document(words, head, lists, number, community))


def copy_pdf(words: Words, head: Sequence[str], text: tuple[str, Sequence[str]], number: int, community: str) -> bytes:
    """The copy of a form on letter paper; head: who decided what, when; text: title and paragraphs of what was signed.

    34 CFR 99.30(c): whoever consents gets a copy.
    """
    foot = words("copy.made", community=community, number=number)
    title, paragraphs = text
    body = f"<h2>{escape(title)}</h2>{_paragraphs(paragraphs)}"
    return _pdf(_page(words, words("copy.title"), foot, head, body))


def document(words: Words, head: Sequence[str], lists: Lists, number: int, community: str) -> str:
    """A receipt as HTML; every text is escaped."""
    foot = words("receipt.made", community=community, number=number)
    body = "".join(
        f"<h2>{escape(name)}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
        for name, lines in lists
    )
    return _page(words, words("receipt.title"), foot, head, body)


def _page(words: Words, title: str, foot: str, head: Sequence[str], body: str) -> str:
    name, imprint = escape(title), escape(foot)
    return (
        f'<!doctype html><html lang="{words.code}"><head><meta charset="utf-8"><title>{name}</title></head><body>'
        f'<h1>{name}</h1><p class="context" title="{imprint}">{imprint}</p>{_paragraphs(head)}{body}'
        f"<h2>{escape(words('receipt.rights_title'))}</h2><p>{escape(words('receipt.rights'))}</p></body></html>"
    )


def _paragraphs(lines: Sequence[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _pdf(page: str) -> bytes:
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    own_files = URLFetcher(allowed_protocols={"file"})
    style = CSS(filename=STYLE, url_fetcher=own_files)
    return bytes(HTML(string=page, url_fetcher=own_files).write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1"))
