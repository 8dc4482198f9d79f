"""axe on a page: WCAG 2.2 A and AA. What is allowed stands in axe_allowed.json, which may only shrink."""

import json
from pathlib import Path
from typing import Any

ALLOWED = Path(__file__).with_name("axe_allowed.json")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# No rule of these tags reads style sheets; left alone, axe would fetch and read them all again in every run.
OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "resultTypes": ["violations"],
    "preload": {"assets": ["media"]},
}


def allowed() -> list[dict[str, str]]:
    """Findings that are known and not yet mended: page, rule, target."""
    found: list[dict[str, str]] = json.loads(ALLOWED.read_text(encoding="utf-8"))
    return found


def findings(page: Any, name: str) -> list[str]:
    """What axe finds on a page beyond what is allowed for it, one line a finding. name: as in the list."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):  # half a megabyte of script: once for a document, not for every width
        page.evaluate(Axe().axe_script)
    violations = page.evaluate("options => axe.run(options).then(found => found.violations)", OPTIONS)
    known = {(entry["page"], entry["rule"], entry["target"]) for entry in allowed()}
    lines = []
    for violation in violations:
        for node in violation["nodes"]:
            target = " ".join(map(str, node["target"]))
            if (name, violation["id"], target) not in known:
                lines.append(f"{name}: {violation['id']} ({violation['help']}) at {target}")
    return lines


def overflow(page: Any) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
