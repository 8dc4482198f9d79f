"""`python -m tests.need_browser`: make sure that there is a Chromium for the browser tests.

Debian builds Chromium twice: with a desktop, and as `chromium-headless-shell`, which draws pages and nothing else and
takes a quarter less of the processor. As root it is installed with apt-get where it is missing; where a system has no
such package, the other is. Without either one sentence says what to do, and the browser tests are reported as skipped;
with QUORUM_REQUIRE_BROWSER=1 a missing browser is a failure.
"""

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

SHELL, DESKTOP = Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")
MISSING = (
    f"The browser tests need Chromium at {SHELL} or {DESKTOP} and will be skipped. "
    "On Debian, as root: apt-get install chromium-headless-shell"
)


def chromium() -> Path | None:
    """The browser to drive; None where there is none."""
    return next((program for program in (SHELL, DESKTOP) if program.exists()), None)


def required() -> bool:
    """True where a run without browser tests does not count."""
    return os.environ.get("QUORUM_REQUIRE_BROWSER") == "1"


def install() -> None:
    """Try apt-get when root."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium for the browser tests (apt-get) ...", flush=True)
    environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = partial(subprocess.run, env=environment, capture_output=True, text=True, check=False)
    apt(["apt-get", "update"])
    for program in (SHELL, DESKTOP):
        if chromium() is None or program == SHELL:
            done = apt(["apt-get", "install", "--yes", "--no-install-recommends", program.name])
    if chromium() is None:
        print(*(done.stderr or done.stdout).strip().splitlines()[-1:], file=sys.stderr)


def main() -> int:
    """0 when there is a browser or none is required."""
    if chromium() != SHELL:
        install()
    if chromium():
        return 0
    print(MISSING, file=sys.stderr)
    return 1 if required() else 0


if __name__ == "__main__":
    sys.exit(main())
