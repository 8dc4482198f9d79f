"""Every content page for every role, and every lawful no in the place of the answer, with a way on."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import g

from catalog.indicators import indicators
from catalog.terms import elements
from catalog.views import View
from components import portrait
from components.likeness import Similar
from components.summary import not_shown
from data_access import accounts
from data_access.agreements import agreements, save_agreement
from data_access.registry.engine import transaction
from data_access.session import Session
from pages._asked import Choices
from privacy.agreement import State
from privacy.authorize import Refused
from privacy.viewer import Limits, Role, Viewer
from tests.pages.conftest import Reader, decoded, spoken, texts
from tests.support import web

PAGES = {"/": "", "/compare": "compare", "/map": "map", "/profile": "profile", "/reports": "reports", "/about": ""}
USUAL: dict[str, dict[str, str]] = {
    "compare": {
        "i": "chronic_absence",
        "level": "town",
        "year": "2024-25",
        "by": "gender",
        "area": "",
        "with": "",
        "sort": "name",
    },
    "map": {"i": "chronic_absence", "level": "town", "year": "2024-25", "area": "", "sort": "-value", "near": ""},
    "profile": {"level": "town", "area": "T05", "year": "2024-25"},
    "reports": {
        "i": "chronic_absence",
        "level": "town",
        "by": "",
        "from": "2021-22",
        "to": "2024-25",
        "across": "period",
    },
}


def words(answer: dict[str, Any], page: str) -> str:
    return " ".join(texts(answer[f"{page}-content.children"]))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PARTNER}))
@pytest.mark.parametrize("path", PAGES)
def test_every_role_gets_every_content_page(site: web.Web, role: Role, path: str) -> None:
    reader = Reader(site, site.browser(role))
    assert "state-error" not in json.dumps(reader.layout(path))
    if page := PAGES[path]:
        answer = reader.answer(page, USUAL[page])
        assert answer[f"{page}-title.children"] and "as of August 15, 2025" in spoken(
            answer[f"{page}-context.children"]
        )
        assert "state-" not in json.dumps(answer)


def test_who_may_see_little_is_told_why_and_by_whom_more_can_be_granted(site: web.Web) -> None:
    reader = Reader(site, site.browser(Role.PARTNER))
    overview = " ".join(texts(reader.layout("/")))
    assert "/reports?i=chronic_absence&level=county" in str(reader.layout("/")), "there are no places to compare"
    assert (
        "does not include: test and readiness results" in overview
        and "The backbone organization can add it." in overview
    )
    for page in ("compare", "map"):
        answer = reader.answer(page, USUAL[page])
        assert "allows areas no smaller than county" in words(answer, page)
        assert "'/reports'" in str(answer[f"{page}-content.children"]), "the way on leads to what is open"
        assert "Chronic absence" not in json.dumps(answer.get("map-graph.figure", ""))
    report = reader.answer("reports", USUAL["reports"] | {"level": "county", "i": "chronic_absence"})
    assert "state-" not in json.dumps(report)
    outcomes = [o["label"] for o in options_of(reader.layout("/reports"), "i")]
    assert "Chronic absence" in outcomes and "Third-grade reading" not in outcomes


def control_of(layout: Any, key: str) -> dict[str, Any]:
    """The properties of a control in a layout."""
    if isinstance(layout, dict):
        props = layout.get("props", {})
        if isinstance(props.get("id"), dict) and props["id"].get("key") == key:
            found: dict[str, Any] = props
            return found
    parts = layout.values() if isinstance(layout, dict) else layout if isinstance(layout, list) else ()
    return next((hit for part in parts if (hit := control_of(part, key))), {})


def options_of(layout: Any, key: str) -> list[dict[str, Any]]:
    """The options of a control in a layout."""
    return list(control_of(layout, key).get("options", []))


@pytest.mark.parametrize("path", [*PAGES, "/attacker"])
def test_who_may_see_little_never_meets_a_fault(site: web.Web, path: str) -> None:
    reader = Reader(site, site.browser(Role.PARTNER))
    assert "state-error" not in json.dumps(reader.layout(path))
    if page := PAGES.get(path):
        assert "state-error" not in json.dumps(reader.answer(page, USUAL[page]))


@pytest.mark.parametrize("role", Role)
def test_the_attackers_view_is_for_the_backbone_alone(site: web.Web, role: Role) -> None:
    reader = Reader(site, site.browser(role))
    shown = "state-unknown" not in json.dumps(reader.layout("/attacker"))
    linked = "/attacker" in json.dumps(reader.layout("/about"))
    assert shown == linked == (role is Role.BACKBONE)


@pytest.mark.parametrize("page", USUAL)
@pytest.mark.parametrize(
    ("key", "word", "offered"),
    [
        ("i", "happiness", "Chronic absence"),
        ("level", "galaxy", "Towns and neighborhoods"),
        ("year", "1999-00", "2024-25"),
    ],
)
def test_an_unknown_word_is_named_and_valid_ones_are_linked(
    funder: Reader, page: str, key: str, word: str, offered: str
) -> None:
    key = {("reports", "year"): "from", ("profile", "i"): "level"}.get((page, key), key)
    offered = "Towns and neighborhoods" if (page, key) == ("profile", "level") else offered
    answer = funder.answer(page, USUAL[page] | {key: word})
    said = words(answer, page)
    assert f"“{word}” is not a known" in said and offered in said
    assert f"{key}=" in said, "the valid words are links that keep everything else"
    assert answer[f"{page}-title.children"] and "as of" in json.dumps(answer[f"{page}-context.children"])


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        (
            "compare",
            {"i": "happiness", "level": "galaxy", "year": "1999-00", "by": "mood", "area": "T99", "sort": "luck"},
        ),
        ("compare", {"with": "T98,T01,T99"}),
        ("map", {"i": "happiness", "level": "galaxy", "area": "T99", "sort": "luck", "near": "far"}),
        ("profile", {"level": "galaxy", "year": "1999-00", "area": "T99"}),
        (
            "reports",
            {"i": "happiness", "by": "mood", "from": "1999-00", "only": "T99", "across": "wide", "sort": "luck"},
        ),
    ],
)
def test_every_unknown_word_of_an_address_is_named_at_once(funder: Reader, page: str, wrong: dict[str, str]) -> None:
    said = words(funder.answer(page, USUAL[page] | wrong), page)
    unknown = [word for value in wrong.values() for word in value.split(",") if word != "T01"]
    assert [word for word in unknown if f"“{word}” is not a known" not in said] == []
    assert said.count("is not a known") == len(unknown)


@pytest.mark.parametrize(("page", "sort"), [("compare", "-none"), ("reports", "-asian"), ("reports", "name")])
def test_an_order_another_table_can_have_is_no_unknown_word(funder: Reader, page: str, sort: str) -> None:
    assert "state-" not in json.dumps(funder.answer(page, USUAL[page] | {"sort": sort}))


def test_an_unknown_word_is_called_so_in_its_list_too(funder: Reader) -> None:
    for page, key in (
        ("compare", "year"),
        ("compare", "i"),
        ("compare", "with"),
        ("reports", "from"),
        ("profile", "area"),
    ):
        labels = [option["label"] for option in options_of(funder.layout(f"/{page}", f"?{key}=zzz"), key)]
        assert "“zzz”: not known" in labels, (page, key)


def opens_with(layout: Any) -> dict[str, str]:
    """The query a page opens with."""
    found = re.search(r'"data-query": ("(?:[^"\\]|\\.)*")', json.dumps(layout))
    query: dict[str, str] = json.loads(json.loads(found[1])) if found else {}
    return query


def test_two_ends_in_the_wrong_order_are_put_in_order_in_the_sentence_too(funder: Reader) -> None:
    layout = funder.layout("/reports", "?from=2024-25&to=2022-23")
    assert (opens_with(layout)["from"], opens_with(layout)["to"]) == ("2022-23", "2024-25")
    assert [control_of(layout, end)["value"] for end in ("from", "to")] == ["2022-23", "2024-25"]


def test_a_close_view_needs_a_place(funder: Reader) -> None:
    for search, kept in (("?near=1", ""), ("?near=1&level=district&area=T05", ""), ("?near=1&area=T05", "1")):
        layout = funder.layout("/map", search)
        assert opens_with(layout)["near"] == kept and bool(opens_with(layout)["area"]) == bool(kept)
        assert [way.get("disabled", False) for way in options_of(layout, "near")] == [False, not kept]


def test_numbers_that_stand_say_since_when(funder: Reader) -> None:
    told = "numbers as of August 20, 2022. What came in later, if anything did, is not in them"
    for path in ("/", "/about"):
        assert f"2021-22, four-year graduation: {told}" in spoken(funder.layout(path)), path
    profile = spoken(funder.answer("profile", USUAL["profile"])["profile-content.children"])
    assert f"2021-22, four-year graduation: {told}" in profile
    for page, query in (("compare", {"i": "four_year_graduation"}), ("map", {"i": "four_year_graduation"})):
        assert f"2021-22: {told}" in spoken(funder.answer(page, USUAL[page] | query)[f"{page}-notes.children"]), page
    report = USUAL["reports"] | {"i": "four_year_graduation"}
    for first, expected in (("2021-22", True), ("2022-23", False)):
        answer = funder.answer("reports", report | {"from": first})
        assert (f"2021-22: {told}" in spoken(answer["reports-content.children"])) is expected


def test_nothing_of_the_last_map_stays_when_there_is_no_answer(funder: Reader) -> None:
    answer = funder.answer("map", USUAL["map"] | {"area": "nowhere"})
    assert answer["map-graph.figure"]["data"] == [] and answer["map-main.hidden"] is True
    assert answer["map-legend.children"] is None and answer["map-sentence.children"] is None


@pytest.mark.parametrize("page", ["compare", "map"])
def test_a_place_of_another_level_is_let_go(funder: Reader, page: str) -> None:
    answer = funder.answer(page, USUAL[page] | {"level": "region", "area": "T03"})
    assert "state-" not in json.dumps(answer)


@pytest.mark.parametrize("page", ["compare", "map", "reports"])
def test_a_level_an_outcome_does_not_have_names_the_nearest_one(funder: Reader, page: str) -> None:
    answer = funder.answer(page, USUAL[page] | {"i": "third_grade_reading", "level": "region"})
    said = words(answer, page)
    assert "Third-grade reading is not prepared by tract area." in said and "too many numbers" not in said
    assert "Show towns and neighborhoods" in said and "level=town" in said and "i=third_grade_reading" in said


def test_places_that_do_not_exist_are_said_and_crossed_years_are_set_right(funder: Reader) -> None:
    assert "not a known place" in words(funder.answer("compare", USUAL["compare"] | {"with": "T01,T99"}), "compare")
    crossed = funder.answer("reports", USUAL["reports"] | {"from": "2024-25", "to": "2021-22"})
    assert words(crossed, "reports") == words(funder.answer("reports", USUAL["reports"]), "reports")


@pytest.mark.parametrize("page", USUAL)
@pytest.mark.parametrize("junk", [None, [], "x", {"i": 3, "level": ["a"]}, {"i": "x" * 5000}, 7])
def test_a_made_up_query_is_no_fault_of_ours(funder: Reader, page: str, junk: Any) -> None:
    answer = funder.answer(page, junk)
    assert "state-error" not in json.dumps(answer)


def test_choices_are_those_of_the_outcome(funder: Reader) -> None:
    def levels(indicator: str) -> set[str]:
        answer = funder.answer("compare", USUAL["compare"] | {"i": indicator})
        key = next(k for k in answer if '"key":"level"' in k)
        return {option["value"] for option in answer[key]}

    for name in ("chronic_absence", "third_grade_reading"):
        declared = {view.level for view in indicators()[name].views if not view.dimensions}
        assert levels(name) == declared - {"county"}


def test_compare_marks_the_place_and_offers_similar_ones(funder: Reader) -> None:
    answer = funder.answer("compare", USUAL["compare"] | {"area": "T05", "with": "T06"})
    chips = next(value for key, value in answer.items() if '"key":"with"' in key)
    assert chips[0] == {"label": "Fairlea", "value": "T06"} and 2 <= len(chips) <= 6
    assert "East Harbor" in str(answer["compare-content.children"])


def test_groups_that_an_outcome_is_not_shown_by_are_said_in_their_place(funder: Reader) -> None:
    answer = funder.answer("compare", USUAL["compare"] | {"i": "third_grade_reading", "by": "grade_band"})
    said = words(answer, "compare")
    assert (
        "By grade: not shown" in said
        and "Third-grade reading is not prepared by grade." in said
        and "panel-places" in said
    )


def test_a_map_update_is_small(funder: Reader) -> None:
    """Everything a choice changes on the page, list and notes included, before it is compressed."""
    answer = funder.answer("map", USUAL["map"] | {"level": "region"})
    assert len(json.dumps(answer)) < 30_000


def test_the_map_says_who_is_not_on_it(funder: Reader) -> None:
    answer = funder.answer("map", USUAL["map"] | {"i": "children_served", "year": "2023-24"})
    said = " ".join(texts(answer["map-foot.children"]))
    assert "Not on the map: 142 children, because their address is not known." in said


def test_the_limits_of_the_colors_are_those_of_every_year(funder: Reader) -> None:
    def labels(year: str) -> list[str]:
        legend = json.dumps(funder.answer("map", USUAL["map"] | {"year": year})["map-legend.children"])
        return re.findall(r"\d+ to (?:under )?\d+\\u00a0%", legend)

    assert labels("2021-22") == labels("2024-25") != []


def test_an_answer_that_was_drawn_before_is_not_given_where_agreements_no_longer_allow_it(site: web.Web) -> None:
    """The same question again, before and after the agreement is suspended, and by somebody who may see little."""
    reader = Reader(site, site.browser(Role.FUNDER))
    first = reader.answer("compare", USUAL["compare"])
    assert reader.answer("compare", USUAL["compare"]) == first
    partner = Reader(site, site.browser(Role.PARTNER))
    assert "areas no smaller than" in words(partner.answer("compare", USUAL["compare"]), "compare")
    held = next(a for a in agreements(site.stores.registry) if a.party == "fund")
    try:
        with transaction(site.stores.registry) as connection:
            save_agreement(connection, replace(held, state=State.SUSPENDED))
        assert "no data-use agreement in force" in words(reader.answer("compare", USUAL["compare"]), "compare")
    finally:
        with transaction(site.stores.registry) as connection:
            save_agreement(connection, held)
    assert reader.answer("compare", USUAL["compare"]) == first


def test_an_agreement_that_is_suspended_closes_every_way_at_the_next_request(site: web.Web) -> None:
    """Pages that are warm, saved reports, files prepared before and shapes: nothing of the last answer comes again."""
    reader = Reader(site, site.browser(Role.EVALUATOR))
    spec = {"query": {"i": "chronic_absence", "view": "town"}, "across": "period", "order": ""}
    saved = "/reports", "?i=chronic_absence&level=town&by="
    shapes = f"/layers/{site.stores.publications.current_id()}/town-{'0' * 16}.json"
    warm = {page: reader.answer(page, USUAL[page]) for page in USUAL}
    home = " ".join(texts(reader.layout("/")))
    assert reader.press("report", "csv", spec)[1] and site.get(reader.client, shapes).status_code == 200
    held = next(a for a in agreements(site.stores.registry) if a.party == "eval")
    try:
        with transaction(site.stores.registry) as connection:
            save_agreement(connection, replace(held, state=State.SUSPENDED))
        for page in USUAL:
            after = reader.answer(page, USUAL[page])
            assert "no data-use agreement in force" in words(after, page) and "data-table" not in json.dumps(after)
            assert not after[f"{page}-context.children"]
        told, content = reader.press("report", "csv", spec)
        assert content == b"" and "no data-use agreement in force" in json.dumps(told)
        assert site.get(reader.client, shapes).status_code == 404
        for path, search in (("/", ""), ("/about", ""), saved):
            now = " ".join(texts(reader.layout(path, search)))
            assert not set(re.findall(r"\b\d[\d,]{3,}\b", home)) & set(re.findall(r"\b\d[\d,]{3,}\b", now)) - YEARS
    finally:
        with transaction(site.stores.registry) as connection:
            save_agreement(connection, held)
    assert {page: reader.answer(page, USUAL[page]) for page in USUAL} == warm


YEARS = {str(year) for year in range(2015, 2031)}


def test_what_is_refused_reads_the_same_to_the_byte_whether_it_exists_or_not(site: web.Web) -> None:
    """Another's agreement or none, a person, the pages of others: only what was asked for differs."""
    funder, boss = (Reader(site, site.browser(role)) for role in (Role.FUNDER, Role.BACKBONE))
    real = next(a.id for a in agreements(site.stores.registry) if a.party == "club")
    person = next(one.user_id for one in accounts.accounts(site.stores.registry))
    for reader, path, exists, none in (
        (funder, "/agreements", f"?id={real}", f"?id={'x' * len(real)}"),
        (funder, "/people", f"?id={person}", f"?id={'0' * len(person)}"),
        (funder, "/why", f"?who={person}", f"?who={'0' * len(person)}"),
        (boss, "/children", "?id=1", "?id=9"),
    ):
        answers = [site.route(reader.client, path, search) for search in (exists, none)]
        assert answers[0].status_code == answers[1].status_code
        assert answers[0].data == answers[1].data, path
        assert [header for header in answers[0].headers if header[0] != "Date"] == [
            header for header in answers[1].headers if header[0] != "Date"
        ]


