"""axe on a page: WCAG 2.2 A and AA. What is allowed stands in axe_allowed.json, which may only shrink."""

import json
from pathlib import Path
from typing import Any

ALLOWED = Path(__file__).with_name("axe_allowed.json")
WIDTHS = (375, 1280)
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


def sound(page: Any, name: str, widths: tuple[int, ...] = WIDTHS) -> None:
    """At every width axe finds nothing and nothing is wider than the window; the first width stays.

    Colors are judged at the first width alone: no style sheet lets them depend on the width (tests/web/test_theme.py),
    and what only a wide window shows of the frame is judged at every width by the frame's own tests.
    """
    for number, width in enumerate((*widths, widths[0])):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        if number < len(widths):
            assert findings(page, name, colors=number == 0) == [], (name, width)


def findings(page: Any, name: str, *, colors: bool = True) -> list[str]:
    """What axe finds on a page beyond what is allowed for it, one line a finding. name: as in the list.

    colors: whether the contrast of every text is judged too, which takes most of the time.
    """
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):  # half a megabyte of script: once for a document, not for every width
        page.evaluate(Axe().axe_script)
    options = OPTIONS if colors else OPTIONS | {"rules": {"color-contrast": {"enabled": False}}}
    violations = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
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


CROWDED = """() => {
    const main = document.querySelector("main"), button = ".button-main, .button-quiet";
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT), found = [];
    const seen = [...main.querySelectorAll(button)].filter((one) => one.checkVisibility());
    const boxes = seen.map((one) => [one.innerText, one.getBoundingClientRect()]);
    const texts = [];
    while (walker.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        const parent = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || parent.closest(button) || !parent.checkVisibility()) continue;
        for (const line of range.getClientRects()) texts.push([walker.currentNode.data, line]);
    }
    boxes.forEach(([name, a], i) => [...boxes.slice(i + 1), ...texts].forEach(([other, b]) => {
        const across = Math.max(a.left - b.right, b.left - a.right);
        const down = Math.max(a.top - b.bottom, b.top - a.bottom);
        if (a.width && b.width && Math.max(across, down) < 4) found.push(`${name} | ${other}`);
    }));
    return found;
}"""


def crowded(page: Any) -> list[str]:
    """Buttons of a page that touch one another, or text beside them."""
    return list(page.evaluate(CROWDED))
