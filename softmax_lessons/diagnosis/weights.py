"""Finds the gradient at the logits in one of weights or biases, or in the step that they take."""

import re

import numpy as np

from softmax_lessons.judging.explain import proportion

MOVES = re.compile(r"\s*([\w.]+) *([-+]=|= *\1 *[-+]).*\*|.*\b(\w*rate|lr|eta|alpha) *\*")
"""A step of weights, which may look like a gradient of their size."""
VELOCITY = re.compile(r"(self\.)?[vms](_?[wb]\d?)?\b|.*(velo|\bvel|mom|cache)", re.I)
"""What is called the mean of former gradients, which moves too."""
BIAS = re.compile(r"\b_?d?_?b(ias(es)?)?\d?\b|bias", re.I)
"""What a bias and its gradient are called."""


def way(value, before):
    """Return old weights minus new ones, as a gradient would point; 0 where there are no old ones.

    The largest entry is made 1 in size, since late steps are small.
    """
    alike = (old for old in before[::-1] if old[1::2] == value[1::2])
    old = next((old.array for old in alike if old.array.shape == value.array.shape), value.array)
    return (old - value.array) / max(np.abs(old - value.array).max(), 1e-300)


def unmixed(weights, values, pair, targets):
    """Return the rows that give a gradient of weights as `data.T @ rows`, None for no such rows.

    With as many examples as inputs, or more, only `p - t` is tried.
    """
    turn = np.transpose if pair.axis == 0 else np.asarray
    p, weights = pair.rows(pair.p.array), turn(weights)
    if weights.size == p.shape[1] > 2:  # a bias; of two classes all are in proportion
        each = ((proportion(weights.ravel(), (p - t).sum(axis=0)), p - t) for t in targets)
        # Where weights are not followed, a right bias says little.
        return next((turn(r * rows) for r, rows in each if r and r < 0), None)
    for data in (turn(value.array) for value in values if value.array.ndim == weights.ndim == 2):
        fits = len(data) == len(p) and weights.shape == (data.shape[1], p.shape[1])
        if not (fits and np.isfinite(data).all() and np.isfinite(weights).all()):
            continue
        ways = [p - t for t in targets]
        if len(p) < data.shape[1]:
            ways.append(np.linalg.lstsq(data.T, weights)[0])
        for rows in ways:
            made = data.T @ rows
            r = (made * weights).sum() / max((made * made).sum(), 1e-300)
            if r and np.allclose(r * made, weights, atol=1e-12):
                return turn(r * rows)
    return None
