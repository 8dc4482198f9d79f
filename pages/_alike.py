"""Similar places: one comparison for all pages, by every group of the children served that the viewer may see."""

from catalog.terms import dimensions
from catalog.views import View
from components.likeness import NOBODY, Similar, similar
from pages._asked import Choices
from privacy.sealed import ProtectedTable

SERVED = "children_served"


def alike(choices: Choices, level: str, year: str, focus: str) -> Similar:
    """Places like the one in focus, as far as the viewer may know."""
    if not focus or level == "county" or not choices.has(SERVED, View(level)):
        return NOBODY
    return similar(focus, year, choices.report(SERVED, View(level), year), tuple(mixes(choices, level, year)))


def mixes(choices: Choices, level: str, year: str) -> list[ProtectedTable]:
    """Children served by one dimension each, where that is shown."""
    views = [View(level, (name,)) for name in dimensions() if not dimensions()[name].overlapping]
    return [choices.report(SERVED, view, year) for view in views if choices.has(SERVED, view)]
