"""What is wrong with a file, in sentences that say where and how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass


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


class BadFile(ValueError):
    """A file that was not taken; nothing of it is stored. problems: every one of them, by line."""

    def __init__(self, file: str, problems: Sequence[Problem], word: str = "line") -> None:
        self.file, self.problems = file, tuple(sorted(problems))
        self.sentences = tuple(problem.sentence(file, word) for problem in self.problems)
        super().__init__("\n".join(self.sentences))

    @classmethod
    def whole(cls, file: str, text: str, line: int = 0, column: str = "", word: str = "line") -> "BadFile":
        """One problem that keeps the file from being read any further."""
        return cls(file, [Problem(line, column, text)], word)


def some(words: Sequence[str], most: int = 12) -> str:
    """The first few words and how many more there are."""
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most:,} more"