def test_an_outcome_shown_for_the_county_alone_is_compared_by_group(funder: Reader) -> None:
    """Where no place is in focus, the groups are the county's; no empty place is asked for."""
    asked = {"i": "after_school_participation", "level": "county", "by": "gender", "area": "", "with": ""}
    answer = funder.answer("compare", USUAL["compare"] | asked)
    assert "is not a known" not in json.dumps(answer) and "state-error" not in json.dumps(answer)


def test_what_was_never_prepared_is_not_called_hidden(funder: Reader) -> None:
    region = funder.answer("profile", USUAL["profile"] | {"level": "region", "area": ""})
    said = words(region, "profile")
    assert "Third-grade reading is not prepared by tract area. Its steward (School partners' assessment" in said
    assert "and by town or neighborhood, and can add others. Show towns and neighborhoods" in spoken(
        region["profile-content.children"]
    )
    assert "would have to be hidden" not in said


def narrowed(site: web.Web, *without: str) -> Choices:
    """The choices of a funder whose own access lacks some data elements."""
    limits = Limits(elements=frozenset(elements()) - set(without))
    return Choices.of(Session(Viewer("u", "fund", Role.FUNDER, limits=limits), site.stores, site.clock))


def test_similar_places_are_the_same_on_every_page_and_say_in_what_they_are_alike(site: web.Web) -> None:
    from pages import compare, profile

    def alike(*without: str) -> set[Similar]:
        choices = narrowed(site, *without)
        return {page.ask(USUAL[name] | {"area": "T05"}, choices).alike for name, page in asked.items()}

    asked = {"profile": profile, "compare": compare}
    with site.app.server.test_request_context("/"):
        (everything,), (less,) = alike(), alike("economically_disadvantaged")
    assert len(everything.codes) == 4 and len(less.codes) == 4
    assert everything.words.endswith("these are most alike in number of children, gender, age and family income.")
    assert less.words == "Of what is open to you, these are most alike in number of children, gender and age."


