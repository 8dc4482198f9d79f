"""The two commands on files: strict in, whole out, the same every time."""

import csv
import errno
import os
from pathlib import Path

import pytest

from geo.commands import assign_file, merge_file
from geo.errors import BadInput
from tests.geo.made import REAL, real, simulated_counts, square, write_geojson

POINTS = "id,lon,lat\na,-77.5,43.5\n"
COUNTS = "area_id,count\n01,3\n02,8\n03,10\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    features = [({"id": f"0{i + 1}", "town": "AAB"[i]}, square(-78 + i, 43)) for i in range(3)]
    write_geojson(tmp_path / "areas.geojson", features)
    return tmp_path


def assigned(folder: Path, points: str | bytes) -> str:
    (folder / "points.csv").write_bytes(points if isinstance(points, bytes) else points.encode())
    assign_file(folder / "points.csv", folder / "areas.geojson", "id", folder / "out.csv")
    return (folder / "out.csv").read_bytes().decode()


def merged(folder: Path, counts: str, minimum: int = 10, within: str | None = None, areas: str = "areas.geojson"):
    (folder / "counts.csv").write_text(counts, encoding="utf-8")
    return merge_file(folder / areas, "id", folder / "counts.csv", minimum, within, folder / "out.csv")


def crosswalk(folder: Path) -> list[list[str]]:
    return list(csv.reader((folder / "out.csv").read_text().splitlines()))[1:]


def test_each_row_is_answered_in_its_order(folder):
    found = assigned(
        folder,
        "\ufeffnote;lat;id;lon\r\n"
        '"one;two";43.5;007;-77.5\r\n'
        "\r\n"
        "   \r\n"
        ";43.5;NA; -77.5 \r\n"  # blanks around a number are no part of it
        ";43.5;007;-77\r\n"  # on a border: the lower id
        ";44;007;-77\r\n"  # on a corner
        ";43,5;None;-77,5\r\n"
        ';1e400;"a;""b""";-77.5\r\n'
        ";;;\r\n",
    )
    assert found == (
        'id,area_id,reason\n007,01,\nNA,01,\n007,01,\n007,01,\nNone,,not a number\n"a;""b""",,out of range\n,,empty\n'
    )


def test_no_points_is_an_answer(folder):
    assert assigned(folder, "id,lon,lat\n") == "id,area_id,reason\n"


def test_the_summary_counts_reasons(folder):
    (folder / "p.csv").write_text("id,lon,lat\na,-77.5,43.5\nb,,\nc,NA,1\nd,NA,2\n")
    told = assign_file(folder / "p.csv", folder / "areas.geojson", "id", folder / "out.csv")
    assert (told.points, told.assigned, dict(told.reasons)) == (4, 1, {"not a number": 2, "empty": 1})
    assert told.lines() == [
        "out.csv: 1 of 4 points lie in an area.",
        "2 points without an area: not a number.",
        "1 point without an area: empty.",
    ]


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ("", ["points.csv", "empty"]),
        ("id,lon\na,1\n", ["points.csv, line 1", "column lat"]),
        ("id,lon,lat\na,1,2\nb,12,5,43\n", ["points.csv, line 3", "4 fields"]),
        ("id,lon,lat\na,1\n", ["points.csv, line 2", "2 fields"]),
        ('id,lon,lat\n"a,1,2\n', ["points.csv, line 2", "quotes"]),
        (b"id,lon,lat\n\xff,1,2\n", ["points.csv, line 2", "UTF-8"]),
    ],
)
def test_points_that_cannot_be_read_leave_no_file(folder, points, words):
    with pytest.raises(BadInput) as refusal:
        assigned(folder, points)
    assert all(word in str(refusal.value) for word in words)
    assert sorted(p.name for p in folder.iterdir()) == ["areas.geojson", "points.csv"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("01,-3", ["line 2", "column count", "'-3'"]),
        ("01,3.0", ["line 2", "column count", "'3.0'"]),
        ("01,1.000", ["line 2", "column count"]),
        ("01,", ["line 2", "column count", "''"]),
        ("01,NA", ["line 2", "column count", "'NA'"]),
        ("01,1e3", ["line 2", "column count"]),
        ("01,+3", ["line 2", "column count"]),
        ("01,٣", ["line 2", "column count"]),
        ("01,1_000", ["line 2", "column count"]),
        ("01," + "9" * 5000, ["line 2", "column count", "too large"]),
        ("1,3", ["line 2", "column area_id", "no area '1'", "field id"]),
        ("02,3", ["line 3", "column area_id", "02", "line 2"]),
        ("", ["column area_id", "no count for area 01"]),
    ],
)
def test_counts_that_do_not_fit_leave_no_file(folder, line, words):
    with pytest.raises(BadInput) as refusal:
        merged(folder, COUNTS.replace("01,3", line))
    told = str(refusal.value)
    assert told.startswith("counts.csv") and all(word in told for word in words) and "\n" not in told
    assert sorted(p.name for p in folder.iterdir()) == ["areas.geojson", "counts.csv"]


