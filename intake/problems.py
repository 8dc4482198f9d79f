"""What is wrong with a file, in sentences that say where and how to mend it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

SAID = 20  # problems named one by one; of thousands nobody would read the first


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend. line: of the file (row of a workbook), 0 for the file as a whole; column: its header or ""."""

    line: int
    column: str
    text: str

    def sentence(self, file: str, word: str = "line") -> str:
        """Where and what."""
        place = [file, *([f"{word} {self.line}"] if self.line else []), *([self.column] if self.column else [])]
        return f"{', '.join(place)}: {self.text}"

    @property
    def kind(self) -> str:
        """What it has in common with those of other rows."""
        told = re.sub(r"(line|row) \d+", r"\1 …", re.sub("“[^”]*”", "“…”", self.text))
        return f"in {self.column}: {told}" if self.column else told


class BadFile(ValueError):
    """A file that was not taken; nothing of it is stored. problems: every one by line; the message names the first."""

    def __init__(self, file: str, problems: Sequence[Problem], word: str = "line") -> None:
        self.file, self.problems = file, tuple(sorted(problems))
        self.sentences = tuple(problem.sentence(file, word) for problem in self.problems)
        super().__init__("\n".join([*self.sentences[:SAID], *self._others()]))

    def _others(self) -> list[str]:
        """How many problems are not named, and of what kinds."""
        kinds = Counter(problem.kind for problem in self.problems[SAID:])
        if not kinds:
            return []
        counted = [f"{many:,} {kind}" for kind, many in kinds.most_common(SAID)]
        return [f"{self.file}: {kinds.total():,} more problems, of these kinds:", *counted]

    @classmethod
    def whole(cls, file: str, text: str, line: int = 0, column: str = "", word: str = "line") -> "BadFile":
        """One problem that keeps the file from being read any further."""
        return cls(file, [Problem(line, column, text)], word)


def some(words: Sequence[str], most: int = 12) -> str:
    """The first few words and how many more there are."""
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most:,} more"
