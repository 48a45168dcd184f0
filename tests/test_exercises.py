"""The checks name each mistake, and nothing a function does brings them down."""

import _thread
import random
import threading
import warnings

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.testing import assert_array_equal

from softmax_lessons.exercises import (
    CHECKS,
    EXERCISES,
    check_batched_jacobian,
    check_finite_difference_gradient,
    check_gradient_checker,
    check_softmax,
    check_softmax_backward,
    check_softmax_cross_entropy_grad,
    check_softmax_jacobian,
    check_softmax_vjp,
    recognition_matrix,
)
from softmax_lessons.gradient_check import check_vjp
from softmax_lessons.misconceptions import CATALOGUE, CLAIMS, table
from softmax_lessons.misconceptions.backward import WRONG_BACKWARDS
from softmax_lessons.misconceptions.checking import (
    one_example,
    saturated_and_loose,
    sum_loss,
    uniform_logits,
)
from softmax_lessons.numerics import softmax, softmax_backward, softmax_jacobian
from softmax_lessons.plotting import draw_recognition
from softmax_lessons.verdicts import Status


@pytest.fixture(autouse=True)
def first_attempt():
    """Start every test with no hint uncovered."""
    for exercise in EXERCISES.values():
        exercise.attempts.clear()


def vjp_of(function_of_p_and_g):
    return lambda z, cotangent: function_of_p_and_g(softmax(z), cotangent)


elementwise = vjp_of(lambda p, g: p * (1 - p) * g)
right = vjp_of(softmax_backward)


# The whole matrix: every function of the catalogue against every name


@pytest.mark.parametrize("kind", EXERCISES)
def test_every_mistake_of_the_catalogue_is_recognised_under_its_own_name(kind):
    keys, counts = recognition_matrix(kind)
    print(f"{kind}: {counts.sum():.0f} functions, {len(keys) - 1} mistakes")
    assert_array_equal(counts, np.diag(np.diag(counts)), str(keys))
    assert counts[-1, -1] == 0
    assert counts.sum() == sum(m.kind == kind for m in CATALOGUE)


def test_every_exercise_has_mistakes_and_every_mistake_has_an_exercise():
    assert {m.kind for m in CATALOGUE} == EXERCISES.keys()
    assert {f"check_{kind}" for kind in EXERCISES} == CHECKS.keys()


def test_every_claim_belongs_to_a_function():
    assert {m.key for m in CATALOGUE} == CLAIMS.keys()


def test_the_matrix_shows_as_a_figure_with_every_count():
    keys, counts = recognition_matrix("softmax")
    ax = Figure().add_subplot()
    image = draw_recognition(ax, keys, counts)
    assert_array_equal(image.get_array(), counts)
    assert [label.get_text() for label in ax.get_yticklabels()] == keys
    assert [float(text.get_text()) for text in ax.texts] == counts[counts > 0].tolist()


def test_showing_the_matrix_uncovers_no_hint():
    recognition_matrix("softmax")
    assert not EXERCISES["softmax"].attempts


@pytest.mark.parametrize("kind", ["check_softmax", "", None, 3])
def test_the_matrix_of_no_exercise_is_refused_with_those_there_are(kind):
    with pytest.raises(ValueError, match="kind must be one of softmax, log_softmax, "):
        recognition_matrix(kind)


def test_the_catalogue_lists_each_mistake_once_with_claim_reason_and_lesson():
    rows = table().rows()
    assert [row[0] for row in rows] == list(dict.fromkeys(m.key for m in CATALOGUE))
    text, html = str(table()), table()._repr_html_()
    for key, claim, why, lesson in rows:
        assert f"{key} (lesson {lesson})" in text
        assert claim in text
        assert why in text
        assert f">{key}</td>" in html


def test_the_table_of_an_unknown_exercise_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="kind must be one of batched_jacobian"):
        table("hardmax")


# The seven statuses


