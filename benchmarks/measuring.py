"""Times and memory, measured side by side."""

import time
import tracemalloc

import numpy as np


def interleaved(functions, seconds=2.0, rounds=(5, 200)):
    """Return the median time of each function, all called in turn, round after round.

    In each round the functions run one after the other, so that what else the machine does meets
    all of them alike; the order is turned by one from round to round.

    Parameters
    ----------
    functions : dict of str to callable
        Called without arguments.
    seconds : float
        Roughly how long to go on.
    rounds : (int, int)
        How many rounds there are at least and at most.

    Returns
    -------
    dict of str to float
        Seconds.
    """
    names = list(functions)
    times = {name: [] for name in names}
    for function in functions.values():
        function()
    end = time.perf_counter() + seconds
    for number in range(rounds[1]):
        if number >= rounds[0] and time.perf_counter() > end:
            break
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            start = time.perf_counter()
            functions[name]()
            times[name].append(time.perf_counter() - start)
    return {name: float(np.median(taken)) for name, taken in times.items()}


def peak_memory(function):
    """Return how many bytes a function holds at most while it runs, its result included."""
    function()
    tracemalloc.start()
    try:
        result = function()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del result
    return peak
