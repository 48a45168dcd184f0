"""Every control, moved through its ends: the state is numerics', the artists show the state."""

import json
from base64 import b64decode
from dataclasses import FrozenInstanceError, replace

import ipywidgets as widgets
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from softmax_lessons import explorers
from softmax_lessons.curves import ZERO_AT
from softmax_lessons.explorers import (
    AxisExplorer,
    DerivationExplorer,
    DirectionExplorer,
    ElementwiseExplorer,
    GradientExplorer,
    JacobianExplorer,
    LogitsExplorer,
    LossExplorer,
    StepExplorer,
)
from softmax_lessons.gradient_check import finite_difference_jacobian
from softmax_lessons.numerics import softmax, softmax_jacobian, softmax_jvp, softmax_vjp
from softmax_lessons.symbolic import softmax_derivation

EVERY = [getattr(explorers, name) for name in explorers.__all__]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(params=EVERY, ids=lambda explorer: explorer.__name__)
def explorer(request):
    return request.param()


def ends(control):
    """The values at both ends of a control, or all of them where they have no order."""
    if isinstance(control, widgets.Dropdown):
        return [value for _, value in control._options_full]
    if isinstance(control, widgets.FloatLogSlider):
        return [control.base**control.min, control.base**control.max]
    return [control.min, control.max]


def values(explorer, letter, n):
    return np.array([explorer.controls[f"{letter}{k}"].value for k in range(1, n + 1)])


def heights(bars):
    return [[bar.get_height() for bar in container] for container in bars.containers]


def numbers(texts):
    return [float(text.get_text().replace("\N{MINUS SIGN}", "-")) for text in texts]


def check_logits(e):
    z = values(e, "z", 4)
    shift, temperature = e.controls["shift"].value, e.controls["temperature"].value
    assert_array_equal(heights(e._logits), [z + shift])
    assert_array_equal(heights(e._p), [softmax((z + shift) / temperature)])
    lines = [segment[0][1] for segment in e._plain.get_segments()]
    assert_array_equal(lines, softmax(z))


def check_derivation(e):
    n, number = e.controls["logits"].value, e.controls["step"].value
    step = softmax_derivation(n)[number - 1]
    shown = [text.get_text() for text in e._matrix.texts.flat]
    assert shown == [f"${step.latex(i, j)}$" for i in range(n) for j in range(n)]
    assert step.rule in e._rule.get_text()
    i, j = e.controls["row"].value - 1, e.controls["column"].value - 1
    assert step.latex(i, j) in e._entry.get_text()
    assert_allclose(e._matrix.frame.get_xy(), [j - 0.48, i - 0.48])


def check_jacobian(e):
    n = e.controls["classes"].value
    z = values(e, "z", n)
    jacobian = softmax_jacobian(z)
    assert_array_equal(e._matrix.cells.get_array(), jacobian)
    assert_allclose(numbers(e._matrix.texts.flat), jacobian.ravel(), atol=5e-4)
    assert numbers(e._sums.row_texts) == [0] * n
    assert numbers(e._sums.column_texts) == [0] * n
    visible = [e.controls[f"z{k}"].layout.display != "none" for k in range(1, 6)]
    assert visible == [k <= n for k in range(1, 6)]
    if n != 3:
        assert_array_equal(heights(e._right), [softmax(z)])
        return
    corners = np.array([[0, 0], [1, 0], [0.5, 0.75**0.5]])  # an equilateral triangle of side 1
    assert_allclose(np.ravel(e._right.point.get_data()), softmax(z) @ corners)
    arrows = np.transpose([e._right.arrows.U, e._right.arrows.V])
    assert_allclose(arrows, jacobian.T @ corners, atol=1e-15)


def check_elementwise(e):
    z, g = values(e, "z", 3), values(e, "g", 3)
    p = softmax(z)
    assert_array_equal(e._terms.cells.get_array(), softmax_jacobian(z) * g)
    assert_array_equal(heights(e._gradients), [softmax_vjp(z, g), p * (1 - p) * g])
    assert_allclose(e.state.terms.sum(axis=1), e.state.full, atol=1e-15)
    assert_allclose(np.diag(e.state.terms), e.state.elementwise, atol=1e-15)


