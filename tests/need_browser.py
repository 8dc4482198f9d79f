"""`python -m tests.need_browser`: make sure that there is a Chromium for the browser tests.

As root on Debian or Ubuntu a missing one is installed with apt-get. Elsewhere one sentence says what to do, and the
browser tests are reported as skipped; with QUORUM_REQUIRE_BROWSER=1 a missing browser is a failure.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
MISSING = (
    "The browser tests need Chromium at /usr/bin/chromium and will be skipped. "
    "On Debian or Ubuntu, as root: apt-get install chromium"
)


def required() -> bool:
    """True where a run without browser tests does not count."""
    return os.environ.get("QUORUM_REQUIRE_BROWSER") == "1"


def install() -> bool:
    """Try apt-get when root; True when Chromium is there afterwards."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print("Installing Chromium for the browser tests (apt-get) ...", flush=True)
    environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            print((done.stderr or done.stdout).strip().splitlines()[-1:], file=sys.stderr)
            return False
    return CHROMIUM.exists()


def main() -> int:
    """0 when there is a browser or none is required."""
    if CHROMIUM.exists() or install():
        return 0
    print(MISSING, file=sys.stderr)
    return 1 if required() else 0


if __name__ == "__main__":
    sys.exit(main())
