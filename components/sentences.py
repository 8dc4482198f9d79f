"""Findings in words, built from published values only. What the numbers do not clearly say is called not clear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.indicators import Indicator
from catalog.naming import many
from catalog.terms import Dimension, area_levels
from components.cells import NARROW, Cell, number, percent
from components.report import listed
from evaluation.change import change
from evaluation.disparity import Gap, widest_gap
from evaluation.intervals import Rate


@dataclass(frozen=True)
class Movement:
    """How one line moved between its first and last shown year.

    direction as in evaluation.change, or `unknown`; words: the change alone; title: a whole sentence with place, years
    and values; since: the year it is counted from; between: its 95 % interval in words.
    """

    direction: str
    words: str
    title: str
    since: str = ""
    between: str = ""


def movement(line: Sequence[Cell], indicator: Indicator) -> Movement:
    """Change of one place from its first shown year to its latest; line: oldest first."""
    shown = [cell for cell in line if cell.value is not None]
    name = line[-1].name if line else ""
    if not line or line[-1].value is None:
        why = _no_number(line[-1]) if line else "No school year is available"
        return Movement("unknown", why, f"{name}: {why}" if name else why)
    if len(line) == 1:
        return Movement("unknown", "No earlier school year to compare with", f"{name}: one school year, {line[0].text}")
    if len(shown) < 2:
        return Movement("unknown", "Too few years to tell", f"{name}: too few years to tell")
    return _counted(shown) if indicator.is_count else _rated(shown, indicator)


def _no_number(cell: Cell) -> str:
    if cell.hidden:
        return f"{cell.period} is hidden so that no child can be recognized"
    return f"{cell.period} is not available"


def _counted(shown: Sequence[Cell]) -> Movement:
    first, last = shown[0], shown[-1]
    more = (last.value or 0) - (first.value or 0)
    words = f"{number(abs(more))} {'more' if more > 0 else 'fewer'}" if more else "As many"
    title = f"{last.name}: {first.text} children in {first.period}, {last.text} in {last.period}"
    return Movement("same" if not more else "higher" if more > 0 else "lower", words, title, first.period)


def _rated(shown: Sequence[Cell], indicator: Indicator) -> Movement:
    first, last = shown[0], shown[-1]
    found = change(rate(first), rate(last), indicator.higher_is_better)
    if found is None:
        return Movement("unknown", "Too few years to tell", f"{last.name}: too few years to tell")
    if not found.clear:
        between = f"likely {_signed(found.low)} to {_signed(found.high)} points"
        title = f"{last.name}: no clear change since {first.period} ({first.text}, then {last.text})"
        return Movement("same", "No clear change", title, first.period, between)
    way = "Up" if found.points > 0 else "Down"
    low, high = sorted((abs(found.low), abs(found.high)))
    words = f"{way} {points(found.points)}"
    title = f"{last.name}: {way.lower()} from {first.text} in {first.period} to {last.text} in {last.period}"
    return Movement(found.direction, words, title, first.period, f"likely {_from(low)} to {points(high)}")


def _signed(value: float) -> str:
    """`+5`, `−3`, `0`: what rounds to nothing has no sign."""
    whole = round(value)
    return f"{whole:+d}".replace("-", "−") if whole else "0"


def _from(value: float) -> str:
    """A lower limit that is clearly above nothing does not read as nothing."""
    return f"{value:.0f}" if value >= 0.5 else "from under 1"


def rate(cell: Cell) -> Rate:
    """The number of a cell with its limits, for a test of differences."""
    return Rate(*(float("nan") if v is None else v for v in (cell.value, cell.low, cell.high)))


def points(value: float) -> str:
    """`1 point`, `5 points`."""
    whole = round(abs(value))
    return many(whole, "point")


def apart(found: Sequence[Cell], reference: Cell | None, indicator: Indicator, level: str) -> str:
    """How many places differ clearly from the county, as the title of a comparison."""
    places = _places(level)
    shown = [cell for cell in found if cell.value is not None]
    if not shown:
        return f"{indicator.title}: no number can be shown for {places}"
    if indicator.is_count:
        return _most(shown, len(shown) < len(found), indicator)
    if level == "county":
        return f"{indicator.title} in {shown[0].name}: {shown[0].text}"
    if reference is None or reference.value is None:
        return f"{indicator.title} by {area_levels()[level].singular}"
    above, below = differing(shown, reference.value)
    county, hidden = f"the county’s {reference.text}", _more_hidden(found)
    if len(shown) == 1:
        stands = "is clearly above" if above else "is clearly below" if below else "does not differ clearly from"
        return f"{indicator.title}: {shown[0].name} {stands} {county}{hidden}"
    if not above and not below:
        return f"{indicator.title}: none of {len(shown)} {places} differs clearly from {county}{hidden}"
    parts = [f"{many} clearly {way}" for many, way in ((above, "above"), (below, "below")) if many]
    return f"{indicator.title}: of {len(shown)} {places}, {listed(parts)} {county}{hidden}"


def _more_hidden(found: Sequence[Cell]) -> str:
    """How many places are not among those counted because their number is hidden."""
    hidden = sum(cell.hidden for cell in found)
    return f"; {hidden} more {'is' if hidden == 1 else 'are'} hidden" if hidden else ""


def _places(level: str) -> str:
    return "the county" if level == "county" else area_levels()[level].title.lower()


def differing(shown: Sequence[Cell], reference: int) -> tuple[int, int]:
    """How many cells lie, with their whole interval, above and below a value."""
    above = sum(cell.low is not None and cell.low > reference for cell in shown)
    below = sum(cell.high is not None and cell.high < reference for cell in shown)
    return above, below


def _most(shown: Sequence[Cell], partly: bool, indicator: Indicator) -> str:
    largest = max(shown, key=lambda cell: cell.value or 0)
    among = "Of the places shown, " if partly else ""
    return f"{among}{largest.name} has the most {_lower(indicator.title)}: {largest.text}"


def gap_of(found: Sequence[Cell], indicator: Indicator, dimension: Dimension) -> Gap | None:
    """The widest gap among the groups of one dimension; mixed and marked groups are left out.

    found: one year and place, cells by group. The fallback category (not recorded, or several kinds together) is no
    group anybody belongs to, and a number marked [u] would make the widest gap by chance.
    """
    if indicator.is_count:
        return None
    groups = {
        dimension.categories[code]: rate(cell)
        for cell in found
        for code in cell.groups
        if code and code != dimension.fallback and cell.value is not None and not cell.symbol
    }
    return widest_gap(groups, bool(indicator.higher_is_better))


def gap_words(gap: Gap, indicator: Indicator) -> str:
    """Difference and ratio of a gap; the ratio is on the event nobody wants, and names it."""
    apart = f"{points(gap.points)} apart (likely {_from(gap.points_low)} to {gap.points_high:.0f})"
    if gap.ratio is None or gap.ratio < 1.05:
        return apart
    return f"{apart}; {_lower(adverse_title(indicator))} {gap.ratio:.1f} times as often"


def gap_pair(gap: Gap, indicator: Indicator) -> str:
    """The two groups, worse off first, with the percentages that stand in rows and charts."""
    shown = {gap.worst: gap.worst_percent, gap.best: gap.best_percent}
    if indicator.higher_is_better:
        shown = {name: 100 - value for name, value in shown.items()}
    return ", ".join(f"{_lower(name)}{NARROW}{percent(round(value))}" for name, value in shown.items())


def adverse_title(indicator: Indicator) -> str:
    """The event nobody wants, in the words of the indicator's bands."""
    bands = list(indicator.bands.values())
    if not indicator.higher_is_better:
        return bands[0]
    return " or ".join([bands[1], *(_lower(title) for title in bands[2:])])


