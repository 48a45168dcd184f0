"""Finite differences and gradient checks find the derivative of 3 x, or refuse by name."""

import numpy as np
import pytest
from hostile_arguments import FLOATS, Given, any_arrays, choices, generators, good_arrays, numbers
from hypothesis import given
from hypothesis import strategies as st
from oracle import assert_close, attempt, extended, good, limits, quiet

from softmax_lessons import finite_difference, gradient_check

SCHEMES = finite_difference.SCHEMES
GOOD_STEPS = [1e-3, 0.5, 1, np.float32(1e-2), np.float16(0.25), np.int8(1), np.longdouble(0.125)]
BAD_STEPS = [0, -1, 0.0, -1e-3, np.nan, np.inf, -np.inf, 1e-400, 2**2000, np.float16(0), -(2**2000)]


@np.errstate(all="ignore")
def three_times(x):
    return 3 * x


@np.errstate(all="ignore")
def three_times_the_sum(x):
    return (3 * x).sum()


def three_times_the_tangent(x, tangent):
    return three_times(tangent)


DIFFERENCES = {
    finite_difference.finite_difference_jvp: (three_times, None),
    finite_difference.finite_difference_jacobian: (three_times, None),
    finite_difference.finite_difference_gradient: (three_times_the_sum, None),
    gradient_check.check_jvp: (three_times, ("jvp", three_times_the_tangent)),
    gradient_check.check_vjp: (three_times, ("vjp", three_times_the_tangent)),
    gradient_check.check_jacobian: (
        three_times,
        ("jacobian", lambda x: 3 * np.eye(x.size).reshape(x.shape * 2)),
    ),
    gradient_check.check_gradient: (
        three_times_the_sum, ("gradient", lambda x: np.full(x.shape, 3.0)),
    ),
}  # fmt: skip


@st.composite
def difference_arguments(draw, function):
    f, derivative = DIFFERENCES[function]
    mild = st.floats(-8, 8, width=16)
    narrow = {"elements": mild, "dtypes": tuple(FLOATS)} if draw(st.booleans()) else {}
    arguments = {"x": draw(any_arrays(**narrow))}
    arguments["f"] = draw(st.sampled_from([Given(f, f)] * 9 + [Given("f", error=TypeError)]))
    if function is finite_difference.finite_difference_jvp:
        x = arguments["x"].meaning
        fits = x is not None and draw(st.integers(0, 4)) > 0
        arguments["tangent"] = draw(good_arrays(x.shape, tuple(FLOATS)) if fits else any_arrays())
    if derivative:
        name, right = derivative
        arguments[name] = draw(st.sampled_from([Given(right)] * 9 + [Given(3, error=TypeError)]))
        if draw(st.booleans()):
            good_tolerances = [1e-3, 0, 1, np.inf, np.float32(0.5), 10**400]
            arguments["tolerance"] = draw(numbers_or_inf(good_tolerances, [-1, np.nan, -np.inf]))
        if name in ("jvp", "vjp") and draw(st.booleans()):
            arguments["rng"] = draw(generators)
    if draw(st.booleans()):
        arguments["scheme"] = draw(choices(SCHEMES))
    if draw(st.booleans()):
        arguments["step"] = draw(numbers(GOOD_STEPS, BAD_STEPS))
    return arguments


def numbers_or_inf(values, refused):
    large = [value for value in values if value > 1e300]
    rest = numbers([value for value in values if value <= 1e300], refused)
    return st.one_of(rest, rest, st.sampled_from([Given(value, np.inf) for value in large]))


def difference_refusals(arguments):
    """Return what the arguments deserve together; whether the step may be refused for x."""
    x, tangent = arguments["x"].meaning, arguments.get("tangent")
    also = []
    if x is not None and x.size == 0:
        also.append(("x", ValueError))
    if x is not None and tangent and not tangent.error and tangent.meaning.shape != x.shape:
        also.append(("tangent", ValueError))
    return also


