"""The inputs on which learners' functions are tried: small, varied, and always the same."""

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.observing import Probe

_rng = np.random.default_rng(14)
_PAIR = np.array([[1.0, 2.0]])
_TWO_ROWS = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
_BATCH = _rng.normal(scale=1.5, size=(3, 4))
_BLOCK = _rng.normal(scale=1.5, size=(2, 3, 4))
_INTEGERS = np.array([[1, 2, 0, -1], [3, 1, 2, 2], [-2, 0, 1, 4]])
# Where one maximum for all rows loses the first; all numbers are exact in float32.
_FAR = np.array(
    [[0.0, 1.0, 2.0, -1.0], [1000.0, 1001.0, 999.5, 998.0], [-1000.0, -999.0, -998, -3e3]]
)
_SATURATED = np.array([[30.0, 0.0, -1.0, 2.0], [0.0, 1.0, 40.0, 0.5], [0.0, 0.0, -35.0, 1.0]])
# Within reach of exp, but too far for it once the maximum is added, or exponentials are multiplied.
_HALFWAY = np.array([[400.0, -400.0]])
# Where the smaller probability is not yet 0, but the exponential of the difference is infinite.
_NEARLY_ZERO = np.array([[360.0, -360.0]])
_SINGLE = np.array([[0.3], [-2.0], [7.0]])
_LOGITS = [_PAIR, _BATCH, _INTEGERS, _BATCH.astype(np.float32), _FAR, _SATURATED, _TWO_ROWS]


def _smallest_first(probes, one_class):
    """Return probes by size; those of a single class last, since they explain the least."""
    return (*sorted(probes, key=lambda probe: probe.size), *one_class)


def _with_layouts(*arguments):
    """Return probes of the same arguments as contiguous, strided and read-only arrays."""
    return [Probe(arguments, layout) for layout in ("plain", "strided", "read-only")]


def _forward_probes():
    """Return probes for a function of logits and an axis."""
    return _smallest_first(
        [
            Probe((_PAIR[0], -1)),
            Probe((np.array([1000.0, 1001.0]), 0)),
            Probe((np.array([-1000.0, -1001.0]), -1)),
            Probe((np.array([0.0, 800.0]), 0)),
            Probe((_HALFWAY[0], 0)),
            Probe((np.array([3, 1, 2]), 0)),
            *(Probe((z, axis)) for z in _LOGITS[1:] for axis in (-1, 0)),
            *(Probe((_BLOCK, axis)) for axis in (0, 1, -2, 2)),
            *_with_layouts(_BATCH, 1),
        ],
        [Probe((_BLOCK[:, :1], 1)), Probe((_BLOCK[..., :1], -1))],
    )


def _gradients_like(arrays):
    """Return an incoming gradient, random and not constant, for each array; one of integers."""
    gradients = [_rng.normal(size=np.shape(a)) for a in arrays]
    return [g.astype(np.asarray(a).dtype) for g, a in zip(gradients, arrays, strict=True)]


def _vjp_probes():
    """Return probes for a function of logits and an incoming gradient."""
    floats = [z for z in _LOGITS if z.dtype.kind == "f"]
    return _smallest_first(
        [
            *(Probe((z, g)) for z, g in zip(floats, _gradients_like(floats), strict=True)),
            Probe((_HALFWAY, _PAIR)),
            Probe((_INTEGERS, _INTEGERS[::-1] * 2)),
            *_with_layouts(_BATCH, *_gradients_like([_BATCH])),
        ],
        [Probe((_SINGLE, _SINGLE + 1))],
    )


def _backward_probes():
    """Return probes for a function of probabilities, an incoming gradient and an axis."""
    shapes = [(_PAIR, -1), (_BATCH, -1), (_BATCH, 0), (_SATURATED, 1), (_FAR, -1)]
    shapes += [(_BATCH.astype(np.float32), -1)] + [(_BLOCK, axis) for axis in (0, 1, -1, -2)]
    shapes += [(_TWO_ROWS, -1)]
    p = [numerics.softmax(z, axis) for z, axis in shapes]
    axes = [axis for _, axis in shapes]
    return _smallest_first(
        [
            *(Probe(case) for case in zip(p, _gradients_like(p), axes, strict=True)),
            Probe((p[1], _INTEGERS, -1)),
            *_with_layouts(p[1], *_gradients_like(p[1:2]), 1),
        ],
        [Probe((np.ones((3, 1)), _SINGLE, -1))],
    )


def _loss_probes():
    """Return probes for a function of logits and one-hot targets."""
    target = np.eye(4)[[1, 2, 1]]
    return _smallest_first(
        [
            Probe((_PAIR, np.array([[1.0, 0.0]]))),
            Probe((_HALFWAY, np.array([[0.0, 1.0]]))),
            Probe((_NEARLY_ZERO, np.array([[1.0, 0.0]]))),
            *(Probe((z, target[: len(z), : z.shape[1]])) for z in _LOGITS[1:]),
            *_with_layouts(_BATCH, target),
        ],
        [Probe((_SINGLE, np.ones((3, 1))))],
    )


def cubes(x):
    """Return the sum of the cubes of x and the product of its first and its last entry."""
    return (x**3).sum() + x.flat[0] * x.flat[-1]


def log_sum_exp(x):
    """Return the logarithm of the sum of exponentials of all of x."""
    return np.log(np.exp(x).sum())


def _difference_probes():
    """Return probes for a function of a function and a point."""
    return _smallest_first(
        [
            Probe((cubes, np.array([1.0, 2.0]))),
            Probe((cubes, np.array([1, 2, 3]))),
            Probe((cubes, _BATCH[:2, :2])),
            Probe((cubes, _INTEGERS)),
            *_with_layouts(cubes, _BATCH),
            *_with_layouts(log_sum_exp, _PAIR),
        ],
        [Probe((cubes, np.array([2.0])))],
    )


FORWARD = _forward_probes()
JACOBIAN = _smallest_first(
    [
        *(Probe((z,)) for z in (_PAIR[0], np.array([1, 2, 3]), _BATCH[0].astype(np.float32))),
        *(Probe((z,)) for z in (_HALFWAY[0], _FAR[1], _FAR[2], _SATURATED[0])),
        Probe((_BLOCK.reshape(-1)[:5],)),
        *_with_layouts(_BATCH[1]),
    ],
    [Probe((_SINGLE[0],))],
)
BATCHED_JACOBIAN = _smallest_first(
    [*(Probe((z,)) for z in (*_LOGITS, _HALFWAY)), *_with_layouts(_BATCH)], [Probe((_SINGLE,))]
)
VJP = _vjp_probes()
BACKWARD = _backward_probes()
LOSS = _loss_probes()
DIFFERENCE = _difference_probes()
