"""Views: the shapes of table that may be shown, an area level by at most two dimensions."""

from dataclasses import dataclass

from catalog.terms import area_levels, dimensions, known


@dataclass(frozen=True, order=True)
class View:
    """One area level by zero to two dimensions, written `town` or `town*gender`."""

    level: str
    dimensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "View":
        """From the written form; raises UnknownTerm for a word the catalog does not have."""
        level, *names = [word.strip() for word in text.split("*")]
        known("area level", level, area_levels())
        for name in names:
            known("dimension", name, dimensions())
        if len(names) > 2 or len(set(names)) != len(names):
            raise ValueError(f"“{text}” names more than two dimensions, or one twice.")
        order = list(dimensions())
        return cls(level, tuple(sorted(names, key=order.index)))

    def __str__(self) -> str:
        return "*".join((self.level, *self.dimensions))

    @property
    def title(self) -> str:
        """How the view is named on a page."""
        parts = [area_levels()[self.level].title, *(dimensions()[d].title.lower() for d in self.dimensions)]
        return " by ".join(parts)
