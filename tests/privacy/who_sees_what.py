"""Who sees what: every role, agreement, consent, level and field, decided by the same functions as everywhere.

`python -m tests.privacy.who_sees_what` writes docs/who-sees-what.md; a test compares them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

from catalog.terms import elements
from privacy.agreement import Agreement, Level, State, Tier, person
from privacy.authorize import Refused, Request, authorize
from privacy.consent import (
    Basis,
    Capacity,
    ChildFacts,
    ConsentEvent,
    ConsentPolicy,
    ConsentRequest,
    CourtOrder,
    Say,
    decide_consent,
)
from privacy.records import authorize_records
from privacy.viewer import Limits, Role, Viewer

FILE = Path(__file__).parents[2] / "docs" / "who-sees-what.md"
TODAY = date(2026, 11, 2)
AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
POLICY = ConsentPolicy(ZoneInfo("America/New_York"))
PURPOSE = "coordination"
FIELDS = ("child", "participation", "attendance", "economically_disadvantaged", "screening", "gender", "home_language")
NAMED = frozenset(FIELDS) - {"home_language"}

SHARING = Agreement(
    id="school-shares",
    version=1,
    tier=Tier.SHARING,
    title="School shares",
    party="school",
    level=Level.IDENTIFIABLE,
    elements=NAMED,
    purposes=frozenset({PURPOSE}),
    finest_area="region",
    minimum_count=10,
    starts=date(2026, 1, 1),
    ends=date(2026, 12, 31),
    state=State.ACTIVE,
    recipients=frozenset({"club", "clinic", "office", "fund", "evaluator"}),
    consent={"participation": "not_required", "screening": "not_required"},
)
LICENSE = replace(SHARING, id="reads", tier=Tier.USE, title="License", party="club", recipients=frozenset(), consent={})

# What stands between the contributor and the reader -> the pair of agreements.
AGREEMENTS: Mapping[str, tuple[Agreement, ...]] = {
    "both in force": (SHARING, LICENSE),
    "license a draft": (SHARING, replace(LICENSE, state=State.DRAFT)),
    "license signed, not in force": (SHARING, replace(LICENSE, state=State.SIGNED)),
    "license suspended": (SHARING, replace(LICENSE, state=State.SUSPENDED)),
    "license ended yesterday": (SHARING, replace(LICENSE, ends=date(2026, 11, 1))),
    "license for rows without names": (SHARING, replace(LICENSE, level=Level.DEIDENTIFIED)),
    "license for another purpose": (SHARING, replace(LICENSE, purposes=frozenset({"funding_review"}))),
    "license for another contributor": (SHARING, replace(LICENSE, contributors=frozenset({"library"}))),
    "license names the reader": (SHARING, replace(LICENSE, recipients=frozenset({person("reader")}))),
    "license names somebody else": (SHARING, replace(LICENSE, recipients=frozenset({person("somebody else")}))),
    "license without attendance": (SHARING, replace(LICENSE, elements=NAMED - {"attendance"})),
    "sharing suspended": (replace(SHARING, state=State.SUSPENDED), LICENSE),
    "sharing ends today": (replace(SHARING, ends=TODAY), LICENSE),
    "sharing for counts only": (replace(SHARING, level=Level.AGGREGATE), LICENSE),
    "reader no recipient": (replace(SHARING, recipients=frozenset()), LICENSE),
    "no agreement": (),
}
YES = ConsentEvent(
    sequence=1,
    child=1,
    signer="mother",
    capacity=Capacity.PARENT,
    say=Say.PERMIT,
    basis=Basis.FERPA,
    elements=NAMED,
    purposes=frozenset({PURPOSE}),
    disclosing=frozenset({"school"}),
    recipients=frozenset({"club", "clinic", "office", "fund", "evaluator"}),
    level=Level.IDENTIFIABLE,
    recorded_at=datetime(2026, 9, 1, tzinfo=UTC),
    signed_on=date(2026, 9, 1),
    expires_on=date(2027, 6, 30),
    evidence="scan",
    form_version="1",
)
NO = replace(YES, sequence=2, say=Say.DENY)
INCOME = replace(YES, basis=Basis.MEALS, elements=frozenset({"economically_disadvantaged"}))
SCREENING = replace(YES, basis=Basis.HIPAA, elements=frozenset({"screening"}))
BORN = ChildFacts(date(2016, 5, 20))
# What the family said, and who the child is -> statements and facts.
CONSENTS: Mapping[str, tuple[tuple[ConsentEvent, ...], ChildFacts]] = {
    "none": ((), BORN),
    "signed (school form)": ((YES,), BORN),
    "signed (health form)": ((replace(YES, basis=Basis.HIPAA),), BORN),
    "signed (school meals form)": ((replace(YES, basis=Basis.MEALS),), BORN),
    "every form signed": ((YES, replace(INCOME, sequence=2), replace(SCREENING, sequence=3)), BORN),
    "withdrawn": ((YES, NO), BORN),
    "expires today": ((replace(YES, expires_on=TODAY),), BORN),
    "expired yesterday": ((replace(YES, expires_on=date(2026, 11, 1)),), BORN),
    "without a signature": ((replace(YES, evidence=None),), BORN),
    "for attendance only": ((replace(YES, elements=frozenset({"attendance"})),), BORN),
    "for another reader": ((replace(YES, recipients=frozenset({"library"})),), BORN),
    "for rows without names": ((replace(YES, level=Level.DEIDENTIFIED),), BORN),
    "two guardians disagree": ((YES, replace(NO, signer="father")), BORN),
    "signer barred by a court": ((YES,), replace(BORN, court_orders=(CourtOrder("mother", date(2026, 10, 1)),))),
    "parent's, young person is 18": ((YES,), ChildFacts(date(2008, 11, 2))),
    "young person's own at 18": ((replace(YES, capacity=Capacity.YOUNG_PERSON),), ChildFacts(date(2008, 11, 2))),
}
# The reader -> viewer and how the license is theirs.
READERS: Mapping[str, Viewer] = {
    "partner, recipient": Viewer("p", "club", Role.PARTNER),
    "partner, own children": Viewer("s", "school", Role.PARTNER),
    "partner, limited to attendance": Viewer("l", "club", Role.PARTNER, Limits(elements=frozenset({"attendance"}))),
    "partner, limited to counts": Viewer("a", "club", Role.PARTNER, Limits(level=Level.AGGREGATE)),
    "backbone": Viewer("b", "office", Role.BACKBONE),
    "funder": Viewer("f", "fund", Role.FUNDER),
    "evaluator": Viewer("e", "evaluator", Role.EVALUATOR),
    "guardian (not under “My child”)": Viewer("g", "club", Role.GUARDIAN),
}


@dataclass(frozen=True)
class Case:
    """One combination, with the fields that may be read of a named child."""

    reader: str
    agreement: str
    consent: str
    fields: frozenset[str]


def held_by(viewer: Viewer, pair: tuple[Agreement, ...]) -> list[Agreement]:
    """The pair, with the license in the name of the reader's organization, and of the reader where it names one."""
    named = {person("reader"): person(viewer.user_id)}
    return [
        replace(a, party=viewer.organization, recipients=frozenset(named.get(r, r) for r in a.recipients))
        if a.tier is Tier.USE
        else a
        for a in pair
    ]


