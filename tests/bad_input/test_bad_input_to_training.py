"""Training keeps its shapes and is right, or refuses by name what it is given."""

import numpy as np
import pytest
from hostile_arguments import Given, any_arrays, bad, good_arrays, numbers
from hypothesis import given
from hypothesis import strategies as st
from oracle import assert_close, attempt, exact_softmax, extended, half_as_many, quiet
from test_misbehaving_functions import MISBEHAVIOUR, shouting

from softmax_lessons import numerics, training

TRAINING = {training.forward_backward, training.train, training.Run}
SAMPLES = {
    "x": np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]]),
    "t": np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]),
}
START = {"weights": np.array([[0.1, 0.2], [0.3, -0.4]]), "bias": np.array([0.5, -0.5])}
NO_LOSSES = [None, 3, len, (1, 2), {}, training.Loss(None, None), training.Loss(len, 3)]


@st.composite
def training_arguments(draw, names):
    """What training takes, with something else in the place of some of it."""
    good_ones = {
        "backward": numerics.softmax_backward, "loss": training.CROSS_ENTROPY,
        "regularisation": 0.5, "rate": 0.25, "steps": 2, "on_step": None, **SAMPLES, **START,
    }  # fmt: skip
    others = {
        "backward": bad(None, 3, "f", []),
        "loss": bad(*NO_LOSSES),
        "regularisation": numbers([0, 1, np.float32(0.5)], [np.nan, np.inf, 2**2000]),
        "rate": numbers([0, 1, np.float32(0.5), 1e300], [np.nan, -np.inf]),
        "on_step": bad(3, "x", True, []),
        "steps": st.one_of(
            st.sampled_from([Given(0, 0), Given(np.int8(3), 3)]),
            bad(True, 1.0, "3", None, np.nan, [1], np.array(1)),
            bad(-1, np.int64(-3), error=ValueError),
        ),
    }
    arguments = {name: Given(good_ones[name], good_ones[name]) for name in names}
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)):
        if name in others:
            arguments[name] = draw(others[name])
        else:
            same = good_arrays(good_ones[name].shape)
            arguments[name] = draw(st.one_of(same, same, any_arrays()))
    return arguments


def training_refusals(arguments):
    """Return what the arrays deserve together."""
    x, t = arguments["x"].meaning, arguments["t"].meaning
    weights, bias = (arguments.get(name, Given(None)) for name in ("weights", "bias"))
    also = []
    if x is not None and x.ndim != 2:
        also.append(("x", ValueError))
    if t is not None and not np.isfinite(t).all():
        also.append(("t", ValueError))
    if t is not None and (t.ndim != 2 or not t.size):
        also.append(("t", ValueError))
    if also or x is None or t is None:
        return also
    if len(x) != len(t):
        also.append(("t", ValueError))
    for name, array, shape in (
        ("weights", weights.meaning, (x.shape[1], t.shape[1])), ("bias", bias.meaning, t.shape[1:]),
    ):  # fmt: skip
        if array is not None and array.shape != shape:
            also.append((name, ValueError))
    return also


@given(
    arguments=training_arguments(
        ["weights", "bias", "x", "t", "backward", "loss", "regularisation"]
    ),
    careful=st.booleans(),
)
@quiet
def test_one_pass_is_right_or_refuses_by_name(arguments, careful):
    got = attempt(training.forward_backward, arguments, training_refusals(arguments), careful)
    if got is None:
        return
    weights, bias, x, t = (
        extended(arguments[name].meaning) for name in ("weights", "bias", "x", "t")
    )
    strength = arguments["regularisation"].meaning
    z = x @ weights + bias
    if not (np.abs(z) < 300).all() or not all((np.abs(a) < 1e3).all() for a in (x, weights, t)):
        return
    p = np.array([exact_softmax(row)[0] for row in z])
    grad_z = (p * t.sum(axis=1, keepdims=True) - t) / len(x)
    loss = -(t * np.log(p)).sum() / len(x) + strength / 2 * (weights**2).sum()
    for mine, exact in (
        (got.loss, np.asarray(loss)),
        (got.p, p),
        (got.grad_bias, grad_z.sum(axis=0)),
        (got.grad_weights, x.T @ grad_z + strength * weights),
    ):
        assert_close(np.asarray(mine), exact, 1e-7)


