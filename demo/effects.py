"""What really changes outcomes: place, income, time and the programs' true effects, all in shares of children."""

import numpy as np
from scipy.special import ndtr

# program or group -> outcome -> points added to the chance of the outcome, everything else equal
TRUE_EFFECTS = (
    ("early_childhood at ages 3-4", "kindergarten_readiness", 0.09),
    ("home_visiting", "kindergarten_readiness", 0.05),
    ("summer learning in the summer before grade 3", "reading_grade3", 0.06),
    ("after_school 30 days or more in the same year", "chronic_absence", -0.07),
    ("after_school 30 days or more in grades 6-8", "math_grade8", 0.05),
    ("mentoring in high school", "graduation_status", 0.08),
    ("home_visiting in the same year", "developmental_screening", 0.10),
)
EFFECT = {(program.split()[0], outcome): points for program, outcome, points in TRUE_EFFECTS}

# by school year: the pandemic's mark fades
LEVELS = {
    "chronic_absence": (0.290, 0.262, 0.234, 0.212),
    "kindergarten_readiness": (0.475, 0.490, 0.505, 0.515),
    "reading_grade3": (0.445, 0.455, 0.470, 0.485),
    "math_grade8": (0.420, 0.430, 0.440, 0.450),
    "graduation_status": (0.748, 0.757, 0.766, 0.775),
    "developmental_screening": (0.645, 0.665, 0.690, 0.705),
}
# difference poor - not poor; difference per whole step in the tract's share of poor families; not English at home
PATTERN = {
    "chronic_absence": (0.12, 0.16, 0.00),
    "kindergarten_readiness": (-0.16, -0.14, -0.07),
    "reading_grade3": (-0.19, -0.15, -0.06),
    "math_grade8": (-0.17, -0.10, -0.02),
    "graduation_status": (-0.13, -0.10, -0.03),
    "developmental_screening": (-0.05, -0.08, -0.04),
}


def chance(
    outcome: str, year: int, poor: np.ndarray, tract_poverty: np.ndarray, english: np.ndarray, extra: np.ndarray
) -> np.ndarray:
    """Chance of an outcome. extra: points from programs and grade; the level is what a child without them has."""
    by_income, by_place, by_language = PATTERN[outcome]
    gap = by_income * (poor - poor.mean()) + by_place * (tract_poverty - tract_poverty.mean())
    base = LEVELS[outcome][year] + gap + by_language * (english.mean() - english)
    return np.asarray(np.clip(base + extra, 0.02, 0.98))


def happens(chances: np.ndarray, trait: np.ndarray, lasting: float, rng: np.random.Generator) -> np.ndarray:
    """Draw yes or no with exactly these chances; a child's trait makes its draws alike over years and outcomes."""
    mixed = np.sqrt(lasting) * trait + np.sqrt(1 - lasting) * rng.standard_normal(len(trait))
    return np.asarray(ndtr(-mixed) < chances)
