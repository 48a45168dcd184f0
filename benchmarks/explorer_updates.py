"""How long a control's move keeps the kernel busy, stage by stage, for every explorer.

`rows` starts a real kernel and has `measure` run there, so that messages are sent as ever.
"""

import json
import subprocess
import time
from contextlib import contextmanager
from io import BytesIO

import numpy as np
from jupyter_client.manager import start_new_kernel

from benchmarks.table import Limit, Row
from softmax_lessons import explorers
from softmax_lessons.explorers import live_figure
from tests.moves import random_move

MOVES = 200
EVERY = 5
"""Of so many moves one is also drawn by the baseline, which is slow."""

MOST = {"GradientExplorer": 15}
MOST_OF_ALL = 25


@contextmanager
def timed(owner, name, stage, times):
    """Add what calls of a function take to `times[stage]`."""
    function = getattr(owner, name)

    def timing(*args, **kwargs):
        start = time.perf_counter()
        result = function(*args, **kwargs)
        times[stage] += time.perf_counter() - start
        return result

    setattr(owner, name, timing)
    yield
    setattr(owner, name, function)


def redraw_everything(explorer):
    """Show an explorer's state as without a saved background: all is drawn, Matplotlib encodes."""
    for artist in explorer._live.moving:
        artist.set_animated(False)
    explorer.show(explorer.state)
    explorer._live.canvas.draw()
    buffer = BytesIO()
    explorer._live.canvas.print_png(buffer)
    explorer._live.image.value = buffer.getvalue()


def measure(name):
    """Return what each of MOVES moves took, in all and by stage, in milliseconds."""
    rng = np.random.default_rng(0)
    explorer, other = (getattr(explorers, name)() for _ in range(2))
    totals, stages, baseline = [], [], []
    for number in range(MOVES):
        control, value = random_move(explorer, rng)
        times = dict.fromkeys(("state", "artists", "pixels", "encoding"), 0.0)
        live = explorer._live
        with (
            timed(explorer, "compute", "state", times),
            timed(explorer, "show", "artists", times),
            timed(live, "redraw", "pixels", times),
            timed(live_figure, "png", "encoding", times),
        ):
            start = time.perf_counter()
            explorer.controls[control].value = value
            totals.append(1e3 * (time.perf_counter() - start))
        times["pixels"] -= times["encoding"]
        stages.append([1e3 * seconds for seconds in times.values()])
        if number % EVERY == 0:
            other.set(**{name: control.value for name, control in explorer.controls.items()})
            start = time.perf_counter()
            redraw_everything(other)
            baseline.append(1e3 * (time.perf_counter() - start))
    shares = dict(zip(times, np.median(stages, axis=0).tolist(), strict=True))
    return {
        "total": float(np.median(totals)), "shares": shares, "baseline": float(np.median(baseline))
    }  # fmt: skip


def printed_by_a_kernel(code):
    """Run code in a fresh kernel and return what it prints."""
    manager, client = start_new_kernel(stderr=subprocess.DEVNULL)
    printed = []

    def keep(message):
        content = message["content"]
        printed.append(content.get("text") or "\n".join(content.get("traceback", [])))

    try:
        client.execute_interactive(code, timeout=600, output_hook=keep)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "".join(printed)


def rows():
    """Measure every explorer in a kernel of its own; yield two rows for each."""
    for name in explorers.__all__:
        result = json.loads(
            printed_by_a_kernel(
                "import json\nfrom benchmarks.explorer_updates import measure\n"
                f"print(json.dumps(measure({name!r})))"
            )
        )
        shares = {stage: result["shares"][stage] / result["total"] for stage in result["shares"]}
        shares["messages and rest"] = 1 - sum(shares.values())
        remark = ", ".join(f"{stage} {share:.0%}" for stage, share in shares.items())
        most = MOST.get(name, MOST_OF_ALL)
        yield Limit(f"{name}, one move", result["total"], "ms", most, remark)
        yield Row(
            f"{name}, one move", result["total"], "all drawn again, Matplotlib's PNG",
            result["baseline"], "ms",
        )  # fmt: skip


def main():
    """Print the rows."""
    for row in rows():
        print(row, flush=True)


if __name__ == "__main__":
    main()
