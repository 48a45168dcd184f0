"""Every bad value is passed in turn, since what is drawn is seldom one particular thing."""

import itertools

import numpy as np
import pytest
from hostile_arguments import (
    DTYPES_OF_NO_NUMBERS,
    FLOATS,
    NO_ARRAYS,
    NO_AXES,
    NO_NUMBERS,
    RAGGED,
    Given,
    disguised,
    disguises_of,
)
from oracle import assert_close, attempt, extended
from test_bad_input_to_differences import BAD_STEPS, DIFFERENCES, three_times, three_times_the_sum
from test_bad_input_to_formulas import NUMERIC
from test_bad_input_to_layers import ALONG_AN_AXIS, ENTRYWISE, check_entrywise
from test_bad_input_to_losses import LOSSES, check_loss
from test_bad_input_to_softmax import FAMILY, check_family

from softmax_lessons import finite_difference, gradient_check, layers, numerics

PLAIN = np.array([[0.25, 0.75, 0.0], [0.5, 0.125, 0.375]])
RIGHT = Given(PLAIN, PLAIN)
BAD_ARRAYS = [
    *(Given(np.zeros((2, 3), dtype), error=TypeError) for dtype in DTYPES_OF_NO_NUMBERS),
    *(Given(value, error=TypeError) for value in NO_ARRAYS),
    *(Given(value, error=ValueError) for value in RAGGED),
    Given(np.ma.array(PLAIN), error=TypeError),
    Given(np.ma.array(PLAIN, mask=PLAIN > 0.5), error=TypeError),
]
CALLS = {
    **{function: dict.fromkeys(names, RIGHT) for function, (names, _) in FAMILY.items()},
    **{function: {name: RIGHT, "t": RIGHT} for function, name in LOSSES.items()},
    **{layer_class().forward: {"x": RIGHT} for layer_class in (*ENTRYWISE, *ALONG_AN_AXIS)},
    layers.Linear(3, 2).forward: {"x": RIGHT},
    layers.Sequential().forward: {"x": RIGHT},
    finite_difference.finite_difference_jvp: {
        "f": Given(three_times), "x": RIGHT, "tangent": RIGHT,
    },
    finite_difference.finite_difference_jacobian: {"f": Given(three_times), "x": RIGHT},
    finite_difference.finite_difference_gradient: {"f": Given(three_times_the_sum), "x": RIGHT},
    **{
        function: {"f": Given(f), "x": RIGHT, derivative[0]: Given(derivative[1])}
        for function, (f, derivative) in DIFFERENCES.items() if derivative
    },
    NUMERIC: {"logits": Given([1.0, 2.0])},
}  # fmt: skip


def title(function):
    return f"{getattr(function, '__self__', None).__class__.__name__}.{function.__name__}"


@pytest.mark.parametrize("function", CALLS, ids=title)
def test_whatever_is_no_array_of_real_numbers_is_refused_by_name(function):
    arguments = CALLS[function]
    for name, usual in arguments.items():
        for wrong in BAD_ARRAYS if not callable(usual.value) else ():
            if function is NUMERIC:
                with pytest.raises(wrong.error, match=r"^logits"):
                    function(wrong.value)
            else:
                attempt(function, arguments | {name: wrong})


@pytest.mark.parametrize("function", [f for f in CALLS if f is not NUMERIC], ids=title)
def test_an_array_in_any_disguise_counts_as_the_numbers_that_it_holds(function):
    for dtype in ("f2", "f8", "i2"):
        plain = (8 * PLAIN).astype(dtype)
        wanted = None
        for name in ["plain", *disguises_of(plain)]:
            given = disguised(plain, name)
            arguments = {
                key: usual if callable(usual.value) else given
                for key, usual in CALLS[function].items()
            }
            got = attempt(function, arguments)
            if isinstance(got, gradient_check.GradientCheck):
                got = got.numeric
            assert type(got) is np.ndarray or np.ndim(got) == 0
            assert got.dtype.isnative
            wanted = got if wanted is None else wanted
            if got.dtype == wanted.dtype:  # a list of float16 is one of float64
                np.testing.assert_allclose(got, wanted, rtol=1e-2 if dtype == "f2" else 1e-12)


@pytest.mark.parametrize("function", [*FAMILY, *LOSSES], ids=lambda function: function.__name__)
def test_whatever_is_no_axis_is_refused_by_name(function):
    for wrong in NO_AXES:
        attempt(function, CALLS[function] | {"axis": Given(wrong, error=TypeError)})
    for wrong in (2, -3, 2**70, -(2**70), np.int64(5)):
        attempt(function, CALLS[function] | {"axis": Given(wrong, error=ValueError)})
    several = function in FAMILY and function is not numerics.softmax_jacobian
    for wrong in ((0, 0), (1, -1), (0, 2)):
        error = ValueError if several else TypeError
        attempt(function, CALLS[function] | {"axis": Given(wrong, error=error)})


