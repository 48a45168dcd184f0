"""Every control, moved through its ends: the pictures and the text show what numerics gives."""

import asyncio
import importlib
import json
import sys
from base64 import b64decode
from functools import cache
from itertools import combinations
from unittest.mock import Mock

import ipywidgets as widgets
import numpy as np
import pytest
from matplotlib import _pylab_helpers
from matplotlib.text import Text
from numpy.testing import assert_allclose, assert_array_equal

from softmax_lessons import explorers
from softmax_lessons.explorers import (
    AxisExplorer,
    DerivationExplorer,
    DirectionExplorer,
    GradientExplorer,
    JacobianExplorer,
    LogitsExplorer,
    LossExplorer,
    PathExplorer,
    StepExplorer,
    live,
)
from softmax_lessons.numerics import softmax, softmax_jacobian, softmax_jvp, softmax_vjp
from softmax_lessons.plotting import Levels
from softmax_lessons.plotting.curves import ZERO_AT
from softmax_lessons.symbolic import softmax_derivation

EVERY = [getattr(explorers, name) for name in explorers.__all__]
derivation = cache(softmax_derivation)


made = cache(lambda explorer: explorer())  # to draw one for the first time is what takes longest


@pytest.fixture(params=EVERY, ids=lambda explorer: explorer.__name__)
def explorer(request):
    made(request.param).reset()
    return made(request.param)


def settings(control):
    """Return all that a control can be set to, in its order."""
    if isinstance(control, widgets.Dropdown):
        return [value for _, value in control._options_full]
    steps = np.arange(round((control.max - control.min) / control.step) + 1)
    values = (control.min + steps * control.step).tolist()
    is_log = isinstance(control, widgets.FloatLogSlider)
    return [control.base**value for value in values] if is_log else values


def ends(control):
    """Return the values at both ends of a control, or all of them where they have no order."""
    values = settings(control)
    return values if isinstance(control, widgets.Dropdown) else [values[0], values[-1]]


def values(explorer, letter, n):
    return np.array([explorer.controls[f"{letter}{k}"].value for k in range(1, n + 1)])


def pictures(explorer):
    return [picture for picture, _ in explorer.pictures]


def heights(bars):
    return [[bar.get_height() for bar in container] for container in bars.containers]


def levels(lines):
    return [segment[0][1] for segment in lines.lines.get_segments()]


def plain(text):
    return float(text.replace("\N{MINUS SIGN}", "-"))


def numbers(texts):
    return [plain(text.get_text()) for text in texts]


def check_texts(e):
    """Check that no text that moves overprints another one, or a level, or leaves the picture."""
    figure, moving, _ = e._live.scene
    texts = {artist for artist in moving if isinstance(artist, Text)}
    texts |= {text for ax in figure.axes for text in (*ax.texts, ax.title)}
    boxes = [t.get_window_extent().padded(-2) for t in texts if t.get_text() and t.get_visible()]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert all(figure.bbox.fully_containsx(x) for box in boxes for x in box.intervalx)
    assert all(figure.bbox.fully_containsy(y) for box in boxes for y in box.intervaly)
    for lines in (picture for picture in pictures(e) if isinstance(picture, Levels)):
        for text, height in zip(lines.bars.labels[0], levels(lines), strict=True):
            _, y = lines.bars.ax.transData.transform((0, height))
            assert not text.get_window_extent().containsy(y)


def check_logits(e):
    logits, probabilities, plain = pictures(e)
    z = values(e, "z", 3)
    shift, temperature = e.controls["shift"].value, e.controls["temperature"].value
    assert_array_equal(heights(logits), [z + shift])
    assert_array_equal(heights(probabilities), [softmax((z + shift) / temperature)])
    assert_array_equal(levels(plain), softmax(z))


def check_derivation(e):
    rule, entry, matrix = pictures(e)
    n, number = e.controls["logits"].value, e.controls["step"].value
    step = derivation(n)[number - 1]
    shown = [text.get_text() for text in matrix.texts.flat]
    assert shown == [f"${step.latex(i, j)}$" for i in range(n) for j in range(n)]
    assert step.rule in rule.text.get_text()
    i, j = e.controls["row"].value - 1, e.controls["column"].value - 1
    assert step.latex(i, j) in entry.text.get_text()
    assert_allclose(matrix.frame.get_xy(), [j - 0.48, i - 0.48])