def test_the_list_of_places_shows_the_place_that_is_drawn(site: web.Web) -> None:
    """Also where the address names a place of another kind: a list without it shows its first entry."""
    from pages import profile

    with site.app.server.test_request_context("/"):
        choices = narrowed(site)
        asked = profile.ask(USUAL["profile"] | {"level": "region", "area": "T02b"}, choices)
        other, own = (list(profile.offered(choices, asked, chosen)) for chosen in ("T05", "T02b"))
    assert (other[0], own[0]) == ("T02b", "T01a") and sorted(other) == sorted(own)


def test_profile_and_compare_tell_the_same_similar_places(funder: Reader) -> None:
    profile = spoken(funder.answer("profile", USUAL["profile"])["profile-content.children"])
    compare = spoken(funder.answer("compare", USUAL["compare"] | {"area": "T05"})["compare-notes.children"])
    (names,) = re.findall(r"Similar places: ([^.]+)\. Of what is open to you, these are most alike in number", profile)
    assert f"Similar places{names}.Of what is open to you, these are most alike in number" in compare


def test_a_profile_of_an_earlier_year_is_of_that_year(funder: Reader) -> None:
    def marked(year: str) -> set[str]:
        drawn = json.dumps(decoded(funder.answer("profile", USUAL["profile"] | {"year": year})))
        return set(re.findall(r'cx=."([0-9.]+)." cy=."[0-9.]+." r=."3.5', drawn))

    assert marked("2024-25") == {"126.0"} and marked("2022-23") == {"46.0"}, "the middle of the second of four years"
    answer = funder.answer("profile", USUAL["profile"] | {"year": "2021-22"})["profile-content.children"]
    assert "No earlier school year to compare with" in spoken(answer) and "latest year" not in spoken(answer)
    assert "/compare?i=chronic_absence&level=town&area=T05&year=2021-22" in str(answer)
    later = funder.answer("profile", USUAL["profile"] | {"year": "2022-23"})["profile-content.children"]
    assert "'children': '2021-22', 'className': 'year'" in str(later), "a year does not break at its hyphen"


