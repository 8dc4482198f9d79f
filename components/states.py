"""What stands in the place of content that is not there: nothing found, refused, failed, not offered.

Every state says what happened, why, and what the reader can do; none looks like an empty chart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dash import dcc, html

from catalog.terms import UnknownTerm
from privacy.authorize import FIRST_STEP, OWN

Links = Sequence[tuple[str, str]]


def empty(what: str, reset: str | None = None) -> html.Section:
    """Nothing matches; what: the filter that empties the page, in words; reset: URL without it."""
    action = [dcc.Link("Show everything", href=reset, className="button-quiet")] if reset else []
    return _state("empty", "Nothing to show", [f"No area has a value for {what}.", *action])


def refused(reasons: Sequence[str], open_: str = "") -> html.Section:
    """A lawful no, with every reason: each says what is missing and who can grant it; open_: URL of what is open."""
    way_on = [dcc.Link("Show what is open to you", href=open_, className="button-quiet")] if open_ else []
    return _state("refused", _to_whom(reasons), [_reasons(reasons), *way_on])


def _to_whom(reasons: Sequence[str]) -> str:
    """Whose limit it is: the reader's own, or that of the organization's agreements."""
    return "Not open to you" if any(reason.endswith(OWN) for reason in reasons) else "Not open to your organization"


def _reasons(reasons: Sequence[str]) -> html.Ul:
    return html.Ul([html.Li(_with_way(reason)) for reason in reasons], className="state-reasons")


def _with_way(reason: str) -> Any:
    """A reason whose next step is a page of its reader leads there."""
    return (
        [f"{reason} ", dcc.Link("Draft an agreement", href="/agreements?draft=new")] if FIRST_STEP in reason else reason
    )


def no_such(what: str, reasons: Sequence[str], back: tuple[str, str]) -> html.Section:
    """The address names something that is not there, or not for the reader: both read alike. back: (title, URL)."""
    lines = [html.Li(reason) for reason in reasons]
    link = dcc.Link(back[0], href=back[1], className="button-quiet")
    return _state("refused", f"There is no such {what}", [html.Ul(lines, className="state-reasons"), link])


def not_offered(sentence: str, coarser: tuple[str, str] | None = None) -> html.Section:
    """Too many numbers would be hidden in this view; coarser: (title, URL) of the view that is offered."""
    link = [dcc.Link(f"Show {coarser[0]}", href=coarser[1], className="button-quiet")] if coarser else []
    return _state("not-offered", "Not shown in this detail", [sentence, *link])


@dataclass(frozen=True)
class Closed:
    """Why a table is not there: for this reader (refused), for nobody (hidden), or because none is made (unprepared).

    reasons: each says what is missing and, where somebody can grant it, whom to ask.
    """

    kind: Literal["refused", "hidden", "unprepared"]
    reasons: tuple[str, ...]

    @property
    def words(self) -> str:
        """All reasons after each other."""
        return " ".join(self.reasons)

    def state(self, what: str) -> html.Section:
        """What stands in the place of the table, on a page that has other things to show; what: in a word or two."""
        if self.kind == "refused":
            closed = _to_whom(self.reasons)
            return _state("refused", f"{what}: {closed[0].lower()}{closed[1:]}", [_reasons(self.reasons)])
        return _state("not-offered", f"{what}: not shown", [self.words])


def unknown_words(found: Sequence[tuple[UnknownTerm, Links]]) -> html.Section:
    """Words in the address that the catalog does not have, each with (title, URL) of the valid ones."""
    lines: list[Any] = []
    for error, links in found:
        lines.append(f"“{error.word[:60]}” is not a known {error.field}. These are:")
        links_to = [html.Li(dcc.Link(title, href=url)) for title, url in links]
        lines.append(html.Ul(links_to or [html.Li(html.Code(code)) for code in error.valid], className="state-choices"))
    heading = "The address has a word we do not know" if len(found) == 1 else "The address has words we do not know"
    return _state("unknown", heading, lines)


def no_publication(sentence: str) -> html.Section:
    """No publication can be shown; the sentence says why and what to do."""
    return _state("empty", "There are no numbers to show", [sentence])


def not_found() -> html.Section:
    """No page at this address, or none for this role."""
    return _state(
        "unknown",
        "There is no such page",
        [
            "The address may be mistyped, or the page is not part of your role.",
            dcc.Link("Go to the start page", href="/"),
        ],
    )


def error(reference: str) -> html.Section:
    """A fault on our side; the reader sees a reference code only."""
    return _state(
        "error",
        "This part could not be shown",
        [
            "Something went wrong on our side. Please try again in a moment.",
            html.Span(["If it happens again, tell the backbone organization this code: ", html.Strong(reference)]),
        ],
    )


def title_of(state: html.Section) -> str:
    """The heading of a state, for the page that holds nothing else."""
    heading: Any = state.children[0]  # type: ignore[index]
    return str(heading.children)


def body_of(state: html.Section) -> html.Section:
    """A state without its heading, where that is the title of the page."""
    return html.Section(state.children[1:], className=state.className)  # type: ignore[index]


def _state(kind: str, heading: str, lines: Sequence[Any]) -> html.Section:
    body = [line if isinstance(line, html.Ul) else html.P(line) for line in lines]
    return html.Section([html.H2(heading, className="state-title"), *body], className=f"state state-{kind}")
