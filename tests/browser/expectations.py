"""What an explorer's numbers have to be, computed from the values its controls show."""

import re
from functools import cache

import numpy as np

from softmax_lessons.explorers.axis import LOGITS
from softmax_lessons.losses import (
    cross_entropy_grad,
    softmax_cross_entropy_grad,
    squared_error_grad,
)
from softmax_lessons.numerics import softmax, softmax_jacobian, softmax_jvp, softmax_vjp
from softmax_lessons.symbolic import softmax_derivation

# A name, padded, then numbers with five decimals.
ROW = re.compile(r"(?P<name>.{22})(?P<numbers>( +-?\d+\.\d{5})+)")
# Half of the last decimal shown, and a little for central differences, which are not exact.
TOLERANCE = 0.5e-5 + 1e-8

derivation_steps = cache(softmax_derivation)


def number(text):
    return float(text.replace("\N{MINUS SIGN}", "-"))


def vector(controls, letter, n):
    return np.array([number(controls[letter + "₁₂₃₄₅"[k]]) for k in range(n)])


def axis(controls):
    axis = int(controls["axis"][0])
    i, j, k = picked = [int(controls[f"index {name}"]) for name in "ijk"]
    z = LOGITS.copy()
    z[i, j, k] += number(controls["push z by"])
    at = tuple(slice(None) if a == axis else index for a, index in enumerate(picked))
    p = softmax(z, axis)
    name = ", ".join(":" if a == axis else str(index) for a, index in enumerate(picked))
    return [
        f"axis {axis}, picked {picked}, slice [{name}]",
        *((f"p[{i}, {j}, :]", p[i, j]) for i, j in np.ndindex(2, 3)),
        ("logits of the slice", z[at]),
        ("probabilities", p[at]),
        *((f"block, row {row}", values) for row, values in enumerate(softmax_jacobian(z[at]))),
        ("largest off the blocks", [0]),
    ]


def derivation(controls):
    n, step = int(controls["logits"]), int(controls["step"])
    steps = derivation_steps(n)
    chosen = steps[step - 1]
    return [
        f"step {step} of {len(steps)}: {chosen.rule}".replace("$", ""),
        *(f"dp_{i + 1}/dz_{j + 1} = {chosen.text(i, j)}" for i, j in np.ndindex(n, n)),
    ]


def direction(controls):
    z, a = vector(controls, "z", 3), number(controls["a of v = (1, a, a)"])
    v = np.array([1, a, a])
    return [
        ("logits z", z),
        ("direction v", v),
        ("softmax(z)", softmax(z)),
        ("softmax(z + v)", softmax(z + v)),
        ("J v", softmax_jvp(z, v)),
        ("central difference", softmax_jvp(z, v)),
        ("loss along v", [softmax_cross_entropy_grad(z, [1, 0, 0]) @ v]),
    ]


def elementwise(controls):
    z, g = vector(controls, "z", 3), vector(controls, "g", 3)
    p, terms = softmax(z), softmax_jacobian(z) * g
    full, diagonal = softmax_vjp(z, g), p * (1 - p) * g
    return [
        ("logits z", z),
        ("incoming gradient g", g),
        ("probabilities p", p),
        *((f"terms of row {i}", row) for i, row in enumerate(terms, start=1)),
        ("full J g", full),
        ("elementwise p(1-p)g", diagonal),
        ("missing", full - diagonal),
    ]


def incoming_gradient(controls, p):
    source = controls["g is"]
    if source == "by hand":
        return vector(controls, "g", 3)
    if source == "all ones":
        return np.ones(3)
    if source == "random":
        return np.random.default_rng(int(controls["seed"])).normal(size=3)
    t = np.eye(3)[int(controls["true class"].removeprefix("class ")) - 1]
    losses = {
        "cross-entropy: -t / p": cross_entropy_grad(p, t),
        "squared error: 2 (p - t)": squared_error_grad(p, t),
    }
    return t if source == "one-hot" else losses[source]


def gradient(controls):
    z = vector(controls, "z", 3)
    p = softmax(z)
    g = incoming_gradient(controls, p)
    right, wrong = softmax_vjp(z, g), p * (1 - p) * g
    return [
        ("logits z", z),
        ("probabilities p", p),
        ("incoming gradient g", g),
        ("analytic", right),
        ("central difference", right),
        ("elementwise (wrong)", wrong),
        "largest difference from analytic:",
        ("central difference", [0]),
        ("elementwise (wrong)", [np.abs(right - wrong).max()]),
    ]


def jacobian(controls):
    n = int(controls["classes"])
    z = vector(controls, "z", n)
    return [
        ("logits z", z),
        ("probabilities p", softmax(z)),
        *((f"row {i}", row) for i, row in enumerate(softmax_jacobian(z), start=1)),
        ("row sums", np.zeros(n)),
        ("column sums", np.zeros(n)),
    ]


