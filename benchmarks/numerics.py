"""Time and memory of softmax and its backward, and the time that it takes to import them."""

import subprocess
import sys
import tracemalloc
from functools import partial

import numpy as np
import scipy.special

from benchmarks.measuring import interleaved, report
from softmax_lessons.numerics import softmax, softmax_backward


def backward_with_temporaries(p, g):
    """Return p * g - p * sum(p * g), every product held in an array of its own."""
    products = p * g
    return products - p * products.sum(axis=-1, keepdims=True)


def backward_by_columns(p, g):
    """Return the gradient one logit at a time: g times column j of the Jacobian."""
    gradient = np.empty_like(p)
    for j in range(p.shape[-1]):
        column = -p * p[..., j : j + 1]
        column[..., j] += p[..., j]
        gradient[..., j] = (g * column).sum(axis=-1)
    return gradient


def peak_memory(function):
    """Return how many MB a function holds at most while it runs, its result included."""
    tracemalloc.start()
    function()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def compare():
    """Print time and memory beside those of other ways."""
    z, g = np.random.default_rng(0).normal(size=(2, 2048, 1000))
    p = softmax(z)
    forward = {"lessons": partial(softmax, z), "SciPy": partial(scipy.special.softmax, z, axis=-1)}
    ours = {"lessons": partial(softmax_backward, p, g)}
    closed = {"closed form with temporaries": partial(backward_with_temporaries, p, g)}
    slow = {"one column at a time": partial(backward_by_columns, p, g)}
    report("softmax, 2048 x 1000, float64", interleaved(forward, 60))
    report("softmax_backward, the same size", interleaved(ours | closed, 60))
    report("softmax_backward, the same size", interleaved(ours | slow, 3))
    memory = {name: peak_memory(function) for name, function in (ours | closed).items()}
    report("softmax_backward, memory", memory, "MB")
    imports = {
        module: partial(subprocess.run, [sys.executable, "-c", f"import {module}"], check=True)
        for module in ("softmax_lessons", "numpy")
    }
    report("a fresh Python that imports softmax_lessons", interleaved(imports, 15))
