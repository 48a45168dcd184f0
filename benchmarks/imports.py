"""What each import costs in a fresh Python, less what Python itself takes to start."""

import subprocess
import sys

import numpy as np

from benchmarks.table import Limit, Row

TIMED = "from time import perf_counter as now; start = now(); import {}; print(now() - start)"
MODULES = [
    "numpy",
    "softmax_lessons",
    "softmax_lessons.numerics",
    "softmax_lessons.exercises",
    "softmax_lessons.symbolic",
    "softmax_lessons.explorers",
]
REACH = {"softmax_lessons": 1 / 1.3}


def import_time(module):
    """Return the seconds that a fresh Python takes to import a module."""
    run = subprocess.run(
        [sys.executable, "-c", TIMED.format(module)], check=True, capture_output=True, text=True
    )
    return float(run.stdout)


def rows(rounds=11):
    """Measure all imports in turn, round after round; yield each beside that of NumPy."""
    times = {module: [] for module in MODULES}
    for number in range(rounds + 1):
        for module in MODULES:
            seconds = import_time(module)
            if number:  # the first round fills the disk's cache
                times[module].append(seconds)
    medians = {module: 1e3 * float(np.median(taken)) for module, taken in times.items()}
    for module in MODULES[1:]:
        if module in REACH:
            reach = REACH[module]
            yield Row(
                f"import {module}", medians[module], "import numpy", medians["numpy"], "ms", reach
            )
        else:
            yield Limit(
                f"import {module}", medians[module], "ms",
                remark=f"{medians[module] / medians['numpy']:.1f} times import numpy",
            )  # fmt: skip


def main():
    """Print the rows."""
    for row in rows():
        print(row, flush=True)


if __name__ == "__main__":
    main()