def fields(reader: str, agreement: str, consent: str) -> frozenset[str]:
    """The fields of one contributor's child that a reader may read by name."""
    viewer, (events, facts) = READERS[reader], CONSENTS[consent]
    try:
        permit = authorize_records(viewer, PURPOSE, held_by(viewer, AGREEMENTS[agreement]), TODAY)
    except Refused:
        return frozenset()
    found = set()
    for source in (s for s in permit.sources if s.contributor == "school"):
        asked = (1, facts, "school", viewer.organization, PURPOSE, source.element, Level.IDENTIFIABLE)
        if not source.consent or decide_consent(events, ConsentRequest(*asked), AT, POLICY).permitted:
            found.add(source.element)
    return frozenset(found)


def cases() -> list[Case]:
    """Every reader by every agreement by every consent."""
    return [Case(*which, fields(*which)) for which in product(READERS, AGREEMENTS, CONSENTS)]


def levels(reader: str, level: Level) -> str:
    """What a license of one level opens to a reader: protected counts, rows without names, named children."""
    viewer = READERS[reader]
    held = held_by(viewer, (SHARING, replace(LICENSE, level=level)))
    told = []
    for asked in (Level.AGGREGATE, Level.DEIDENTIFIED):
        try:
            authorize(viewer, Request(frozenset({"child", "attendance"}), asked, "town", PURPOSE), held, TODAY)
        except Refused:
            continue
        told.append({Level.AGGREGATE: "counts", Level.DEIDENTIFIED: "rows without names"}[asked])
    try:
        permit = authorize_records(viewer, PURPOSE, held, TODAY)
    except Refused:
        return ", ".join(told) or "nothing"
    own = permit.own and not any(s.contributor != viewer.organization for s in permit.sources)
    return ", ".join([*told, "its own children" if own else "named children, with consent"])


