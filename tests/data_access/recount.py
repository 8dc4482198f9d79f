"""Every indicator counted again in plain Python, from the definitions alone: slow, and written apart from the SQL."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from catalog.indicators import Indicator
from catalog.terms import dimensions
from data_access.scope import Scope
from tests.support.lake import Rows

Child = dict[str, Any]


class Recount:
    """One school year (by its first calendar year) of a community."""

    def __init__(self, rows: Rows, first: int, scope: Scope) -> None:
        self.rows, self.first, self.scope = rows, first, scope
        self.start, self.end = date(first, 8, 1), date(first + 1, 7, 31)
        self.who = {p["record_id"]: (p["child_id"], p["contributor"]) for p in rows["person"]}
        self.kind = {p["program"]: p["kind"] for p in rows["program"]}
        self.schools = {p["contributor"] for p in rows["program"] if p["kind"] == "school"}

    def may(self, contributor: str, *elements: str) -> bool:
        return {"child", *elements} <= self.scope.elements.get(contributor, frozenset())

    def inside(self, day: date) -> bool:
        return self.start <= day <= self.end

    def children(self, indicator: Indicator) -> dict[int, Child]:
        """child -> contributors and band, for the population of an indicator."""
        count: dict[str, Callable[[Indicator], dict[int, Child]]] = {
            "served": self._served,
            "absence": self._absence,
            "outcome_met": self._outcome_met,
            "outcome_present": self._outcome_present,
            "participation_bands": self._participation,
        }
        return count[indicator.kind](indicator)

    def _served(self, _: Indicator) -> dict[int, Child]:
        found: dict[int, Child] = {}
        for row in self.rows["roster"]:
            child, contributor = self.who[row["record_id"]]
            if self.inside(row["as_of"]) and self.may(contributor):
                found.setdefault(child, {"who": set(), "band": ""})["who"].add(contributor)
        return found

    def _days(self, kind: str) -> dict[int, Child]:
        element = "attendance" if kind == "school" else "participation"
        found: dict[int, Child] = {}
        for row in self.rows["attendance"]:
            child, contributor = self.who[row["record_id"]]
            if self.kind[row["program"]] == kind and self.inside(row["month"]) and self.may(contributor, element):
                days = found.setdefault(child, {"who": set(), "enrolled": 0, "present": 0})
                days["who"].add(contributor)
                days["enrolled"] += row["days_enrolled"]
                days["present"] += row["days_present"]
        return found

    def _absence(self, indicator: Indicator) -> dict[int, Child]:
        found = {}
        for child, days in self._days("school").items():
            if days["enrolled"] >= indicator.parameters["minimum_days"]:
                absent = days["enrolled"] - days["present"]
                found[child] = {"who": days["who"], "band": "yes" if 10 * absent >= days["enrolled"] else "no"}
        return found

    def _participation(self, indicator: Indicator) -> dict[int, Child]:
        after, found = self._days("after_school"), {}
        for child, days in self._days("school").items():
            if days["enrolled"] >= indicator.parameters["minimum_days"]:
                other = after.get(child, {"present": 0, "who": set()})
                band = "regular" if other["present"] >= 30 else "some" if other["present"] >= 1 else "none"
                found[child] = {"who": days["who"] | other["who"], "band": band}
        return found

    def _results(self, indicator: Indicator) -> dict[int, list[dict[str, Any]]]:
        element = (set(indicator.data_elements) & {"assessment", "graduation", "screening"}).pop()
        found = defaultdict(list)
        for row in self.rows["outcome"]:
            child, contributor = self.who[row["record_id"]]
            right = row["measure"] == indicator.parameters["measure"] and self.inside(row["date"])
            if right and self.may(contributor, element):
                found[child].append(row | {"who": contributor})
        return found

    def _outcome_met(self, indicator: Indicator) -> dict[int, Child]:
        settings, found = indicator.parameters, {}
        for child, results in self._results(indicator).items():
            by_value = "met_values" in settings
            valid = [r for r in results if (r["value"] != "" if by_value else r["met"] is not None)]
            valid = [r for r in valid if r["instrument"] == settings.get("instrument", r["instrument"])]
            if not valid or ("grades" in settings and self.described(child)["grade_band"] not in settings["grades"]):
                continue
            last = max(valid, key=lambda r: (r["date"], r["value"] if by_value else bool(r["met"])))
            if by_value and last["value"] in settings["left_out_values"]:
                continue
            met = last["value"] in settings["met_values"] if by_value else last["met"]
            found[child] = {"who": {r["who"] for r in valid}, "band": "yes" if met else "no"}
        return found

    def _outcome_present(self, indicator: Indicator) -> dict[int, Child]:
        settings, found = indicator.parameters, {}
        told = {
            child: {r["who"] for r in results if r["value"] or r["met"] is not None}
            for child, results in self._results(indicator).items()
        }
        for child in {child for child, _ in self.who.values()}:
            age = self.described(child)["age_band"]
            who = {w for kind, ws in self.kinds(child).items() if kind in settings["program_kinds"] for w in ws}
            if who and age is not None and age <= settings["maximum_age"]:
                done = told.get(child, set())
                found[child] = {"who": who | done, "band": "yes" if done else "no"}
        return found

    def kinds(self, child: int) -> dict[str, set[str]]:
        """kind of program -> the contributors who say so."""
        found: dict[str, set[str]] = defaultdict(set)
        for record, (other, contributor) in self.who.items():
            if other != child or not self.may(contributor, "participation"):
                continue
            for row in self.rows["attendance"]:
                if row["record_id"] == record and self.inside(row["month"]) and row["days_enrolled"] > 0:
                    found[self.kind[row["program"]]].add(contributor)
            for row in self.rows["participation"]:
                last = row["end_date"] or self.end
                if row["record_id"] == record and row["start_date"] <= self.end and last >= self.start:
                    found[self.kind[row["program"]]].add(contributor)
            own = {k for p, k in self.kind.items() if p.startswith(contributor + "/")}
            if len(own) == 1 and any(r["record_id"] == record and self.inside(r["as_of"]) for r in self.rows["roster"]):
                found[own.copy().pop()].add(contributor)
        return found

    def described(self, child: int) -> Child:
        """The recorded value of each dimension, and the home."""
        found: Child = {}
        for name, column in (
            ("gender", "gender"),
            ("race_ethnicity", "race_ethnicity"),
            ("home_language", "home_language"),
            ("economically_disadvantaged", "economically_disadvantaged"),
            ("grade_band", "grade"),
            ("age_band", "age"),
        ):
            found[name] = self._latest(child, name, column)
        return found | self._home(child)

    def _latest(self, child: int, name: str, column: str) -> Any:
        told = []
        for row in self.rows["roster"]:
            other, contributor = self.who[row["record_id"]]
            value = row[column]
            if other != child or value in ("", None) or row["as_of"] > self.end:
                continue
            if not self.may(contributor, *dimensions()[name].elements):
                continue
            if column == "grade" and not self.inside(row["as_of"]):
                continue
            if column == "age":
                day = row["as_of"]
                value += self.first - (day.year if day.month >= 8 else day.year - 1)
            told.append((self.inside(row["as_of"]), contributor in self.schools, row["as_of"], str(value), value))
        return max(told)[4] if told else (None if column == "age" else "")

    def _home(self, child: int) -> Child:
        told = [
            (row["as_of"], row["tract"], row["town"], row["district"])
            for row in self.rows["residence"]
            if self.who[row["record_id"]][0] == child
            and self.may(self.who[row["record_id"]][1], "residence")
            and self.inside(row["as_of"])
            and (row["tract"] or row["town"])
        ]
        return dict(zip(("tract", "town", "district"), max(told)[1:] if told else ("", "", ""), strict=True))
