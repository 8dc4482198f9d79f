"""Downloads of every panel: the file is made, its disclosure written to the ledger, and only then does it leave."""

import hashlib
from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, dcc, no_update

from catalog.report import ReportSpec
from catalog.terms import known
from components.downloads import FORMS
from components.report import Report
from data_access.session import Session
from pages._answers import words
from pages._asked import Choices
from pages._session import current


def register(app: Dash) -> None:
    """Add the callback of the download buttons, one for the panels of all pages."""
    app.callback(
        Output({"type": "download-status", "panel": MATCH}, "children"),
        Output({"type": "download-file", "panel": MATCH}, "data"),
        Input({"type": "download", "panel": MATCH, "form": ALL}, "n_clicks"),
        State({"type": "download-spec", "panel": MATCH}, "data"),
        prevent_initial_call=True,
    )(download)


def download(clicks: list[int | None], asked: dict[str, Any]) -> Any:
    """The file of the button that was pressed."""
    if not any(clicks) or not ctx.triggered_id:
        return no_update, no_update
    name, content, row = made(current(), asked, ctx.triggered_id["form"])
    return f"Saved as {name}. Ledger entry {row}.", dcc.send_bytes(content, name)


def made(session: Session, asked: dict[str, Any], form: str) -> tuple[str, bytes, str]:
    """Name, bytes and ledger entry of a file. It leaves only if the ledger took the entry."""
    known("form of file", form, FORMS)
    table = session.report(ReportSpec.from_query(words(asked["query"])))
    report = Report(table, Choices.of(session).imprint, str(asked.get("across", "period")), str(asked.get("order", "")))
    content = FORMS[form](report)
    row = session.disclose(table, form, hashlib.sha256(content).hexdigest())
    return f"{report.filename}.{form}", content, row
