"""The error bounds that the docstrings of `numerics` state, held against mpmath."""

import mpmath as mp
import numpy as np
import pytest

from softmax_lessons import numerics
from tests import accuracy

FUNCTIONS = [
    "softmax",
    "log_softmax",
    "logsumexp",
    "softmax_jacobian",
    "softmax_jvp",
    "softmax_vjp",
    "softmax_backward",
    "log_softmax_backward",
]
# Most errors show with few classes; sums show theirs with many.
SIZES = [1, 2, 2, 2, 3, 3, 3, 10, 10, 30, 100]


@pytest.fixture(autouse=True)
def fifty_digits():
    with mp.workdps(accuracy.DIGITS):
        yield


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("seed", range(8))
def test_errors_stay_within_the_bounds(seed, dtype):
    for k, n in enumerate(SIZES):
        worst = accuracy.measure(100 * seed + k, n, dtype)
        beyond = {name: outcome for name, outcome in worst.items() if outcome[0] > 1}
        assert beyond == {}


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_errors_stay_within_the_bounds_for_ten_thousand_classes(dtype):
    worst = accuracy.measure(7, 10_000, dtype, slices_of_each=2)
    assert {name: outcome for name, outcome in worst.items() if outcome[0] > 1} == {}


def test_every_function_is_measured():
    assert set(accuracy.measure(0, 3, np.float64)) == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_docstring_states_the_bound(name):
    assert " ulp" in getattr(numerics, name).__doc__


def test_a_softmax_that_forgets_the_largest_logit_is_found_out(monkeypatch):
    def naive(z, axis):
        with np.errstate(all="ignore"):
            exp = np.exp(z)
            return exp / exp.sum(axis=axis, keepdims=True)

    monkeypatch.setattr(accuracy, "softmax", naive)
    shares = [accuracy.measure(seed, 3, np.float64)["softmax"][0] for seed in range(20)]
    assert max(shares) > 1


def test_a_log_softmax_without_log1p_is_found_out(monkeypatch):
    def careless(z, axis):
        shifted = z - z.max(axis=axis, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))

    monkeypatch.setattr(accuracy, "log_softmax", careless)
    shares = [accuracy.measure(seed, 2, np.float64)["log_softmax"][0] for seed in range(20)]
    assert max(shares) > 1


def test_float16_sums_of_many_classes_do_not_stop_at_2048():
    z = np.zeros((10_000, 2), dtype=np.float16)
    np.testing.assert_allclose(numerics.softmax(z, axis=0), 1e-4, rtol=1e-3)
    np.testing.assert_allclose(numerics.logsumexp(z, axis=0), np.log(1e4), rtol=1e-3)
    p, g = np.full_like(z, 1e-4), np.ones_like(z)
    g[0] = 2
    assert abs(numerics.softmax_backward(p, g, axis=0)[1:]).max() < 1e-6
