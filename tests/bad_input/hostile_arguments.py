"""Strategies for arguments that somebody may pass by mistake, each with what it stands for."""

from collections import deque
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

FLOATS = ["f2", "f4", "f8"]
INTEGERS = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]


class Given(NamedTuple):
    """An argument, and either what it means or the error that it deserves."""

    value: object
    meaning: object = None
    error: type | None = None


def bad(*values, error=TypeError):
    """Given each of some values that are to be refused."""
    return st.sampled_from([Given(value, error=error) for value in values])


class Subclass(np.ndarray):
    """An array with a name of its own."""


class ArrayLike:
    """Something that NumPy turns into an array when asked."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return np.array(self.array, dtype)


# Arrays that stand for their numbers


def _backwards(array):
    every_axis = (slice(None, None, -1),) * array.ndim
    return array[every_axis].copy()[every_axis]


def _with_gaps(array):
    wide = np.full([2 * length for length in array.shape], 7, array.dtype)
    wide[(slice(None, None, 2),) * array.ndim] = array
    return wide[(slice(None, None, 2),) * array.ndim]


def _read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


DISGUISES = {
    "plain": np.copy,
    "Fortran order": lambda array: np.array(array, order="F"),
    "negative strides": _backwards,
    "gaps": _with_gaps,
    "read-only": _read_only,
    "other byte order": lambda array: array.astype(array.dtype.newbyteorder()),
    "subclass": lambda array: array.view(Subclass),
    "record array": lambda array: array.view(np.recarray),
    "array-like": ArrayLike,
    "list": np.ndarray.tolist,
    "list of arrays": list,
    "tuple": lambda array: tuple(array.tolist()),
    "deque": deque,
    "memory": memoryview,
    "matrix": lambda array: array.view(np.matrix),
}


def disguises_of(array):
    """Names of the disguises that such an array can wear."""
    names = set(DISGUISES)
    if array.ndim != 2:
        names -= {"matrix"}
    if array.ndim == 0:
        names -= {"list of arrays", "tuple", "deque", "record array"}
    if array.size == 0:  # a list of nothing has another shape
        names -= {"list", "list of arrays", "tuple", "deque", "memory", "record array"}
    return sorted(names)


def disguised(array, name):
    """Give an array in a disguise, with the plain floats that it stands for."""
    value = DISGUISES[name](array)
    wide = array.dtype.kind != "f" or name in {"list", "tuple"}
    return Given(value, array.astype(float) if wide else array.copy())


def floats(dtype):
    """Numbers of a dtype: ordinary ones mostly, and all that are special."""
    info = np.finfo(dtype)
    width = 8 * info.dtype.itemsize
    special = [0.0, -0.0, np.nan, np.inf, -np.inf, *map(float, (
        info.max, info.min, info.tiny, info.smallest_subnormal, -info.smallest_subnormal, info.eps,
    ))]  # fmt: skip
    ordinary = st.floats(-8, 8, width=width)
    return st.one_of(
        ordinary, ordinary, st.sampled_from(special),
        st.floats(width=width, allow_nan=False, allow_infinity=False),
    )  # fmt: skip


shapes = array_shapes(min_dims=0, max_dims=4, min_side=1, max_side=3).filter(
    lambda shape: np.prod(shape) <= 24
)
empty_shapes = st.sampled_from([(0,), (0, 3), (3, 0), (2, 0, 3)])


@st.composite
def good_arrays(draw, shape=shapes, dtypes=tuple(FLOATS + INTEGERS), elements=None):
    """Real numbers in any disguise."""
    shape = shape if isinstance(shape, tuple) else draw(shape)
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    if dtype.kind == "f":
        array = draw(arrays(dtype, shape, elements=floats(dtype) if elements is None else elements))
    else:
        array = draw(arrays(dtype, shape, elements=elements))
    if array.ndim and draw(st.integers(0, 9)) == 0:  # one row, seen again and again
        array = np.broadcast_to(array[:1], shape)
        return Given(array, array.astype(float) if dtype.kind != "f" else array.copy())
    return disguised(array, draw(st.sampled_from(disguises_of(array))))


DTYPES_OF_NO_NUMBERS = [
    "?", "c8", "c16", "O", "U3", "S3", "M8[s]", "m8[s]", "V8", [("a", "f8")],
    np.dtypes.StringDType(),
]  # fmt: skip
if np.dtype(np.longdouble).itemsize > 8:
    DTYPES_OF_NO_NUMBERS += [np.longdouble, np.clongdouble]

_LOOP = []
_LOOP.append(_LOOP)
NO_ARRAYS = [
    None, "text", "3", b"3", True, np.True_, 1j, {}, {"a": 1.0}, {1, 2}, Ellipsis, object(), len,
    np.ma.masked, np.datetime64("2020"), np.timedelta64(3, "s"), Decimal(1), Fraction(1, 2),
    slice(3), [None, 1.0], ["a", 1.0], [1.0, True], [[1.0, 2.0], [True, 2.0]], [2**70, 1],
    [1.0, np.ma.masked], [np.ma.array([1.0, 2.0], mask=[0, 1])], [1.0, 1j], [np.True_, 1.0],
    [np.array([1.0, 2.0]), np.array([True, False])], [Decimal(1), 1.0], [{}], ({1.0},),
    [np.datetime64("2020"), 1.0], deque([np.ma.array([1.0], mask=[1])]),
]  # fmt: skip
if np.dtype(np.longdouble).itemsize > 8:
    NO_ARRAYS += [np.longdouble(1), [np.longdouble(1), 2.0]]
RAGGED = [[[1.0, 2.0], [3.0]], [1.0, [2.0]], [[[1]], [[1, 2]]], [np.ones(2), np.ones(3)], _LOOP]


def masked_arrays(shape):
    """Arrays of floats of which some are masked, or none."""
    return st.tuples(arrays(float, shape, elements=st.floats(-8, 8)), arrays(bool, shape)).map(
        lambda drawn: Given(np.ma.array(drawn[0], mask=drawn[1]), error=TypeError)
    )


def bad_arrays(shape=(3,)):
    """What holds no real numbers, or is no array, or hides something."""
    return st.one_of(
        st.sampled_from(DTYPES_OF_NO_NUMBERS).map(
            lambda dtype: Given(np.zeros(shape, dtype), error=TypeError)
        ),
        bad(*NO_ARRAYS),
        bad(*RAGGED, error=ValueError),
        masked_arrays(shape),
        st.builds(lambda: Given((number for number in [1.0]), error=TypeError)),
    )


@st.composite
def any_arrays(draw, shape=shapes, elements=None, dtypes=tuple(FLOATS + INTEGERS)):
    """Good arrays four times out of five."""
    if draw(st.integers(0, 4)) == 0:
        return draw(bad_arrays())
    if draw(st.integers(0, 9)) == 0:
        shape = draw(empty_shapes)
    return draw(good_arrays(shape, dtypes, elements))


# Axes, numbers and names

NO_AXES = [
    True, False, np.True_, 0.0, np.float64(1), "0", b"\x00", [0], [0, 1], {0}, (True,), (0.0,),
    (0, None), ((0,),), np.array([0]), np.array(0), np.timedelta64(0, "s"), slice(None), range(1),
    np.nan, 1j, object(), (0, "1"),
]  # fmt: skip


@st.composite
def axes(draw, ndim, several=True):
    """An axis of an array, with the tuple of non-negative axes that it stands for."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(bad(*NO_AXES))
    if kind == 1:
        beyond = [ndim, -ndim - 1, ndim + 5, 2**70, -(2**70), np.int64(ndim), np.uint8(200)]
        value = draw(st.sampled_from(beyond))
        return Given((0, value) if several and draw(st.booleans()) else value, error=ValueError)
    if kind < 5 and not several:
        return draw(bad(None, (0,), ()))
    if kind == 2 or (ndim == 0 and several and kind > 2):
        return draw(st.sampled_from([Given(None, tuple(range(ndim))), Given((), ())]))
    if ndim == 0:
        return Given(0, error=ValueError)
    signs = {axis: st.sampled_from([axis, axis - ndim]) for axis in range(ndim)}
    if kind < 5:
        chosen = draw(st.lists(st.integers(0, ndim - 1), max_size=3))
        value = tuple(draw(signs[axis]) for axis in chosen)
        if len(set(chosen)) < len(chosen):
            return Given(value, error=ValueError)
        return Given(value, tuple(chosen))
    axis = draw(st.integers(0, ndim - 1))
    as_type = draw(st.sampled_from([int, int, np.int64, np.int8]))
    return Given(as_type(draw(signs[axis])), (axis,))


