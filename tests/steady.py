"""Move the controls of one explorer at random, and watch over memory and figures.

`python -m tests.steady GradientExplorer 10000` does what the issue of a long lesson asks for; the
tests do the same with fewer moves.
"""

import gc
import resource
import sys
import warnings

import numpy as np
from matplotlib import _pylab_helpers

from softmax_lessons import explorers
from tests.moves import random_move

WARM_UP = 0.2
"""The share of moves during which caches fill; growth is counted from then on."""


def peak_memory():
    """Return the most memory that this process has held so far, in MB."""
    gc.collect()
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def steady(name, moves, seed=0):
    """Return by how many MB memory grows over so many moves; errors and warnings go through."""
    warnings.simplefilter("error")
    rng = np.random.default_rng(seed)
    explorer = getattr(explorers, name)()
    for number in range(moves):
        if number == int(WARM_UP * moves):
            before = peak_memory()
        control, value = random_move(explorer, rng)
        explorer.controls[control].value = value
    assert _pylab_helpers.Gcf.get_all_fig_managers() == []
    return peak_memory() - before


if __name__ == "__main__":
    print(f"{steady(sys.argv[1], int(sys.argv[2])):.2f}")
