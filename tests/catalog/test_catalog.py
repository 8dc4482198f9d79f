"""The catalog is complete, and a request cannot say nonsense."""

from datetime import date
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.forms import LANGUAGES, WITHDRAWAL, ConsentForm, form, form_for, forms, versions
from catalog.indicators import BadIndicator, Indicator, indicators, load_indicator, read_again
from catalog.naming import many
from catalog.periods import SchoolYear
from catalog.report import ReportSpec
from catalog.terms import UnknownTerm, area_levels, dimensions, elements
from catalog.views import View
from privacy.consent import Basis

FOLDER = Path(__file__).parents[2] / "catalog" / "indicators"
EXAMPLE = (FOLDER / "chronic_absence.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("indicator", indicators().values(), ids=lambda i: i.name)
def test_every_indicator_is_complete(indicator: Indicator) -> None:
    for text in (indicator.title, indicator.question, indicator.definition, indicator.why_it_matters):
        assert len(text) > 10
    assert indicator.steward and indicator.source and indicator.data_elements
    assert indicator.next_review > date(2026, 1, 1)
    assert View("county") in indicator.views, "every indicator has its county figure"


@pytest.mark.parametrize("indicator", indicators().values(), ids=lambda i: i.name)
def test_every_view_has_its_margin(indicator: Indicator) -> None:
    for view in indicator.views:
        assert View(view.level) in indicator.views, f"{view} is shown without {view.level} totals"


def test_indicators_of_one_population_describe_it_alike() -> None:
    titles: dict[str, set[str]] = {}
    for indicator in indicators().values():
        titles.setdefault(indicator.population, set()).add(indicator.population_title)
    assert all(len(t) == 1 for t in titles.values())


def test_dimensions_name_known_elements_and_fall_back_to_a_category() -> None:
    for dimension in dimensions().values():
        assert set(dimension.elements) <= set(elements())
        assert dimension.overlapping or dimension.fallback in dimension.categories
        assert set(dimension.codes.values()) <= set(dimension.categories)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('steward = "', 'stewart = "', "steward"),
        ('kind = "absence"', 'kind = "abscence"', "abscence"),
        ("next_review = 2027-06-30", 'next_review = "soon"', "next_review"),
        ('"town",', '"twon",', "twon"),
        ('unit = "percent"', 'unit = "percents"', "unit"),
        ('"attendance"', '"attendence"', "attendence"),
        ("absent_percent = 10", 'absent_percent = "ten"', "absent_percent"),
    ],
)
def test_a_bad_indicator_file_is_refused_by_name(tmp_path: Path, old: str, new: str, word: str) -> None:
    assert old in EXAMPLE
    path = tmp_path / "mine.toml"
    path.write_text(EXAMPLE.replace(old, new), encoding="utf-8")
    with pytest.raises(BadIndicator, match=word) as error:
        load_indicator(path)
    assert "mine.toml" in str(error.value)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("third_grade_reading", 'measure = "reading_grade3"', "", "outcome_met needs parameters.measure"),
        ("third_grade_reading", 'measure = "', 'mesure = "', "mesure.*measure, grades, instrument"),
        ("third_grade_reading", 'measure = "reading_grade3"', "measure = 3", "parameters.measure must be text"),
        ("third_grade_reading", '["03"]', '["4"]', "“4” is not a known value of parameters.grades.*KG, 01"),
        ("third_grade_reading", '["03"]', '"03"', "parameters.grades must be a list"),
        ("third_grade_reading", 'yes = "Pro', 'yess = "Pro', "bands must be yes, no in this order, not yess, no"),
        ("third_grade_reading", 'unit = "percent"', 'unit = "children"', "unit must be percent"),
        ("third_grade_reading", "higher_is", "higer_is", "higer_is_better"),
        ("children_served", 'unit = "children"', 'unit = "percent"', "unit must be children"),
        ("chronic_absence", "absent_percent = 10", "", "absence needs parameters.absent_percent"),
        (
            "chronic_absence",
            'program_kind = "school"',
            'program_kind = "scool"',
            "parameters.program_kind.*after_school",
        ),
        (
            "developmental_screening",
            '"health"]',
            '"heath"]',
            "“heath” is not a known value of parameters.program_kinds",
        ),
        ("developmental_screening", "maximum_age = 5", "maximum_age = -5", "parameters.maximum_age must be a whole"),
        ("four_year_graduation", 'met_values = ["regular_diploma"]', "", "left_out_values needs parameters.met_values"),
        (
            "after_school_participation",
            "some = 1, ",
            "",
            "bands must be regular, none in this order, not regular, some",
        ),
        ("after_school_participation", "none = 0 }", "none = 1 }", "parameters.band_lower.*0"),
    ],
)
def test_what_a_kind_cannot_count_is_refused_with_the_words_it_takes(
    tmp_path: Path, name: str, old: str, new: str, told: str
) -> None:
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BadIndicator, match=f"^mine.toml: .*{told}"):
        load_indicator(path)


