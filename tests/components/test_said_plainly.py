"""Small words: whose limit it is, what an emergency is called, which level agreements differ in."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

from components import children, covenant, ledger_lines, states
from privacy.agreement import Agreement, Level, State, Tier
from privacy.authorize import FIRST_STEP, OWN
from privacy.cross_checks import cross_checks

ONE = Agreement(
    id="a",
    version=1,
    tier=Tier.SHARING,
    title="A",
    party="club",
    level=Level.DEIDENTIFIED,
    elements=frozenset({"child"}),
    purposes=frozenset({"funding_review"}),
    finest_area="town",
    minimum_count=10,
    starts=date(2024, 1, 1),
    ends=date(2030, 1, 1),
    state=State.ACTIVE,
)


def test_a_limit_of_the_person_is_not_said_to_be_the_organizations() -> None:
    assert states.title_of(states.refused([f"What you may see is limited to: Town 1. {OWN}"])) == "Not open to you"
    assert "this person" not in OWN
    assert states.title_of(states.refused(["Something else."])) == "Not open to your organization"


def test_the_backbones_first_step_leads_to_agreements() -> None:
    assert "/agreements?draft=new" in str(states.refused([f"There is none. {FIRST_STEP}"]).to_plotly_json())


def test_levels_are_named_as_everywhere() -> None:
    found = cross_checks([ONE, replace(ONE, id="b", title="B", level=Level.IDENTIFIABLE)], date(2026, 1, 1))
    told = " ".join(one.text for one in found)
    assert "the level (De-identified and Named children)" in told
    assert covenant.SHORT == {"aggregate": "Counts", "deidentified": "De-identified", "identifiable": "Named children"}


def test_an_emergency_is_called_one() -> None:
    assert ledger_lines.agreement_title("emergency/1", {}) == "Emergency no. 1"
    row = SimpleNamespace(sharing="emergency/1", license="emergency/1", consent=None)
    assert children._rests(row) == "Emergency no. 1"
