"""The HTML around every Dash page: language, skip link, and the live regions that outlast any page."""

from collections.abc import Iterable
from pathlib import Path

from pages._statics import Statics

# First these, in this order; other styles and scripts of the assets folder follow by name.
STYLES = ("bootstrap.min.css", "tokens.css", "app.css", "pages.css")
SCRIPTS = ("connection.js",)
ELSEWHERE = {"plain.css", "plotly.js", "plotly.min.js"}
FONTS = ("source-sans-3-latin-400", "source-sans-3-latin-600", "source-serif-4-latin-600")


def html(template: Path, statics: Statics, charts: Iterable[str] = ()) -> str:
    """Dash's index string with our files under the names of their content. charts: paths of pages that draw some."""
    fonts = [f"/assets/fonts/{name}-normal.woff2" for name in FONTS]
    ours = [
        f'<link rel="icon" type="image/svg+xml" href="{statics.url("favicon.svg")}">',
        *(f'<link rel="preload" as="font" type="font/woff2" href="{font}" crossorigin>' for font in fonts),
        *(f'<link rel="stylesheet" href="{statics.url(name)}">' for name in _all(statics, STYLES, ".css")),
    ]
    scripts = [f'<script src="{statics.url(name)}"></script>' for name in _all(statics, SCRIPTS, ".js")]
    library = f'data-plotly="{statics.url("plotly.min.js")}" data-charts="{" ".join(charts)}"'
    early = f'<script src="{statics.url("plotly.js")}" {library}></script>'
    text = template.read_text(encoding="utf-8").replace("{ours}", "\n    ".join([*ours, early]))
    return text.replace("{our_scripts}", "\n      ".join(scripts))


def _all(statics: Statics, first: tuple[str, ...], ending: str) -> list[str]:
    names = (n for n in sorted(statics.assets) if n.endswith(ending) and "/" not in n)
    return [*first, *(name for name in names if name not in first and name not in ELSEWHERE)]
