"""Losses and their gradients are right for targets of every kind, or refuse them by name."""

import numpy as np
import pytest
from hostile_arguments import FLOATS, any_arrays, axes, choices, good_arrays
from hypothesis import given
from hypothesis import strategies as st
from oracle import (
    Refused,
    assert_close,
    attempt,
    by_slices,
    distance,
    exact_softmax,
    good,
    half_as_many,
    limits,
    quiet,
    together,
)

from softmax_lessons import losses

LOSSES = {
    losses.squared_error: "p",
    losses.squared_error_grad: "p",
    losses.cross_entropy: "p",
    losses.cross_entropy_grad: "p",
    losses.softmax_cross_entropy: "z",
    losses.softmax_cross_entropy_grad: "z",
}
LOSS_CLASSES = {
    losses.SquaredError: (losses.squared_error, losses.squared_error_grad),
    losses.CrossEntropy: (losses.cross_entropy, losses.cross_entropy_grad),
    losses.SoftmaxCrossEntropy: (
        losses.softmax_cross_entropy, losses.softmax_cross_entropy_grad,
    ),
}  # fmt: skip


@st.composite
def loss_arguments(draw, name):
    """Predictions, targets of any kind, a reduction and an axis."""
    p = draw(any_arrays(dtypes=(*FLOATS, "i4")))
    shape = (3,) if p.meaning is None else p.meaning.shape
    arguments = {name: p}
    if draw(st.booleans()):
        arguments["axis"] = draw(axes(len(shape), several=False))
        axis = arguments["axis"].meaning
    else:
        axis = (len(shape) - 1,) if shape else None
    kind = draw(st.integers(0, 9))
    slices = shape if axis is None else shape[: axis[0]] + shape[axis[0] + 1 :]
    if kind < 4:
        arguments["t"] = draw(good_arrays(shape, tuple(FLOATS)))
    elif kind < 8:
        classes = 3 if axis is None else max(1, shape[axis[0]])
        beyond = draw(st.integers(0, 3)) == 0
        index = st.integers(0, classes - 1 + beyond)
        dtype = draw(st.sampled_from(["i1", "i8", "u8"]))
        arguments["t"] = draw(good_arrays(slices, (dtype,), index).map(as_integers))
    else:
        arguments["t"] = draw(any_arrays())
    if draw(st.booleans()):
        arguments["reduction"] = draw(choices(losses.REDUCTIONS))
    return arguments


def as_integers(given):
    return given._replace(meaning=given.meaning.clip(-100, 100).astype(np.int64))


def distribution(p, t, value, axis):
    """Return what targets mean for predictions p, or raise Refused with the error's type."""
    if t.shape == p.shape:
        return t.astype(float) if t.dtype.kind in "iu" else t
    if t.shape != p.shape[:axis] + p.shape[axis + 1 :]:
        raise Refused(ValueError)
    if np.asarray(value).dtype.kind not in "iu":
        raise Refused(TypeError)
    one_hot = np.zeros_like(p)
    for index in np.ndindex(t.shape):
        if not 0 <= t[index] < p.shape[axis]:
            raise Refused(ValueError)
        one_hot[index[:axis] + (int(t[index]),) + index[axis:]] = 1
    return one_hot


def losses_of_slice(function, p, t, dtype):
    """Return the loss or gradient of a slice, its tolerance, and what is not known."""
    eps, least, most = limits(dtype)
    rounding = 4 * (p.size + 8)
    if "softmax" in function.__name__:
        probability, log_p, _ = exact_softmax(p)
        away, gap = distance(p)
    else:
        probability, log_p = p, np.log(p)
        log_p = np.where(p == 0, -np.inf, log_p)
        away, gap = np.zeros(p.shape), 0
    if function is losses.squared_error:
        terms = (p - t) ** 2
    elif function is losses.squared_error_grad:
        terms = 2 * (p - t)
    elif function is losses.cross_entropy_grad:
        terms = np.where((t == 0) & (p == 0), 0, -t / np.where(p == 0, 0, p))
    elif function is losses.softmax_cross_entropy_grad:
        masked = np.isneginf(p) & ~np.isnan(log_p)
        value = np.where(masked, 0, probability * t.sum() - t)
        sizes = (away + rounding) * probability * np.abs(t).sum() + rounding * np.abs(t)
        tolerance = eps * sizes + least * (rounding + away) * (1 + np.abs(t).sum())
        unknown = ~(np.abs(t).sum() < most / 2) & ~masked
        return value, tolerance, unknown
    else:
        terms = np.where((t == 0) & np.isneginf(log_p), 0, -t * log_p)
    if function.__name__.endswith("_grad"):
        tolerance = rounding * (eps * np.abs(terms) + least)
        return terms, tolerance, ~(np.abs(terms) < most / 4) & np.isfinite(terms)
    sizes = np.abs(terms).sum()
    tolerance = (rounding + gap) * (eps * sizes + least * (1 + np.abs(t).sum()))
    # One beyond the largest number may meet an infinite one of the other sign.
    too_large = np.isfinite(terms) & ~(np.abs(terms) < most / 4)
    unknown = too_large.any() or (np.isfinite(terms).all() and not sizes < most / 4)
    if "softmax" in function.__name__ and np.isfinite(p).all() and np.ptp(p) > most / 2:
        unknown = True  # log p itself is beyond the largest number
    shape = np.ones(p.shape)
    return terms.sum() * shape, tolerance * shape, unknown * shape