@pytest.mark.parametrize(
    ("function", "status"),
    [
        (None, "not attempted"),
        (..., "not attempted"),
        (lambda z, cotangent: None, "not attempted"),
        (lambda z, cotangent: 1 / 0, "raises"),
        (lambda z: z, "raises"),
        ("softmax", "wrong type"),
        (lambda z, cotangent: "p", "wrong type"),
        (lambda z, cotangent: {"p": z}, "wrong type"),
        (lambda z, cotangent: [[1, 2], [3]], "wrong type"),
        (lambda z, cotangent: z * 1j, "wrong type"),
        (lambda z, cotangent: z > 0, "wrong type"),
        (lambda z, cotangent: None if len(z) > 1 else right(z, cotangent), "wrong type"),
        (lambda z, cotangent: 1.0, "wrong shape"),
        (lambda z, cotangent: z[:, 0], "wrong shape"),
        (elementwise, "known mistake"),
        (lambda z, cotangent: z * np.nan, "wrong"),
        (lambda z, cotangent: right(z, cotangent) + 1e-3, "wrong"),
        (right, "correct"),
        (lambda z, cotangent: right(z, cotangent).tolist(), "correct"),
    ],
)
def test_each_status_is_reached(function, status):
    verdict = check_softmax_vjp(function)
    assert verdict.status.value == status
    assert verdict.passed == (status == "correct")
    assert str(verdict).startswith(f"softmax_vjp(z, cotangent): {status}")


def not_implemented(*arguments):
    raise NotImplementedError


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("stub", [None, lambda *arguments: None, not_implemented])
def test_a_stub_is_no_mistake_in_any_exercise(check, stub):
    assert check(stub).status is Status.NOT_ATTEMPTED


# What a verdict says


