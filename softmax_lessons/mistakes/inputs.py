"""The inputs on which a learner's function is tried, each for what it is there to show.

First come small round ones, which are shown where something is wrong, then generic ones, whose
batch size is not their number of classes. All are the same at every run.
"""

from dataclasses import dataclass

import numpy as np

from softmax_lessons import numerics

PLAIN, SHAPE, LARGE, INTEGERS = "", "shape", "large numbers", "integers"
STEEP = "a steep function"
FLOAT32, STRIDED, READ_ONLY = "float32", "arrays that are not contiguous", "read-only arrays"


@dataclass(frozen=True, eq=False)
class Input:
    """The arguments of one call, and what they are there to show; empty for a plain one."""

    arguments: tuple
    shows: str = PLAIN

    def fresh(self):
        """Return arguments of its own for one call."""
        return tuple(map(self._fresh, self.arguments))

    def _fresh(self, argument):
        if isinstance(argument, Function):
            return Spy(argument, self.arguments[1])
        if not isinstance(argument, np.ndarray):
            return argument
        if self.shows == STRIDED:
            return np.repeat(argument, 2, axis=-1)[..., ::2]
        copy = argument.copy()
        copy.setflags(write=self.shows != READ_ONLY)
        return copy


@dataclass(frozen=True, eq=False)
class Function:
    """A function to one number, for numeric gradients, as text, and its gradient."""

    text: str
    gradient: object

    def value(self, x):
        """Return the value at x."""
        return eval(self.text, {"np": np, "x": x})

    def __repr__(self):
        """Return the function as code."""
        return f"lambda x: {self.text}"


class Spy:
    """Calls a function, and keeps how far from the point it was asked each time."""

    def __init__(self, function, x):
        self.function, self.x, self.moves = function, x.astype(float), []

    def __call__(self, x):
        """Return the value at x."""
        x = np.asarray(x)
        if x.shape != self.x.shape:
            self.moves.append(None)
            raise ValueError(f"function was called with shape {x.shape}, x has {self.x.shape}")
        self.moves.append(x - self.x)
        return self.function.value(x)


_rng = np.random.default_rng(14)
_GENERIC = _rng.normal(scale=1.5, size=(3, 4))
_BLOCK = _rng.normal(scale=1.5, size=(2, 3, 4))
_FOUR_AXES = _rng.normal(scale=1.5, size=(2, 3, 2, 2))
_ROUND = [
    np.array([[0.0, 1.0]]),
    np.array([[0.0, 1.0], [2.0, 0.0]]),
    np.array([[0.0, 1.0, 2.0], [1.0, 3.0, 0.0]]),
]
_PLAIN = [*_ROUND, _rng.normal(size=(4, 3)), _rng.normal(size=(1, 5)), _GENERIC]
_SINGLE = np.array([[0.3], [-2.0], [7.0]])
_LARGE = [
    *([[0, 1000]], [[1000, 1001]], [[-1000, -1001]], [[1000, 0]], [[25, 0]], [[0, 710]]),
    *([[0, 0, 711]], [[0, 0, 0, 1000]], [[400, -400]], [[400, 401]], [[360, -360]], [[0, 1600]]),
    *([[0, 1], [1000, 1001]], [[0, 1], [-1000, -1001]], [[0, 1, 2, 0], [0, 1, 2, 900]]),
]
_LARGE = [np.array(z, dtype=float) for z in _LARGE]
"""Where exponentials over- or underflow: each wrong shift fails at other ones of these."""


def _gradient(z):
    """Return an incoming gradient of z's shape, not constant: round where z is round."""
    if np.array_equal(z, np.round(z)):
        k = np.arange(z.size)
        return (k[::-1] % 4 * (1 + k % 3)).reshape(z.shape).astype(float)
    return np.random.default_rng(z.size).normal(size=z.shape)


def _one_hot(z):
    """Return one-hot targets, not the same for all rows, nor the number of the row."""
    return np.eye(z.shape[1])[np.arange(1, len(z) + 1) % z.shape[1]]


