"""Where a scan is attached to a form: looked at as soon as it is there, and again when the form is kept."""

from typing import Any

from dash import Input, Output, State, callback, dcc, html

from data_access.scans import MOST, BadScan, Scan, uploaded


def box(form: str) -> Any:
    """The control, labelled by what is around it, and what is said about the file."""
    told = f"Scan (PDF, PNG or JPEG, up to {MOST // 2**20} MB)"
    upload = dcc.Upload(html.Span("Choose a file", className="button-quiet"), id=f"{form}-scan", className="upload")
    name = html.P(id=f"{form}-scan-name", role="status", className="note")
    return html.Div([html.Label([told, upload]), name], className="field")


def watch(form: str) -> None:
    """Add the callback that looks at a form's scan."""
    callback(
        Output(f"{form}-scan-name", "children"),
        Input(f"{form}-scan", "contents"),
        State(f"{form}-scan", "filename"),
        prevent_initial_call=True,
    )(attached)


def attached(contents: str | None, name: str | None) -> Any:
    """Whether the file is a scan; its content tells, not its name."""
    try:
        scan = found(contents)
    except BadScan as error:
        return html.Span(str(error), className="said-error")
    return f"Attached: {str(name)[:100]}" if scan else ""


def found(contents: Any) -> Scan | None:
    """The scan that a browser sent, if any; raises BadScan."""
    return uploaded(str(contents)) if contents else None