def test_a_known_mistake_comes_with_name_claim_example_reason_lesson_and_hint():
    text = str(check_softmax_vjp(elementwise))
    claim, why, lesson = CLAIMS["elementwise"]
    parts = ["elementwise", claim, "z ", "cotangent ", "yours ", "expected ", why]
    parts += [f"lesson {lesson}", "hint 1 of 3"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_the_counterexample_is_the_smallest_input_that_shows_the_mistake():
    verdict = check_softmax_jacobian(lambda z: np.diag(softmax(z) * (1 - softmax(z))))
    (name, z), *_ = verdict.counterexample.arguments
    assert name == "z"
    assert z.tolist() == [1, 2]
    # Case 1 of the course: the Jacobian at (1, 2).
    expected = 0.19661193 * np.array([[1, -1], [-1, 1]])
    np.testing.assert_allclose(verdict.counterexample.expected, expected, atol=1e-8)
    np.testing.assert_allclose(verdict.counterexample.yours, np.diag(np.diag(expected)), atol=1e-8)


def test_a_wrong_result_comes_with_the_first_entry_that_differs():
    def one_off(z, cotangent):
        result = right(z, cotangent)
        result[0, 1] += 1e-3
        return result

    verdict = check_softmax_vjp(one_off)
    assert verdict.status is Status.WRONG
    assert verdict.counterexample.note.startswith("first at index (0, 1)")


def test_each_wrong_attempt_uncovers_the_next_hint_and_the_last_one_stays():
    hints = [check_softmax_vjp(elementwise).hint for _ in range(5)]
    assert [hint[:11] for hint in hints] == [
        "hint 1 of 3",
        "hint 2 of 3",
        *["hint 3 of 3"] * 3,
    ]
    assert "worked idea" in hints[-1]


def test_hints_of_one_exercise_are_not_uncovered_by_another_and_start_anew_when_it_is_right():
    check_softmax_vjp(elementwise)
    assert "hint 1" in check_softmax_jacobian(lambda z: z).hint
    check_softmax_vjp(right)
    assert "hint 1" in check_softmax_vjp(elementwise).hint


def test_a_function_of_another_name_starts_with_the_first_hint():
    def demonstration(z, cotangent):
        return cotangent

    check_softmax_vjp(demonstration)
    assert "hint 1" in check_softmax_vjp(elementwise).hint
    assert "hint 2" in check_softmax_vjp(demonstration).hint
    assert "hint 1" in check_gradient_checker(lambda backward: True).hint
    assert "hint 1" in check_gradient_checker(uniform_logits).hint


def test_asking_for_a_hint_runs_nothing_of_a_hostile_name():
    class Nameless:
        def __getattribute__(self, name):
            raise RuntimeError(name)

        def __call__(self, z, cotangent):
            return z

    assert [check_softmax_vjp(Nameless()).hint[:6] for _ in range(2)] == ["hint 1", "hint 2"]


def test_a_stub_uncovers_no_hint():
    check_softmax_vjp(None)
    assert "hint 1" in check_softmax_vjp(elementwise).hint


def test_no_hint_contains_code_of_the_answer():
    for exercise in EXERCISES.values():
        assert len(exercise.hints) == 3
        assert not any("return" in hint or "lambda" in hint for hint in exercise.hints)


def test_html_escapes_what_comes_from_the_learner():
    def hostile(z, cotangent):
        raise ValueError("<script>alert('x')</script>")

    html = check_softmax_vjp(hostile)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_html_sets_no_colour_that_a_theme_could_make_unreadable():
    for function in (elementwise, right, None):
        html = check_softmax_vjp(function)._repr_html_()
        assert "color:" not in html.replace("border-left-color:", "")
        assert "background:#" not in html


def test_html_and_text_say_the_same():
    verdict = check_softmax_vjp(elementwise)
    html = verdict._repr_html_()
    for part in ("known mistake", "elementwise", "0.1734", "lesson 04", "hint 1 of 3"):
        assert part in html
        assert part in str(verdict) or part == "hint 1 of 3"


# Two mistakes at once, or an unknown one, get no name


@pytest.mark.parametrize(
    "function",
    [
        vjp_of(lambda p, g: 2 * p * (1 - p) * g),
        vjp_of(lambda p, g: -p * (g - g.sum(-1, keepdims=True))),
        vjp_of(lambda p, g: 3 * softmax_backward(p, g)),
        lambda z, cotangent: (lambda p: p * (1 - p) * cotangent)(
            np.exp(z) / np.exp(z).sum(-1, keepdims=True)
        ),
        lambda z, cotangent: z + cotangent,
    ],
)
def test_two_mistakes_or_an_unknown_one_are_wrong_and_get_no_name(function):
    verdict = check_softmax_vjp(function)
    assert verdict.status is Status.WRONG
    assert verdict.misconception is None


# Side effects


def test_writing_into_an_argument_is_told_even_where_the_numbers_are_right():
    def in_place(z, cotangent):
        z -= z.max(axis=1, keepdims=True)
        return right(z, cotangent)

    verdict = check_softmax_vjp(in_place)
    assert verdict.misconception.key == "writes-into-argument"


def test_writing_and_putting_back_is_told_too():
    def puts_back(function, x):
        gradient = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            before = x[index]
            x[index] = before + 1e-5
            ahead = function(x)
            x[index] = before - 1e-5
            gradient[index] = (ahead - function(x)) / 2e-5
            x[index] = before
        return gradient

    key = check_finite_difference_gradient(puts_back).misconception.key
    assert key in ("writes-into-argument", "integer-step")


def test_a_function_that_draws_random_numbers_is_told_so():
    rng = np.random.default_rng(3)

    def noisy(z, cotangent):
        return right(z, cotangent) + 1e-9 * rng.normal(size=z.shape)

    assert check_softmax_vjp(noisy).misconception.key == "remembers"


def test_nothing_that_the_function_changes_is_left_changed():
    def meddles(z, axis):
        np.seterr(all="raise")
        np.set_printoptions(precision=1)
        np.random.seed(0)  # noqa: NPY002
        warnings.warn("careful", stacklevel=1)
        print("noise")
        return softmax(z, axis)

    def settings():
        return np.geterr(), np.get_printoptions(), np.random.get_state()[1].tolist()  # noqa: NPY002

    before = settings()
    assert check_softmax(meddles).passed
    assert settings() == before


def test_what_the_function_prints_is_not_shown(capsys):
    check_softmax(lambda z, axis: print("noise"))
    assert capsys.readouterr() == ("", "")


# Functions that misbehave


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit, MemoryError])
def test_what_the_function_raises_becomes_a_verdict(error):
    def raises(z, axis):
        raise error

    verdict = check_softmax(raises)
    assert verdict.status is Status.RAISES
    assert error.__name__ in verdict.summary


def test_endless_recursion_becomes_a_verdict():
    def again(z, axis):
        return again(z, axis)

    assert "RecursionError" in check_softmax(again).summary


def test_endless_output_becomes_a_verdict():
    def prints(z, axis):
        while True:
            print("again")

    verdict = check_softmax(prints)
    assert verdict.status is Status.RAISES
    assert "printed more than" in verdict.summary


@pytest.mark.skipif(not hasattr(__import__("signal"), "setitimer"), reason="needs POSIX timers")
def test_an_endless_loop_becomes_a_verdict(monkeypatch):
    monkeypatch.setattr("softmax_lessons.sandbox.SECONDS", 0.05)

    def loops(z, axis):
        while True:
            pass

    assert "did not return within" in check_softmax(loops).summary


