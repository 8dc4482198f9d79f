"""Tables are read as text, and joined to boundaries with a report of what does not meet."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import BadInput
from geo.joins import join_report, read_population
from geo.numbers import read_numbers
from geo.tables import read_text_table
from tests.geo.made import real, tracts

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12),
    mark=st.sampled_from(",;"),
    end=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
    gap=st.booleans(),
)
def test_every_cell_comes_back_as_it_was(tmp_path_factory, rows, mark, end, bom, gap):
    path = tmp_path_factory.mktemp("table") / "t.csv"
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=mark, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["b", "extra", "a"])
    for row in rows:
        writer.writerow(row)
        out.write(end if gap else "")
    path.write_bytes(out.getvalue().encode("utf-8-sig" if bom else "utf-8"))
    table = read_text_table(path, ("a", "b"))
    assert table.columns == {"a": [row[2] for row in rows], "b": [row[0] for row in rows]}
    assert len(table.lines) == len(rows)


def test_lines_are_those_of_the_file(tmp_path):
    (tmp_path / "t.csv").write_text('a,b\n1,"two\nlines"\n\n   \n2,x\n')
    assert list(read_text_table(tmp_path / "t.csv", ("a",)).lines) == [2, 6]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["t.csv: the file is empty", "a, b"]),
        (b"\n \n", ["t.csv: the file is empty"]),
        (b"a\n1\n", ["line 1", "column b is missing"]),
        (b"A,B\n1,2\n", ["line 1", "column a is missing", "A, B"]),
        (b"a\tb\n1\t2\n", ["line 1", "column a is missing"]),
        (b"a,b,a\n1,2,3\n", ["line 1", "column a occurs 2 times"]),
        (b"a,b\n1,2\n1,2,3\n", ["line 3", "3 fields", "header has 2"]),
        (b"a,b\n\n1\n", ["line 3", "1 field but", "header has 2"]),
        (b'a,b\n1,2\n"1,2\n3,4\n', ["line 3", "quotes"]),
        (b'a,b\n"1"x,2\n', ["line 2", "quotes"]),
        (b"a,b\n1,2\n1,\xe9\n", ["line 3", "UTF-8"]),
        ("a,b\n1,2\n".encode("utf-16"), ["UTF-16"]),
        (b"a,b\n1,2\n1,\x00\n", ["line 3", "zero byte"]),
    ],
)
def test_a_broken_table_is_refused_with_one_sentence(tmp_path, content, words):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(BadInput) as refusal:
        read_text_table(tmp_path / "t.csv", ("a", "b"))
    told = str(refusal.value)
    assert all(word in told for word in words) and "\n" not in told and told.endswith("."), told


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_exactly(value):
    for text in (repr(value), f" {value!r}\t", f"{value:.25e}"):
        numbers, empty, wrong = read_numbers([text])
        assert numbers[0] == value and not empty[0] and not wrong[0]


@settings(deadline=None)
@given(st.text(max_size=10))
def test_only_plain_numbers_are_numbers(text):
    numbers, empty, wrong = read_numbers([text])
    plain = text.strip()
    allowed = set(plain) <= set("0123456789+-.eE")
    assert empty[0] == (plain == "")
    assert (empty[0] or wrong[0]) == bool(np.isnan(numbers[0]))
    assert allowed or empty[0] or wrong[0]


@pytest.mark.parametrize(
    "text", ["NA", "None", "nan", "inf", "-Infinity", "1_0", "_1", "12,5", "0x1A", "1e", ".", "--1", "１２", "1 2"]
)
def test_words_are_no_numbers(text):
    assert read_numbers([text])[2][0]


def test_a_number_too_large_is_infinite_and_nothing_is_empty():
    numbers, empty, _ = read_numbers(["1e400", "-1e400", None, float("nan"), "", "\u00a0"])
    assert numbers[:2].tolist() == [np.inf, -np.inf] and empty.tolist() == [False, False, True, True, True, True]


@settings(deadline=None)
@given(st.sets(st.text(max_size=3)), st.lists(st.text(max_size=3)))
def test_every_id_is_in_one_part_of_the_report(shapes, rows):
    report = join_report(shapes, rows)
    parts = [*report.matched, *report.without_shape, *report.without_data]
    assert len(parts) == len(set(parts)) and set(parts) == shapes | set(rows)


def test_two_vintages_are_reported_and_not_silently_joined():
    table = read_population(real("monroe_svi_tracts2020.csv"), "FIPS", "E_AGE17")
    report = join_report(tracts().area_ids, table["area_id"])
    assert (len(report.matched), len(report.without_shape), len(report.without_data)) == (168, 42, 24)
    assert "168" in report.sentence() and "42" in report.sentence() and "24" in report.sentence()


def test_no_estimate_becomes_missing():
    path = real("monroe_svi_tracts2020.csv")
    columns = path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    tables = [read_population(path, "FIPS", c)["value"] for c in columns if c.startswith(("E_", "M_", "EP_", "MP_"))]
    assert 0 < sum(int(t.isna().sum()) for t in tables) <= 14 and min(t.min() for t in tables) >= 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,n\n1,5\n1,6\n", ["line 3", "column a", "line 2"]),
        ("a,n\n ,5\n", ["line 2", "column a", "empty"]),
        ("a,n\n1,many\n", ["line 2", "column n", "'many'"]),
        ("a,n\n1,-5\n", ["line 2", "column n", "'-5'"]),
        ("a,n\n1,1e999\n", ["line 2", "column n"]),
    ],
)
def test_a_wrong_population_is_refused(tmp_path, content, words):
    (tmp_path / "p.csv").write_text(content)
    with pytest.raises(BadInput) as refusal:
        read_population(tmp_path / "p.csv", "a", "n")
    assert all(word in str(refusal.value) for word in words)
    (tmp_path / "p.csv").write_text("a,n\n001,5\n002,\n003,-999\n004,-999.0\n")
    table = read_population(tmp_path / "p.csv", "a", "n")
    assert table["area_id"].tolist() == ["001", "002", "003", "004"]
    assert table["value"].isna().tolist() == [False, True, True, True]
