"""Checks column by column: each finds the cells that do not hold and gives the values of those that do."""

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd
import pyarrow as pa

from intake import texts
from intake.problems import BadFile, Problem, some
from intake.sheet import Sheet

# Characters that steer a terminal or turn text around; no name holds them.
_UNSEEN = r"[\x00-\x1f\x7f-\x{9f}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]"
EARLIEST, LATEST = pd.Timestamp("1990-01-01"), pd.Timestamp("2099-12-31")


class Checker:
    """Collects what is wrong with a sheet; `done` raises BadFile with all of it."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.problems: list[Problem] = []
        self._told: set[tuple[int, str]] = set()

    def report(self, bad: pd.Series | np.ndarray, column: str, text: str | Callable[[int], str]) -> None:
        """One problem for each bad row, the first of its cell; text: a sentence, or one made from the row's number."""
        for row in np.flatnonzero(np.asarray(bad, dtype=bool)):
            line = int(self.sheet.lines[row])
            if (line, column) not in self._told:
                self._told.add((line, column))
                self.problems.append(Problem(line, column, text if isinstance(text, str) else text(int(row))))

    def whole_file(self, column: str, text: str) -> None:
        """A problem that every row shares."""
        self.problems.append(Problem(0, column, text))

    def done(self) -> None:
        """Raises BadFile where anything is wrong."""
        if self.problems:
            raise BadFile(self.sheet.file, self.problems, self.sheet.word)

    def text(self, column: str, most: int, required: bool = False) -> pd.Series:
        """Text of at most so many printable characters."""
        cells = self.sheet.frame[column]
        if required:
            self.report(cells == "", column, "this is empty. Fill it in.")
        self.report(cells.str.len() > most, column, f"this is longer than {most} characters. Shorten it.")
        told = "this holds a character that cannot be seen or printed. Type it again."
        self.report(texts.holds(cells, _UNSEEN), column, told)
        return cells

    def word(self, column: str, valid: Collection[str]) -> pd.Series:
        """One of a few words."""
        cells = self.text(column, 40, required=True)
        self.report(~texts.among(cells, valid), column, lambda row: _unknown(cells.iloc[row], valid))
        return cells

    def day(self, column: str, required: bool = False, secret: bool = False) -> pd.Series:
        """Dates written 2015-01-31, as day stamps; secret: the value is not repeated in the sentence."""
        cells = self.sheet.frame[column]
        if required:
            self.report(cells == "", column, "this is empty. Write a date such as 2015-01-31.")
        days = pd.Series(texts.days(cells, texts.full(cells, "[0-9]{4}-[0-9]{2}-[0-9]{2}")))

        def told(row: int) -> str:
            return f"{'this' if secret else f'“{short(cells.iloc[row])}”'} is not a date. Write it as 2015-01-31."

        self.report((cells != "") & days.isna(), column, told)
        return days

    def month(self, column: str) -> pd.Series:
        """Months written 2024-09 (or their first day, 2024-09-01), as first days."""
        cells = self.sheet.frame[column]
        days = pd.Series(texts.days(cells.str.slice(0, 7) + "-01", texts.full(cells, "[0-9]{4}-[0-9]{2}(?:-01)?")))
        told = "“{}” is not a month. Write it as 2024-09."
        self.report(days.isna(), column, lambda row: told.format(short(cells.iloc[row])))
        self.in_reach(days, column)
        return days

    def in_reach(self, days: pd.Series, column: str) -> None:
        """Facts lie in the years this community can speak of."""
        told = f"this lies before {EARLIEST.year} or after {LATEST.year}. Correct the year."
        self.report((days < EARLIEST) | (days > LATEST), column, told)

    def whole(self, column: str, most: int) -> pd.Series:
        """Whole numbers from 0; not filled in is wrong."""
        cells = self.sheet.frame[column]
        number = pd.Series(texts.numbers(cells, texts.full(cells, "[0-9]{1,4}"), pa.int64()))
        told = f"“{{}}” is not a whole number from 0 to {most}. Correct it."
        self.report((number < 0) | (number > most), column, lambda row: told.format(short(cells.iloc[row])))
        return number

    def number(self, column: str, most: int) -> pd.Series:
        """Numbers from 0, with a decimal point; NaN where empty."""
        cells = self.sheet.frame[column]
        good = texts.full(cells, r"[0-9]{1,6}(?:\.[0-9]{1,6})?")
        number = pd.Series(texts.numbers(cells, good, pa.float64()))
        told = f"“{{}}” is not a number from 0 to {most}. Write it as 7.5."
        bad = (cells != "") & (number.isna() | (number > most))
        self.report(bad, column, lambda row: told.format(short(cells.iloc[row])))
        return number

    def yes_no(self, column: str) -> pd.Series:
        """yes or no (also true, false, 1, 0), as True, False, None."""
        cells = self.sheet.frame[column].str.lower()
        codes = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": None}
        place = texts.positions(cells, codes)
        self.report(place < 0, column, "this is neither yes nor no. Write one of them, or nothing.")
        return pd.Series(np.array([*codes.values(), None], dtype=object)[place])

    def once(self, columns: list[str], named: str) -> None:
        """No two rows with the same values in these columns."""
        frame = self.sheet.frame[columns]
        again = frame.duplicated(keep="first") & (frame[columns[0]] != "")
        if again.any():
            first = frame.groupby(columns, sort=False).ngroup()
            lines = pd.Series(self.sheet.lines).groupby(first).transform("first")
            told = f"{named} is in {self.sheet.word} {{}} already. Keep one of the two."
            self.report(again, columns[0], lambda row: told.format(lines.iloc[row]))


def short(value: str) -> str:
    """A value as a sentence can quote it."""
    plain = "".join(c if c.isprintable() else "?" for c in value)
    return plain if len(plain) <= 30 else f"{plain[:29]}…"


def _unknown(value: str, valid: Collection[str]) -> str:
    return f"“{short(value)}” is not known here. Write one of: {some(list(valid), 20)}."