def check_gradient(e):
    z = values(e, "z", 3)
    p, g = softmax(z), e.state.g
    analytic, numeric, elementwise = heights(e._answers)
    assert_array_equal(heights(e._p), [p])
    assert_array_equal(heights(e._g), [g])
    assert_array_equal(analytic, softmax_vjp(z, g))
    # Rounding in a central difference grows with the loss, here |g @ p|.
    assert_allclose(numeric, analytic, atol=1e-9 * max(1, np.abs(g).max()))
    assert_array_equal(elementwise, p * (1 - p) * g)
    gap = np.abs(np.subtract(analytic, elementwise)).max()
    assert e._note.get_text().endswith(f"elementwise {gap:.2f}")


def check_axis(e):
    axis, picked = e.controls["axis"].value, tuple(e.controls[name].value for name in "ijk")
    p = softmax(e.state.z, axis)
    n = p.shape[axis]
    shown = [panel.cells.get_array() for panel in e._panels]
    assert_array_equal(shown, p)
    # A slice holds the entries that share the two other indices.
    others = [k for k in range(3) if k != axis]
    together = {i for i in np.ndindex(p.shape) if all(i[k] == picked[k] for k in others)}
    assert {i for i, frame in np.ndenumerate(e._frames) if frame.get_visible()} == together
    assert {i for i in together if e._frames[i].get_linestyle() == "solid"} == {picked}
    corner = e._blocks.frame.get_xy()
    assert corner == (e.state.block * n - 0.5,) * 2
    block = e._blocks.cells.get_array()[e.state.block * n :, e.state.block * n :][:n, :n]
    slice_of_logits = [e.state.z[i] for i in sorted(together)]
    assert_allclose(block, softmax_jacobian(slice_of_logits), rtol=1e-15)


def check_loss(e):
    z = values(e, "z", 3)
    true = e.controls["target"].value - 1
    p, t = softmax(z), np.eye(3)[true]
    incoming = [2 * (p - t), -t / p]
    assert_array_equal(heights(e._p), [p])
    assert_array_equal(heights(e._incoming), incoming)
    at_logits = [softmax_vjp(z, g) for g in incoming]
    assert_array_equal(heights(e._at_logits), at_logits)
    assert_allclose(at_logits[1], p - t, atol=1e-15)
    assert_array_equal([segment[0][1] for segment in e._t.get_segments()], t)
    margin = z[true] - max(np.delete(z, true))
    for curve, marker, gradient in zip(e._curves.lines, e._curves.markers, at_logits, strict=True):
        x, y = np.ravel(marker.get_data())
        assert (x, y) == (margin, abs(gradient[true]))
        # The curve passes through its marker.
        assert y == pytest.approx(np.interp(x, *curve.get_data()), abs=1e-3)


def check_step(e):
    curve, state = e._curve, e.state
    chosen = e.controls["step"].value
    steps = curve.measured.get_xdata()
    at = np.abs(np.log(steps / chosen)).argmin()
    assert steps[at] == pytest.approx(chosen, rel=1e-12)
    assert_array_equal(curve.measured.get_ydata(), np.maximum(state.errors, ZERO_AT))
    assert_array_equal(np.ravel(curve.marker.get_data()), [chosen, max(state.error, ZERO_AT)])
    power = {"forward": 1 / 2, "central": 1 / 3, "complex": 1}[e.controls["scheme"].value]
    eps = float(np.finfo(e.controls["dtype"].value).eps)
    assert_allclose(curve.best.get_xdata(), eps**power, rtol=1e-12)
    slopes = {"forward": (1, -1), "central": (2, -1), "complex": (2, 0)}[state.scheme]
    written = [text.get_text().split()[1] for text in curve.slopes]
    assert [float(slope.replace("\N{MINUS SIGN}", "-")) for slope in written] == list(slopes)


def check_direction(e):
    z, a = values(e, "z", 3), e.controls["a"].value
    v, p = np.array([1, a, a]), softmax(z)
    assert_array_equal(heights(e._v), [v])
    assert_array_equal(heights(e._p), [p])
    after = [segment[0][1] for segment in e._after.get_segments()]
    assert_array_equal(after, softmax(z + v))
    analytic, numeric = heights(e._derivatives)
    assert_array_equal(analytic, softmax_jvp(z, v))
    assert_allclose(numeric, analytic, atol=1e-9)
    # As the algebra gives it: everything shrinks in proportion to 1 - a.
    assert_allclose(analytic, (1 - a) * softmax_jvp(z, [1, 0, 0]), atol=1e-15)
    assert_allclose(heights(e._loss), [[-(1 - a) * (1 - p[0])]], atol=1e-15)


