"""The look: one set of values for pages and charts that every reader can tell apart."""

import json
import re
from itertools import combinations
from math import dist
from pathlib import Path

import plotly.graph_objects as go
import plotly.io as pio
import pytest

from components import theme

ASSETS = Path(__file__).parents[2] / "assets"
CSS = (ASSETS / "tokens.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--([\w-]+):\s*([^;]+);", CSS))


def test_charts_and_pages_share_the_values() -> None:
    for name in ("ink", "second", "paper", "surface", "line", "accent", "warning", "error", "good", "hidden"):
        assert TOKENS[name] == getattr(theme, name.upper())
    assert [TOKENS[f"category-{n}"] for n in range(1, 7)] == list(theme.CATEGORIES)
    assert [TOKENS[f"sequential-{n}"] for n in range(1, 6)] == list(theme.SEQUENTIAL)
    assert [TOKENS[f"diverging-{end}"] for end in ("low", "middle", "high")] == list(theme.DIVERGING)
    assert (TOKENS["sans"], TOKENS["serif"]) == (theme.SANS, theme.SERIF)
    assert {name: int(TOKENS[f"size-{name}"][:-2]) for name in theme.SIZES} == theme.SIZES
    assert tuple(int(TOKENS[f"space-{n}"][:-2]) for n in range(1, 8)) == theme.SPACE


def luminance(color: str) -> float:
    """WCAG 2.2 relative luminance of #rrggbb."""
    red, green, blue = linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", ["paper", "surface"])
def test_text_and_marks_can_be_told_from_their_ground(ground: str) -> None:
    for name in ("ink", "second", "accent", "warning", "error", "good"):
        assert contrast(TOKENS[name], TOKENS[ground]) >= 4.5, name
    for color in (*theme.CATEGORIES, TOKENS["control"]):
        assert contrast(color, TOKENS[ground]) >= 3, color
    assert contrast("#ffffff", TOKENS["accent"]) >= 4.5


def test_the_sequence_darkens_in_even_steps() -> None:
    steps = [contrast(a, b) for a, b in zip(theme.SEQUENTIAL, theme.SEQUENTIAL[1:], strict=False)]
    assert min(steps) > 1.3 and luminance(theme.SEQUENTIAL[0]) > luminance(theme.SEQUENTIAL[-1])


def linear(color: str) -> list[float]:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def seen(color: str, eyes: str) -> tuple[float, float, float]:
    """Linear RGB as seen with all cones, with deuteranopia or protanopia (Viénot, Brettel and Mollon 1999)."""
    red, green, blue = linear(color)
    if eyes == "deutan":
        mixed = 0.29275 * red + 0.70725 * green
        return mixed, mixed, -0.02234 * red + 0.02234 * green + blue
    if eyes == "protan":
        mixed = 0.11238 * red + 0.88762 * green
        return mixed, mixed, 0.00401 * red - 0.00401 * green + blue
    return red, green, blue


def lab(rgb: tuple[float, float, float]) -> tuple[float, float, float]:
    """CIE 1976 L*a*b* of linear sRGB, D65."""
    red, green, blue = rgb
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (max(x, 0), max(y, 0), max(z, 0)))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("eyes", ["all cones", "deutan", "protan"])
def test_categories_differ_for_every_reader(eyes: str) -> None:
    for one, other in combinations(theme.CATEGORIES, 2):
        assert dist(lab(seen(one, eyes)), lab(seen(other, eyes))) > 12, (one, other)


def test_the_template_is_registered_valid_and_small() -> None:
    theme.register()
    assert pio.templates.default == "quorum"
    assert go.layout.Template(theme.TEMPLATE).layout.font.family == theme.SANS
    assert len(json.dumps(theme.TEMPLATE)) < 2500
    figure = go.Figure({"data": [{"type": "scatter", "x": [1], "y": [2]}], "layout": theme.layout(height=200)})
    assert figure.layout.height == 200 and figure.layout.template.layout.colorway[0] == theme.ACCENT


def test_charts_ask_no_other_host() -> None:
    assert theme.CONFIG["topojsonURL"].startswith("/assets/")
    assert "http" not in json.dumps(theme.CONFIG)


def test_fonts_come_with_their_licenses() -> None:
    folder = Path(__file__).parents[2] / "assets"
    assert len(list((folder / "fonts").glob("*.woff2"))) == 3
    for name in ("source-sans-3-OFL.txt", "source-serif-4-OFL.txt", "bootstrap-MIT.txt"):
        assert (folder / "licenses" / name).stat().st_size > 900


def test_no_color_depends_on_the_width_of_the_window() -> None:
    """So the contrast of text, judged at one width, holds at every width (axe does not judge words before a cell)."""
    blocks = {file.name: width_rules(file.read_text(encoding="utf-8")) for file in ASSETS.glob("*.css")}
    ours = {name: rules for name, rules in blocks.items() if not name.startswith("bootstrap")}
    assert sum(map(len, ours.values())) > 20
    colored = r"(?<![-\w])(color|background(-color)?|opacity|filter)\s*:"
    found = [(name, rule) for name, rules in ours.items() for rule in rules if re.search(colored, rule)]
    assert not [(name, rule) for name, rule in found if "::before" not in rule]


def width_rules(css: str) -> list[str]:
    """The rules that hold only at some widths of a window."""
    return [
        rule
        for media in re.finditer(r"@media[^{]*width[^{]*\{((?:[^{}]*\{[^{}]*\})*)", css)
        for rule in re.findall(r"[^{}]+\{[^{}]*\}", media[1])
    ]


def test_a_hidden_number_is_hatched_in_the_marked_row_too() -> None:
    """The ground of that row is set by a rule that comes before and weighs less."""
    rules = (ASSETS / "pages.css").read_text(encoding="utf-8")
    ground, hatch = ".data-table tr.focus > * {", ".data-table tr.focus > .hidden-value {"
    assert rules.index(ground) < rules.index(hatch)
    assert "repeating-linear-gradient" in rules[rules.index(hatch) :].partition("}")[0]
