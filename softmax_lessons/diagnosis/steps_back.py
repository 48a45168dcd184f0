"""Finds the step back from softmax(z) = p among the values of a run, and weights that it moves."""

import re
import time
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from softmax_lessons.diagnosis.evidence import DERIVATIVE, SMALL
from softmax_lessons.diagnosis.pairs import Pair, are_shares
from softmax_lessons.diagnosis.tables import MANY, NONE_OF_ONE, identify
from softmax_lessons.diagnosis.watch import Value
from softmax_lessons.diagnosis.weights import BIAS, MOVES, VELOCITY, unmixed, way
from softmax_lessons.judging.explain import Explanation
from softmax_lessons.mistakes.formula import Formula

SECONDS = 0.7
AT_P = {task.signature: task for task in MANY}
LOSS = AT_P["softmax_cross_entropy_grad(p, t)"]
BACKWARD = AT_P["softmax_backward(p, g, axis)"]
JACOBIAN = AT_P["batched_jacobian(p)"]
LATER = SMALL - {"factor-of-two", "sign-flipped"} | {"constant-factor"}
"""What depends on where the average is taken, and on a scale."""
CLIMBS = re.compile(
    r"^(?!.*(loss|cost)).*(\+=|= ?[\w.]+ ?\+)(?! *-).*(lr|rate|alpha|eta|step|0\.\d|1e-).*\*", re.M
)
"""A step with a plus: then the gradient is that of the likelihood, with the opposite sign."""
OF_TARGETS = re.compile("hot|encod|categorical|label|target", re.I)
"""Parts that make targets, which a step back may call for."""
OF_LOSS = {"elementwise", "squared-error", "true-class-only", "sign-flipped"}
OF_LOSS |= {"true-class-probability-everywhere", "target-subtracted-twice", "averaged-per-class"}
OF_LOSS |= {"summed-over-batch", "long-way", "binary-cross-entropy"}
OF_CHAIN = {"elementwise", "sum-held-constant", "sum-not-weighted", "plain-mean", "wrong-axis"}
OF_CHAIN |= {"mean-of-products", "off-diagonal-positive", "one-sum-over-batch", "keepdims-missing"}
OF_CHAIN |= {"own-product-missing", "own-product-twice", "sign-flipped"}
OF_JACOBIAN = OF_CHAIN - {"sum-held-constant"} | {"outer-product-forgotten", "delta-forgotten"}
"""Mistakes in a step back behind a loss, in any other, and in a Jacobian; more may be there by
chance."""


def looked_at(values):
    """Return arrays, and numbers that are 0 but for rounding."""
    return [v for v in values if v.array.ndim or _vanishes(v.array)]


def _vanishes(array):
    return 0 < np.abs(array).max() < 1e-12


class Step(NamedTuple):
    """A step back from softmax, or weights that it moves: what explains it, and the mistakes."""

    keys: tuple
    value: Value
    explanation: Explanation
    pair: Pair
    moves: bool = False


def steps_back(values, found, program, rounds=False):
    """Yield the steps back from probabilities among the values, in their order.

    They end where the same probabilities are made anew. With `rounds`, weights that move count too.
    """
    until = time.process_time() + SECONDS
    anew = {_key(value): k for k, value in reversed([*enumerate(values)])}
    begin = [pair for pair in found[:-4][:1] if pair.p[2:] == found[-1].p[2:]]
    for pair in [*begin, *found[-4:]]:
        pair, targets = _targets(values, pair)
        p, others = pair.rows(pair.p.array), []
        before = {v.name: v for v in values[: pair.at] if v.array.shape == pair.p.array.shape}
        for at, value in enumerate(values[pair.at + 1 :], pair.at + 1):
            if value[1:] == pair.p[1:]:
                break
            line = program.lines[value.line - 1]
            if time.process_time() > until or value.function != pair.p.function:
                continue
            first = anew[_key(value)]
            if first <= pair.at or (values[first].line < pair.p.line and not rounds):
                continue  # it was there before, or is of another call
            made = is_made(value.name, line) and not calls_a_part(line, program)
            moves = rounds and MOVES.match(line)
            velocity = VELOCITY.match(value.name)
            moved = (moves or not made) and not (velocity or DERIVATIVE.search(value.name))
            if value.array.shape == pair.p.array.shape:
                if made and not moves:
                    yield from _of_loss_or_chain(pair, p, targets, before, others, value, program)
                others.append(value)
            sums = [(p - t).sum(axis=0) for t in targets if made and BIAS.search(value.name)]
            if _vanishes(value.array) and any(np.abs(each).max() > 1e-6 for each in sums):
                zero = Explanation(Formula("p"), Formula("0 * t"), (), 0)
                yield Step((*pair.keys, "rows-summed"), value, zero, pair)
            if rounds and (moves or value.array.shape != pair.p.array.shape):
                ways = [(True, way(value, values[:at]))] * bool(moved)
                is_gradient = made and value.array.size > p.shape[1] and not velocity
                ways += [(False, value.array)] * is_gradient
                for is_way, weights in ways:
                    if (back := unmixed(weights, values, pair, targets)) is not None:
                        back = value._replace(array=back)
                        given = pair, p, targets, before, others, back, program
                        yield from _of_loss_or_chain(*given, is_way)
            if value.array.shape[-2:] == 2 * p.shape[-1:] and made and _in(pair.p.name, line):
                out = value.array.reshape(-1, *value.array.shape[-2:])
                yield from _explained(JACOBIAN, (p,), out, value, pair, OF_JACOBIAN)


