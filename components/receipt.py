"""What a family keeps as PDF, tagged for screen readers (PDF/UA-1), in the language it was signed in.

A receipt is for what was signed on the family's own page, a copy for what was signed on paper.
"""

from collections.abc import Sequence
from html import escape

from components.pdf import printed
from components.wording import Words

Lists = Sequence[tuple[str, Sequence[str]]]


def receipt_pdf(
    words: Words, head: Sequence[str], lists: Lists, number: int, community: str, texts: Lists = ()
) -> bytes:
    """The receipt on letter paper; head: who signed what, when; lists: what may be seen, what stopped.

    texts: title and paragraphs of every form, as it was signed.
    """
    return printed(document(words, head, lists, number, community, texts))


def copy_pdf(words: Words, head: Sequence[str], text: tuple[str, Sequence[str]], number: int, community: str) -> bytes:
    """The copy of a form on letter paper; head: who decided what, when; text: title and paragraphs of what was signed.

    34 CFR 99.30(c): whoever consents gets a copy.
    """
    foot = words("copy.made", community=community, number=number)
    return printed(_page(words, words("copy.title"), foot, head, [_forms([text]), _rights(words)]))


def document(words: Words, head: Sequence[str], lists: Lists, number: int, community: str, texts: Lists = ()) -> str:
    """A receipt as HTML; every text is escaped."""
    foot = words("receipt.made", community=community, number=number)
    return _page(words, words("receipt.title"), foot, head, [_lists(lists), _rights(words), _forms(texts)])


def _page(words: Words, title: str, foot: str, head: Sequence[str], parts: Sequence[str]) -> str:
    name, imprint = escape(title), escape(foot)
    return (
        f'<!doctype html><html lang="{words.code}"><head><meta charset="utf-8"><title>{name}</title></head><body>'
        f'<h1>{name}</h1><p class="context" title="{imprint}">{imprint}</p>'
        f"{_paragraphs(head)}{''.join(parts)}</body></html>"
    )


def _rights(words: Words) -> str:
    return f"<h2>{escape(words('receipt.rights_title'))}</h2>{_paragraphs([words('receipt.rights')])}"


def _lists(lists: Lists) -> str:
    return "".join(
        f"<h2>{escape(name)}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
        for name, lines in lists
    )


def _forms(texts: Lists) -> str:
    return "".join(f"<h2>{escape(name)}</h2>{_paragraphs(lines)}" for name, lines in texts)


def _paragraphs(lines: Sequence[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)
