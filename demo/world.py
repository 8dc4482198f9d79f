"""Everything there is before a line is written: places, families, who is served by whom, and the records kept."""

from dataclasses import dataclass, replace

import numpy as np

from demo.contributors import MERROW, VALLEY, Contributor, load_contributors
from demo.enrollment import Enrollment, enroll
from demo.geography import Geography, make_geography
from demo.households import Households, build_households
from demo.lexicon import Lexicon
from demo.people import NEVER, Children, build_children
from demo.records import Records, as_sent, keep_records

HOUSEHOLDS_PER_CHILD = 1.145  # so that about `children` children are served in each year


@dataclass(frozen=True)
class World:
    """The community's truth. records: by contributor."""

    geography: Geography
    lexicon: Lexicon
    households: Households
    children: Children
    enrollment: Enrollment
    contributors: tuple[Contributor, ...]
    records: tuple[Records, ...]

    @property
    def poor(self) -> np.ndarray:
        """Poor or not, by child."""
        return np.asarray(self.households.poor[self.children.household])

    @property
    def english(self) -> np.ndarray:
        """English spoken at home, by child."""
        return np.asarray(self.households.language[self.children.household] == 0)

    def poverty(self, year: int) -> np.ndarray:
        """Share of poor families where each child lives that year."""
        tract = self.geography.atom_tract[self.enrollment.atom[:, year]]
        return np.asarray(self.geography.tract_poverty[tract])

    def town(self, year: int) -> np.ndarray:
        """Town number where each child lives that year."""
        return np.asarray(self.geography.atom_town[self.enrollment.atom[:, year]])


def build_world(children: int, seed: int) -> World:
    """A community in which about that many children are served in a year."""
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(12)]
    geography, lexicon, contributors = make_geography(), Lexicon(), load_contributors()
    households = build_households(max(40, round(HOUSEHOLDS_PER_CHILD * children)), geography, lexicon, streams[0])
    people = build_children(households, lexicon, streams[1])
    enrollment = enroll(people, households, geography, streams[2])
    # Where a name changes after a child has left a district, or a child is written down twice, matching may make two
    # children of one; of a child of both districts each would then look like a stranger in the other's numbers.
    both = enrollment.member[[MERROW, VALLEY]].any(axis=2).all(axis=0)
    people = replace(people, renamed=np.where(both, NEVER, people.renamed))
    records = [
        keep_records(n, c, people, enrollment, both, lexicon, streams[3 + n]) for n, c in enumerate(contributors)
    ]
    records[VALLEY] = as_sent(records[VALLEY], records[MERROW])  # the state's student system passes records on
    return World(geography, lexicon, households, people, enrollment, contributors, tuple(records))
