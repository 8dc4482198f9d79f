"""`make bench [ONLY=protection,web]`: run every benchmark of this folder; figure, measured and asked in a line each."""

import importlib
import pkgutil
import sys

import tests.bench


def main(wanted: list[str]) -> int:
    """Run the named modules (all when none is named); 1 when one of them failed to run."""
    failed = 0
    for name in sorted(m.name for m in pkgutil.iter_modules(tests.bench.__path__) if not m.name.startswith("_")):
        module = importlib.import_module(f"tests.bench.{name}")
        if not hasattr(module, "bench") or (wanted and name not in wanted):
            continue
        tell(name, "measured", "asked")
        try:
            for row in module.bench():
                tell(*map(str, row))
        except Exception as error:
            failed = 1
            tell("  could not be measured", f"{type(error).__name__}: {error}", "")
    return failed


def tell(figure: str, measured: str, asked: str) -> None:
    """One line, at once: a benchmark takes minutes."""
    print(f"{figure:<60} {measured:<40} {asked}".rstrip(), flush=True)


if __name__ == "__main__":
    sys.exit(main([name for argument in sys.argv[1:] for name in argument.split(",") if name]))