@pytest.mark.parametrize("function", DIFFERENCES, ids=lambda function: function.__name__)
def test_whatever_is_no_number_is_refused_as_a_step_and_as_a_tolerance(function):
    for wrong in NO_NUMBERS:
        attempt(function, CALLS[function] | {"step": Given(wrong, error=TypeError)})
    for wrong in BAD_STEPS:
        attempt(function, CALLS[function] | {"step": Given(wrong, error=ValueError)})
    if DIFFERENCES[function][1]:
        for wrong in NO_NUMBERS:
            attempt(function, CALLS[function] | {"tolerance": Given(wrong, error=TypeError)})


def special(dtype):
    info = np.finfo(dtype)
    numbers = [0, -0.0, 1, -2, np.nan, np.inf, -np.inf, info.max, info.min, info.tiny]
    return np.array([*numbers, info.smallest_subnormal], dtype)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("function", FAMILY, ids=lambda function: function.__name__)
def test_every_pair_of_special_numbers_is_right_in_the_softmax_family(function, dtype):
    names, _ = FAMILY[function]
    pairs = np.array(list(itertools.product(special(dtype), repeat=2)))
    for v in [[1, 2], [np.inf, 0], [np.nan, 1], [0, -np.inf]] if len(names) == 2 else [None]:
        arrays = [pairs, np.broadcast_to(np.array(v, dtype), pairs.shape)][: len(names)]
        arguments = {name: Given(array, array) for name, array in zip(names, arrays, strict=True)}
        check_family(function, arguments, careful=True)
        if len(names) == 2:
            arguments = {
                name: arguments[other] for name, other in zip(names, names[::-1], strict=True)
            }
            check_family(function, arguments, careful=True)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("function", LOSSES, ids=lambda function: function.__name__)
def test_every_pair_of_special_numbers_is_right_in_losses(function, dtype):
    pairs = np.array(list(itertools.product(special(dtype), repeat=2)))
    none = Given("none", "none")
    for t in ([1, 0], [0, 1], [0, 0], [0.5, 0.25], [np.nan, 0], [0, np.inf], [-1, 2]):
        t = np.broadcast_to(np.array(t, dtype), pairs.shape)
        arguments = {LOSSES[function]: Given(pairs, pairs), "t": Given(t, t), "reduction": none}
        check_loss(function, arguments, careful=True)


@pytest.mark.parametrize("dtypes", list(itertools.permutations(FLOATS, 2)), ids="-".join)
@pytest.mark.parametrize(
    "function", [f for f in (*FAMILY, *LOSSES) if len(CALLS[f]) == 2], ids=lambda f: f.__name__
)
def test_arguments_of_different_dtype_give_the_accuracy_of_the_dtype_of_the_result(
    function, dtypes
):
    values = [PLAIN / 3 - (0.5 if function is numerics.log_softmax_backward else 0), 1 - PLAIN / 7]
    arguments = {
        name: Given(array, array)
        for name, array in zip(
            CALLS[function], (v.astype(t) for v, t in zip(values, dtypes, strict=True)), strict=True
        )
    }
    (check_family if function in FAMILY else check_loss)(function, arguments)


@pytest.mark.parametrize("function", LOSSES, ids=lambda function: function.__name__)
def test_class_indices_out_of_range_or_of_another_kind_are_refused(function):
    usual = CALLS[function]
    for wrong in ([0, 3], [-1, 0], np.array([2**63, 0], np.uint64), np.array([0, -3], np.int8)):
        attempt(function, usual | {"t": Given(wrong, error=ValueError)})
    for wrong in ([0.0, 1.0], np.array([0, 1], np.float16), [True, False], ["0", "1"]):
        attempt(function, usual | {"t": Given(wrong, error=TypeError)})
    for wrong in (0, [0], [0, 1, 2], [[0], [1]]):
        attempt(function, usual | {"t": Given(wrong, error=ValueError)})


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layer_class", ENTRYWISE)
def test_every_pair_of_special_numbers_is_right_in_entrywise_layers(layer_class, dtype):
    x, g = np.meshgrid(special(dtype), special(dtype))
    check_entrywise(
        layer_class, {"x": Given(x, x)}, lambda _: ({"grad_output": Given(g, g)}, []), careful=True
    )


def test_linear_takes_infinite_numbers_and_nan_quietly():
    layer = layers.Linear(2, 2)
    x = np.array(list(itertools.product(special("f8"), repeat=2)))
    with np.errstate(all="raise"):
        y = layer.forward(x)
        layer.backward(x)
    finite = (np.abs(x) < 1e300).all(axis=1)
    assert_close(y[finite], extended(x[finite]) @ extended(layer.weights), 1e-14)
    assert not np.isfinite(y[~np.isfinite(x).all(axis=1)]).any()
