"""A function to be differentiated that misbehaves is refused by name, and spoils nothing."""

import numpy as np
import pytest

from softmax_lessons.finite_difference import (
    finite_difference_gradient,
    finite_difference_jacobian,
    finite_difference_jvp,
)
from softmax_lessons.gradient_check import check_gradient, check_jvp, check_vjp
from softmax_lessons.numerics import softmax, softmax_jacobian, softmax_jvp

X = np.array([0.5, -1.0])
NO_NUMBERS = {
    "None": lambda *_: None,
    "text": lambda *_: "3",
    "booleans": lambda x: x > 0,
    "complex": lambda x: x + 1j,
    "objects": lambda x: x.astype(object),
    "ragged rows": lambda *_: [[1.0], [1.0, 2.0]],
    "a function": lambda *_: len,
    "masked": lambda x: np.ma.array(x, mask=x > 0),
}


def times_three(x, v=None):
    return 3 * (x if v is None else v)


@pytest.mark.parametrize("bad", NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_what_returns_no_real_numbers_is_refused_by_name(bad):
    for difference in (finite_difference_gradient, finite_difference_jacobian):
        with pytest.raises((TypeError, ValueError), match=r"^f\b"):
            difference(bad, X)
    with pytest.raises((TypeError, ValueError), match=r"^what gradient returns"):
        check_gradient(np.sum, bad, X)


@pytest.mark.parametrize("shape", [(), (1,), (1, 2)])
def test_a_derivative_that_fits_by_broadcasting_alone_is_refused(shape):
    with pytest.raises(ValueError, match="what gradient returns must have the shape"):
        check_gradient(np.sum, lambda x: np.ones(shape), X)


@pytest.mark.parametrize("check", [check_jvp, check_vjp])
def test_functions_that_write_into_all_they_are_given_change_nothing(check):
    def writes(*given):
        value = times_three(*given)
        for array in given:
            array[...] = 77
        return value

    assert check(writes, writes, X).passed
    assert X.tolist() == [0.5, -1.0]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("f", "gradient", "x"),
    [
        (lambda x: 1e200 * (1e200 * x).sum(), np.ones_like, [1.0]),  # an infinite difference
        (lambda x: (1 / x).sum() if x[0] else np.inf, np.ones_like, [0.0]),
        (np.sum, lambda x: x + np.inf, [1.0]),
        (np.sum, np.ones_like, [np.inf, 1.0]),
    ],
)
def test_a_check_with_something_infinite_never_passes(f, gradient, x):
    assert not check_gradient(f, gradient, x, tolerance=np.inf).passed


def test_a_step_that_leaves_the_range_of_floats_or_moves_nothing_is_refused():
    with pytest.raises(ValueError, match="step must be small enough to keep x finite"):
        finite_difference_gradient(np.sum, [1.7e308], step=1e307)
    with pytest.raises(ValueError, match=r"step must be large enough to move x, .* at 1e\+16"):
        finite_difference_jvp(np.sum, [0.0, 1e16], [1.0, 0.5])


def test_a_masked_logit_stays_where_it_is_and_has_no_derivative():
    z = np.array([1.0, -np.inf, 2.0])
    measured = finite_difference_jacobian(softmax, z)
    assert np.isnan(measured[:, 1]).all()
    kept = [0, 2]
    np.testing.assert_allclose(measured[:, kept], softmax_jacobian(z)[:, kept], atol=1e-10)
    assert check_jvp(softmax, softmax_jvp, z).passed
