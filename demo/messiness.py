"""Faults people make when they write down names and dates."""

import unicodedata

import numpy as np

NEIGHBORS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "kp", "m": "n", "n": "mb", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "xs",
}  # fmt: skip
SOUNDS = (("ph", "f"), ("ie", "y"), ("ck", "k"), ("ee", "ea"), ("ai", "ay"), ("ll", "l"), ("tt", "t"), ("c", "k"))


def misspell(name: str, rng: np.random.Generator) -> str:
    """The name with one typing or hearing error; never the same name."""
    for _ in range(20):
        wrong = _once(name, int(rng.integers(5)), rng)
        if _letters(wrong) != _letters(name) and len(wrong) > 1:
            return wrong
    return name + name[-1]


def _once(name: str, kind: int, rng: np.random.Generator) -> str:
    at = int(rng.integers(1, max(2, len(name) - 1)))
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
    if kind == 2:
        near = NEIGHBORS.get(name[at : at + 1].lower(), "e")
        return name[:at] + near[int(rng.integers(len(near)))] + name[at + 1 :]
    if kind == 3:
        return name[:at] + name[at - 1].lower() + name[at:]
    heard, written = SOUNDS[int(rng.integers(len(SOUNDS)))]
    return name.replace(heard, written, 1)


def _letters(name: str) -> str:
    return "".join(c for c in plain(name).casefold() if c.isalpha())


def plain(name: str) -> str:
    """Without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def shift_dates(birth: np.ndarray, latest: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Wrong but real dates, none after `latest`: day and month swapped where that is a date, else days off."""
    dates = birth.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    number = month.astype(np.int64) % 12 + 1
    day = (dates - month).astype(np.int64) + 1
    january = month - (number - 1)
    swapped = (january + (np.minimum(day, 12) - 1)).astype("datetime64[D]").astype(np.int64) + number - 1
    off = birth + rng.choice(np.array([-365, -10, -1, 1, 10, 365]), len(birth))
    wrong = np.where((day <= 12) & (day != number), swapped, off)
    return np.where(wrong > latest, birth - 10, wrong)
