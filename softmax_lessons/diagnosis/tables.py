"""What all formulas give for fixed values, computed once: a result is looked up among them."""

import re
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.judging import explain
from softmax_lessons.judging.observe import Seen
from softmax_lessons.mistakes.backward import IN_LOOPS
from softmax_lessons.mistakes.formula import Formula
from softmax_lessons.mistakes.inputs import LARGE, PLAIN, Input
from softmax_lessons.mistakes.task import NONE_OF_ONE, keeping, without
from softmax_lessons.mistakes.tasks import TASKS


def _shown(task, kinds=(PLAIN,)):
    return tuple(case for case in task.inputs if case.shows in kinds)


def _at_p(name, **changes):
    """Return a task that is given probabilities where it was given logits."""
    task = TASKS[name]
    inputs = [(numerics.softmax(z), *others) for z, *others in (c.arguments for c in _shown(task))]
    changes["inputs"] = tuple(Input(arguments, PLAIN) for arguments in inputs)
    changes["roles"] = ("p", *task.roles[1:])
    changes["signature"] = f"{changes.pop('called', name)}({', '.join(changes['roles'])})"
    return replace(task, given=TASKS["softmax_backward"].given[:1], **changes)


def _along_rows(task):
    """Return a task as pasted programs are tried: with no axis but that of the rows."""
    of_logits = not {"p", "logp"} & {*task.roles}
    task = replace(task, inputs=_shown(task, (PLAIN, LARGE) if of_logits else (PLAIN,)))
    return keeping(task, lambda f: not ("wrong-axis" in f.keys and re.search(r", -?1\)", f.text)))


_LOSS, _LOG = "softmax_cross_entropy_grad", "log_softmax_backward"
_OF_P = [Formula("-t / p / N")]
_OF_P += [f for f in TASKS[_LOSS].result if "binary-cross-entropy" in f.keys]
_SAME = ["softmax", "log_softmax", "batched_jacobian", "softmax_vjp", "softmax_backward"]
MANY = [
    *(TASKS[name] for name in (*_SAME, _LOG, _LOSS)),
    *(_at_p("batched_jacobian"), _at_p(_LOG, result=TASKS[_LOG].result[:1], chained=[])),
    *(_at_p(_LOSS), _at_p(_LOSS, called="cross_entropy_grad", result=_OF_P, chained=[])),
]
MANY = [*map(_along_rows, MANY)]
"""What a program for many examples is tried as."""


def _alone(task):
    """Return a task for one example: without mistakes of a batch, with those of loops."""
    if task.name in ("softmax_vjp", "softmax_backward"):
        task = replace(task, result=task.result + IN_LOOPS)
    single = [case for case in task.inputs if np.size(case.arguments[0][..., 0]) == 1]
    task = task if task.name == "softmax_jacobian" else replace(task, inputs=tuple(single))
    return without(task, NONE_OF_ONE)


ONE = [_alone(task) for task in MANY if "batched" not in task.name]
ONE += [*map(_alone, (_along_rows(TASKS["softmax_jacobian"]), _at_p("softmax_jacobian")))]
"""What a program for one example is tried as."""

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
        case, found = Input(arguments), {}
        for given, result in pairs:
            row = task.attempted(case, given, result)
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