def test_wrong_options_leave_no_file(folder):
    for minimum in (0, -5):
        with pytest.raises(BadInput, match="--minimum"):
            merged(folder, COUNTS, minimum)
    with pytest.raises(BadInput, match="no field county"):
        merged(folder, COUNTS, 10, "county")
    assert not (folder / "out.csv").exists()


def test_regions(folder):
    told = merged(folder, COUNTS)
    assert (folder / "out.csv").read_bytes() == (b"area_id,region_id,region_count\n01,01,11\n02,01,11\n03,03,10\n")
    assert (told.exit_code, told.regions, told.unchanged, told.islands) == (0, 2, 1, ())
    assert told.lines() == ["out.csv: 3 areas became 2 regions of at least 10; unchanged: 1."]


def test_a_region_never_crosses_the_given_unit(folder):
    told = merged(folder, COUNTS.replace("03,10", "03,9"), 10, "town")
    assert crosswalk(folder) == [["01", "01", "11"], ["02", "01", "11"], ["03", "03", "9"]]
    assert told.exit_code == 3 and dict(told.below) == {"03": 9}


def test_islands_are_named_and_written(folder):
    features = [({"id": name}, square(x, 43)) for name, x in (("01", -78), ("02", -77), ("03", -70), ("04", -60))]
    write_geojson(folder / "islands.geojson", features)
    told = merged(folder, COUNTS.replace("03,10", "03,2") + "04,50\n", 10, None, "islands.geojson")
    assert crosswalk(folder)[2:] == [["03", "03", "2"], ["04", "04", "50"]]
    assert told.exit_code == 3 and told.islands == ("03", "04")
    assert any("03" in line and "below the minimum" in line for line in told.lines())
    assert any("04" in line and "enough alone" in line for line in told.lines())


def test_order_of_rows_and_features_changes_nothing(folder):
    merged(folder, COUNTS, 11)
    first = (folder / "out.csv").read_bytes()
    features = [({"id": f"0{i + 1}"}, square(-78 + i, 43)) for i in (2, 0, 1)]
    write_geojson(folder / "turned.geojson", features)
    merged(folder, "count;area_id\r\n10;03\r\n3;01\r\n8;02\r\n", 11, None, "turned.geojson")
    assert (folder / "out.csv").read_bytes() == first


def test_a_place_that_cannot_be_written_to(folder):
    (folder / "points.csv").write_text(POINTS)
    for out in (folder / "none" / "out.csv", folder, folder / "points.csv", folder / "areas.geojson"):
        with pytest.raises(BadInput):
            assign_file(folder / "points.csv", folder / "areas.geojson", "id", out)
    assert (folder / "points.csv").read_text() == POINTS


def test_a_full_disk_leaves_the_old_file_and_no_part(folder, monkeypatch):
    (folder / "out.csv").write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match=r"out\.csv: the file cannot be written \(No space left"):
        assigned(folder, POINTS)
    assert (folder / "out.csv").read_text() == "old"
    assert sorted(p.name for p in folder.iterdir()) == ["areas.geojson", "out.csv", "points.csv"]


def test_real_files(tmp_path):
    with real("monroe_public_schools_ccd2010.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["name"], row["lon"], row["lat"]) for row in csv.DictReader(file)]
    with (tmp_path / "p.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "lon", "lat"), *rows])
    told = assign_file(tmp_path / "p.csv", REAL / "monroe_tracts_cb2017.geojson", "GEOID", tmp_path / "o.csv")
    assert (told.points, told.assigned) == (186, 186)
    lines = [f"{area};{count}" for area, count in simulated_counts(4).items()]
    (tmp_path / "c.csv").write_text("\n".join(["area_id;count", *lines]))
    told = merge_file(REAL / "monroe_tracts_cb2017.geojson", "GEOID", tmp_path / "c.csv", 10, None, tmp_path / "o.csv")
    assert told.exit_code == 0 and told.areas == 192 and told.regions >= 149
