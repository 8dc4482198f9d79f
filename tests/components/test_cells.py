"""What a cell says, whatever shows it."""

from catalog.indicators import indicators
from components.cells import cells, headline
from tests.components.made import made

KEY = ("2024-25", "T03", ())


def test_a_hidden_cell_has_a_mark_and_no_number() -> None:
    (cell,) = [c for c in cells(made(hidden=frozenset({KEY}))) if (c.period, c.area, c.groups) == KEY]
    assert cell.text == "[c]" and cell.hidden
    assert (cell.value, cell.low, cell.high, cell.count, cell.n, cell.interval) == (None, None, None, None, None, "")


def test_a_small_base_keeps_its_number_and_carries_its_mark() -> None:
    (cell,) = [c for c in cells(made(marks={KEY: "u"})) if (c.period, c.area, c.groups) == KEY]
    assert cell.text == "26\u00a0%\u00a0[u]"


def test_counts_read_as_counts_and_rates_as_percent() -> None:
    assert cells(made(indicator="children_served", n=12_000))[0].text.startswith("12,0")
    assert cells(made())[0].text.endswith("\u00a0%")


def test_the_headline_is_the_first_band() -> None:
    found = cells(made("county", "after_school_participation"))
    assert len(found) == 12
    assert {c.band for c in headline(found, indicators()["after_school_participation"])} == {"regular"}
