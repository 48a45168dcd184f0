"""How much memory learners need: their kernels, lesson by lesson, and many kernels at once.

`python -m benchmarks.class_memory` prints MB (10**6 bytes) on Linux, which alone tells PSS. RSS is
all of a process's memory that is in RAM, with pages of libraries counted in full for every process
that uses them; PSS counts a page that k processes share as 1/k of it in each, so that the PSS of
all processes add up to what they really take; what is private is what one more process costs.
"""

import argparse
import os
import platform
import re
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path

import nbformat
import psutil
from jupyter_client import KernelManager

ROOT = Path(__file__).resolve().parent.parent
SOLUTION = re.compile(r"<summary>Worked solution</summary>\s*```python\n(.*?)```", re.DOTALL)
MOVES = 20
"""How often each explorer of a lesson is moved."""
MOVED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from numpy.random import default_rng as _rng
from softmax_lessons.explorers.explorer import Explorer as _Explorer
from tests.moves import random_move as _random_move
_shown = {{id(_e): _e for _e in list(Out.values()) if isinstance(_e, _Explorer)}}
for _e in _shown.values():
    for _ in range({MOVES}):
        _name, _value = _random_move(_e, _rng(_))
        _e.controls[_name].value = _value
"""
MB = 1e6


def lessons():
    """Return the paths of all lessons in their order."""
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def steps(path):
    """Return the code of a lesson's cells; below each exercise stands its worked solution."""
    cells = nbformat.read(path, as_version=4).cells
    found = []
    for cell, below in pairwise([*cells, None]):
        if cell.cell_type != "code":
            continue
        found.append(cell.source)
        if "\n    ...\n" in cell.source:
            solution = SOLUTION.search(below.source)
            found.append(f"{solution[1]}\n{cell.source.strip().splitlines()[-1]}")
    return found


def encryption():
    """Return what keeps kernels from warning that they have none, as tools/lab.py does."""
    known = KernelManager.class_traits(config=True).get("transport_encryption")
    return {"transport_encryption": "auto"} if known else {}


class Kernel:
    """A kernel of this very Python, and what it holds."""

    def __init__(self):
        self.manager = KernelManager(kernel_name="python3", **encryption())
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        start = time.perf_counter()
        self.manager.start_kernel(cwd=str(ROOT / "notebooks"), env=environment)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.started = time.perf_counter() - start
        self.process = psutil.Process(self.manager.provisioner.pid)

    def run(self, code):
        """Run code as a cell is run, and wait for its end."""
        reply = self.client.execute_interactive(
            code, timeout=300, output_hook=lambda _: None, allow_stdin=False, store_history=True
        )
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))

    def memory(self):
        """Return RSS, PSS and what is private, in MB, of the kernel and all it has started."""
        processes = [self.process, *self.process.children(recursive=True)]
        infos = [process.memory_full_info() for process in processes]
        return [sum(getattr(info, name) for info in infos) / MB for name in ("rss", "pss", "uss")]

    def peak(self):
        """Return the most that the kernel has held so far, as RSS in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) * 1024 / MB

    def end(self):
        """End the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@contextmanager
def kernel():
    """Start a kernel, and end it afterwards, whatever happens."""
    one = Kernel()
    try:
        yield one
    finally:
        one.end()


def figures(values):
    """Return numbers in columns."""
    return " ".join(f"{value:8.1f}" for value in values)


def one_learner():
    """Print the memory of one kernel in each lesson, at four moments."""
    print(f"\nOne kernel at a time; every explorer moved {MOVES} times. In MB:")
    heading = ["RSS", "PSS", "private"]
    print(f"{'':36} {'':24}" + " ".join(f"{text:>8}" for text in [*heading, "peak RSS", "seconds"]))
    for path in lessons():
        with kernel() as one:
            # The first code cell of a lesson is its imports.
            first, *others = steps(path)
            moments = {"fresh": [], "imports": [first], "to the end": others}
            if any("Explorer()" in code for code in others):
                moments["moved"] = [MOVED]
            for moment, codes in moments.items():
                start = time.perf_counter()
                for code in codes:
                    one.run(code)
                seconds = time.perf_counter() - start if codes else one.started
                time.sleep(0.5)
                numbers = [*one.memory(), one.peak(), seconds]
                print(f"{path.stem:36} {moment:24}{figures(numbers)}", flush=True)


def many_learners(path, counts):
    """Print what so many kernels take that all have run the same lesson at the same time."""
    print(f"\nMany kernels at the end of {path.stem}, explorers moved. In MB; fewer MB available:")
    heading = ["kernels", "PSS sum", "per one", "private", "avail.", "seconds"]
    print(" ".join(f"{text:>8}" for text in heading))
    codes = [*steps(path), MOVED]

    def learn(one):
        start = time.perf_counter()
        for code in codes:
            one.run(code)
        return time.perf_counter() - start

    for count in counts:
        with ExitStack() as stack:
            before = psutil.virtual_memory().available
            kernels = [stack.enter_context(kernel()) for _ in range(count)]
            with ThreadPoolExecutor(count) as pool:
                seconds = statistics.median(pool.map(learn, kernels))
            time.sleep(1)
            pss = [one.memory()[1] for one in kernels]
            private = [one.memory()[2] for one in kernels]
            available = (before - psutil.virtual_memory().available) / MB
            numbers = [sum(pss), sum(pss) / count, statistics.median(private), available, seconds]
            print(f"{count:8} {figures(numbers)}", flush=True)


def main():
    """Measure and print."""
    if sys.platform != "linux":
        sys.exit("PSS can be read on Linux only")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lesson", default="03", help="the one that many learn at the same time")
    parser.add_argument("--kernels", type=int, nargs="*", default=[1, 4, 8], help="how many")
    parser.add_argument("--only-many", action="store_true", help="leave the single lessons out")
    chosen = parser.parse_args()
    total = psutil.virtual_memory().total / 2**30
    print(
        f"{date.today()}, {os.cpu_count()} cores, {total:.1f} GiB, {platform.machine()}"
        f" {platform.system()}, Python {platform.python_version()}"
    )
    if not chosen.only_many:
        one_learner()
    lesson = next(path for path in lessons() if path.stem.startswith(chosen.lesson))
    many_learners(lesson, chosen.kernels)


if __name__ == "__main__":
    main()
