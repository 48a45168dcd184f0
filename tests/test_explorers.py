"""Every control, moved through its ends: the pictures and the text show what numerics gives."""

import random
from functools import cache
from itertools import combinations

import ipywidgets as widgets
import numpy as np
import pytest
from matplotlib.text import Text
from numpy.testing import assert_allclose, assert_array_equal

from softmax_lessons import explorers
from softmax_lessons.numerics import softmax, softmax_jacobian, softmax_jvp, softmax_vjp
from softmax_lessons.plotting import Levels
from softmax_lessons.plotting.curves import ZERO_AT
from softmax_lessons.symbolic import softmax_derivation

derivation = cache(softmax_derivation)
# To draw one for the first time is what takes longest.
made = cache(lambda name: getattr(explorers, name)())


@pytest.fixture(params=explorers.__all__)
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
    z = e.vector("z", 3)
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
    z = e.vector("z", n)
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
    z, g = e.vector("z", 3), e.vector("g", 3)
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
    z = e.vector("z", 3)
    p, t = softmax(z), np.eye(3)[e.controls["target"].value - 1]
    expected = {
        "by hand": e.vector("g", 3),
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
    z, true = e.vector("z", 3), e.controls["target"].value - 1
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
    z, a = e.vector("z", 3), e.controls["a"].value
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
    "LogitsExplorer": check_logits,
    "DerivationExplorer": check_derivation,
    "JacobianExplorer": check_jacobian,
    "PathExplorer": check_paths,
    "GradientExplorer": check_gradient,
    "AxisExplorer": check_axis,
    "LossExplorer": check_loss,
    "StepExplorer": check_step,
    "DirectionExplorer": check_direction,
}


def test_every_control_moved_through_its_ends_shows_what_numerics_gives(explorer):
    check = CHECKS[type(explorer).__name__]
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
        CHECKS[type(explorer).__name__](explorer)
        check_texts(explorer)


def test_thirty_random_moves_show_what_numerics_gives_and_leave_no_warning(explorer):
    rng, controls = random.Random(0), list(explorer.controls.values())
    for _ in range(30):
        control = rng.choice(controls)
        control.value = rng.choice(settings(control))
        CHECKS[type(explorer).__name__](explorer)