def check_jacobian(e):
    heat_map, sums, beside = pictures(e)
    n = e.controls["classes"].value
    z = values(e, "z", n)
    jacobian = softmax_jacobian(z)
    assert_array_equal(heat_map.cells.get_array(), jacobian)
    assert_allclose(numbers(heat_map.texts.flat), jacobian.ravel(), atol=5e-4)
    assert numbers(sums.rows + sums.columns) == [0] * 2 * n
    visible = [e.controls[f"z{k}"].layout.display != "none" for k in range(1, 6)]
    assert visible == [k <= n for k in range(1, 6)]
    if n != 3:
        assert_array_equal(heights(beside), [softmax(z)])
        return
    corners = np.array([[0, 0], [1, 0], [0.5, 0.75**0.5]])  # an equilateral triangle of side 1
    assert_allclose(np.ravel(beside.point.get_data()), softmax(z) @ corners)
    arrows = np.transpose([beside.arrows.U, beside.arrows.V])
    assert_allclose(arrows, jacobian.T @ corners, atol=1e-15)


def check_paths(e):
    paths, words = pictures(e)
    z, g = values(e, "z", 3), values(e, "g", 3)
    p, jacobian = softmax(z), softmax_jacobian(z)
    (kind, k), own = e.controls["light"].value, e.controls["keep"].value == "own path only"
    for (i, j), line in np.ndenumerate(paths.lines):
        lit = (kind == "L" or {"z": j, "p": i}[kind] == k) and (i == j or not own)
        text = paths.rates[i, j].get_text()
        assert bool(text) == lit
        if lit:
            assert numbers([paths.rates[i, j]]) == [pytest.approx(jacobian[i, j], abs=5e-4)]
            assert (line.get_linestyle() == "-") == (jacobian[i, j] >= 0)
            assert line.get_linewidth() == pytest.approx(max(2, 50 * abs(jacobian[i, j])))
    assert_allclose(numbers(text for _, text in paths.p), p, atol=5e-4)
    incoming = [text.get_text().split(" = ")[1] for text in paths.incoming]
    assert_allclose([plain(text) for text in incoming], g)
    if kind == "z":
        # Each line ends with what all its paths add up to.
        sums = [line.rstrip(")").split()[-1] for line in words.text.get_text().splitlines()]
        assert_allclose([plain(text) for text in sums], [0, softmax_vjp(z, g)[k]], atol=6e-4)


def check_gradient(e):
    probabilities, incoming, answers, note = pictures(e)
    z = values(e, "z", 3)
    p, t = softmax(z), np.eye(3)[e.controls["target"].value - 1]
    expected = {
        "by hand": values(e, "g", 3),
        "one-hot": t,
        "all ones": np.ones(3),
        "cross-entropy: -t / p": -t / p,
        "squared error: 2 (p - t)": 2 * (p - t),
        "random": np.random.default_rng(e.controls["seed"].value).normal(size=3),
    }
    g = expected[e.controls["source"].value]
    analytic, numeric, elementwise = heights(answers)
    assert_array_equal(heights(probabilities), [p])
    assert_array_equal(heights(incoming), [g])
    assert_array_equal(analytic, softmax_vjp(z, g))
    # Rounding in a central difference grows with the loss, here |g @ p|.
    assert_allclose(numeric, analytic, atol=1e-9 * max(1, np.abs(g).max()))
    assert_array_equal(elementwise, p * (1 - p) * g)
    gap = np.abs(np.subtract(analytic, elementwise)).max()
    assert note.text.get_text().endswith(f"elementwise {gap:.5f}")


