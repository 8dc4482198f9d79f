"""`make bench [ONLY=protection,web]`: run every benchmark module of this folder and print its rows as one table."""

import importlib
import pkgutil
import sys

from rich.console import Console
from rich.table import Table

import tests.bench


def main(wanted: list[str]) -> int:
    """Run the named modules (all when none is named); 1 when one of them failed to run."""
    console, failed = Console(), 0
    for name in sorted(m.name for m in pkgutil.iter_modules(tests.bench.__path__) if not m.name.startswith("_")):
        module = importlib.import_module(f"tests.bench.{name}")
        if not hasattr(module, "bench") or (wanted and name not in wanted):
            continue
        table = Table(title=name, title_justify="left")
        for column in ("figure", "measured", "asked"):
            table.add_column(column)
        try:
            for row in module.bench():
                table.add_row(*map(str, row))
        except Exception as error:
            failed = 1
            table.add_row("could not be measured", f"{type(error).__name__}: {error}", "")
        console.print(table)
    return failed


if __name__ == "__main__":
    sys.exit(main([name for argument in sys.argv[1:] for name in argument.split(",") if name]))
