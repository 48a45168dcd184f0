"""What all formulas give for fixed values, computed once: a result is looked up among them."""

import re
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.judging import explain
from softmax_lessons.judging.observe import Seen
from softmax_lessons.mistakes.formula import Formula, within
from softmax_lessons.mistakes.inputs import LARGE, PLAIN, Input
from softmax_lessons.mistakes.tasks import TASKS

NONE_OF_ONE = {"one-sum-over-batch", "one-sum-for-all", "one-maximum-for-all", "keepdims-missing"}
NONE_OF_ONE |= {"wrong-axis", "batch-flattened", "whole-batch-jacobian", "examples-for-classes"}
"""Mistakes that are none where there is one example."""


def _plain(task):
    """Return a task with those inputs on which a pasted program is tried."""
    kinds = (PLAIN,) if "p" in task.roles or "logp" in task.roles else (PLAIN, LARGE)
    inputs = [case for case in task.inputs if case.shows in kinds]
    return replace(task, inputs=tuple(inputs))


def _at_p(task, name, **changes):
    """Return a task that is given probabilities where it was given logits."""
    inputs = [case for case in task.inputs if case.shows == PLAIN]
    inputs = [
        Input((numerics.softmax(case.arguments[0]), *case.arguments[1:]), PLAIN) for case in inputs
    ]
    roles = tuple("p" if role in ("z", "logp") else role for role in task.roles)
    given = TASKS["softmax_backward"].given[:1]
    signature = f"{name}({', '.join(roles)})"
    return replace(
        task, signature=signature, roles=roles, given=given, inputs=tuple(inputs), **changes
    )


def _along_rows(task):
    """Return a task without the wrong axes that are the right one where examples are rows."""

    def other(formula):
        return not ("wrong-axis" in formula.keys and re.search(r", -?1\)", formula.text))

    lists = {kind: [*filter(other, getattr(task, kind))] for kind in ("given", "result", "chained")}
    return replace(task, **lists)


_LOSS = TASKS["softmax_cross_entropy_grad"]
_LOG = TASKS["log_softmax_backward"]
_AT_P = _at_p(_LOSS, "softmax_cross_entropy_grad")
_OF_P = [Formula("-t / p / N")]
_OF_P += [formula for formula in _LOSS.result if "binary-cross-entropy" in formula.keys]
_JACOBIAN = TASKS["softmax_jacobian"]
_JACOBIANS = [_JACOBIAN, _at_p(_JACOBIAN, "softmax_jacobian")]
_BATCHED = TASKS["batched_jacobian"]

MANY = [
    *(TASKS[name] for name in ("softmax", "log_softmax")),
    *(_BATCHED, _at_p(_BATCHED, "batched_jacobian")),
    *(TASKS["softmax_vjp"], TASKS["softmax_backward"], _LOG),
    _at_p(_LOG, "log_softmax_backward", result=_LOG.result[:1], chained=[]),
    *(_LOSS, _AT_P, _at_p(_LOSS, "cross_entropy_grad", result=_OF_P, chained=[])),
]
MANY = [_along_rows(_plain(task)) for task in MANY]
"""What a program for many examples is tried as."""


def _alone(task):
    """Return a task for one example, without the mistakes that are none there."""
    lists = {
        kind: [f for f in getattr(task, kind) if not NONE_OF_ONE & {*f.keys}]
        for kind in ("given", "result", "chained")
    }
    single = [case for case in task.inputs if np.size(case.arguments[0][..., 0]) == 1]
    return replace(task, inputs=tuple(single), **lists)


ONE = [_alone(task) for task in MANY if "batched" not in task.name]
ONE += [replace(_plain(task), result=_alone(task).result) for task in _JACOBIANS]
"""What a program for one example is tried as."""
ROWS = [
    replace(task, result=within(task.result, "({} + 0 * delta)[1]"), jacobian=False)
    for task in ONE
    if task.jacobian
]
ROWS = [
    replace(
        task,
        signature="one_row_of_the_jacobian" + task.signature[len("softmax_jacobian") :],
        inputs=tuple(case for case in task.inputs if case.arguments[0].size > 1),
    )
    for task in ROWS
]
"""One row of the Jacobian, the second."""

_TABLES, MOST = {}, 400
"""What has been computed, up to a number of tables."""


def _table(task, arguments, thorough):
    """Return what the formulas of a task give, by shape: pairs of formulas, and a row for each."""
    key = task.signature, len(task.given), len(task.result), thorough
    key += tuple(np.asarray(a).tobytes() + str(np.shape(a)).encode() for a in arguments)
    if key not in _TABLES:
        if len(_TABLES) > MOST:
            _TABLES.clear()
        right, *wrong = task.given
        pairs = [
            *product([right], task.result),
            *product(wrong, task.result[: None if thorough else 1]),
        ]
        found = {}
        for given, result in pairs:
            row = task.attempted(Input(arguments), given, result)
            if row is not None and np.isfinite(row).all() and np.square(row).sum() > 1e-20:
                found.setdefault(row.shape, []).append(((given, result), row.ravel()))
        _TABLES[key] = {
            shape: ([pair for pair, _ in rows], np.array([row for _, row in rows]))
            for shape, rows in found.items()
        }
    return _TABLES[key]


def identify(task, arguments, out, thorough=False):
    """Return the explanations of a result by a formula times a factor, the best ones first.

    In a thorough search, probabilities and what is made of them may both be wrong.
    """
    arguments = tuple(arguments)
    with np.errstate(all="ignore"):
        pairs, rows = _table(task, arguments, thorough).get(np.shape(out), ((), None))
        if not pairs or not np.isfinite(out).all():
            return []
        y = np.ravel(out)
        ratios = rows @ y / np.square(rows).sum(axis=1)
        room = explain.tolerance(rows, axis=1) * np.abs(ratios)[:, None]
        fits = (np.abs(y - ratios[:, None] * rows) <= room).all(axis=1) & (ratios != 0)
        seen = [Seen(Input(arguments), np.asarray(out, float))]
        fit = partial(explain.fit, task, seen=seen)
        found = [e for k in np.flatnonzero(fits) if (e := fit(*pairs[k]))]
    return sorted(found, key=lambda e: e.cost)