CHECKS = {
    LogitsExplorer: check_logits,
    DerivationExplorer: check_derivation,
    JacobianExplorer: check_jacobian,
    ElementwiseExplorer: check_elementwise,
    GradientExplorer: check_gradient,
    AxisExplorer: check_axis,
    LossExplorer: check_loss,
    StepExplorer: check_step,
    DirectionExplorer: check_direction,
}


def test_every_control_moved_through_its_ends_shows_what_numerics_gives(explorer):
    check = CHECKS[type(explorer)]
    check(explorer)
    for control in explorer.controls.values():
        start = control.value
        for value in ends(control):
            control.value = value
            check(explorer)
        control.value = start


def test_all_controls_at_the_same_end_at_once_show_what_numerics_gives(explorer):
    for end in (0, -1):
        explorer.set(**{name: ends(control)[end] for name, control in explorer.controls.items()})
        CHECKS[type(explorer)](explorer)


@pytest.mark.parametrize("classes", [2, 3, 4, 5])
def test_jacobian_explorer_at_the_ends_of_every_logit_for_every_number_of_classes(classes):
    explorer = JacobianExplorer()
    explorer.controls["classes"].value = classes
    for k in range(1, classes + 1):
        for value in ends(explorer.controls[f"z{k}"]):
            explorer.controls[f"z{k}"].value = value
            check_jacobian(explorer)


def sources():
    return ends(GradientExplorer().controls["source"])


@pytest.mark.parametrize("source", sources())
@pytest.mark.parametrize("end", [-5, 5])
def test_gradient_explorer_with_every_incoming_gradient_at_saturated_logits(source, end):
    explorer = GradientExplorer()
    explorer.set(source=source, z1=end, z2=-end, target=3)
    check_gradient(explorer)


def test_gradient_explorer_takes_the_incoming_gradient_from_the_chosen_loss():
    explorer = GradientExplorer()
    explorer.set(source="cross-entropy: -t / p", target=2)
    p, t = explorer.state.p, np.array([0, 1, 0])
    assert_array_equal(explorer.state.g, -t / p)
    assert_allclose(explorer.state.analytic, p - t, rtol=1e-14)
    explorer.set(source="squared error: 2 (p - t)")
    assert_array_equal(explorer.state.g, 2 * (p - t))
    explorer.set(source="all ones")
    assert_array_equal(explorer.state.g, [1, 1, 1])
    assert_allclose(explorer.state.analytic, 0, atol=1e-16)
    explorer.set(source="one-hot")
    assert_array_equal(explorer.state.g, t)


def test_gradient_explorer_draws_the_same_random_gradient_for_the_same_seed():
    explorer = GradientExplorer()
    drawn = []
    for seed in (1, 2, 1):
        explorer.set(source="random", seed=seed)
        drawn.append(explorer.state.g)
    assert_array_equal(drawn[0], drawn[2])
    assert (drawn[0] != drawn[1]).all()


def test_gradient_explorer_shows_only_the_controls_that_its_source_uses():
    explorer = GradientExplorer()

    def shown():
        names = ("g1", "target", "seed")
        return [name for name in names if explorer.controls[name].layout.display != "none"]

    assert shown() == ["g1"]
    explorer.controls["source"].value = "one-hot"
    assert shown() == ["target"]
    explorer.controls["source"].value = "random"
    assert shown() == ["seed"]
    explorer.controls["source"].value = "all ones"
    assert shown() == []


def test_logits_explorer_keeps_the_probabilities_under_a_common_shift():
    explorer = LogitsExplorer()
    before = explorer.state.p
    explorer.controls["shift"].value = 10
    assert_allclose(explorer.state.p, before, rtol=1e-15)


