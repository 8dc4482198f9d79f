"""Whatever is granted, withdrawn, expires, signed, suspended or grows up: what is read is what a small model says.

After every step the same questions go through `Session` in this process, with everything it keeps warm, and in a second
process that was started once and knows only what the registry says.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from data_access import consents
from data_access.agreements import save_agreement
from data_access.consent_copy import ConsentCopy
from data_access.consented import Asked
from data_access.registry.engine import transaction
from data_access.session import Session
from data_access.stores import Stores
from privacy.agreement import Agreement, Level, State, Tier
from privacy.authorize import Refused
from privacy.consent import Capacity, ConsentPolicy
from privacy.viewer import Role, Viewer
from tests.support import fresh
from tests.support.families import COVERS, DESK, KEY, NO, YES, add_child, add_contributors, link

CLUB = Viewer("u-club", "club", Role.PARTNER)
CHILDREN = (1, 2)
BORN = {1: date(2008, 11, 3), 2: date(2015, 3, 1)}  # the first comes of age in the days that are played
RECORDS = {100: "school", 101: "clinic", 200: "school"}  # the same child under two contributors; 200 is the second's
FIELDS = frozenset({"child", "birth_date"})
FIRST = date(2026, 10, 30)
PAIRS = [(contributor, field) for contributor in ("school", "clinic") for field in sorted(FIELDS)]


def agreement(name: str, tier: Tier, party: str, state: State, ends: date) -> Agreement:
    return Agreement(
        id=name, version=1, tier=tier, title=name, party=party, level=Level.IDENTIFIABLE, elements=FIELDS,
        purposes=frozenset({"coordination"}), finest_area="region", minimum_count=10, starts=date(2026, 1, 1),
        ends=ends, state=state, recipients=frozenset({"club"}),
    )  # fmt: skip


def seen(stores: Stores, at: datetime) -> dict[str, list[str]]:
    """What the club reads of each child at a moment, and which consents stand for all at once."""
    asked = Asked("club", "coordination", Level.IDENTIFIABLE, at, ConsentPolicy(stores.time_zone))
    copied = ConsentCopy(stores.home / "consent", stores.registry, KEY).resolve(asked, PAIRS)
    found = {"all": [f"{child} {' '.join(pair)}" for pair in PAIRS for child in copied.having(pair).tolist()]}
    for child in CHILDREN:
        try:
            frame = Session(CLUB, stores, lambda: at).child(child, "coordination").frame
        except Refused:
            found[str(child)] = []
            continue
        shown = frame[frame["value"].notna()]
        found[str(child)] = sorted(f"{row.contributor} {row.element}" for row in shown.itertuples())
    return found


class Sharing(RuleBasedStateMachine):
    """The model: what each parent said last, until when; what stands in the agreements; what day it is."""

    zone = ZoneInfo("UTC")
    other: "subprocess.Popen[str]"

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        home = Path(self.folder.name)
        self.stores = fresh.stores(home, KEY, self.zone)
        self.now = datetime.combine(FIRST, time(12), self.zone).astimezone(UTC)
        self.said: list[tuple[int, str, str, frozenset[str], frozenset[str], date]] = []
        self.whose = {record: record // 100 for record in RECORDS}
        self.states = {"use-club": State.ACTIVE, "school-shares": State.ACTIVE, "clinic-shares": State.ACTIVE}
        self.ends = {
            "use-club": date(2026, 11, 5),
            "school-shares": date(2027, 1, 1),
            "clinic-shares": date(2027, 1, 1),
        }

    @initialize()
    def begin(self) -> None:
        with transaction(self.stores.registry) as connection:
            add_contributors(connection, "school", "clinic", "club")
            for child, born in BORN.items():
                add_child(connection, child, {c: born for r, c in RECORDS.items() if self.whose[r] == child})
        for name in self.states:
            self.put(name)

    def put(self, name: str) -> None:
        tier = Tier.USE if name == "use-club" else Tier.SHARING
        one = agreement(
            name, tier, name.split("-")[0] if tier is Tier.SHARING else "club", self.states[name], self.ends[name]
        )
        with transaction(self.stores.registry) as connection:
            save_agreement(connection, one)

    @rule(
        record=st.sampled_from(sorted(RECORDS)),
        signer=st.sampled_from(["mother", "father", "self"]),
        yes=st.sampled_from([True, True, False]),
        fields=st.sampled_from([FIELDS, FIELDS, frozenset({"child"})]),
        share=st.sampled_from([frozenset({"school", "clinic"}), frozenset({"school"}), frozenset({"clinic"})]),
        until=st.integers(0, 6),
    )
    def say(
        self, record: int, signer: str, yes: bool, fields: frozenset[str], share: frozenset[str], until: int
    ) -> None:
        expires = FIRST + timedelta(until)
        capacity = Capacity.YOUNG_PERSON if signer == "self" else Capacity.PARENT
        said = replace(YES if yes else NO, record=record, signer=signer, capacity=capacity, expires_on=expires)
        if yes:
            said = replace(said, coverage=replace(COVERS, elements=fields, disclosing=share))
        with transaction(self.stores.registry) as connection:
            consents.record(connection, KEY, said, by=DESK, at=self.now)
        word = ("yes", fields, share, expires) if yes else ("no", FIELDS, frozenset({"school", "clinic"}), expires)
        self.said.append((record, signer, *word))

    @rule(record=st.sampled_from(sorted(RECORDS)), child=st.sampled_from(CHILDREN))
    def match_anew(self, record: int, child: int) -> None:
        """Records are merged and parted; what was said goes with them."""
        self.whose[record] = child
        with transaction(self.stores.registry) as connection:
            link(connection, record, child)

    @rule()
    def copy_what_was_said(self) -> None:
        ConsentCopy(self.stores.home / "consent", self.stores.registry, KEY).keep_up(least=1)

    @rule(name=st.sampled_from(["use-club", "school-shares", "clinic-shares"]))
    def suspend_or_resume(self, name: str) -> None:
        self.states[name] = State.SUSPENDED if self.states[name] is State.ACTIVE else State.ACTIVE
        self.put(name)

    @rule(minutes=st.sampled_from([1, 60, 60 * 11, 60 * 12, 60 * 24]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def wait_to_the_last_minute_of_the_day(self) -> None:
        """And over it: clocks go back in New York on November 1."""
        local = self.now.astimezone(self.zone)
        midnight = datetime.combine(local.date() + timedelta(1), time(), self.zone).astimezone(UTC)
        self.now = midnight - timedelta(seconds=1) if self.now < midnight - timedelta(seconds=1) else midnight

    def expected(self) -> dict[str, list[str]]:
        today = self.now.astimezone(self.zone).date()
        agreed = {(child, *pair) for child in CHILDREN for pair in PAIRS if self.agreed(child, *pair, today)}
        found = {"all": [f"{child} {c} {f}" for c, f in PAIRS for child in CHILDREN if (child, c, f) in agreed]}
        for child in CHILDREN:
            open_ = [
                f"{contributor} {field}"
                for record, contributor in RECORDS.items()
                for field in sorted(FIELDS)
                if self.whose[record] == child and (child, contributor, field) in agreed
                and self.in_force("use-club", today) and self.in_force(f"{contributor}-shares", today)
            ]  # fmt: skip
            found[str(child)] = sorted(open_)
        return found

    def in_force(self, name: str, today: date) -> bool:
        return self.states[name] is State.ACTIVE and today <= self.ends[name]

    def grown(self, child: int, today: date) -> bool | None:
        """By the earliest birth date of the child's records; None where it has none."""
        births = [BORN[record // 100] for record, whose in self.whose.items() if whose == child]
        return today >= min(births).replace(year=min(births).year + 18) if births else None

    def agreed(self, child: int, contributor: str, field: str, today: date) -> bool:
        words, grown = [], self.grown(child, today)
        if grown is None:
            return False
        for signer in ("self",) if grown else ("mother", "father"):
            own = [word for record, who, *word in self.said if who == signer and self.whose[record] == child]
            words += [w for w in own if field in w[1] and contributor in w[2]][-1:]
        no = any(word == "no" for word, *_ in words)
        return not no and any(word == "yes" and today <= until for word, _, _, until in words)

    @invariant()
    def what_is_read_is_what_the_model_says(self) -> None:
        if not self.said:
            return
        wanted = self.expected()
        assert seen(self.stores, self.now) == wanted
        assert self.ask_the_other() == wanted

    def ask_the_other(self) -> Any:
        assert self.other.stdin is not None
        assert self.other.stdout is not None
        asked = {"home": self.folder.name, "zone": self.zone.key, "at": self.now.isoformat()}
        self.other.stdin.write(json.dumps(asked) + "\n")
        self.other.stdin.flush()
        return json.loads(self.other.stdout.readline())

    def teardown(self) -> None:
        self.stores.registry.dispose()
        self.folder.cleanup()


@pytest.fixture(scope="module")
def other() -> Iterator["subprocess.Popen[str]"]:
    """The second process."""
    command = [sys.executable, "-m", "tests.data_access.second_reader"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
def test_what_is_read_follows_every_change_at_once(zone: str, other: "subprocess.Popen[str]") -> None:
    machine: Callable[[], Sharing] = type("Zoned", (Sharing,), {"zone": ZoneInfo(zone), "other": other})
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    few = settings(
        max_examples=4, stateful_step_count=14, phases=phases, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=few)