def test_every_page_says_what_is_missing_in_the_same_words_and_whom_to_ask(site: web.Web) -> None:
    from pages import compare, overview, profile

    with site.app.server.test_request_context("/"):
        choices = narrowed(site, "assessment", "gender", "economically_disadvantaged")
        g.viewer = choices.session.viewer
        drawn = portrait.content(profile.ask(USUAL["profile"], choices), None)
        rows = [row for name in choices.outcomes() if (row := overview.of_county(choices, name))]
        home, groups = overview.content(rows, choices), compare.ask(USUAL["compare"], choices).without
        with pytest.raises(Refused) as refusal:
            choices.report("third_grade_reading", View("town"))
    reason = "Your own access does not include: {}. The backbone organization can widen what you may see."
    tests, gender = reason.format("test and readiness results"), reason.format("gender")
    assert str(refusal.value) == tests and tests in spoken(drawn) and tests in spoken(home)
    assert "Gender is not open to you. " + gender in spoken(home)
    assert "Family income and gender are not open to you." in spoken(home)
    assert "By gender: not open to you" in str(groups) and gender in str(groups)
    assert "or too many numbers" not in spoken(home) + spoken(drawn) + str(groups)


def test_what_is_hidden_too_much_says_so_in_the_words_of_the_publication(site: web.Web) -> None:
    why = "More than 30 % of the numbers of this table would have to be hidden."
    gone = {View("town"), View("county", ("home_language",))}
    with site.app.server.test_request_context("/"):
        from pages import compare, overview, profile

        choices = narrowed(site)
        offers = tuple(
            replace(o, offered=False, why=why) if o.indicator == "four_year_graduation" and o.view in gone else o
            for o in choices.info.offers
        )
        choices = replace(choices, info=replace(choices.info, offers=offers))
        row = overview.of_county(choices, "four_year_graduation")
        groups = compare.without("home_language", choices, indicators()["four_year_graduation"], "town", "T05")
        instead = profile.without(choices, "four_year_graduation", "town", "2024-25")
    assert row is not None and row.level == "district", "where the usual places are not offered, others are linked"
    assert f"Four-year graduation by language spoken at home: {why}" in not_shown([row])
    assert "By language spoken at home: not shown" in str(groups) and why in str(groups)
    assert instead.why == why and instead.instead == (
        "school districts",
        "/compare?i=four_year_graduation&year=2024-25&view=district&level=district",
    )
    assert choices.closed("chronic_absence", View("town")) is None