def test_a_real_interrupt_stops_the_check():
    def stopped(z, axis):
        _thread.interrupt_main()
        for _ in range(10**9):
            pass

    with pytest.raises(KeyboardInterrupt):
        check_softmax(stopped)


def test_a_real_interrupt_stops_the_check_even_where_the_function_swallows_it():
    def swallows(z, axis):
        try:
            _thread.interrupt_main()
            for _ in range(10**9):
                pass
        except BaseException:
            return softmax(z, axis)

    with pytest.raises(KeyboardInterrupt):
        check_softmax(swallows)


def test_a_check_works_outside_the_main_thread():
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(check_softmax(softmax)))
    thread.start()
    thread.join()
    assert verdicts[0].passed


class Hostile:
    """Raises whenever it is looked at."""

    def __str__(self):
        raise RuntimeError

    __repr__ = __array__ = __len__ = __eq__ = __bool__ = __str__
    __hash__ = None


def test_a_result_that_cannot_even_be_printed_becomes_a_verdict():
    verdict = check_softmax(lambda z, axis: Hostile())
    assert verdict.status in (Status.RAISES, Status.WRONG_TYPE)
    assert str(verdict)
    assert check_gradient_checker(lambda backward: Hostile()).status is Status.WRONG_TYPE


def test_an_exception_that_cannot_be_printed_becomes_a_verdict():
    class Unprintable(Exception):
        __str__ = Hostile.__str__

    def raises(z, axis):
        raise Unprintable

    assert "Unprintable" in check_softmax(raises).summary


# Checking the checkers


def good_checker(backward):
    z = np.random.default_rng(8).normal(size=(3, 4))
    return check_vjp(softmax, lambda z, g: backward(softmax(z), g), z).passed


def test_a_good_gradient_checker_is_correct_and_the_table_shows_all_it_was_given():
    verdict = check_gradient_checker(good_checker)
    assert verdict.passed
    assert len(verdict.table) == 1 + 4 + 14
    assert "closed form" in str(verdict)


# misconceptions met in public code: what blind checks let through of the fourteen.
@pytest.mark.parametrize(
    ("checker", "let_through"),
    [(sum_loss, 6), (uniform_logits, 1), (one_example, 2), (saturated_and_loose, 6)],
)
def test_blind_checkers_let_wrong_backwards_through(checker, let_through):
    assert sum(checker(backward) for backward in WRONG_BACKWARDS.values()) == let_through
    verdict = check_gradient_checker(checker)
    assert f"lets {let_through} of 14 wrong ones through" in verdict.summary
    assert sum("accepts ✗" in row[2] for row in verdict.table) == let_through


def test_a_generic_checker_lets_none_through():
    assert not any(good_checker(backward) for backward in WRONG_BACKWARDS.values())


def test_a_gradient_checker_that_returns_no_answer_is_told_so():
    verdict = check_gradient_checker(lambda backward: np.array([True, False]))
    assert verdict.status is Status.WRONG_TYPE


def test_an_unknown_gradient_checker_is_wrong_and_its_table_says_where():
    def refuses_zeros_only(backward):
        g = np.array([[1.0, 2.0, 4.0]] * 2)
        return bool(np.abs(backward(np.full((2, 3), 1 / 3), g)).sum() > 0.1)

    verdict = check_gradient_checker(refuses_zeros_only)
    assert verdict.status is Status.WRONG
    assert ("zeros", "wrong", "refuses") in verdict.table
    assert ("doubled", "wrong", "accepts ✗") in verdict.table


def test_no_check_depends_on_the_order_in_which_functions_are_handed_in():
    functions = [elementwise, right, vjp_of(lambda p, g: g), vjp_of(lambda p, g: p - g)]
    expected = [check_softmax_vjp(f).summary for f in functions]
    order = random.Random(5).sample(range(4), 4)
    assert [check_softmax_vjp(functions[k]).summary for k in order] == [expected[k] for k in order]


def test_lists_are_taken_as_arrays_in_every_shape():
    assert check_batched_jacobian(lambda z: softmax_jacobian(z).tolist()).passed
    assert check_softmax_backward(lambda p, g, axis: list(softmax_backward(p, g, axis))).passed
    grad = check_softmax_cross_entropy_grad(lambda z, t: ((softmax(z) - t) / len(z)).tolist())
    assert grad.passed
