"""Every control, moved through its ends: the state is numerics', the artists show the state."""

import json
from base64 import b64decode
from dataclasses import FrozenInstanceError

import ipywidgets as widgets
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from softmax_lessons import explorers
from softmax_lessons.explorers import (
    DerivationExplorer,
    ElementwiseExplorer,
    GradientExplorer,
    JacobianExplorer,
    LogitsExplorer,
)
from softmax_lessons.numerics import softmax, softmax_jacobian, softmax_vjp
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
    assert_array_equal(e._matrix.image.get_array(), jacobian)
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
    assert_array_equal(e._terms.image.get_array(), softmax_jacobian(z) * g)
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


CHECKS = {
    LogitsExplorer: check_logits,
    DerivationExplorer: check_derivation,
    JacobianExplorer: check_jacobian,
    ElementwiseExplorer: check_elementwise,
    GradientExplorer: check_gradient,
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