def check_axis(e):
    *panels, blocks = pictures(e)
    axis, picked = e.controls["axis"].value, tuple(e.controls[name].value for name in "abc")
    p = softmax(e.state.z, axis)
    assert_array_equal([panel.cells.get_array() for panel in panels], p)
    # A slice holds the entries that share the two other indices.
    others = [k for k in range(3) if k != axis]
    together = {i for i in np.ndindex(p.shape) if all(i[k] == picked[k] for k in others)}
    frames = {(i, *at): f for i, panel in enumerate(panels) for at, f in panel.frames.items()}
    assert {i for i, frame in frames.items() if frame.get_visible()} == together
    assert {i for i in together if frames[i].get_linestyle() == "solid"} == {picked}
    n, first = p.shape[axis], e.state.block * p.shape[axis]
    assert blocks.frame.get_xy() == (first - 0.5, first - 0.5)
    matrix = blocks.cells.get_array()
    assert_array_equal(matrix != 0, np.kron(np.eye(24 // n), np.ones((n, n))) == 1)
    block = matrix[first : first + n, first : first + n]
    assert_allclose(block, softmax_jacobian([e.state.z[i] for i in sorted(together)]), rtol=1e-15)


def check_loss(e):
    probabilities, target, incoming, at_logits, curves, _ = pictures(e)
    z, true = values(e, "z", 3), e.controls["target"].value - 1
    p, t = softmax(z), np.eye(3)[true]
    arriving = [2 * (p - t), -t / p]
    gradients = [softmax_vjp(z, g) for g in arriving]
    assert_array_equal(heights(probabilities), [p])
    assert_array_equal(levels(target), t)
    assert_array_equal(heights(incoming), arriving)
    assert_array_equal(heights(at_logits), gradients)
    assert_allclose(gradients[1], p - t, atol=1e-15)
    margin = z[true] - max(np.delete(z, true))
    for curve, marker, gradient in zip(curves.lines, curves.markers, gradients, strict=True):
        x, y = np.ravel(marker.get_data())
        assert (x, y) == (margin, abs(gradient[true]))
        # The curve passes through its marker.
        assert y == pytest.approx(np.interp(x, *curve.get_data()), abs=1e-3)


def check_step(e):
    curve, _ = pictures(e)
    chosen, scheme = e.controls["step"].value, e.controls["scheme"].value
    assert np.abs(np.log(curve.steps / chosen)).min() < 1e-12
    assert_array_equal(curve.measured.get_ydata(), np.maximum(e.state.errors, ZERO_AT))
    assert_array_equal(np.ravel(curve.marker.get_data()), [chosen, max(e.state.error, ZERO_AT)])
    # The best step stands where the two lines cross.
    lines = (np.log(line.get_ydata()) for line in (curve.truncation, curve.rounding))
    best = np.log(curve.best.get_xdata()[0])
    assert_allclose(*(np.interp(best, np.log(curve.steps), line) for line in lines), rtol=1e-9)
    slopes = {"forward": [1, -1], "central": [2, -1], "complex": [2, 0]}[scheme]
    written = [text.get_text().split()[1] for text in curve.slopes]
    assert [plain(slope) for slope in written] == slopes


def check_direction(e):
    direction, before, after, derivatives, loss = pictures(e)
    z, a = values(e, "z", 3), e.controls["a"].value
    v, p = np.array([1, a, a]), softmax(z)
    assert_array_equal(heights(direction), [v])
    assert_array_equal(heights(before), [p])
    assert_array_equal(levels(after), softmax(z + v))
    analytic, numeric = heights(derivatives)
    assert_array_equal(analytic, softmax_jvp(z, v))
    assert_allclose(numeric, analytic, atol=1e-9)
    # As the algebra gives it: everything shrinks in proportion to 1 - a.
    assert_allclose(heights(loss), [[-(1 - a) * (1 - p[0])]], atol=1e-15)


CHECKS = {
    LogitsExplorer: check_logits,
    DerivationExplorer: check_derivation,
    JacobianExplorer: check_jacobian,
    PathExplorer: check_paths,
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
            check_texts(explorer)
        control.value = start


def test_all_controls_at_the_same_end_at_once_show_what_numerics_gives(explorer):
    for end in (0, -1):
        explorer.set(**{name: ends(control)[end] for name, control in explorer.controls.items()})
        CHECKS[type(explorer)](explorer)
        check_texts(explorer)


def test_thirty_random_moves_show_what_numerics_gives_and_leave_no_warning(explorer):
    rng = np.random.default_rng(0)
    names = list(explorer.controls)
    for _ in range(30):
        control = explorer.controls[names[rng.integers(len(names))]]
        choices = settings(control)
        control.value = choices[rng.integers(len(choices))]
        CHECKS[type(explorer)](explorer)


def test_gradient_explorer_shows_only_the_controls_that_its_source_uses():
    explorer = GradientExplorer()
    used = {"by hand": ["g1"], "one-hot": ["target"], "random": ["seed"], "all ones": []}
    for source, names in used.items():
        explorer.controls["source"].value = source
        shown = [n for n in ("g1", "target", "seed") if not explorer.controls[n].layout.display]
        assert shown == names


def raises(z, g):
    raise ValueError("two\nlines and a $, " + "long " * 20)


class Times:
    """Keeps what came forward, as layers do, and answers with lists."""

    def forward(self, z):
        self.z = z

    def backward(self, g):
        return (self.z * g).tolist()


@pytest.mark.parametrize(
    ("backward", "problem"),
    [
        (lambda z, g: z * g, ""),
        (Times, ""),
        (Times(), ""),
        (lambda z, g: None, "it returned None"),
        (raises, "it raised ValueError: two lines and a $"),
        (lambda z, g: z[0], "it returned shape (3,), not (1, 3)"),
        (lambda z, g: z / 0, "it returned numbers that are not finite"),
        (lambda z, g: z + 1j, "it returned no array of real numbers"),
    ],
)
def test_gradient_explorer_draws_the_readers_own_function_or_says_what_is_wrong(backward, problem):
    explorer = GradientExplorer(backward=backward)
    for z1 in (-2, 3):
        explorer.controls["z1"].value = z1
        state, answers, note = explorer.state, pictures(explorer)[2], pictures(explorer)[3]
        assert state.problem.startswith(problem)
        assert_array_equal(heights(answers)[3], [np.nan] * 3 if problem else state.z * state.g)
        assert "nan" not in explorer.describe()
        assert "\nyours" in explorer.describe()
        check_texts(explorer)
        assert all(problem in text for text in (note.text.get_text(), explorer.describe()))


def test_gradient_explorer_shows_numbers_of_the_readers_own_function_of_any_size_apart():
    for value in (-1, 1e300):
        explorer = GradientExplorer(backward=lambda z, g, value=value: np.full((1, 3), value))
        check_texts(explorer)
        assert max(map(len, explorer.describe().splitlines())) < 80


def test_a_sentence_names_all_that_tie_and_calls_nothing_0_that_is_not():
    logits, jacobian = made(LogitsExplorer), made(JacobianExplorer)
    for e in (logits, jacobian):
        e.reset()
        e.set(z1=1, z2=1, z3=-1)
    assert ", cat and dog are the likeliest, each with probability 0.47." in logits.summary(
        logits.state
    )
    assert jacobian.summary(jacobian.state).endswith(
        "The largest entry, 0.249, stands in rows 1 and 2."
    )
    jacobian.set(z1=5, z2=-5, z3=-5)
    assert jacobian.summary(jacobian.state).endswith("The largest entry, 9.1e-05, stands in row 1.")


def test_gradient_explorer_keeps_what_the_readers_own_function_writes_to():
    def writes(z, g):
        np.seterr(all="raise")
        z[:] = g[:] = 7
        return z

    before = np.geterr()
    explorer = GradientExplorer(backward=writes)
    assert np.geterr() == before
    assert_array_equal(explorer.state.z, [2, 1, -1])
    assert_array_equal(explorer.state.g, [1, -1, 0.5])


def test_derivation_explorer_keeps_row_and_column_within_the_matrix():
    explorer = DerivationExplorer()
    explorer.set(row=4, column=4, logits=4)
    assert explorer.state.chosen == (3, 3)
    explorer.controls["logits"].value = 2
    assert explorer.state.chosen == (1, 1)
    explorer.controls["row"].value = 4
    assert explorer.controls["row"].value == 2


@pytest.mark.parametrize("n", [2, 3, 4])
def test_every_formula_of_the_derivation_fits_its_cell(n):
    explorer = made(DerivationExplorer)
    for step in range(1, len(derivation(n)) + 1):
        explorer.set(logits=n, step=step)
        matrix = pictures(explorer)[2]
        renderer = matrix.frame.figure.canvas.get_renderer()
        cell = matrix.frame.get_window_extent(renderer)
        for formula in (text.get_window_extent(renderer) for text in matrix.texts.flat):
            assert formula.width < 0.9 * cell.width
            assert formula.height < 0.9 * cell.height


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scheme", ["forward", "central", "complex"])
def test_step_explorer_measures_what_theory_expects(scheme, dtype):
    explorer = StepExplorer()
    explorer.set(scheme=scheme, dtype=dtype)
    curve, _ = pictures(explorer)
    h, errors = curve.measured.get_data()
    truncation, rounding = curve.truncation.get_ydata(), curve.rounding.get_ydata()
    # Where truncation is by far the larger, but the step is not so large that more terms count.
    large = (truncation > 30 * rounding) & (h < 0.5)
    assert large.sum() >= 3
    assert_allclose(errors[large], truncation[large], rtol=0.1)
    # Rounding is noise below its bound: where it is by far the larger and no step is lost yet.
    small = (rounding > 30 * truncation) & (rounding < 0.02)
    assert small.sum() >= 4
    assert (errors[small] < 10 * rounding[small]).all()


def test_step_explorer_with_a_step_too_small_to_move_the_logit():
    explorer = StepExplorer()
    explorer.set(scheme="central", dtype="float32", step=1e-18)
    assert explorer.state.error == softmax([2.0, 1.0, -1.0])[0]
    assert "the step is lost" in explorer.describe()


# What all explorers share


def test_moving_a_control_changes_picture_and_numbers_and_draws_no_new_artists(explorer):
    picture, text = explorer._live.image.value, explorer._numbers.value
    before, (name, control) = list(explorer._live.scene[1]), next(iter(explorer.controls.items()))
    explorer.set(**{name: ends(control)[-1]})
    assert explorer._live.image.value != picture
    assert explorer._numbers.value != text
    if explorer.structure(explorer.state) is None:
        assert all(a is b for a, b in zip(before, explorer._live.scene[1], strict=True))


def test_reset_puts_every_control_and_the_picture_back(explorer):
    before = {name: control.value for name, control in explorer.controls.items()}
    explorer.set(**{name: ends(control)[-1] for name, control in explorer.controls.items()})
    explorer.reset_button.click()
    assert {name: control.value for name, control in explorer.controls.items()} == before
    assert explorer._live.image.value == type(explorer)()._live.image.value


def test_setting_an_unknown_control_names_those_there_are(explorer):
    with pytest.raises(KeyError, match="no control named z99; there are"):
        explorer.set(z99=0)


@pytest.fixture
def said(monkeypatch):
    """Return what the notebook is told, in order."""
    said = Mock()
    monkeypatch.setattr(live, "display", said.display)
    monkeypatch.setattr(live, "update_display", said.update)
    return said.mock_calls


def test_an_explorer_shows_its_widget_a_line_and_a_picture_with_alt_text_and_the_numbers(
    explorer, said
):
    explorer._ipython_display_()
    (view,), (line,), (picture,) = (call.args for call in said)
    json.dumps([view, line, picture])  # the notebook format takes nothing but JSON
    assert view["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.widget.model_id
    assert "Run the notebook down to this cell" in line["text/html"]
    assert b64decode(picture["image/png"]).startswith(b"\x89PNG\r\n\x1a\n")
    assert picture["text/plain"] == explorer.describe()
    assert "-0.00000" not in picture["text/plain"]
    assert len(said[2].kwargs["metadata"]["image/png"]["alt"]) > 40


def test_the_picture_that_is_stored_follows_once_after_several_moves(said, monkeypatch):
    monkeypatch.setattr(live, "QUIET", 0)
    explorer = LogitsExplorer()

    async def move_and_wait():
        explorer.controls["z1"].value, explorer.controls["z2"].value = 3, 4
        while said[-1][0] != "update":
            await asyncio.sleep(0)

    explorer._ipython_display_()
    asyncio.run(move_and_wait())
    assert [name for name, *_ in said] == ["display"] * 3 + ["update"]
    assert said[-1].args[0]["text/plain"] == explorer.describe()
    assert said[-1].kwargs["display_id"] == said[-2].kwargs["display_id"]


def test_an_older_ipywidgets_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(widgets, "__version__", "7.8.5")
    monkeypatch.delitem(sys.modules, live.__name__)
    with pytest.raises(ImportError, match=r"ipywidgets 8.1 or newer, and this is 7.8.5; run `%pip"):
        importlib.import_module(live.__name__)


def all_widgets(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from all_widgets(child)


def boxes(explorer):
    return [w for w in all_widgets(explorer.widget) if isinstance(w, widgets.Text)]


def test_every_slider_has_a_named_box_no_output_widget_is_made_and_no_figure_left(explorer):
    sliders = [c for c in explorer.controls.values() if hasattr(c, "readout")]
    assert len({box.description for box in boxes(explorer)}) == len(sliders)
    assert all(c.description for c in explorer.controls.values() if c not in sliders)
    # Without one, JupyterLab shows "null" above a label.
    labelled = [w for w in all_widgets(explorer.widget) if hasattr(w, "description")]
    assert all(w.tooltip is not None for w in labelled)
    assert not any(isinstance(w, widgets.Output) for w in all_widgets(explorer.widget))
    assert _pylab_helpers.Gcf.get_all_fig_managers() == []


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("-0.8", -0.8, "-0.8"),
        ("\N{MINUS SIGN}0,84", -0.8, "-0.8"),
        ("99", 5, "5.0"),
        ("inf", 5, "5.0"),
        ("nan", 2, "2.0"),
        ("one", 2, "2.0"),
    ],
)
def test_a_number_typed_moves_the_slider_and_anything_else_is_put_back(typed, value, shown):
    explorer = made(GradientExplorer)
    explorer.reset()
    box = boxes(explorer)[0]
    box.value = typed
    assert (explorer.controls["z1"].value, explorer.state.z[0]) == (value, value)
    assert box.value == shown


def test_a_number_typed_moves_whole_and_logarithmic_controls_too():
    for explorer, typed, name, value in (
        (JacobianExplorer(), "4", "classes", 4),
        (StepExplorer(), "3e-5", "step", 3e-5),
    ):
        boxes(explorer)[0].value = typed
        assert explorer.controls[name].value == value
