"""What readers may have of earlier publications, and what it closes: areas and categories drawn otherwise since."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.indicators import indicators
from catalog.terms import dimensions
from catalog.views import View
from data_access.publications import Publications
from data_access.publishing.ground import Ground, changed_levels
from data_access.publishing.shares import Drop
from data_access.publishing.stored import Stored


@dataclass(frozen=True)
class Past:
    """Earlier publications, newest first: what the vault keeps.

    geography, withdrawn: the newest one's ground and withdrawn views. grounds: the ground of each.
    """

    kept: tuple[tuple[str, Mapping[str, bytes]], ...]
    geography: Mapping[str, object] | None
    withdrawn: Mapping[Drop, float]
    grounds: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def of(self, population: str, period: str) -> tuple[tuple[str, bytes], ...]:
        """The earlier lattices of one population and school year."""
        name = f"{population}-{period}"
        return tuple((publication, files[name]) for publication, files in self.kept if name in files)

    def newest(self) -> dict[str, tuple[str, bytes]]:
        """The newest lattice of each population, with its publication."""
        return {
            name.rsplit("-", 2)[0]: (publication, files[name])
            for publication, files in reversed(self.kept)
            for name in sorted(files)
        }

    def shows(self, period: str) -> bool:
        """True where readers may have numbers of this school year."""
        return any(name.endswith(f"-{period}") for _, files in self.kept for name in files)


def read_past(publications: Publications) -> Past:
    """Everything readers may already have. A lost vault stops publishing: nobody could tell what a new one adds."""
    names = publications.every_id()
    kept = tuple((name, publications.kept(name)) for name in names)
    newest = publications.base()
    if newest is None:
        return Past(kept, None, {})
    withdrawn = {(o.indicator, o.view): o.hidden_share for o in newest.offers if not o.offered}
    return Past(kept, newest.geography, withdrawn, publications.grounds())


def redrawn(ground: Ground, before: Mapping[str, object], then: Stored) -> frozenset[str]:
    """Levels that an earlier publication showed with other areas."""
    shown = {View.parse(view).level for _, view in then.views}
    return changed_levels(ground.about, before) & shown


def recut(then: Stored) -> set[str]:
    """Dimensions and rates that an earlier publication showed in other categories or bands.

    A category of then less one of now would be a number that neither shows.
    """
    seen: dict[str, set[str]] = {}
    for name, latent in zip(then.names, then.lattice.latent, strict=True):
        for slot, code in () if latent else name:
            seen.setdefault(slot, set()).add(code)
    now = {name: set(one.categories) for name, one in dimensions().items()}
    now |= {name: set(one.bands) for name, one in indicators().items()}
    return {slot for slot, codes in seen.items() if codes != now.get(slot, codes)}
