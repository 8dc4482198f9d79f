"""`quorum protect` on files: read a table, find a pattern with its proof, write it whole or not at all."""

import json
import os
import time
from pathlib import Path
from typing import Any

from privacy.lattice import BadTable, RuleName, ZeroPolicy
from privacy.protect import protect
from privacy.tablefile import parse, result


def protect_file(table: Path, out: Path, rule: RuleName, zeros: ZeroPolicy) -> None:
    """Write the pattern for the table; raises BadTable (naming the file) and NoSafePattern, then nothing is written."""
    start = time.perf_counter()
    content = _read(table)
    if not out.parent.is_dir():
        raise BadTable(f"{out}: the folder does not exist")
    try:
        problem = parse(content, rule, zeros)
    except BadTable as error:
        raise BadTable(f"{table}: {error}") from error
    pattern, findings = protect(problem.lattice, problem.rule, [problem.attacker])
    _write(out, result(problem, pattern, findings, time.perf_counter() - start))


def _read(table: Path) -> dict[str, Any]:
    try:
        content = json.loads(table.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadTable(f"{table}: the file cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadTable(f"{table}: the file is not UTF-8 text") from error
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadTable(f"{table}: the file is not JSON{where}") from error
    if not isinstance(content, dict):
        raise BadTable(f"{table}: the file must hold one table in braces")
    return content


def _write(out: Path, content: dict[str, Any]) -> None:
    fresh = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(out)
    except OSError as error:
        raise BadTable(f"{out}: the file cannot be written ({error.strerror})") from error
    finally:
        fresh.unlink(missing_ok=True)
