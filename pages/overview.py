"""Overview: where everybody arrives."""

from typing import Any

import dash
from dash import html

from components import shell
from pages._access import ALL
from pages._session import current

dash.register_page(__name__, path="/", name="Overview", title="Overview · Quorum", order=0, audience=ALL)


def layout(**_: Any) -> Any:
    """What this viewer may see, and why."""
    sentences = [html.Li(sentence) for sentence in current().what_i_may_see()]
    return shell.page("Overview", "What your organization may see", html.Ul(sentences))