@half_as_many
@given(
    arguments=training_arguments(
        ["x", "t", "backward", "loss", "regularisation", "rate", "steps", "on_step"]
    ),
    careful=st.booleans(),
)
def test_training_keeps_its_shapes_or_refuses_by_name(arguments, careful):
    run = attempt(training.train, arguments, training_refusals(arguments), careful)
    if run is not None:
        x, t = arguments["x"].meaning, arguments["t"].meaning
        assert run.weights.shape == (x.shape[1], t.shape[1])
        assert len(run.losses) == len(run.accuracies) == arguments["steps"].meaning + 1
        lost = np.isnan(run.losses)
        assert (run.accuracies[lost] <= 1).all()


@half_as_many
@given(data=st.data(), careful=st.booleans())
@quiet
def test_predictions_are_right_or_refused_by_name(data, careful):
    run = training.Run(START["weights"], START["bias"], np.zeros(1), np.zeros(1))
    arguments = {"x": data.draw(st.one_of(any_arrays(), good_arrays((3, 2))))}
    x = arguments["x"].meaning
    also = []
    if x is not None:
        fits = x.ndim == 2 and x.shape[1] == 2
        scores = x @ START["weights"] + START["bias"] if fits else np.nan
        also = [("x", ValueError)] if np.isnan(scores).any() else []
    got = attempt(run.predict, arguments, also, careful)
    if got is not None:
        assert got.tolist() == scores.argmax(axis=1).tolist()


@pytest.mark.parametrize("x", [[[np.nan, 1.0]], [[0.0, 1.0], [np.inf, np.inf]]])
def test_a_sample_that_gives_a_class_nan_is_not_predicted(x):
    run = training.Run(START["weights"], START["bias"], np.zeros(1), np.zeros(1))
    with pytest.raises(ValueError, match="x must give every class a number, got NaN"):
        run.predict(x)


@pytest.mark.parametrize("place", ["backward", "loss.value", "loss.gradient"])
@pytest.mark.parametrize("kind", [k for k in MISBEHAVIOUR if "then" not in k and "each" not in k])
def test_training_refuses_by_name_what_its_functions_return(place, kind):
    make, error = MISBEHAVIOUR[kind]
    if (place, kind) == ("loss.value", "a warning"):
        make = lambda: lambda p, t: shouting(1.0)  # noqa: E731
    how = {"backward": numerics.softmax_backward, "loss": training.CROSS_ENTROPY}
    if place == "backward":
        how["backward"] = make()
    else:
        how["loss"] = how["loss"]._replace(**{place.removeprefix("loss."): make()})
    with pytest.raises(error) as caught:
        training.forward_backward(**START, **SAMPLES, **how, regularisation=0)
    if error in (TypeError, ValueError):
        assert f"what {place} returns" in str(caught.value)


def test_training_refuses_gradients_that_fit_by_broadcasting_alone():
    for shape in [(), (2,), (3, 1), (1, 2)]:
        with pytest.raises(ValueError, match="what backward returns must have the shape"):
            training.forward_backward(
                **START, **SAMPLES, backward=lambda p, g, axis, shape=shape: np.ones(shape),
                loss=training.CROSS_ENTROPY, regularisation=0,
            )  # fmt: skip


def test_functions_that_write_to_what_training_gives_them_change_nothing():
    def spoiling(function):
        def spoilt(first, second, *rest):
            value = function(first, second, *rest)
            first[...] = second[...] = 99
            return value

        return spoilt

    right, loss = numerics.softmax_backward, training.CROSS_ENTROPY
    wanted = training.forward_backward(
        **START, **SAMPLES, backward=right, loss=loss, regularisation=0
    )
    got = training.forward_backward(
        **START, **SAMPLES, backward=spoiling(right), loss=training.Loss(*map(spoiling, loss)),
        regularisation=0,
    )  # fmt: skip
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_sample_without_probabilities_is_not_classified_rightly():
    samples = {**SAMPLES, "x": SAMPLES["x"] * np.array([[np.nan], [1], [1]])}
    run = training.train(
        **samples, backward=numerics.softmax_backward, loss=training.CROSS_ENTROPY, steps=1,
        rate=1, regularisation=0,
    )  # fmt: skip
    assert run.accuracies[1] == 0