def _weights(z):
    """Return soft targets, the rows of which do not add up to 1."""
    return (np.arange(z.size).reshape(z.shape) * 3 % 5 + 1) / 2


def _mask(z):
    """Return a mask that leaves some classes in each row, not the same in all."""
    return (np.arange(z.size).reshape(z.shape) + len(z)) % 3 > 0


def _of_floats(arguments):
    """Return the places of the arguments that hold floats."""
    return [k for k, a in enumerate(arguments) if np.asarray(a).dtype.kind == "f"]


def _cast(arguments, chosen, dtype):
    """Return the arguments with those at some places in another type."""
    return tuple(
        np.asarray(a).astype(dtype)[()] if k in chosen else a for k, a in enumerate(arguments)
    )


def _as_integers(arguments):
    """Yield the arguments with one array after the other, and with all of them, of integers."""
    whole = [k for k in _of_floats(arguments) if np.all(arguments[k] == np.round(arguments[k]))]
    for chosen in {(k,) for k in whole} | {tuple(whole)}:
        yield _cast(arguments, chosen, int)


def _inputs(make, large=None, plain=_PLAIN, shapes=(), float32=False, integers=True):
    """Return the inputs of a task; `make` returns the arguments that belong to logits z."""
    cases = [make(z) for z in plain]
    generic, round_ones = cases[-1], cases[1:3]
    return (
        *map(Input, cases),
        *(Input(arguments, SHAPE) for arguments in shapes),
        *(Input((large or make)(z), LARGE) for z in _LARGE),
        *(Input(a, INTEGERS) for case in round_ones * integers for a in _as_integers(case)),
        *([Input(_cast(generic, _of_floats(generic), np.float32), FLOAT32)] if float32 else ()),
        Input(generic, STRIDED),
        Input(generic, READ_ONLY),
    )


def _probabilities(z, axis=-1):
    """Return probabilities for logits: round ones for round logits."""
    for k, p in enumerate(([[1, 3]], [[2, 2], [1, 3]], [[1, 2, 1], [1, 1, 2]])):
        if z is _ROUND[k] and (axis == -1 or k == 1):
            return np.array(p if axis else np.transpose(p)) / 4
    return numerics.softmax(z, axis)


def _backwards(of):
    """Return the inputs of a step back from what a function returned."""
    return (
        *_inputs(
            lambda z: (of(z, -1), _gradient(z), -1),
            shapes=[(of(z, axis), _gradient(z), axis) for z, axis in _ANY_SHAPE],
            float32=True,
        ),
        *(Input((of(z, -1), 1000 * _gradient(z), -1), LARGE) for z in _PLAIN[2:]),
    )


_CUBE = np.array([[[0.0, 1.0], [2.0, 0.0]], [[1.0, 0.0], [0.0, 3.0]]])
_ANY_SHAPE = [(_ROUND[1], 0), (_GENERIC, 0), (_ROUND[0][0], 0), (_GENERIC[0], -1)]
_ANY_SHAPE += [(_CUBE, axis) for axis in (1, 2)] + [(_BLOCK, axis) for axis in (0, -2)]
_ANY_SHAPE += [(_FOUR_AXES, axis) for axis in (1, -1)]
_ANY_SHAPE += [(_SINGLE, 1), (_BLOCK[:, :1], 1)]

