"""Consent files: what parents of a few contributors said on paper; most agreed, some withdrew or let it lapse."""

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

from demo.years import YEARS

COLUMNS = (
    *("child_id", "guardian_name", "relationship", "recipient", "purpose"),
    *("elements", "decision", "signed_on", "expires_on", "evidence", "form", "language"),
)
MOST = 800  # children a file tells of; each statement becomes a row of the ledger
# Contributor -> who receives, what, on which form.
SHARED = {
    "merrow-city-schools": (
        "beacon-after-school;trailhead-clubs",
        "child;birth_date;grade;attendance;participation",
        "education",
    ),
    "lakeside-community-health": ("merrow-city-schools", "child;birth_date;screening", "health"),
    "beacon-after-school": ("merrow-city-schools;trailhead-clubs", "child;grade;attendance;participation", "education"),
}


def write_consents(folder: Path, contributor: str) -> str | None:
    """Write a contributor's consent file beside its rosters and give its path; None where it has none."""
    if contributor not in SHARED:
        return None
    path = f"contributors/{contributor}/consent.csv"
    roster = folder / f"contributors/{contributor}/{YEARS[-1]}/roster.csv"
    with roster.open(encoding="utf-8-sig", newline="") as file, (folder / path).open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for number, child in enumerate(csv.DictReader(file)):
            if number == MOST:
                break
            writer.writerows(_said(contributor, child["child_id"], child["guardian_name"]))
    return path


def _said(contributor: str, child: str, guardian: str) -> Iterator[tuple[str, ...]]:
    """What the parents of one child said; chance comes from the child's number, so it is the same every time."""
    recipient, elements, form = SHARED[contributor]
    draw = int.from_bytes(hashlib.sha256(f"{contributor}/{child}".encode()).digest()[:4]) / 2**32
    if draw > 0.72 or not guardian:
        return
    language = "es" if draw < 0.12 else "en"
    signed = f"{YEARS[-1].first}-{9 + int(draw * 1000) % 3:02d}-{1 + int(draw * 10000) % 28:02d}"
    expires = {0: "2026-06-30", 1: "2027-01-15"}.get(int(draw * 100_000) % 8, "2027-06-30")
    evidence = "" if int(draw * 1_000_000) % 40 == 0 else f"form {int(draw * 1_000_000):06d}"
    ends = ("permit", signed, expires, evidence, form, language)
    yield (child, guardian, "parent", recipient, "coordination", elements, *ends)
    no = ("deny", "", "", "", form, language)
    if draw < 0.05:
        yield (child, guardian, "parent", "*", "*", "*", *no)
    elif draw < 0.07:
        other = f"{('Alex', 'Sam', 'Jo', 'Kim')[int(draw * 10_000) % 4]} {guardian.split()[-1]}"
        yield (child, other, "parent", "*", "*", "*", *no)