def _key(value):
    return value.function, value.array.shape, value.array.tobytes()


def _of_loss_or_chain(pair, p, targets, before, others, value, program, moves=False):
    rows, line = pair.rows(value.array), program.lines[value.line - 1]
    # Sent on to weights as it is, a gradient at the probabilities stops too early.
    name = re.escape(value.name)
    after = "\n".join(program.lines[value.line : value.line + 8])
    sent_on = re.search(rf"\.T\b.*\b{name}\b|einsum.*\b{name}\b", after)
    if re.search(r"\b2(\.0?)? ?\* ?\(", line):
        return []  # of a squared error
    known = OF_LOSS | ({"stops-at-probabilities"} if sent_on else set())
    if re.search(r"\[:, ?\w+\] -= 1", program.text):
        known |= {"one-subtracted-everywhere"}
    later = LATER | ({"sign-flipped"} if CLIMBS.search(program.text) else set())
    if moves:
        later = LATER | {"factor-of-two"}  # the way itself is known, up to its length
    if not re.search(r"\blog\(|cross_?entropy", program.text):
        later = later | {"squared-error"}  # which may be its own loss
    if not targets and len(p) == 1:  # one of a sequence, whose target is in no array of its own
        each = np.eye(p.shape[1])[:, None]
        targets = [t for t in each if np.allclose(rows, p - t, atol=1e-12)]
    soft = [o for o in (*before.values(), *others) if _in(o.name, line) and are_shares(o.array)]
    soft = [pair.rows(o.array) for o in soft]
    soft = [t for t in soft if np.allclose(t.sum(axis=1), 1) and not np.allclose(t, p)]
    steps = [
        step
        for t in targets + soft
        for step in _explained(LOSS, (p, t), rows, value, pair, known, later)
    ]
    if moves:
        return [step._replace(moves=True) for step in steps]
    uses_p = _in(pair.p.name, line) or re.search(r"[-+*/]=", line)
    if uses_p and (z := pair.z) and not (steps or pair.keys):
        given = [o for o in before.values() if o.name not in (z.name, pair.p.name, value.name)]
        incoming = [o for o in (*given, *others) if _in(o.name, line)]
        gradients = [pair.rows(o.array) for o in incoming if not np.isin(o.array, (0, 1)).all()]
        steps = [s for g in gradients for s in _explained(BACKWARD, (p, g, -1), rows, value, pair)]
    return steps


def _in(name, line):
    """Tell whether a line uses what bears a name."""
    root = name.partition("[")[0]
    return bool(re.search(rf"(?<![\w.]){re.escape(root)}\b", line))


def is_made(name, line):
    """Tell whether a line makes what bears a name."""
    root = name if name.startswith("self.") else re.split(r"[.\[]", name)[0]
    if re.search(r"\bempty(_like)?\(", line):
        return False  # whatever was in the memory
    made = re.match(rf"(?!\s*return)\s*(.*,\s*)?{re.escape(root)}\b[^=]*=[^=]", line)
    returned = re.fullmatch(r"return(\[\d\])?", name) and re.match(r"\s*(return|lambda)", line)
    return bool(made or returned) or line.lstrip().startswith("lambda")


def calls_a_part(line, program):
    """Tell whether a line has another part make it, which is judged itself."""
    called = {name.rpartition(".")[2] for name in program.parts if not OF_TARGETS.search(name)}
    return any(f"{name}(" in line for name in called) or ".backward(" in line


def _targets(values, pair):
    """Return what may be targets of p, as rows: arrays of 0 and 1, and labels; and the pair.

    Where they fit along the other axis alone, it is p that runs along a wrong one.
    """
    found = _targets_along(values, pair)
    if pair.at and pair.p.array.ndim == 2 and not found:
        turned = replace(pair, axis=-1 if pair.axis == 0 else 0)
        turned.keys = turned.keys or ("wrong-axis",)
        if other := _targets_along(values, turned):
            return turned, other
    return pair, found


def _targets_along(values, pair):
    found, (N, n) = {}, pair.rows(pair.p.array).shape
    for a in [value.array for value in values]:
        if a.shape == pair.p.array.shape and np.isin(a, (0, 1)).all():
            if np.allclose(pair.rows(a).sum(axis=1), 1):
                found[a.tobytes()] = pair.rows(a)
        elif a.shape in ((N,), (N, 1)) and np.isin(a, range(n)).all() and (np.ptp(a) > 0 or N == 1):
            found[a.tobytes()] = np.eye(n)[a.ravel().astype(int)]
    return list(found.values())[:4]


def _explained(task, arguments, rows, value, pair, known=OF_CHAIN, later=LATER):
    if np.count_nonzero(rows) < 3 or np.abs(rows).max() < 1e-6:
        return
    for e in identify(task, arguments, rows)[:1]:
        turned = "constant-factor" in e.keys and e.result.text.startswith("-")
        told = (*e.keys, *["sign-flipped"] * turned)
        keys = {*told} - later - (NONE_OF_ONE if len(rows) == 1 else set())
        several = len(keys) > 1 and keys != {"squared-error", "elementwise"}
        # Where p is uniform, or 0 and 1, formulas are alike.
        spread = np.ptp(arguments[0]) > 1e-3
        spread = spread and (task is not BACKWARD or arguments[0].max(axis=-1).min() < 0.999)
        if keys <= known and (spread or not e.keys) and not several:
            yield Step((*pair.keys, *(k for k in told if k in keys)), value, e, pair)