@pytest.mark.parametrize("function", DIFFERENCES)
@given(data=st.data(), careful=st.booleans())
@quiet
def test_differences_are_right_or_refuse_by_name(function, data, careful):
    arguments = data.draw(difference_arguments(function))
    also = difference_refusals(arguments)
    try:
        got = attempt(function, arguments, also, careful)
    except AssertionError as error:
        # With good arguments there is one thing left to refuse: a step that does not suit x.
        if not (str(error).startswith("ValueError: step must be") and good(arguments)):
            raise
        assert not also
        assert not step_suits(arguments)
        return
    if got is None:
        return
    x = arguments["x"].meaning
    if isinstance(got, gradient_check.GradientCheck):
        calm = np.isfinite(x).all() and step_suits(arguments)
        tolerance = arguments.get("tolerance", Given(None, 1.0)).meaning
        if calm and tolerance >= 0.5:
            assert got.passed
        if not np.isfinite(got.numeric).all():
            assert not got.passed
        return
    assert_difference(function, arguments, got)


def eps_and_step(arguments):
    x = arguments["x"].meaning
    eps = float(np.finfo(x.dtype).eps)
    scheme = arguments["scheme"].meaning if "scheme" in arguments else "central"
    default = {"forward": eps ** (1 / 2), "central": eps ** (1 / 3), "complex": eps}[scheme]
    return eps, (arguments["step"].meaning if "step" in arguments else default), scheme


def step_suits(arguments):
    """Whether a step of this size is an ordinary one: refusing it would be a mistake."""
    x, tangent = arguments["x"].meaning, arguments.get("tangent")
    eps, h, scheme = eps_and_step(arguments)
    finite = np.abs(x[np.isfinite(x)])
    sizes = [1.0]
    if tangent is not None:
        sizes = np.abs(tangent.meaning[np.isfinite(tangent.meaning) & (tangent.meaning != 0)])
        if not len(sizes):
            return True
    ordinary = min(sizes) > 0.01 and max(sizes) < 100
    # Complex numbers of float16 are those of float32.
    reach = 1e3 if scheme == "complex" or x.dtype != np.float16 else 0.1
    return ordinary and (finite < reach * min(1, 2e-3 * h / eps)).all()


def assert_difference(function, arguments, got):
    """Hold a derivative of 3 x, or of its sum, against 3."""
    x = arguments["x"].meaning
    eps, h, _ = eps_and_step(arguments)
    if function is finite_difference.finite_difference_jvp:
        v = arguments["tangent"].meaning
        assert got.shape == x.shape
        moves = np.isfinite(x) & np.isfinite(v)
        if not (moves & (v != 0)).any():
            wanted = np.nan if v.any() else 0
            np.testing.assert_array_equal(got, np.full(x.shape, wanted))
            return
        largest = np.abs(v[moves]).max()
        eps = max(eps, float(np.finfo(v.dtype).eps))
        tolerance = 32 * eps * (np.abs(extended(x)) / h + largest * (1 + 1 / h))
        value, known = 3 * extended(v), moves
        huge = np.abs(extended(v)) * 3 > limits(got.dtype)[2] / 4
        assert_close(got, value, tolerance, ~known | huge)
        return
    finite = np.isfinite(x)
    jacobian = function is finite_difference.finite_difference_jacobian
    wanted = 3 * np.eye(x.size) if jacobian else np.full(x.size, 3.0)
    size = x.size if jacobian else 1
    assert got.shape == x.shape * (2 if jacobian else 1)
    total = np.abs(extended(x[finite])).sum()
    tolerance = np.full(wanted.shape, 64 * max(eps, 1e-300) * (total + 1) / h + 64 * eps)
    rows = ~finite.ravel()[:, None] if jacobian else not finite.all()
    columns = ~finite.ravel()
    got = got.reshape(wanted.shape)
    assert np.isnan(got[..., columns]).all()
    assert_close(got, wanted, tolerance, np.broadcast_to(rows | columns, wanted.shape))
    assert size