def document() -> str:
    """The tables as Markdown."""
    parts = [HEAD, "## By role and level of the license", "", _table(["Reader", *(s.code for s in Level)], _by_level())]
    titles = [elements()[name].title for name in FIELDS]
    parts += ["", FIELDS_HEAD, "", "## By agreement (consent on every form)", ""]
    parts.append(_table(["Between contributor and reader", *titles], _by("agreement")))
    parts += ["", "## By consent (both agreements in force)", "", _table(["The family", *titles], _by("consent"))]
    parts += ["", "## Every reader, agreement and consent", "", ALL_HEAD, ""]
    parts.append(_table(["Reader", "Agreements", "Consent", "Fields that may be read"], _every()))
    return "\n".join([*parts, ""])


HEAD = """# Who sees what

Made by `python -m tests.privacy.who_sees_what` from the functions that decide (`authorize`, `authorize_records`,
`decide_consent`); a test fails where it is out of date. Roles decide which pages exist; agreements and consents decide
which data. Anything that is not allowed below is refused, with the reason and who can grant it.
"""
FIELDS_HEAD = """The next tables are about one named child of a school, read by a partner that the school names as a
recipient. The school's agreement lifts consent for participation, and tries to for screening, which is health data and
cannot be lifted. Family income comes from school-meal records and always needs consent, on a form of its own. The
language spoken at home is in neither agreement."""
ALL_HEAD = "Combinations with the same answer share a row; those in which nothing may be read are left out."


def _by_level() -> list[list[str]]:
    return [[reader, *(levels(reader, level) for level in Level)] for reader in READERS]


def _by(axis: str) -> list[list[str]]:
    names = AGREEMENTS if axis == "agreement" else CONSENTS
    rows = []
    for name in names:
        which = (name, "every form signed") if axis == "agreement" else ("both in force", name)
        open_ = fields("partner, recipient", *which)
        rows.append([name, *("yes" if field in open_ else "no" for field in FIELDS)])
    return rows


def _every() -> list[list[str]]:
    grouped: dict[tuple[str, frozenset[str], tuple[str, ...]], list[str]] = {}
    for reader, agreement in product(READERS, AGREEMENTS):
        by_fields: dict[frozenset[str], list[str]] = {}
        for consent in CONSENTS:
            by_fields.setdefault(fields(reader, agreement, consent), []).append(consent)
        for open_, consents in by_fields.items():
            if open_:
                grouped.setdefault((reader, open_, tuple(consents)), []).append(agreement)
    return [
        [reader, "; ".join(agreements), _all_or(consents), ", ".join(f for f in FIELDS if f in open_)]
        for (reader, open_, consents), agreements in grouped.items()
    ]


def _all_or(consents: tuple[str, ...]) -> str:
    return "any" if len(consents) == len(CONSENTS) else "; ".join(consents)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
