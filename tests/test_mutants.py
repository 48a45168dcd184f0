"""No check is taken in: what was spoilt in one place is never called correct."""

import functools

import pytest
from mutants import (
    IMPOSSIBLE,
    KINDS,
    counts,
    first_difference,
    makes_the_mistake,
    mutants,
    table,
)
from right_implementations import RIGHT

from softmax_lessons import exercises

# 2546 were counted when this was written.
AT_LEAST = 2500

EVERY = [pytest.param(check, right, id=right.__name__) for check in RIGHT for right in RIGHT[check]]


def changes(check, kind):
    """Return what is changed to what in the mutants of one kind."""
    every = [mutant for right in RIGHT[check] for mutant in mutants(check, right)]
    return [mutant.name.split(": ", 1)[1] for mutant in every if mutant.kind == kind]


@functools.cache
def verdicts(check, right):
    """Return what the check says to each mutant, as pairs of the mutant and the verdict."""
    judge = getattr(exercises, check)
    pairs = [(mutant, judge(mutant.function)) for mutant in mutants(check, right)]
    judge(right)  # which lets the hints start over
    return pairs


@pytest.mark.parametrize(("check", "right"), EVERY)
def test_no_wrong_mutant_is_called_correct(check, right):
    pairs = verdicts(check, right)
    accepted = [m.name for m, verdict in pairs if verdict.passed and not m.equivalent]
    assert accepted == []


@pytest.mark.parametrize(("check", "right"), EVERY)
def test_no_equivalent_mutant_is_refused(check, right):
    pairs = verdicts(check, right)
    refused = [m.name for m, verdict in pairs if not verdict.passed and m.equivalent]
    assert refused == []


@pytest.mark.parametrize(("check", "right"), EVERY)
def test_no_mutant_is_given_the_name_of_a_mistake_that_it_does_not_make(check, right):
    named = [(m, v.misconception.key) for m, v in verdicts(check, right) if v.misconception]
    print(f"{len(named)} of {len(verdicts(check, right))} have a name")
    false = [
        (m.name, key) for m, key in named if not makes_the_mistake(check, right, m.function, key)
    ]
    assert false == []


@pytest.mark.parametrize("check", RIGHT)
def test_every_kind_of_wrong_mutant_occurs(check):
    wrong, _ = counts(check)
    assert {kind for kind in KINDS if not wrong[kind]} == IMPOSSIBLE.get(check, set())


def test_there_are_many_wrong_mutants_and_few_equivalent_ones():
    wrong, equivalent = (sum(counts(check)[which].total() for check in RIGHT) for which in range(2))
    print(f"\nwrong mutants + equivalent ones\n{table()}")
    assert wrong >= AT_LEAST, table()
    assert equivalent < wrong / 10, table()


@pytest.mark.parametrize(
    ("check", "kind", "change"),
    [
        ("check_softmax", "sign", "z - scipy.special.logsumexp(z, axis=axis, keepdims=True)"),
        ("check_softmax", "axis", "'axis' became '0'"),
        ("check_softmax", "extreme", "'np.max' became 'np.min'"),
        ("check_log_softmax", "factor", "'0.0' became '1.0'"),
        ("check_softmax_jacobian", "axis", "'p[:, None]' became 'p[None, :]'"),
        ("check_softmax_vjp", "transposed index", "became \"np.einsum('ni,nij->jn', cotangent"),
        ("check_softmax_vjp", "dropped term", "became 'cotangent'"),
        ("check_softmax_backward", "one element", "_one_element_off(grad_z, 'last')"),
        ("check_softmax_cross_entropy_grad", "dropped term", "became 'p - t[r, k]'"),
        ("check_finite_difference_gradient", "factor", "'2' became '4'"),
    ],
)
def test_mistakes_that_people_make_are_among_the_mutants(check, kind, change):
    assert [c for c in changes(check, kind) if change in c]


def test_a_transposed_jacobian_is_equivalent_and_one_of_half_the_size_is_not():
    check = "check_softmax_jacobian"
    right = RIGHT[check][0]
    assert first_difference(check, right, lambda z: right(z).T, []) is None
    assert first_difference(check, right, lambda z: right(z) / 2, []) is not None


def test_a_mutant_that_writes_into_its_argument_is_not_equivalent():
    def into_its_argument(p, grad_p, axis):
        grad_z = right(p, grad_p, axis)
        grad_p[...] = grad_z
        return grad_z

    check = "check_softmax_backward"
    right = RIGHT[check][0]
    assert first_difference(check, right, into_its_argument, []) is not None
