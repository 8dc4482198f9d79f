"""Invented children as counting hands them on, made by chance from a seed; nobody here exists."""

import numpy as np
import pandas as pd

TOWNS = {f"T{i:02d}": name for i, name in enumerate(
    ["Ashford", "Birch Hill", "Cedar Grove", "Dunmore", "East Harbor", "Fairlea", "Glenwood", "Hollis", "Ironbridge"], 1
)}  # fmt: skip
DISTRICTS = {"D1": "Alder City Schools", "D2": "Valley Union Schools"}
TRACTS = [f"{town}{part}" for town in TOWNS for part in "abcd"]
COUNTY = ("C1", "Alder County")


def served(size: int, seed: int) -> pd.DataFrame:
    """One row per child served: places, recorded values, contributors."""
    chance = np.random.default_rng(seed)
    weight = np.linspace(1, 3, len(TRACTS)) / np.linspace(1, 3, len(TRACTS)).sum()
    tract = chance.choice(TRACTS, size, p=weight)
    lost = chance.random(size) < 0.02
    town = np.array([t[:3] for t in tract])
    age = chance.integers(0, 19, size)
    grade = np.where((age >= 5) & (age < 18), [f"{a - 5:02d}" if a > 5 else "KG" for a in age], "")
    district = np.where(np.char.less(town, "T06"), "D1", "D2")
    district = np.where(np.isin(tract, ["T05d", "T06a"]), chance.choice(["D1", "D2"], size), district)
    poor = chance.random(size) < np.where(np.isin(town, ["T03", "T08"]), 0.6, 0.25)
    kinds = np.where(age >= 5, "school", "early_childhood")
    extra = chance.choice(["", "+after_school", "+health"], size, p=[0.7, 0.2, 0.1])
    frame = pd.DataFrame(
        {
            "tract": np.where(lost, "", tract),
            "town": np.where(lost, "", town),
            "district": np.where(lost, "", district),
            "age_band": age,
            "grade_band": grade,
            "gender": chance.choice(["F", "M", ""], size, p=[0.49, 0.49, 0.02]),
            "race_ethnicity": chance.choice(
                ["white", "hispanic", "black", "asian", ""], size, p=[0.5, 0.22, 0.15, 0.07, 0.06]
            ),
            "home_language": chance.choice(["english", "spanish", "so", ""], size, p=[0.75, 0.15, 0.05, 0.05]),
            "economically_disadvantaged": np.where(poor, "yes", "no"),
            "program_kind": np.char.add(kinds, extra),
        }
    )
    school = np.where(np.isin(district, ["D1"]), "city", "valley")
    who = np.where(age >= 5, school, "steps")
    also = np.where(extra == "+after_school", "+club", np.where(extra == "+health", "+clinic", ""))
    return frame.assign(contributors=np.char.add(who, also))


def with_rates(children: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Bands of every rate; more absence and fewer tests met where incomes are low."""
    chance = np.random.default_rng(seed)
    poor = (children["economically_disadvantaged"] == "yes").to_numpy()
    met = {
        "chronic_absence": np.where(poor, 0.34, 0.16),
        "kindergarten_readiness": np.where(poor, 0.42, 0.63),
        "third_grade_reading": np.where(poor, 0.35, 0.6),
        "eighth_grade_math": np.where(poor, 0.28, 0.5),
        "four_year_graduation": np.where(poor, 0.76, 0.9),
        "developmental_screening": np.where(poor, 0.5, 0.62),
    }
    bands = {name: np.where(chance.random(len(children)) < p, "yes", "no") for name, p in met.items()}
    bands["after_school_participation"] = chance.choice(["regular", "some", "none"], len(children), p=[0.15, 0.2, 0.65])
    return children.assign(**bands)


def population(children: pd.DataFrame, name: str) -> pd.DataFrame:
    """Those of the children who are in a population of the catalog."""
    age, grade = children["age_band"], children["grade_band"]
    member = {
        "served": np.ones(len(children), dtype=bool),
        "enrolled": grade != "",
        "young_children": age <= 5,
        "kindergarten_assessed": grade == "KG",
        "grade3_reading_tested": grade == "03",
        "grade8_math_tested": grade == "08",
        "graduation_cohort": grade == "12",
    }[name]
    return children[member].reset_index(drop=True)