def test_a_county_is_not_the_county_of_itself(funder: Reader) -> None:
    for page in ("compare", "map", "profile"):
        answer = funder.answer(page, USUAL[page] | {"level": "county", "area": ""})
        assert spoken(answer[f"{page}-context.children"]).startswith("Alder County · "), page
    profile = funder.answer("profile", USUAL["profile"] | {"level": "county", "area": ""})
    assert spoken(profile["profile-title.children"]) == "Alder County"
    said = spoken(profile["profile-content.children"])
    assert "of the county’s" not in said and "similar places" not in said.lower(), "nor compared with itself"


def test_stacked_parts_are_not_said_to_show_intervals(funder: Reader) -> None:
    answer = funder.answer("compare", USUAL["compare"] | {"i": "after_school_participation", "level": "county"})
    said = words(answer, "compare")
    parts = said[said.index("panel-years") :]
    assert "Students by days attended, in parts" in parts and "the title compares “30 days or more”" in parts
    assert "each bar: everybody in its row" in parts and "95 %" not in parts.split("All places and school years")[0]


def test_the_day_of_publishing_is_told_in_the_communitys_time_zone(site: web.Web) -> None:
    with site.app.server.test_request_context("/"):
        from pages import overview  # pages need an application before them

        info = site.stores.publications.current().info
        night = replace(info, made_at=datetime(2025, 9, 2, 3, tzinfo=UTC))
        said = str(overview.news(Choices(None, night)))  # type: ignore[arg-type]
    assert "Published on September 1, 2025" in said


