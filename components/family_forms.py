"""The forms a guardian signs: filled in with who shares what with whom, for what and until when."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple
from typing import Final

from catalog.forms import SignedText, form
from components.family import Names, by_source
from components.markup import Element, html
from components.wording import Words
from privacy.choices import Said

EVERY: Final = "*"


def read(words: Words, statements: Sequence[Said], names: Names) -> tuple[SignedText, ...]:
    """The text of every form that some statements need, each once, as it is read before signing."""
    codes = dict.fromkeys(one.form for one in statements)
    return tuple(_filled(words, code, [one for one in statements if one.form == code], names) for code in codes)


def _filled(words: Words, code: str, said: Sequence[Said], names: Names) -> SignedText:
    pairs = [(c, e) for one in said for c in sorted(one.disclosing) for e in sorted(one.elements)]
    until = min((one.until for one in said if one.until), default=None)
    return form(code, words.code).text(
        elements=words("forms.all_records") if any(e == EVERY for _, e in pairs) else by_source(words, pairs, names),
        disclosing=_named(words, "forms.all_holders", {c for c, _ in pairs}, names),
        recipients=_named(words, "forms.all_recipients", {r for one in said for r in one.recipients}, names),
        purposes=_purposes(words, {p for one in said for p in one.purposes}),
        expires=words.day(until) if until else "",
    )


def _named(words: Words, every: str, codes: set[str], names: Names) -> str:
    return words(every) if EVERY in codes else words.listed(names.get(code, code) for code in sorted(codes))


def _purposes(words: Words, codes: set[str]) -> str:
    return words("forms.all_purposes") if EVERY in codes else words.purpose(",".join(sorted(codes)))


def digest(texts: Sequence[SignedText]) -> str:
    """A short name for exactly these texts, to tell at signing whether they are those that were read."""
    return hashlib.sha256(json.dumps([astuple(one) for one in texts]).encode()).hexdigest()


def shown(words: Words, texts: Sequence[SignedText]) -> list[Element]:
    """The forms, to be read before signing."""
    parts = [_form(words, one) for one in texts]
    lead = words("forms.lead_one" if len(parts) == 1 else "forms.lead_many")
    return [html.H2(words("forms.title")), html.P(lead), *parts]


def _form(words: Words, text: SignedText) -> Element:
    lines = [html.H3(text.title), *map(html.P, text.paragraphs), html.P(edition(words, text), className="note")]
    return html.Section(lines, className="paper-text", lang=text.language, **{"aria-label": text.title})


def edition(words: Words, text: SignedText) -> str:
    """Which form in which version."""
    return words("forms.edition", title=text.title, version=text.version)


def papers(words: Words, texts: Sequence[SignedText]) -> list[tuple[str, list[str]]]:
    """The forms as a receipt shows them: title and paragraphs, the last of which tells the version."""
    return [(one.title, [*one.paragraphs, edition(words, one)]) for one in texts]
