"""The day something was recorded is told in the community's time zone."""

from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from components import consent_child

NIGHT = datetime(2026, 11, 28, 3, tzinfo=UTC)  # still the evening of the 27th in New York


def test_days_are_those_of_the_community() -> None:
    zone = ZoneInfo("America/New_York")
    ended = SimpleNamespace(how="closed", at=NIGHT, by="Robin", note="")
    case = SimpleNamespace(number=1, child=2, opened_at=NIGHT, ended=ended)
    entry = SimpleNamespace(starts_on=None, evidence="A letter", recorded_at=NIGHT, recorded_by="Robin")
    drawn = [
        consent_child.cases([case], "Cases", zone),
        consent_child.ending(ended, zone),
        *consent_child.enrollments([entry], zone),
    ]
    for part in drawn:
        assert "November 27, 2026" in str(part) and "November 28" not in str(part)
