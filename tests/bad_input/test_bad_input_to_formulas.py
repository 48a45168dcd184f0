"""Counted arrays and formulas refuse by name what they cannot use."""

import inspect

import numpy as np
import pytest
import sympy as sp
from hostile_arguments import (
    FLOATS,
    any_arrays,
    axes,
    good_arrays,
    shapes,
)
from hypothesis import given
from hypothesis import strategies as st
from oracle import attempt, exact_softmax, extended, half_as_many

from softmax_lessons import counting, symbolic

COUNTING = {counting.CountingArray}
FORMULAS = {
    symbolic.logits, symbolic.softmax, symbolic.jacobian, symbolic.numeric,
    symbolic.softmax_derivation,
}  # fmt: skip
NUMERIC = symbolic.numeric(symbolic.softmax(symbolic.logits(2)))


@half_as_many
@given(left=shapes, right=shapes)
def test_counted_shapes_are_those_of_numpy_or_refused_as_there(left, right):
    for operation in (np.multiply, np.add, np.matmul):
        counter = []
        try:
            expected = operation(np.zeros(left), np.zeros(right)).shape
        except ValueError:
            with pytest.raises(ValueError, match="shape"):
                operation(
                    counting.CountingArray(left, counter), counting.CountingArray(right, counter)
                )
            assert counter == []
        else:
            got = operation(
                counting.CountingArray(left, counter), counting.CountingArray(right, counter)
            )
            assert got.shape == expected
            inner = left[-1] if operation is np.matmul else operation is np.multiply
            assert got.multiplications == np.prod(expected, dtype=int) * inner


@given(data=st.data())
def test_counted_sums_have_the_shape_of_numpys_or_are_refused(data):
    shape = data.draw(shapes)
    axis = data.draw(axes(len(shape)))

    def total(axis):
        return counting.CountingArray(shape).sum(axis)

    total.__doc__ = inspect.getdoc(counting.CountingArray)
    got = attempt(total, {"axis": axis})
    if got is not None:
        assert got.shape == np.zeros(shape).sum(axis.meaning).shape


@pytest.mark.parametrize("shape", [3, [3], None, "33", (3.0,), (True,), ("3",), ((3,),), {3}])
def test_what_is_no_shape_is_refused(shape):
    with pytest.raises(TypeError, match="shape must be a tuple of ints"):
        counting.CountingArray(shape)


def test_counting_refuses_negative_lengths_other_counters_and_what_holds_no_numbers():
    with pytest.raises(ValueError, match="shape must hold no negative length"):
        counting.CountingArray((3, -1))
    with pytest.raises(TypeError, match="counter must be a list"):
        counting.CountingArray((3,), counter=0)
    p = counting.CountingArray((3,))
    for other in (None, "a", [None], np.zeros(3, "M8[s]"), {}):
        with pytest.raises(TypeError):
            p * other
    for refused in (np.vecdot, np.divmod):
        with pytest.raises(TypeError):
            refused(p, p)
    assert p.multiplications == 0


NO_SIZES = [2.0, "2", None, True, [2], np.array(2), np.nan, 1j, (2,), {}]


@pytest.mark.parametrize("function", [symbolic.logits, symbolic.softmax_derivation])
def test_numbers_of_logits_are_refused_by_name(function):
    for n in NO_SIZES:
        with pytest.raises(TypeError, match="n must be an int"):
            function(n)
    for n in (1, 0, -3):
        with pytest.raises(ValueError, match="n must be at least 2"):
            function(n)


@pytest.mark.parametrize("function", [symbolic.softmax, symbolic.jacobian])
def test_what_is_no_column_of_logits_is_refused_by_name(function):
    z = symbolic.logits(2)
    for wrong in (None, "z", 3, [1, 2], list(z), np.array([1.0, 2.0]), z[0], sp.Symbol("z")):
        with pytest.raises(TypeError, match=r"^z must be a sympy\.Matrix"):
            function(wrong)
    for wrong in (z.T, sp.eye(2), sp.Matrix(0, 1, []), sp.Matrix(0, 0, [])):
        with pytest.raises(ValueError, match=r"^z must have one column"):
            function(wrong)


def test_a_jacobian_needs_distinct_symbols():
    z_1, z_2 = symbolic.logits(2)
    for wrong in ([z_1, z_1], [z_1, 2], [z_1, z_1 + z_2]):
        with pytest.raises(ValueError, match=r"^z must hold distinct symbols"):
            symbolic.jacobian(sp.Matrix(wrong))


def test_what_is_no_formula_is_refused_by_name():
    z = symbolic.logits(2)
    for wrong in ("z_1 + 1", "__import__('os')", None, True, {}, {z[0]}, object(), len, z[0] < 1):
        with pytest.raises(TypeError, match=r"^expression must be"):
            symbolic.numeric(wrong)
    with pytest.raises(ValueError, match=r"^expression must have at least one entry"):
        symbolic.numeric(sp.Matrix(0, 2, []))
    for wrong in (3, "z_1", [1, 2], ["z_1"], [z[0] + 1], {z[0]}, z[0]):
        with pytest.raises(TypeError, match=r"^z must be a column or a sequence of symbols"):
            symbolic.numeric(z[0], wrong)
    with pytest.raises(ValueError, match=r"^z must hold distinct symbols"):
        symbolic.numeric(z[0], [z[0], z[0]])


@half_as_many
@given(data=st.data())
def test_a_formula_takes_logits_or_refuses_them_by_name(data):
    mild = good_arrays((2,), elements=st.floats(-100, 100, width=16), dtypes=tuple(FLOATS))
    arguments = {"logits": data.draw(st.one_of(any_arrays(dtypes=FLOATS), mild))}
    z = arguments["logits"].meaning
    also = [("logits", ValueError)] if z is not None and z.shape != (2,) else []

    def function(logits):
        with np.errstate(all="ignore"):  # it evaluates the formula as it is written
            return NUMERIC(logits)

    function.__doc__ = inspect.getdoc(symbolic.numeric)
    got = attempt(function, arguments, also)
    if got is not None and (np.abs(z) <= 100).all():
        np.testing.assert_allclose(got, exact_softmax(extended(z))[0].astype(float), rtol=1e-12)
