"""What a choice of a guardian changes: what starts, what stops, what stays, and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from privacy.choices import ANYTHING, Choice, Offer, Said

# recipient, purpose, contributor, element
Shared = tuple[str, str, str, str]


@dataclass(frozen=True)
class Effect:
    """What a choice would change. held_back: asked for, but somebody else entitled says no, or a form is missing.

    free: open whatever is chosen, because an agreement asks for no consent; not among those that stay. until: the last
    day it holds; before: the last day until now, where something was agreed to. statements: what will be on file. seen:
    the newest statement about the child that the guardian knew of.
    """

    starts: tuple[Shared, ...]
    stops: tuple[Shared, ...]
    stays: tuple[Shared, ...]
    held_back: tuple[Shared, ...]
    until: date | None
    seen: int
    statements: tuple[Said, ...] = ()
    before: date | None = None
    free: tuple[Shared, ...] = ()

    @property
    def widens(self) -> bool:
        """Whether somebody would see more or for longer, at once or when others entitled agree."""
        longer = self.until is not None and (self.before is None or self.until > self.before)
        return bool(self.starts or self.held_back) or longer


def effect_of(
    choice: Choice, before: Iterable[Offer], after: Iterable[Offer], seen: int, statements: tuple[Said, ...]
) -> Effect:
    """The difference between what was open and what is."""
    earlier = list(before)
    later = list(after)
    then, now, free = _open(choice, earlier), _open(choice, later), _open(choice, later, consent=False)
    asked = {(choice.recipient, choice.purpose, *key) for key in choice.keep}
    ends = [
        i.until for o in _concerned(choice, earlier) for i in o.open if i.consent and i.until and i.key in choice.keep
    ]
    return Effect(
        starts=tuple(sorted(now - then)),
        stops=tuple(sorted(then - now)),
        stays=tuple(sorted(now & then)),
        held_back=tuple(sorted(asked - now - free)),
        until=min((one.until for one in statements if one.until), default=None),
        seen=seen,
        statements=statements,
        before=min(ends, default=None),
        free=tuple(sorted(free)),
    )


def _open(choice: Choice, offers: Iterable[Offer], consent: bool = True) -> set[Shared]:
    """What may be seen by those the choice is about, by consent or without."""
    asked = _concerned(choice, offers)
    items = [(offer, item) for offer in asked for item in offer.open if item.consent is consent]
    return {(offer.recipient, offer.purpose, *item.key) for offer, item in items}


def _concerned(choice: Choice, offers: Iterable[Offer]) -> list[Offer]:
    wanted = (choice.recipient, choice.purpose)
    return [one for one in offers if choice.recipient == ANYTHING or (one.recipient, one.purpose) == wanted]