def test_the_county_can_be_chosen_where_it_is_shown_or_nothing_else_is_open(funder: Reader) -> None:
    def offered(key: str, **query: str) -> list[str]:
        answer = funder.answer("compare", USUAL["compare"] | query)
        return [o["value"] for name, options in answer.items() if f'"key":"{key}"' in name for o in options]

    assert "county" in offered("level", level="county") and "county" not in offered("level")
    assert offered("level", i="after_school_participation", level="county") == ["county"]
    layout = funder.layout("/compare", "?i=after_school_participation&level=county")
    assert [o["label"] for o in options_of(layout, "level")] == ["County"]
    answer = funder.answer("compare", USUAL["compare"] | {"level": "county"})
    assert spoken(answer["compare-context.children"]).startswith("Alder County · ")
    assert [o["value"] for o in answer["compare-add.options"]] == [""], "nothing lies beside the county"
    shown = funder.answer("map", USUAL["map"] | {"level": "county"})
    assert "county" in [o["value"] for name, options in shown.items() if '"key":"level"' in name for o in options]


def test_the_nearest_level_of_an_outcome_is_one_at_which_it_is_open(site: web.Web) -> None:
    with site.app.server.test_request_context("/"):
        info = site.stores.publications.current().info
        offers = tuple(replace(offer, permitted=True) for offer in info.offers)
        choices = Choices(None, replace(info, offers=offers))  # type: ignore[arg-type]
        near, map_ = choices.nearest(), choices.nearest(with_county=False)
    assert near["third_grade_reading"]["region"] == "town" and near["chronic_absence"]["region"] == "region"
    assert set(near["after_school_participation"].values()) == {"county"}
    assert near["chronic_absence"]["county"] == "county" and map_["after_school_participation"]["town"] == ""