NO_NUMBERS = [
    "1", "1e-3", "x", b"1", 1j, 1 + 0j, True, np.True_, [1e-3], (1e-3,), {}, {1.0}, object(), len,
    np.array(1e-3), np.array([1e-3]), np.array([1e-3, 2]), np.ma.masked, np.datetime64("2020"),
    np.timedelta64(1, "s"), Decimal("0.001"), np.complex64(1), np.array("1"),
]  # fmt: skip


def numbers(good, refused=()):
    """A number: one of some good ones, of refused ones, or something else."""
    return st.one_of(
        st.sampled_from([Given(value, float(value)) for value in good]),
        bad(*NO_NUMBERS),
        *([bad(*refused, error=ValueError)] if refused else []),
    )


def choices(names):
    """One of some names, or something else."""
    wrong = [
        *(None, 1, True, b"mean", "", " ", names[0].upper(), names[0] + " ", [names[0]], {}, 0.5),
        *((names[0],), np.array(names), np.array(names[0]), np.nan, np.array([]), {names[0]}),
    ]
    good = [Given(kind(name), name) for name in names for kind in (str, np.str_)]
    return st.one_of(st.sampled_from(good), st.sampled_from(good), bad(*wrong, error=ValueError))


NO_GENERATORS = [
    None, "x", "0", b"0", 1.5, np.nan, [1, 2], [], {}, True, np.True_, 1j, object(), Decimal(1),
    np.random.PCG64(0), np.random.SeedSequence(0), np.random.RandomState(0), np.array(3),
]  # fmt: skip
generators = st.one_of(
    st.sampled_from([Given(value, value) for value in (0, 1, np.int64(2), 2**70)]),
    st.builds(lambda: Given(np.random.default_rng(3), 3)),
    bad(*NO_GENERATORS),
    bad(-1, np.int64(-5), -(2**70), error=ValueError),
)


def fingerprint(value):
    """What must not change of an argument: every bit of an array, and how anything else looks."""
    if isinstance(value, np.ma.MaskedArray):
        return value.data.tobytes(), np.ma.getmaskarray(value).tobytes(), value.shape
    if isinstance(value, np.ndarray):
        whole = (
            value if value.base is None or not isinstance(value.base, np.ndarray) else value.base
        )
        return np.asarray(whole).tobytes(), np.asarray(value).tobytes(), value.strides, value.dtype
    if isinstance(value, ArrayLike):
        return fingerprint(value.array)
    if isinstance(value, memoryview):
        return value.tobytes()
    if isinstance(value, (list, tuple, deque)) and value is not _LOOP:
        return [fingerprint(entry) for entry in value]
    return repr(value)