def test_a_new_file_is_a_new_indicator(tmp_path: Path) -> None:
    (tmp_path / "my_indicator.toml").write_text(EXAMPLE, encoding="utf-8")
    assert list(indicators(tmp_path)) == ["my_indicator"]


def test_files_are_read_again_when_asked_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "first.toml").write_text(EXAMPLE, encoding="utf-8")
    assert list(indicators(tmp_path)) == ["first"]
    (tmp_path / "later.toml").write_text(EXAMPLE, encoding="utf-8")
    assert list(indicators(tmp_path)) == ["first"], "until then one reading holds"
    read_again(tmp_path)
    known = indicators(tmp_path)
    assert list(known) == ["first", "later"]
    (tmp_path / "later.toml").write_text(EXAMPLE[:300], encoding="utf-8")
    with pytest.raises(BadIndicator):
        read_again(tmp_path)
    assert indicators(tmp_path) is known


@st.composite
def specs(draw: st.DrawFn) -> ReportSpec:
    indicator = draw(st.sampled_from(list(indicators().values())))
    view = draw(st.sampled_from(indicator.views))
    years = draw(st.sets(st.integers(2000, 2099), max_size=3))
    where = []
    for name in view.dimensions:
        codes = draw(st.sets(st.sampled_from(list(dimensions()[name].categories))))
        if codes:
            where.append((name, tuple(sorted(codes))))
    return ReportSpec(indicator.name, view, tuple(str(SchoolYear(y)) for y in sorted(years)), tuple(where))


@given(specs())
def test_a_spec_survives_its_url(spec: ReportSpec) -> None:
    assert ReportSpec.from_query(spec.to_query()) == spec


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"i": "chronic_absense"}, "chronic_absense"),
        ({"i": "chronic_absence", "view": "village"}, "village"),
        ({"i": "chronic_absence", "view": "town*shoe_size"}, "shoe_size"),
        ({"i": "chronic_absence", "view": "region*gender"}, "region"),
        ({"i": "chronic_absence", "year": "2024-26"}, "2024-26"),
        ({"i": "chronic_absence", "view": "county*gender", "gender": "girl,unicorn"}, "unicorn"),
    ],
)
def test_an_unknown_word_is_named_with_the_valid_ones(query: dict[str, str], word: str) -> None:
    with pytest.raises(UnknownTerm, match=word) as error:
        ReportSpec.from_query(query)
    assert error.value.valid


def test_one_is_told_as_one() -> None:
    assert [many(n, "area") for n in (0, 1, 12_480)] == ["0 areas", "1 area", "12,480 areas"]
    assert [many(n, "child is", "children are") for n in (1, 2)] == ["1 child is", "2 children are"]


def test_needs_come_from_indicator_and_dimensions() -> None:
    spec = ReportSpec.from_query({"i": "chronic_absence", "view": "county*gender"})
    assert {"attendance", "gender", "child"} <= spec.needs()
    assert "race_ethnicity" not in spec.needs()


@given(st.dates(date(1999, 1, 1), date(2090, 1, 1)))
def test_a_day_is_in_its_school_year(day: date) -> None:
    year = SchoolYear.of(day)
    assert year.start <= day <= year.end
    assert SchoolYear.parse(str(year)) == year


def test_levels_run_from_fine_to_coarse() -> None:
    assert [level.order for level in area_levels().values()] == [0, 1, 2, 3]


def test_forms_say_the_same_in_every_language_and_keep_every_version() -> None:
    told = versions()
    for code in {code for code, _, _ in told}:
        numbers = {lang: [int(v) for c, its, v in told if (c, its) == (code, lang)] for lang in LANGUAGES}
        assert all(kept == list(range(1, len(kept) + 1)) for kept in numbers.values()), (code, numbers)
        assert len({len(kept) for kept in numbers.values()}) == 1, code
        for version in numbers["en"]:
            ours, theirs = told[code, "en", str(version)], told[code, "es", str(version)]
            assert blanks(ours) == blanks(theirs) and len(ours.paragraphs) == len(theirs.paragraphs)
            assert (ours.basis, ours.says) == (theirs.basis, theirs.says) and ours.title != theirs.title


def blanks(text: ConsentForm) -> list[set[str | None]]:
    return [{name for _, name, _, _ in Formatter().parse(one) if name} for one in text.paragraphs]


def test_every_legal_basis_has_a_form_that_names_all_it_must() -> None:
    """42 CFR 2.31, 34 CFR 99.30, 45 CFR 164.508(c): who shares what with whom, what for, until when."""
    for basis in Basis:
        for language in LANGUAGES:
            one = form(form_for(basis.value), language)
            assert set().union(*blanks(one)) == {"elements", "disclosing", "recipients", "purposes", "expires"}
    assert form(WITHDRAWAL).says == "deny" and WITHDRAWAL not in {code for code, _ in forms()}
