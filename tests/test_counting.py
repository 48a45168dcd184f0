"""Counted multiplications are those that NumPy would do, and shapes those it would return."""

import numpy as np
import pytest

from softmax_lessons.counting import CountingArray


def test_a_product_of_arrays_counts_its_entries():
    p = CountingArray((3, 4))
    result = p * p
    assert result.shape == (3, 4)
    assert p.multiplications == 12


def test_sums_and_differences_count_nothing():
    p = CountingArray((5,))
    _ = 1 - p + p.sum()
    assert p.multiplications == 0


@pytest.mark.parametrize(
    ("left", "right", "count"), [((2, 3), (3, 4), 24), ((3,), (3, 4), 12), ((3,), (3,), 3)]
)
def test_a_matrix_product_counts_rows_times_inner_times_columns(left, right, count):
    counter = []
    result = CountingArray(left, counter) @ CountingArray(right, counter)
    assert result.shape == (np.zeros(left) @ np.zeros(right)).shape
    assert sum(counter) == count


def test_broadcasting_counts_the_entries_of_the_result():
    p = CountingArray((3,))
    assert (p[:, None] * p[None, :]).shape == (3, 3)
    assert p.multiplications == 9


def test_plain_numbers_and_arrays_may_take_part():
    p = CountingArray((3,))
    assert (np.eye(3) * p).shape == (3, 3)
    assert (2 * p).shape == (3,)
    assert p.multiplications == 12


@pytest.mark.parametrize(("axis", "keepdims"), [(None, False), (0, True), (-1, True), (1, False)])
def test_a_sum_has_the_shape_that_numpy_gives_it(axis, keepdims):
    expected = np.zeros((3, 4)).sum(axis=axis, keepdims=keepdims).shape
    assert CountingArray((3, 4)).sum(axis=axis, keepdims=keepdims).shape == expected


def test_parts_share_the_counter_of_the_whole():
    p = CountingArray((4, 4))
    _ = p[0] * p[:, 1]
    assert p.multiplications == 4


def test_an_operation_that_it_cannot_count_is_refused():
    with pytest.raises(TypeError):
        np.add.reduce(CountingArray((3,)))
