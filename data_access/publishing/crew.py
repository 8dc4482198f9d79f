"""Processes that work beside this one; nothing of this process (locks, connections, solvers) leaks into them."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

# What they work with; imported once, by the process they are forked from, which does nothing else.
TOOLS = ["data_access.publishing.protecting", "data_access.publishing.proving"]


def crew(workers: int) -> ProcessPoolExecutor:
    """That many processes, to be used in a `with` statement."""
    context = get_context("forkserver")
    context.set_forkserver_preload(TOOLS)
    return ProcessPoolExecutor(max_workers=workers, mp_context=context)
