"""Says what can be seen in a result that no formula explains: where it is wrong, and what it holds.

Each sentence holds for all that was seen, not for one input only. Where nothing does, none is said.
"""

import re
from itertools import product

import numpy as np

from softmax_lessons.judging.explain import agrees, close, same_shape
from softmax_lessons.mistakes.formula import Formula
from softmax_lessons.mistakes.inputs import LARGE, Input

SIZES = {
    "there is more than one example": lambda N, n: N > 1,
    "there are more than two classes": lambda N, n: n > 2,
    "there are more examples than classes": lambda N, n: n < N,
    "there are not as many examples as classes": lambda N, n: n != N,
}
ROWS = {
    "Only row 0 is right": lambda i, N: i == 0,
    "Only the last row is right": lambda i, N: i == N - 1,
    "All rows but row 0 are right": lambda i, N: i > 0,
}
PIECES = (
    "0,g,p,p * g,1 - p,p * (1 - p),p * (1 - p) * g,t,p * t,p - 1,z,1,logp,p * p,sum(p * g),sum(g)"
)
PIECES += ",p * sum(p * g),p * sum(g),p - t,p / N,t / N,p_i,p_j,p_i * p_j,delta,delta * p_i"
LENT = {"t": "target", "g": "incoming gradient", "mask": "mask", "z": "logits"}


def clue(task, seen, shown):
    """Return what can be said of one input, in view of all plain ones; empty for nothing."""
    y, right = shown.array, [task.predict(one.case) for one in seen]
    if shown.error is not None:
        return _sizes(task, seen, [one.error is not None for one in seen], "It raises")
    if y is None or y.shape != task.predict(shown.case).shape:
        return _shape(task, max(seen, key=lambda one: np.prod(task.sizes(one.case))))
    if not np.isfinite(y).all():
        if shown.case.shows == LARGE and "z" in task.roles:
            return "For such logits exp overflows to inf, and inf / inf is NaN."
        return "NaN is what 0 / 0, 0 * inf and inf - inf give, and the logarithm below 0."
    pairs = [(one.array, c) for one, c in zip(seen, right, strict=True)]
    good = [close(*pair) for pair in pairs if same_shape(*pair)]
    bad = [not fits.all() for fits in good]
    if len(good) < len(seen) or not any(bad):
        return ""
    if "W" in task.roles:  # the last row is the gradient at the bias
        halves = {"grad_W": lambda fits: fits[:-1], "grad_b": lambda fits: fits[-1]}
        sizes = [task.sizes(one.case)[0] for one in seen]
        share = pairs[0][0][-1] @ pairs[0][1][-1] / (pairs[0][1][-1] ** 2).sum() / sizes[0]
        shares = [share * N * c[-1] for (_, c), N in zip(pairs, sizes, strict=True)]
        if share and all(close(y[-1], b).all() for (y, _), b in zip(pairs, shares, strict=True)):
            return f"The sum over the pictures is divided by {1 / share:.6g}, whatever N is."
        sound = [name for name, half in halves.items() if all(half(fits).all() for fits in good)]
        return "".join(f"{name} is right. Look at the other one." for name in sound)
    said = [_rows(good), _lent(task, seen, good), _pieces(task, seen, pairs, good)]
    return " ".join(filter(None, said)) or _sizes(task, seen, bad, "It is wrong")


def _sizes(task, seen, bad, what):
    """Return what all the inputs have in common, and no other, for which something is so."""
    if not any(bad) or all(bad):
        return ""
    sizes = [task.sizes(one.case) for one in seen]
    holds = (text for text, test in SIZES.items() if [test(*size) for size in sizes] == bad)
    return next((f"{what} whenever {text}." for text in holds), "")


def _shape(task, one):
    """Return what the shape of a result says, by a large input."""
    shape, (N, n) = np.shape(one.value), task.sizes(one.case)
    likely = {
        (N, N): "two examples are multiplied with each other. Each needs a result of its own.",
        (n, N): "examples and classes are swapped.",
        (N, n, n): "that is a Jacobian for each example, not multiplied with anything yet.",
        (N,): "there is one number for each example. The axis of the classes is summed over.",
        (n,): "there is one number for each class. One example is left, or all are added up.",
        (N * n,): "there is one long row.",
        (): "one number is left, by a sum or a mean of everything.",
    }
    if task.jacobian and N == 1:
        likely[n,] = "the diagonal, one row or a sum of rows is left. The Jacobian has all pairs."
    elif N == 1:
        likely[n, n] = "that is a table. For each logit, products are still to be added up."
    text = likely.get(shape, "") if one.array is not None else ""
    losses = ("-(t * logp).sum() / N", "-(t * logp).sum()", "-(t * logp).sum(-1)")
    for loss in losses if {"t", "z"} <= {*task.roles} else ():
        if agrees(one.array, task.predict(one.case, result=Formula(loss))):
            text = "that is the loss. Its derivatives are asked for."
    size = f"{N} examples of {n} classes" if N > 1 else f"{n} classes"
    return text and f"For {size} it has the shape {shape}: {text}"


def _rows(good):
    """Return which rows are right, where that is so in every batch."""
    many = (fits for fits in good if fits.ndim > 1 and len(fits) > 1)
    batches = [fits.reshape(len(fits), -1).all(1).tolist() for fits in many]
    for text, test in ROWS.items() if batches else ():
        if all([test(i, len(fits)) for i in range(len(fits))] == fits for fits in batches):
            return f"{text}."
    return ""


def _lent(task, seen, good):
    """Return which row of an argument another row of the result was made with."""
    said = []
    for one, fits in zip(seen, good, strict=True):
        for i in np.flatnonzero(~fits.all(1)) if fits.ndim == 2 and len(fits) > 1 else ():
            for (k, role), j in product(enumerate(task.roles), range(len(fits))):
                arguments = [np.array(argument) for argument in one.case.arguments]
                if role in LENT and j != i:
                    arguments[k][i] = arguments[k][j]
                    if agrees(one.array[i], task.predict(Input(tuple(arguments)))[i]):
                        said.append(f"Row {i} is right for the {LENT[role]} of row {j}.")
                        break
            else:
                return ""
    return next(iter(said), "")


def _pieces(task, seen, pairs, good):
    """Return what stands where a result is wrong, or what is added to it."""
    for piece, sign in product(PIECES.split(","), (1, -1)):
        try:
            values = [sign * task.predict(one.case, result=Formula(piece)) for one in seen]
            values = [np.broadcast_to(v, y.shape) for v, (y, _) in zip(values, pairs, strict=True)]
        except (NameError, ValueError):
            continue
        name = piece if sign > 0 else f"-({piece})" if " " in piece else f"-{piece}"
        both = zip(pairs, values, good, strict=True)
        if all(close(y, v)[~fits].all() for (y, _), v, fits in both):
            k = next(k for k, fits in enumerate(good) if not fits.all())
            index = tuple(np.argwhere(~good[k])[0].tolist())
            at = re.sub(r"\b([zpgt])\b", rf"\1_{index[-1] + 1}", name).replace(" * ", " ")
            at = "" if re.search("sum|_|[01N]$", piece) else f": entry {index} is {at}"
            return f"Wherever it is wrong, there is {name}{at}."
        both = zip(pairs, values, strict=True)
        if piece != "0" and all(close(y - c, v).all() for (y, c), v in both):
            return f"What is added to the right result is {name}."
    gaps = np.concatenate([(y - c).ravel() for y, c in pairs])
    return f"Every entry is too large by {gaps[0]:.6g}." if np.ptp(gaps) < 1e-9 else ""