def logits(controls):
    z, c = vector(controls, "z", 4), number(controls["shift c"])
    t = number(controls["temperature T"])
    return [
        ("logits z", z),
        ("shift c", [c]),
        ("temperature T", [t]),
        ("(z + c) / T", (z + c) / t),
        ("softmax((z + c) / T)", softmax((z + c) / t)),
        ("softmax(z)", softmax(z)),
    ]


def loss(controls):
    z, true = vector(controls, "z", 3), int(controls["true class"]) - 1
    p, t = softmax(z), np.eye(3)[true]
    squared, entropy = squared_error_grad(p, t), cross_entropy_grad(p, t)
    return [
        ("logits z", z),
        ("target t", t),
        ("probabilities p", p),
        "incoming gradient",
        ("squared error", squared),
        ("cross-entropy", entropy),
        "gradient at the logits",
        ("squared error", softmax_vjp(z, squared)),
        ("cross-entropy", softmax_cross_entropy_grad(z, t)),
        ("margin", [z[true] - np.delete(z, true).max()]),
    ]


def step(controls):
    """Return what Taylor's formula says of the cross-entropy of z = (-1, -1, 1), class 3 true."""
    scheme, dtype, h = controls["scheme"], controls["dtype"], number(controls["step h"])
    p, eps = softmax([-1, -1, 1])[2], float(np.finfo(dtype).eps)
    second, third = p * (1 - p), p * (1 - p) * (1 - 2 * p)
    truncation = second / 2 * h if scheme == "forward" else abs(third) / 6 * h**2
    rounding = eps * (1 - p) if scheme == "complex" else eps * -np.log(p) / h
    power = {"forward": 1 / 2, "central": 1 / 3, "complex": 1}[scheme]
    z = np.ones(1, dtype)
    move = z.dtype.type(h)
    lost = scheme != "complex" and z + move == (z - move if scheme == "central" else z)
    larger = "truncation" if truncation > rounding else "rounding"
    rows = {
        "scheme": f"{scheme}, {dtype}",
        "step h": f"{h:.1e}",
        "truncation expected": f"{truncation:.1e}",
        "rounding expected": f"{rounding:.1e}",
        "outcome": "the step is lost: it does not move x" if lost else f"the larger is {larger}",
        "best step in theory": f"{eps**power:.1e}",
    }
    return [f"{name:22} {text}" for name, text in rows.items()]


EXPECTED = {
    "AxisExplorer": axis,
    "DerivationExplorer": derivation,
    "DirectionExplorer": direction,
    "ElementwiseExplorer": elementwise,
    "GradientExplorer": gradient,
    "JacobianExplorer": jacobian,
    "LogitsExplorer": logits,
    "LossExplorer": loss,
    "StepExplorer": step,
}

# Sliders whose readout shows fewer digits than their value has: where they can stand, the format.
ROUNDED = {
    "temperature T": (10 ** (np.arange(-50, 51) / 50), ".2f"),
    "step h": (10 ** (np.arange(-64, 1) / 4), ".1e"),
}


def readings(controls):
    """Return every state that looks like this one: a readout can stand for several values."""
    for label, (places, form) in ROUNDED.items():
        if label in controls:
            shown = number(controls[label])
            near = [value for value in places if float(format(value, form)) == shown]
            return [controls | {label: repr(float(value))} for value in near]
    return [controls]


def name_and_numbers(row):
    """Return the name of a row and its numbers; of a line without numbers, the line and none."""
    if isinstance(row, tuple):
        return row
    found = ROW.fullmatch(row)
    return (found["name"].strip(), found["numbers"].split()) if found else (row, [])


def agree(row, expected):
    (name, shown), (expected_name, values) = name_and_numbers(row), name_and_numbers(expected)
    return (name, len(shown)) == (expected_name, len(values)) and np.allclose(
        np.array(shown, float), values, rtol=0, atol=TOLERANCE
    )


def first_difference(lines, rows):
    """Say which line is not as expected, "" where all are."""
    for line, row in zip(lines, rows, strict=False):
        if not agree(line, row):
            return f"{line!r} should be {row}"
    return "" if len(lines) == len(rows) else f"there are {len(lines)} lines, not {len(rows)}"


def difference(name, controls, text):
    """Say what of an explorer's text does not belong to its controls, "" where all does."""
    complaint = "a slider stands where it cannot"
    try:
        for reading in readings(controls):
            complaint = first_difference(text.splitlines(), EXPECTED[name](reading))
            if not complaint:
                break
    except KeyError as missing:
        complaint = f"there is no control {missing}"
    return complaint