def gap_title(gap: Gap | None, indicator: Indicator, dimension: Dimension) -> str:
    """The title of a breakdown by one dimension, in the percentages its chart shows."""
    by = f"By {dimension.title.lower()}"
    if indicator.is_count:
        return f"{indicator.title} by {dimension.title.lower()}"
    if gap is None:
        return f"{by}: too few groups to compare"
    if not gap.clear:
        return f"{by}: no clear difference between the groups"
    return f"{by}: {points(gap.points)} apart ({gap_pair(gap, indicator)})"


def overview(movements: Mapping[str, Movement], years: Sequence[str]) -> tuple[str, str]:
    """How the children are doing: one sentence, and the outcomes it counts; movements: indicator title -> change."""
    since = years[0]
    if len(years) == 1:
        return f"One school year is published so far: {since}", ""
    unknown = [title for title, m in movements.items() if m.direction == "unknown"]
    if len(unknown) == len(movements):
        return f"Whether outcomes changed since {since} cannot be told", ""
    kinds = {
        "better": [title for title, m in movements.items() if m.direction == "better"],
        "worse": [title for title, m in movements.items() if m.direction == "worse"],
    }
    if not any(kinds.values()):
        return f"No outcome has clearly changed since {since}", ""
    if len(movements) == 1:
        ((title, moved),) = movements.items()
        return f"{title} got {moved.direction} since {since}", ""
    many = count_word(len(movements))
    parts = [f"{count_word(len(titles))} got {kind}" for kind, titles in kinds.items()]
    parts += [f"{count_word(len(unknown))} cannot be told"] if unknown else []
    told = {*kinds["better"], *kinds["worse"], *unknown}
    kinds |= {"no clear change": [t for t in movements if t not in told], "cannot be told": unknown}
    listing = [f"{k.capitalize()}: {listed([_lower(t) for t in titles])}." for k, titles in kinds.items() if titles]
    return f"Of {many} outcomes, {listed(parts)} since {since}", " ".join(listing)


def count_word(number_: int) -> str:
    """Small numbers as words."""
    words = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number_] if 0 <= number_ < len(words) else number(number_)


def map_sentence(shown: Sequence[Cell], hidden: int, indicator: Indicator, level: str) -> str:
    """What a map shows: the span of its values and how many areas are hidden."""
    places = _places(level)
    if not shown:
        return f"No number can be shown for {places} in this school year."
    tail = f" In {hidden} more it is hidden so that no child can be recognized." if hidden else ""
    low, high = min(shown, key=_value), max(shown, key=_value)
    span = f"from {low.text} in {low.name} to {high.text} in {high.name}"
    if low.value == high.value:
        span = f"the same everywhere, {low.text}"
    if len(shown) == 1:
        return f"{indicator.title} in {low.name}: {low.text}.{tail}"
    return f"{indicator.title} in {len(shown)} {places}: {span}.{tail}"


def _value(cell: Cell) -> int:
    return cell.value or 0


def _lower(text: str) -> str:
    """A title inside a sentence: only its first letter is lowered, and names of peoples keep theirs."""
    first = text.split(" ")[0].split(",")[0]
    return text if first in PROPER else text[:1].lower() + text[1:]


PROPER: Final = {"Asian", "Black", "Hispanic", "White", "Native", "English", "Spanish"}


def share_words(part: Cell, whole: Cell | None) -> str:
    """`, 12 % of the county’s`, where both numbers are published."""
    if part.value is None or whole is None or not whole.value:
        return ""
    return f", {percent(round(100 * part.value / whole.value))} of the county’s"
