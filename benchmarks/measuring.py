"""Measurements taken in turn, so that what else the machine does meets all of them alike."""

import time
from statistics import median


def milliseconds(function):
    """Return how long a call takes."""
    start = time.perf_counter()
    function()
    return 1e3 * (time.perf_counter() - start)


def interleaved(functions, rounds, measure=milliseconds):
    """Return the median of so many measurements of each function, after one to warm up."""
    taken = {name: [] for name in functions}
    for _ in range(rounds + 1):
        for name, function in functions.items():
            taken[name].append(measure(function))
    return {name: median(values[1:]) for name, values in taken.items()}


def report(what, measured, unit="ms"):
    """Print the first of some measurements, and how many times as much each of the others is."""
    (_, ours), *others = measured.items()
    for other, theirs in others:
        print(f"{what}: {ours:.3g} {unit}; {other}: {theirs / ours:.3g} times that", flush=True)
