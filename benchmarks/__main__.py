"""Measure everything and print one table; `make bench` calls this."""

import os
import platform
import subprocess
import sys
import time
from datetime import date

import numpy as np

from benchmarks import browser, explorer_updates, imports, softmax
from benchmarks.table import HEADING, Limit, Row

REACH = {"interactive_output": 5, "ipympl": 2, browser.FLOOR: 1 / 1.8}
"""How many times longer than the explorer each should take at least."""

FIRST_EXPLORER = 2
"""Seconds that the first explorer may take in a fresh kernel."""


def in_browser():
    """Yield what a reader waits for, in a real JupyterLab."""
    if moves := browser.key_press_to_pixels():
        ours = moves.pop(browser.EXPLORER)["median"]
        for name, times in moves.items():
            what = "GradientExplorer, key press to new pixels"
            yield Row(what, ours, name, times["median"], "ms", REACH[name])
    if starts := browser.first_explorer():
        ours, floor = (starts[name]["median"] for name in (browser.EXPLORER, browser.FLOOR))
        what = "fresh kernel to first explorer"
        yield Limit(what, ours, "s", FIRST_EXPLORER)
        yield Row(what, ours, browser.FLOOR, floor, "s")


def make_test():
    """Yield how long the whole of `make test` takes."""
    start = time.perf_counter()
    run = subprocess.run(["make", "--no-print-directory", "test"], capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if run.returncode:
        sys.exit(f"make test failed:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    yield Limit("make test", seconds, "s", remark=run.stdout.strip().splitlines()[-1].strip("= "))


def main():
    """Print the table, row by row as they are measured."""
    print(
        f"{date.today()}, {os.cpu_count()} cores, {platform.machine()} {platform.system()},"
        f" Python {platform.python_version()}, NumPy {np.__version__}"
    )
    print(HEADING)
    for part in (in_browser, explorer_updates.rows, imports.rows, softmax.rows, make_test):
        for row in part():
            print(row, flush=True)


if __name__ == "__main__":
    main()
