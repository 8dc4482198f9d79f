"""Attendance, participation and outcome files of one contributor and school year."""

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from demo.attendance import Days, club_days, school_days
from demo.contributors import CLINIC, EARLY, LIBRARY, MENTORS, MERROW, VALLEY, VISITS
from demo.outcomes import GRADUATION, Outcomes
from demo.programs import Programs
from demo.records import Records
from demo.roster import local_ids
from demo.world import World
from demo.write import dates, picked
from demo.years import YEARS, day, months

Columns = Mapping[str, pa.Array]
ATTENDANCE = ("child_id", "program", "month", "days_enrolled", "days_present", "hours")
PARTICIPATION = ("child_id", "program", "start_date", "end_date")
OUTCOME = ("child_id", "measure", "date", "value", "met", "instrument")
SUMMER_DAYS = (10, 20)
ZONES = ("on_track", "monitor", "refer")


class Facts:
    """Makes one contributor's facts of one year, piece by piece of its records."""

    def __init__(
        self, world: World, outcomes: Outcomes, programs: Programs, which: int, year: int, rng: np.random.Generator
    ) -> None:
        self.world, self.outcomes, self.programs, self.which, self.year = world, outcomes, programs, which, year
        self.records: Records = world.records[which]
        self.rng, self.first = rng, YEARS[year].first

    def _at(self, month: int, number: int, earliest: int = 8) -> int:
        return day(date(self.first + (month < earliest), month, number))

    def program(self, rows: np.ndarray) -> np.ndarray:
        """Program number of each record."""
        child = self.records.child[rows]
        e = self.world.enrollment
        academy = e.academy[child, self.year]
        joined = (e.joins[child, self.year] == self.which) & ~academy
        place = np.where(joined, min(self.year + 1, len(YEARS) - 1), self.year)
        town = self.world.geography.atom_town[e.atom[child, place]]
        return self.programs.of(town, np.maximum(e.grade[child, self.year], 0), academy)

    def attendance(self, rows: np.ndarray) -> tuple[Columns | None, Days | None, int]:
        """Attendance rows (child by child, month by month), the days, and the first month (calendar) they start at."""
        if self.which in (VISITS, CLINIC):
            return None, None, 9
        days, start, hours = self._days(rows)
        child, month = np.nonzero(days.enrolled > 0)
        names = months(YEARS[self.year], 11)[(start - 9) % 12 :]
        enrolled, present = days.enrolled[child, month], days.present[child, month]
        table = {
            "child_id": local_ids(self.records, rows).take(pa.array(child)),
            "program": picked(self.programs.codes, self.program(rows)[child]),
            "month": picked(names, month),
            "days_enrolled": pa.array(enrolled.astype(np.int16)),
            "days_present": pa.array(present.astype(np.int16)),
            "hours": pa.array(present * hours, mask=np.full(len(present), hours == 0)),
        }
        return table, days, start

    def _days(self, rows: np.ndarray) -> tuple[Days, int, float]:
        """Days, first month, and hours a day (0: not recorded)."""
        child, rng = self.records.child[rows], self.rng
        joins = self.world.enrollment.joins[child, self.year]
        if self.which in (MERROW, VALLEY):
            left = (joins >= 0) & (joins != self.which)
            return school_days(joins == self.which, left, self.outcomes.chronic[child, self.year] == 1, rng), 9, 0.0
        if self.which == LIBRARY:
            offered = np.tile(np.array(SUMMER_DAYS), (len(rows), 1))
            return Days(offered, rng.binomial(offered, 0.2 + 0.5 * rng.random((len(rows), 1)))), 6, 1.5
        if self.which == MENTORS:
            offered = np.full((len(rows), 9), 4)
            return Days(offered, rng.binomial(offered, 0.8)), 9, 1.25
        if self.which == EARLY:
            plain = np.zeros(len(rows), bool)
            return school_days(plain, plain, rng.random(len(rows)) < 0.25, rng), 9, 0.0
        return club_days(self.outcomes.regular[child, self.year] == 1, rng), 9, 2.5

    def participation(self, rows: np.ndarray, days: Days | None, start: int) -> Columns:
        """One spell per record: from the first to the last month of attendance, or by the program's own dates."""
        child_id, program = local_ids(self.records, rows), picked(self.programs.codes, self.program(rows))
        if days is not None:
            begin, end = self._spell(days, start)
        else:
            begin = self._at(9, 1) + self.rng.integers(0, 250, len(rows))
            end = np.minimum(begin + self.rng.integers(1, 200, len(rows)), self._at(7, 31))
        open_ended = np.full(len(rows), self.which == MENTORS)
        return {
            "child_id": child_id,
            "program": program,
            "start_date": dates(begin),
            "end_date": dates(end, open_ended),
        }

    def _spell(self, days: Days, start: int) -> tuple[np.ndarray, np.ndarray]:
        """First day of the first month enrolled and last day of the last."""
        on = days.enrolled > 0
        names = [np.datetime64(m) for m in months(YEARS[self.year], 12)[(start - 9) % 12 :]]
        opening = np.array([m.astype("datetime64[D]").astype(np.int64) for m in names])
        first, last = on.argmax(axis=1), on.shape[1] - 1 - on[:, ::-1].argmax(axis=1)
        return opening[first] + 5 * (first == 0), opening[last + 1] - 1 - 6 * (last == on.shape[1] - 1)

    def outcome(self, rows: np.ndarray) -> Iterator[Columns]:
        """Tests and graduation of the districts; screenings (and a checklist of its own) of those who screen."""
        if self.which in (MERROW, VALLEY):
            yield from self._tests(rows)
        if self.which == EARLY:
            yield self._checklist(rows)
        if self.which in (EARLY, VISITS, CLINIC):
            yield self._screenings(rows)

    def _tests(self, rows: np.ndarray) -> Iterator[Columns]:
        child, o, e = self.records.child[rows], self.outcomes, self.world.enrollment
        fall = e.school[child, self.year] == self.which
        joins = e.joins[child, self.year]
        spring = (fall & (joins < 0)) | (joins == self.which)
        scales = (
            ("kindergarten_readiness", o.readiness, "ARI", fall, (9, 12), 42, 215, 28),
            ("reading_grade3", o.reading, "STATE-ELA", spring, (4, 8), 18, 500, 40),
            ("math_grade8", o.math, "STATE-MATH", spring, (4, 24), 16, 500, 44),
        )
        for measure, result, instrument, when, (month, opening), span, cut, width in scales:
            found = np.flatnonzero((result[child, self.year] >= 0) & when)
            met = result[child[found], self.year] == 1
            on = self._at(month, opening) + self.rng.integers(0, span, len(found))
            yield self._scores(rows[found], measure, instrument, met, on, cut, width)
        found = np.flatnonzero((o.graduation[child, self.year] >= 0) & spring)
        yield self._graduates(rows[found], o.graduation[child[found], self.year])

    def _scores(
        self, rows: np.ndarray, measure: str, instrument: str, met: np.ndarray, on: np.ndarray, cut: int, width: int
    ) -> Columns:
        """Scale scores on the right side of the cut score."""
        off = np.floor(np.abs(self.rng.standard_normal(len(rows))) * width).astype(int)
        value = np.where(met, cut + off, cut - 1 - off)
        return self._outcome(rows, measure, on, value.astype(str), np.where(met, "yes", "no"), instrument)

    def _graduates(self, rows: np.ndarray, status: np.ndarray) -> Columns:
        on = np.full(len(rows), self._at(6, 24))
        met = np.select([status == 0, status >= 4], ["yes", ""], "no")
        return self._outcome(rows, "graduation_status", on, np.array(GRADUATION)[status], met, "")

    def _checklist(self, rows: np.ndarray) -> Columns:
        """The agency's own spring checklist of four-year-olds: another instrument under the same measure."""
        child = self.records.child[rows]
        mine = rows[(self.world.enrollment.age[child, self.year] == 4) & (self.rng.random(len(rows)) < 0.8)]
        on = self._at(5, 2) + self.rng.integers(0, 20, len(mine))
        return self._scores(mine, "kindergarten_readiness", "BSC", self.rng.random(len(mine)) < 0.6, on, 30, 6)

    def _screenings(self, rows: np.ndarray) -> Columns:
        """Completed screenings; a child screened by one of its programs is rarely screened again by another."""
        child, member = self.records.child[rows], self.world.enrollment.member[:, :, self.year]
        done = (self.outcomes.screened[child, self.year] == 1) & self.records.main[rows]
        leader = np.select([member[CLINIC, child], member[EARLY, child]], [CLINIC, EARLY], VISITS)
        mine = rows[done & ((leader == self.which) | (self.rng.random(len(rows)) < 0.12))]
        on = self._at(9, 8) + self.rng.integers(0, 300, len(mine))
        zone = np.searchsorted([0.73, 0.90], self.rng.random(len(mine)))
        return self._outcome(
            mine, "developmental_screening", on, np.array(ZONES)[zone], np.full(len(mine), ""), "ASQ-3"
        )

    def _outcome(
        self, rows: np.ndarray, measure: str, on: np.ndarray, value: np.ndarray, met: np.ndarray, instrument: str
    ) -> Columns:
        return {
            "child_id": local_ids(self.records, rows),
            "measure": picked([measure], np.zeros(len(rows), int)),
            "date": dates(on),
            "value": pa.array(value.tolist(), pa.string()),
            "met": pa.array([m or None for m in met.tolist()], pa.string()),
            "instrument": picked([instrument], np.zeros(len(rows), int)),
        }
