"""The files are what a contributor would send: whole, linked to one another, and the same for the same seed."""

import filecmp
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from catalog.terms import dimensions, elements
from demo.make import make_community
from intake.kinds import KINDS, Known
from intake.reading import read_sheet
from intake.sheet import Source
from tests.demo.shares import agreement


def _same(one: Path, two: Path) -> bool:
    compared = filecmp.dircmp(one, two)
    if compared.left_only or compared.right_only:
        return False
    _, different, odd = filecmp.cmpfiles(one, two, compared.common_files, shallow=False)
    return not different and not odd and all(_same(one / d, two / d) for d in compared.common_dirs)


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path):
    said: list[tuple[str, float]] = []
    make_community(tmp_path / "a", children=200, seed=3, progress=lambda text, share: said.append((text, share)))
    make_community(tmp_path / "b", children=200, seed=3)
    make_community(tmp_path / "c", children=120, seed=4)
    assert _same(tmp_path / "a", tmp_path / "b")
    roster = "contributors/merrow-city-schools/2022-23/roster.csv"
    assert (tmp_path / "a" / roster).read_bytes() != (tmp_path / "c" / roster).read_bytes()
    assert filecmp.cmp(
        tmp_path / "a/boundaries/tracts.geojson", tmp_path / "c/boundaries/tracts.geojson", shallow=False
    )
    shares = [share for _, share in said]
    assert shares == sorted(shares) and shares[-1] == 1.0 and all(text for text, _ in said)


def test_every_file_is_listed_in_an_order_that_can_be_replayed(folder):
    index = pd.read_csv(folder / "index.csv", dtype=str)
    assert list(index.columns) == ["order", "kind", "contributor", "as_of", "path"]
    on_disk = {p.relative_to(folder).as_posix() for p in (folder / "contributors").rglob("*") if p.is_file()}
    # Consents follow the matching, because they are about children and not about records.
    consents = {path for path in on_disk if path.endswith("/consent.csv")}
    assert len(consents) == 3
    assert set(index["path"]) == on_disk - consents and index["path"].is_unique
    assert index["contributor"].nunique() == 9 and index["path"].str.endswith(".xlsx").sum() == 1
    assert index["as_of"].str.fullmatch(r"20\d\d-\d\d-\d\d").all()
    rosters = index.loc[index["kind"] == "roster"]
    assert set(rosters["as_of"].str[4:]) == {"-10-01"} and rosters.groupby("contributor").size().eq(4).all()


def test_the_import_takes_every_file_in_that_order(folder):
    """Facts name children and programs that came before; nothing has to be set aside."""
    index = pd.read_csv(folder / "index.csv", dtype=str)
    children: dict[str, set[str]] = {}
    programs: dict[str, set[str]] = {}
    for row in index.itertuples():
        kind, path = KINDS[row.kind], folder / row.path
        sheet = read_sheet(Source(path.name, path.read_bytes()), kind.required, kind.optional)
        known = Known(children.get(row.contributor, set()), programs.get(row.contributor, set()))
        facts = kind.check(sheet, pd.Timestamp(row.as_of).date(), known)
        if row.kind == "roster":
            children.setdefault(row.contributor, set()).update(facts.rows["child_id"])
        if row.kind == "program":
            programs[row.contributor] = set(sheet.frame["program"])
            assert set(sheet.frame["kind"]) <= set(dimensions()["program_kind"].categories)


def test_contributors_say_only_what_the_catalog_knows(folder):
    said = tomllib.loads((folder / "contributors.toml").read_text())["contributors"]
    assert [c["id"] for c in said] == sorted({c["id"] for c in said}, key=[c["id"] for c in said].index)
    assert len(said) == 9
    assert all(set(c["elements"]) <= set(elements()) for c in said)
    assert all(set(c["kinds"]) <= set(dimensions()["program_kind"].categories) for c in said)


def test_exact_matching_finds_most_records_and_never_joins_twins(folder, files):
    assert agreement(files).min() > 0.90
    newest = files.roster.sort_values("year").drop_duplicates(["contributor", "child_id"], keep="last")
    common = newest.groupby("person")["child"].agg(lambda keys: keys.value_counts().index[0])
    assert (newest["child"] == newest["person"].map(common)).mean() >= 0.93
    truth = pd.read_csv(folder / "truth" / "children.csv", dtype=str)
    twins = truth[truth.duplicated(["household", "birth_date"], keep=False)]
    assert len(twins) > 10
    of = newest.groupby("person")["child"].agg(set)
    for _, pair in twins.groupby(["household", "birth_date"])["person"]:
        seen = [key for person in pair for key in of[person]]
        assert len(seen) == len(set(seen))


def test_records_are_messy_in_the_ways_that_matter(files):
    roster = files.roster
    twice = roster.groupby(["contributor", "year", "person"])["child_id"].nunique()
    assert (twice > 1).any(), "duplicates inside one contributor"
    homes = roster[roster["longitude"] != ""].groupby(["person", "year"])["street"].nunique()
    assert (homes > 1).any(), "two homes"
    names = roster.groupby(["contributor", "child_id"])["last_name"].nunique()
    assert (names > 1).any(), "name changes"
    assert (roster["birth_date"] == "").any() and (roster["birth_date"] == "1900-01-01").any()
    assert roster["child_id"].str.startswith("0").any(), "leading zeros"


@pytest.mark.parametrize(
    ("contributor", "missing"),
    [
        ("harbor-mentors", "longitude"),
        ("county-library-summer", "race_ethnicity"),
        ("alder-valley-schools", "middle_name"),
    ],
)
def test_contributors_lack_columns(folder, contributor, missing):
    first = (folder / "contributors" / contributor / "2022-23" / "roster.csv").read_text("utf-8-sig").splitlines()[0]
    assert missing not in first.split(",")
