"""What is dear to make is made once in a test run: the worker that asks first makes it, the others wait and read it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

RUN = "QUORUM_TEST_RUN"  # names the run's folder to its workers


def begin() -> None:
    """Open the folder of this run."""
    os.environ[RUN] = tempfile.mkdtemp(prefix="quorum-tests-")


def end() -> None:
    """Remove it with everything that was made."""
    shutil.rmtree(os.environ.pop(RUN), ignore_errors=True)


def once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder of this name, filled by `make` if nobody has done so in this run. Only to be read or copied."""
    kept = Path(os.environ[RUN]) / name
    with kept.with_name(f"{name}.lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if not kept.exists():
            fresh = Path(tempfile.mkdtemp(dir=kept.parent))
            make(fresh)
            fresh.rename(kept)  # only a finished one has the name
    return kept
