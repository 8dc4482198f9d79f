"""What waits for whom: pages add their own kind of task here, Overview lists them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from catalog.indicators import indicators
from data_access.looking import Looking
from data_access.session import Session


@dataclass(frozen=True)
class Task:
    """One thing to do: words, and the page where it is done."""

    words: str
    path: str


Source = Callable[[Session], Iterable[Task]]
_sources: list[Source] = []


def source(found: Source) -> Source:
    """Decorator: tasks of a viewer, as far as the session lets them see any."""
    _sources.append(found)
    return found


def waiting(session: Session) -> list[Task]:
    """All tasks of the session's viewer; none for somebody who looks as another, because tasks may name a child."""
    if isinstance(session, Looking):
        return []
    return [task for found in _sources for task in found(session)]


@source
def reviews(session: Session) -> Iterable[Task]:
    """Definitions whose day of review has passed."""
    late = [i for i in indicators().values() if i.next_review < session.today]
    return [
        Task(f"The definition of {i.title.lower()} is due for review by {i.steward}.", f"/about#{i.name}") for i in late
    ]