def test_derivation_explorer_keeps_row_and_column_within_the_matrix():
    explorer = DerivationExplorer()
    explorer.set(logits=4, row=4, column=4)
    explorer.controls["logits"].value = 2
    assert explorer.state.chosen == (1, 1)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_axis_explorer_has_a_jacobian_of_zeros_but_for_one_block_a_slice(axis):
    explorer = AxisExplorer()
    explorer.controls["axis"].value = axis
    n, jacobian = explorer.state.p.shape[axis], explorer.state.jacobian
    inside = np.kron(np.eye(24 // n), np.ones((n, n))) == 1
    assert (jacobian[~inside] == 0).all()
    assert (jacobian[inside] != 0).all()
    # The same derivatives, measured: every probability, each logit moved in turn.
    measured = finite_difference_jacobian(lambda z: softmax(z, axis), explorer.state.z)
    order = np.moveaxis(np.arange(24).reshape(explorer.state.z.shape), axis, -1).ravel()
    assert_allclose(jacobian, measured.reshape(24, 24)[np.ix_(order, order)], atol=1e-9)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_axis_explorer_moves_the_marked_entries_and_no_others_when_a_logit_is_pushed(axis):
    explorer = AxisExplorer()
    explorer.set(axis=axis, i=1, j=0, k=3)
    before = explorer.state.p
    explorer.controls["push"].value = 2
    assert_array_equal(explorer.state.p != before, explorer.state.mask)
    assert explorer.state.mask.sum() == before.shape[axis]


def test_loss_explorer_where_the_model_is_confidently_wrong():
    explorer = LossExplorer()
    explorer.set(z1=5, z2=-5, z3=-5, target=2)
    squared, entropy = explorer.state.at_logits
    assert entropy[1] == pytest.approx(-1, abs=1e-4)
    assert np.abs(squared).max() < 3e-4
    explorer.set(target=1)  # confidently right: both vanish
    assert max(explorer.state.sizes) < 1e-4


def test_loss_explorer_starts_at_logits_whose_gradient_is_known():
    state = LossExplorer().state
    assert_allclose(state.p, [0.10650698, 0.10650698, 0.78698604], atol=5e-9)
    assert_allclose(state.at_logits[1], [0.10650698, -0.89349302, 0.78698604], atol=5e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("scheme", "truncation", "rounding"),
    [("forward", 1, -1), ("central", 2, -1), ("complex", 2, 0)],
)
def test_step_explorer_measures_the_slopes_it_writes(dtype, scheme, truncation, rounding):
    explorer = StepExplorer()
    explorer.set(scheme=scheme, dtype=dtype)
    curve = explorer._curve
    h, errors = curve.measured.get_data()

    def slope(among):
        among = among & (errors > ZERO_AT)
        return np.polyfit(np.log(h[among]), np.log(errors[among]), 1)[0]

    expected_truncation, expected_rounding = (
        line.get_ydata() for line in (curve.truncation, curve.rounding)
    )
    # Where truncation is by far the larger, but the step is not so large that more terms count.
    large = (expected_truncation > 30 * expected_rounding) & (h < 0.5)
    assert large.sum() >= 4
    assert slope(large) == pytest.approx(truncation, abs=0.1)
    assert_allclose(errors[large], expected_truncation[large], rtol=0.1)
    # Rounding is noise below its bound: where it is by far the larger and no step is lost yet.
    small = (expected_rounding > 30 * expected_truncation) & (expected_rounding < 0.02)
    assert small.sum() >= 4
    assert (errors[small] < 10 * expected_rounding[small]).all()
    if rounding and small.sum() > 12:  # the slope of noise needs many points
        assert slope(small) == pytest.approx(rounding, abs=0.4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scheme", ["forward", "central"])
def test_step_explorer_comes_near_the_least_error_with_the_best_step_in_theory(scheme, dtype):
    explorer = StepExplorer()
    explorer.set(scheme=scheme, dtype=dtype)
    h, errors = explorer._curve.measured.get_data()
    near = np.abs(np.log10(h / explorer.state.best)) < 0.5
    least = min(
        a + b
        for a, b in zip(
            *(line.get_ydata() for line in (explorer._curve.truncation, explorer._curve.rounding)),
            strict=True,
        )
    )
    assert np.median(errors[near]) < 10 * least
    far = np.abs(np.log10(h / explorer.state.best)) > 2.2
    assert errors[near].max() < np.median(errors[far])


@pytest.mark.parametrize(("scheme", "dtype"), [("forward", "float64"), ("central", "float32")])
def test_step_explorer_with_a_step_too_small_to_move_the_logit(scheme, dtype):
    explorer = StepExplorer()
    explorer.set(scheme=scheme, dtype=dtype, step=1e-16)
    p = softmax([-1, -1, 1])
    assert explorer.state.lost
    assert explorer.state.error == 1 - p[2]
    assert "lost" in explorer.describe(explorer.state)
    assert explorer._note.get_text().endswith("the step is lost, the quotient is 0")


@pytest.mark.parametrize(("dtype", "error"), [("float32", 1e-6), ("float64", 1e-15)])
def test_step_explorer_loses_nothing_with_a_tiny_complex_step(dtype, error):
    explorer = StepExplorer()
    explorer.set(scheme="complex", dtype=dtype, step=1e-16)
    assert not explorer.state.lost
    assert explorer.state.error < error


@pytest.mark.parametrize("scheme", ["forward", "central", "complex"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_step_explorer_writes_nothing_measured_into_its_text(scheme, dtype):
    explorer = StepExplorer()
    explorer.set(scheme=scheme, dtype=dtype, step=1e-8)
    text, alt = explorer.describe(explorer.state), explorer.alt(explorer.state)
    other = replace(explorer.state, error=0.123, errors=explorer.state.errors * 2)
    assert (explorer.describe(other), explorer.alt(other)) == (text, alt)


def test_direction_explorer_measures_0_where_all_logits_move_together():
    explorer = DirectionExplorer()
    explorer.set(z1=2, z2=-1, z3=0.5, a=1)
    state = explorer.state
    assert_allclose([state.derivative, state.numeric], 0, atol=1e-10)
    assert state.loss_derivative == pytest.approx(0, abs=1e-15)
    assert_allclose(state.p_after, state.p, rtol=1e-14)
    explorer.set(a=0)
    assert np.abs(explorer.state.derivative).min() > 0.01


# What all explorers share


def test_moving_a_control_changes_the_picture_and_the_numbers(explorer):
    name, control = next(iter(explorer.controls.items()))
    picture, text = explorer._live.image.value, explorer._numbers.value
    explorer.set(**{name: ends(control)[-1]})
    assert explorer._live.image.value != picture
    assert explorer._numbers.value != text


def test_moving_a_control_builds_no_new_artists(explorer):
    before = list(explorer._live.moving)
    last = list(explorer.controls)[-1]
    explorer.set(**{last: ends(explorer.controls[last])[0]})
    assert all(a is b for a, b in zip(before, explorer._live.moving, strict=True))


def test_the_picture_after_moves_is_that_of_a_fresh_figure_in_the_same_state(explorer):
    moved = {name: ends(control)[-1] for name, control in explorer.controls.items()}
    explorer.set(**moved)
    explorer.reset()
    assert explorer._live.image.value == type(explorer)()._live.image.value


def test_reset_puts_every_control_back(explorer):
    before = {name: control.value for name, control in explorer.controls.items()}
    explorer.set(**{name: ends(control)[-1] for name, control in explorer.controls.items()})
    explorer.reset_button.click()
    assert {name: control.value for name, control in explorer.controls.items()} == before


def test_every_control_is_labelled(explorer):
    assert all(control.description for control in explorer.controls.values())


def test_the_state_cannot_be_written_to(explorer):
    field = next(iter(explorer.state.__dataclass_fields__))
    with pytest.raises(FrozenInstanceError):
        setattr(explorer.state, field, None)


def test_setting_an_unknown_control_names_those_there_are(explorer):
    with pytest.raises(KeyError, match="no control named z99; there are"):
        explorer.set(z99=0)


def test_the_bundle_holds_the_widget_a_picture_with_alt_text_and_the_numbers(explorer):
    data, metadata = explorer._repr_mimebundle_()
    json.dumps(data)  # the notebook format takes nothing but JSON
    view = data["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == explorer.widget.model_id
    assert b64decode(data["image/png"]).startswith(PNG)
    assert data["text/plain"] == explorer.describe(explorer.state)
    assert len(metadata["image/png"]["alt"]) > 40


def test_the_numbers_as_text_are_the_same_for_every_fresh_explorer(explorer):
    assert explorer.describe(explorer.state) == type(explorer)().describe(explorer.state)
    assert "-0.00000" not in explorer.describe(explorer.state)


def test_no_figure_is_left_with_pyplot(explorer):
    from matplotlib import _pylab_helpers

    assert _pylab_helpers.Gcf.get_all_fig_managers() == []


def test_an_explorer_makes_no_output_widget(explorer):
    def all_widgets(widget):
        yield widget
        for child in getattr(widget, "children", ()):
            yield from all_widgets(child)

    assert not any(isinstance(w, widgets.Output) for w in all_widgets(explorer.widget))