@quiet
def expected_loss(function, p, t, axis, reduction):
    dtype = np.result_type(p, t)
    parts = by_slices(
        (axis,), lambda *flat: losses_of_slice(function, *flat, dtype), p, t, outputs=3
    )
    number = p.size // p.shape[axis]
    if function.__name__.endswith("_grad"):
        value, tolerance, unknown = parts
        if reduction == "mean" and number:
            value, tolerance = value / number, tolerance / number + limits(dtype)[1]
            tolerance = tolerance + 4 * limits(dtype)[0] * np.abs(value)
        return value, tolerance, unknown.astype(bool)
    value, tolerance, unknown = (part.take(0, axis) for part in parts)
    if reduction == "none":
        return value, tolerance, unknown.astype(bool)
    eps, least, most = limits(dtype)
    share = number if reduction == "mean" else 1
    total = value.sum() / share if share else np.longdouble(np.nan)
    spread = np.abs(value).sum()
    finite = np.isfinite(value).all()
    unknown = unknown.any() or bool(finite and not spread < most / 2)
    rounding = 4 * (number + 8) * (eps * spread + least)
    return np.asarray(total), np.asarray(tolerance.sum() + rounding), unknown


def loss_refusals(name, arguments):
    """Return what the arguments of a loss deserve together, the targets as a distribution, axis."""
    also, along = together(arguments, [name])
    t = None
    if not also and good(arguments):
        try:
            p, targets = arguments[name].meaning, arguments["t"]
            t = distribution(p, targets.meaning, targets.value, *along)
        except Refused as refused:
            also.append(("t", refused.args[0]))
    return also, t, along


@pytest.mark.parametrize("function", LOSSES)
@given(data=st.data(), careful=st.booleans())
def test_losses_are_right_or_refuse_by_name(function, data, careful):
    name = LOSSES[function]
    arguments = data.draw(loss_arguments(name))
    check_loss(function, arguments, careful)


def check_loss(function, arguments, careful=False):
    """Hold what comes of a call against the reference."""
    name = LOSSES[function]
    also, t, along = loss_refusals(name, arguments)
    got = attempt(function, arguments, also, careful)
    if got is None:
        return
    p = arguments[name].meaning
    reduction = arguments["reduction"].meaning if "reduction" in arguments else "mean"
    assert got.dtype == np.result_type(p, t)
    assert_close(got, *expected_loss(function, p, t, *along, reduction))


@pytest.mark.parametrize("loss_class", LOSS_CLASSES)
@half_as_many
@given(data=st.data(), careful=st.booleans())
def test_loss_classes_do_what_their_functions_do(loss_class, data, careful):
    function, gradient = LOSS_CLASSES[loss_class]
    name = LOSSES[function]
    arguments = data.draw(loss_arguments(name))
    how = {key: given for key, given in arguments.items() if key in ("axis", "reduction")}
    loss = loss_class(**{key: given.value for key, given in how.items()})

    def forward(**values):
        values = {"p": values.pop(name), "t": values.pop("t")}
        return loss.forward(**values)

    forward.__doc__ = losses.__doc__
    forward.__qualname__ = "forward"
    also, _, _ = loss_refusals(name, arguments)
    got = attempt(forward, arguments, also, careful)
    if got is None:
        with pytest.raises(RuntimeError, match="before backward"):
            loss.backward()
        return
    values = {key: given.value for key, given in arguments.items()}
    np.testing.assert_array_equal(got, function(**values))
    np.testing.assert_array_equal(loss.backward(), gradient(**values))
