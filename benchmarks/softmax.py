"""Time and memory of softmax and its backward, along the last axis of (samples, classes)."""

import numpy as np
import scipy.special

from benchmarks.measuring import interleaved, peak_memory
from benchmarks.softmax_baselines import (
    backward_by_columns,
    backward_by_jacobian,
    backward_with_temporaries,
)
from benchmarks.table import Limit, Row
from softmax_lessons.numerics import softmax, softmax_backward

try:
    import torch
except ImportError:
    torch = None

SHAPES = [(256, 10), (4096, 100), (2048, 1000), (256, 32000)]
MOST_COLUMNS = 1000
"""Beyond so many classes a column at a time takes minutes, and a Jacobian gigabytes a sample."""


def forward_functions(z):
    """Return softmax of z in every way that is installed."""
    functions = {
        "lessons": lambda: softmax(z),
        "SciPy": lambda: scipy.special.softmax(z, axis=-1),
        "the same function again": lambda: softmax(z),
    }
    if torch:
        logits = torch.from_numpy(z)
        functions["PyTorch, 1 thread"] = lambda: torch.softmax(logits, -1)
    return functions


def backward_functions(z, g):
    """Return the backward of softmax at z in every way that is installed."""
    p = softmax(z)
    functions = {
        "lessons": lambda: softmax_backward(p, g),
        "closed form with temporaries": lambda: backward_with_temporaries(p, g),
    }
    if torch:
        logits = torch.from_numpy(z).requires_grad_()
        output, gradient = torch.softmax(logits, -1), torch.from_numpy(g)
        functions["PyTorch, 1 thread"] = lambda: torch.autograd.grad(
            output, logits, gradient, retain_graph=True
        )
    return functions


def slow_functions(z, g):
    """Return the backward of softmax at z, and the ways that are slower by far."""
    p = softmax(z)
    return {
        "lessons": lambda: softmax_backward(p, g),
        "one column at a time": lambda: backward_by_columns(p, g),
        "full Jacobian of each sample": lambda: backward_by_jacobian(p, g),
    }


REACH = {
    "SciPy": 1,
    "closed form with temporaries": 1,
    "PyTorch, 1 thread": 1 / 1.5,
}


def rows():
    """Measure everything; yield one row for each comparison."""
    if torch:
        torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        for dtype in (np.float32, np.float64):
            z, g = rng.normal(size=(2, *shape)).astype(dtype)
            yield from _rows_of(z, g)


def _rows_of(z, g):
    """Yield the rows of one shape and dtype."""
    label = f"({', '.join(map(str, z.shape))}) {z.dtype}"
    comparisons = [
        ("softmax", forward_functions(z), {"SciPy": REACH["SciPy"]}),
        ("softmax_backward", backward_functions(z, g), REACH),
    ]
    n = z.shape[-1]
    if n <= MOST_COLUMNS:
        reach = {"one column at a time": 100} if n == 1000 else {}
        comparisons.append(("softmax_backward", slow_functions(z, g), reach))
    for name, functions, reach in comparisons:
        times = interleaved(functions, rounds=(3, 400))
        for other, seconds in times.items():
            if other != "lessons":
                what = f"{name} {label}"
                ours = times["lessons"]
                yield Row(what, 1e3 * ours, other, 1e3 * seconds, "ms", reach.get(other))
    if z.nbytes > 1e6:  # where arrays outweigh Python's own objects
        yield from _memory_of(z, g, label)


def _memory_of(z, g, label):
    """Yield how many arrays of z's size are held at most."""
    p = softmax(z)
    most = 2 + 2 / z.shape[-1]  # the result, a temporary, and what there is one of in each slice
    for name, function, other, baseline in (
        ("softmax", lambda: softmax(z), "SciPy", lambda: scipy.special.softmax(z, axis=-1)),
        ("softmax_backward", lambda: softmax_backward(p, g),
         "closed form with temporaries", lambda: backward_with_temporaries(p, g)),
    ):  # fmt: skip
        held, by_other = (peak_memory(f) / z.nbytes for f in (function, baseline))
        yield Limit(f"{name} {label}, memory", held, "x z", most, f"{other}: {by_other:.2f}")


def main():
    """Print the rows."""
    for row in rows():
        print(row, flush=True)


if __name__ == "__main__":
    main()