SOFTMAX = _inputs(lambda z: (z, -1), shapes=_ANY_SHAPE, float32=True)
JACOBIAN = _inputs(lambda z: (z[-1],), shapes=[(_SINGLE[0],)])
BATCHED_JACOBIAN = _inputs(lambda z: (z,), shapes=[(_SINGLE,)])
VJP = (
    *_inputs(lambda z: (z, _gradient(z)), shapes=[(_SINGLE, _SINGLE + 1)]),
    *(Input((z, 1000 * _gradient(z)), LARGE) for z in _PLAIN[2:]),
)
VJP_OF_ROW = _inputs(lambda z: (z[-1], _gradient(z)[-1]), shapes=[(_SINGLE[0], _SINGLE[0] + 1)])
BACKWARD = (
    *_backwards(_probabilities),
    Input((np.array([[0, 1], [1, 0]]), np.array([[0.5, 2.0], [1.0, 0.0]]), -1), INTEGERS),
)
LOG_BACKWARD = _backwards(numerics.log_softmax)
# In these, the last class of a row is the right one: sometimes the most likely one, sometimes not.
LOSS = _inputs(
    lambda z: (z, _one_hot(z)),
    lambda z: (z, np.eye(z.shape[1])[[-1] * len(z)]),
    shapes=[(_SINGLE, np.ones((3, 1)))],
)
SOFT_LOSS = _inputs(
    lambda z: (z, _weights(z)),
    lambda z: (z, 2 * np.eye(z.shape[1])[[-1] * len(z)]),
    shapes=[(_SINGLE, np.full((3, 1), 2.0))],
)
MASKED = (
    *_inputs(
        lambda z: (z, _mask(z), _gradient(z)),
        lambda z: (z, np.ones(z.shape, dtype=bool), _gradient(z)),
        plain=[np.array([[0.0, 1.0, 2.0]]), *_PLAIN[2:]],
        integers=False,
    ),
    # Whatever number stands for a logit that is left out, the others may be far below it.
    *(
        Input((np.array([z]), np.array([[True, True, False]]), np.array([[0.0, 3.0, 2.0]])), LARGE)
        for z in ([-2000.0, -2001.0, 0.0], [0.0, 1.0, 1000.0], [-2e30, -2e30, 0.0])
    ),
)
TEMPERATURE = _inputs(lambda z: (z[-1], 0.5 if z.shape[1] == 3 else 2.0))


def _classifier(x, weights, bias, labels, regularisation=0.5):
    """Return weights, bias, samples, one-hot targets and a regularisation."""
    return weights, bias, x, np.eye(len(bias))[labels], regularisation


_WIDE = _rng.normal(size=(3, 5, 5))
_WIDE = _classifier(_WIDE[0, :4], _WIDE[1, :, :3], _WIDE[2, 0, :3], [1, 0, 2, 0], 0.25)
WEIGHTS = (
    Input(_classifier(np.array([[1.0, 2.0]]), np.eye(2), np.array([1.0, 0.0]), [1])),
    Input(_classifier(np.array([[1.0, 0.0], [2.0, 1.0]]), np.eye(2), np.array([0.0, 1.0]), [1, 0])),
    Input(_classifier(_BLOCK[0, :, :2], _BLOCK[1, :2], _BLOCK[1, 2], [3, 1, 1])),
    Input(_WIDE),
    Input(_WIDE, READ_ONLY),
)

_CUBES = Function("(x**3).sum()", lambda x: 3 * x**2)
_LOG_SUM = Function("np.log(np.exp(x).sum())", lambda x: np.exp(x) / np.exp(x).sum())
# It bends most where it is flat. So it shows a step that is too large or to one side only, or that
# another entry has taken; and rounding, since it is far from 0.
_STEEP = Function("1000 + np.sin(100 * x.sum())", lambda x: 100 * np.cos(100 * x.sum()) + 0 * x)
DIFFERENCE = (
    *(Input((_CUBES, x)) for x in (np.array([1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]]))),
    *(Input((function, _GENERIC)) for function in (_CUBES, _LOG_SUM)),
    Input((_CUBES, np.array([2.0]))),
    Input((_STEEP, np.array([[1.0], [-1.0], [0.0147]])), STEEP),
    Input((_CUBES, np.array([200.0, -150.0])), LARGE),
    Input((_CUBES, np.array([1, 2])), INTEGERS),
    Input((_LOG_SUM, np.array([[1, 2, 0, -1], [3, 1, 2, 2]])), INTEGERS),
    Input((_CUBES, _GENERIC), STRIDED),
    Input((_CUBES, np.array([1.0, 2.0])), READ_ONLY),
)