def test_beside_a_table_that_hides_much_stands_a_coarser_one_that_hides_less(site: web.Web) -> None:
    with site.app.server.test_request_context("/"):
        from pages import attacker

        info = site.stores.publications.current().info
        poor = ("economically_disadvantaged",)
        shares = {View("town", poor): 0.4, View("town"): 0.2, View("county", poor): 0.0}
        seen = [
            replace(o, hidden_share=shares.get(o.view, 0.5), offered=o.view in shares)
            for o in info.offers
            if o.indicator == "chronic_absence"
        ]
        found = {one.view: one for one in attacker.shares(replace(info, offers=tuple(seen)))}
    fine = found[View("town", poor).title]
    assert fine.offered and (fine.coarser, fine.coarser_share) == (View("county", poor).title, 0.0)
    assert found[View("town").title].coarser == "", "nothing offered hides less"


def test_a_profile_begins_where_somebody_lives(site: web.Web) -> None:
    from pages import profile

    with site.app.server.test_request_context("/"):
        choices = Choices.of(Session(Viewer("u", "backbone", Role.BACKBONE), site.stores, site.clock))
        airport, second, *_ = choices.places("region")
        areas = [replace(area, residents=area.code != airport) for area in choices.areas("region")]
        # All but the airport: as where the first place by name has no residents.
        emptied = SimpleNamespace(places=choices.places, areas=lambda _: areas)
        assert profile.first(choices, "region") == airport and profile.first(emptied, "region") == second
