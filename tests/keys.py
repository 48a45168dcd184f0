"""What stands in the keys to the worksheets, computed: for each key, pieces of its text."""

from fractions import Fraction

import numpy as np

from softmax_lessons import losses
from softmax_lessons.classifier import CROSS_ENTROPY, SQUARED_ERROR, train
from softmax_lessons.data import load_digits
from softmax_lessons.gradient_check import finite_difference_gradient, finite_difference_jacobian
from softmax_lessons.numerics import log_softmax, softmax, softmax_backward, softmax_jacobian


def slash(x):
    return str(Fraction(float(x)).limit_denominator(99))


def over(top, bottom):
    return r"\frac" + "".join(f"{x:.0f}" if x < 9.5 else f"{{{x:.0f}}}" for x in (top, bottom))


def frac(x):
    top, _, bottom = slash(abs(x)).partition("/")
    return "-" * int(x < -1e-9) + (over(int(top), int(bottom)) if bottom else top)


def number(x):
    return f"{round(float(x), 9) + 0.0:.4g}"


def fixed(digits):
    return lambda x: f"{x:z.{digits}f}"


def listed(values, written=number, between=", "):
    return between.join(written(x) for x in values)


def cells(values, written=slash):
    """Return the cells of a row of a table; what is negative stands between dollars."""
    return " | ".join(f"${written(x)}$" if x < -1e-9 else written(x) for x in values) + " |"


def matrix(rows, written=number):
    lines = listed(rows, lambda row: listed(row, written, " & "), r" \\ ")
    return rf"\begin{{pmatrix}} {lines} \end{{pmatrix}}"


def elementwise(p, g, axis=-1):
    return p * (1 - p) * g


def key_00():
    z = np.log([1.0, 2.0, 3.0])
    p, g, J = softmax(z), np.array([3.0, -3.0, 4.0]), softmax_jacobian(np.zeros(2))
    yield rf"p = \left({listed(p, frac)}\right)"
    yield f"add up to ${frac((np.exp(z) / (np.exp(z) + 1)).sum())}$"
    yield f"(0.525 - 0.475) / 0.2 = {J[0, 0]:.2f}$"
    yield f"(0.475 - 0.525) / 0.2 = {J[1, 0]:.2f}$"
    yield rf"\approx {elementwise(p, g)[0]:.4f}$"
    for program, result in (("X", softmax_backward(p, g)), ("Y", elementwise(p, g))):
        yield f"| {program} | ${listed(result, fixed(4), '$ | $')}$ |"
    yield listed(elementwise(p, 1), lambda x: rf"\frac{{{36 * x:.0f}}}{{36}}")


def key_01():
    z, pair = np.log([1.0, 4.0, 5.0]), np.log([1.0, 9.0])
    p, batch = softmax(z), np.log([[1.0, 2.0], [3.0, 4.0]])
    yield f"p = ({listed(p)})$. $p_3 / p_1 = {p[2] / p[0]:.0f} ="
    yield f"$p_3 / p_2 = {p[2] / p[1]:.2f} ="
    yield listed(softmax(2 * z), lambda x: over(42 * x, 42))
    yield f"probabilities $({listed(softmax(pair))})$. $T = 2$"
    yield f"probabilities $({listed(softmax(pair / 2))})$"
    yield listed(softmax(2 * pair), lambda x: over(82 * x, 82))
    yield f"$({listed(softmax(np.array([-2.0, 0.0])), fixed(3))})$ |"
    yield f"${listed(softmax(batch, axis=None).sum(axis=1), between='$ and $')}$"
    yield f"(${listed(softmax(batch, axis=0).sum(axis=1), frac, '$ and $')}$)"
    yield rf"$\log p_1 = {log_softmax(np.array([0.0, 900.0]))[0]:.0f}$"


def key_02():
    yield matrix(16 * softmax_jacobian(np.log([1.0, 1.0, 2.0])))
    p = np.array([0.1, 0.9])
    yield f"{matrix(np.diag(p))} - {matrix(np.outer(p, p))}"
    yield f"= {matrix(softmax_jacobian(np.log(p)))}"
    p, eye = np.array([0.25, 0.75]), np.eye(2)
    column, right = p[:, np.newaxis], softmax_jacobian(np.log(p))
    wrong = abs(right), np.diag(p), column * (eye - column), np.diag(p) - p, -np.outer(p, p)
    for name, table in zip("DABCEF", (right, *wrong), strict=True):
        yield rf"{name} = \frac1{{16}}{matrix(16 * table)}"
    yield rf"\frac1{{16}}{matrix(16 * (np.diag(p) - p * p))}."
    yield f"$p(1 - p) = {0.2 * (1 - 0.2):.2f}$ holds for $p = 0.2$ and $p = {1 - 0.2}$"


def key_03():
    z = np.log([1.0, 2.0, 5.0])
    p, J = softmax(z), softmax_jacobian(z)
    yield rf"J = \frac1{{64}}{matrix(64 * J)}"
    yield f"= {frac(J[2, 0] + J[2, 1])}$, and $J_{{33}} = {frac(J[2, 2])}$"
    yield listed(softmax(2 * z), lambda x: over(30 * x, 30))
    towards = np.eye(3) - p
    for arrows in (8 * towards, 64 * p[:, np.newaxis] * towards):
        yield listed(arrows, lambda arrow: f"$({listed(arrow)})$", " | ")
    shares = finite_difference_jacobian(lambda z: z / z.sum(), np.array([1.0, 3.0]))
    yield rf"= \frac{{S - z_1}}{{S^2}} = {frac(shares[0, 0])}"
    yield rf"= -\frac{{z_1}}{{S^2}} = {frac(shares[0, 1])}"
    yield rf"= -\frac{{z_2}}{{S^2}} = {frac(shares[1, 0])}"
    yield rf"= \frac{{S - z_2}}{{S^2}} = {frac(shares[1, 1])}"
    up, down = 16 * shares.sum(axis=1)
    yield f"The rows add up to ${over(up, 16)}$ and $-{over(-down, 16)}$"
    p = np.array([0.3, 0.2, 0.5])
    right = softmax_jacobian(np.log(p))
    yield f"fails the row sums (${listed(p * (1 - p), between='$, $')}$)"
    yield f"column sums are ${listed((np.eye(3) - p).sum(axis=0), between='$, $')}$"
    yield "D has ${:.2f}$, ${:.2f}$ and ${:.2f}$".format(*np.diag(2 * right))
    for g in ([2, 1, 0], [7, 6, 5]):
        yield rf"\frac1{{64}}({listed(64 * np.array(g) @ J)})$. For $g = (7, 6, 5)$ the same"


def key_04():
    z = np.log([1.0, 2.0, 3.0])
    p, J, g = softmax(z), softmax_jacobian(z), np.array([6.0, 3.0, 0.0])
    for i, row in enumerate(36 * J, start=1):
        yield f"| probability {i} | {cells(row)}"
    for j, paths in enumerate(36 * J * g):
        yield f"| logit {j + 1} | {cells([*paths, paths.sum(), 36 * elementwise(p, g)[j]])}"
    yield f"The gradient is $({listed(g @ J, slash)})$"
    yield f"The elementwise product is $({listed(elementwise(p, g), slash)})$"
    g = np.array([-6.0, 0.0, 0.0])
    yield f"All paths: $({listed(g @ J, slash)})$."
    yield f"Elementwise: $({listed(elementwise(p, g), slash)})$."
    p, J = np.array([0.5, 0.25, 0.25]), softmax_jacobian(np.log([2.0, 1.0, 1.0]))
    printed = elementwise(p, np.array([4.0, 8.0, 16.0]))
    yield f"${listed(printed, between=' + ')} = {number(printed.sum())}$"
    yield f"the right answer there is $({listed([4, 8, 16] @ J)})$"
    g = np.array([1.0, 2.0, -2.0])
    yield f"the gradient is $({listed(g @ J, slash)})$"
    yield f"the elementwise product $({listed(elementwise(p, g), slash)})$"
    others = {
        "A": (1 / 4 - (p - 1 / 2) ** 2) * g,
        "B": p * (1 - p) * g,
        "C": [p[j] * sum(p * (g[j] - g)) for j in range(3)],
    }
    right = [name for name, result in others.items() if np.allclose(result, g @ J)]
    wrong = [name for name, result in others.items() if np.allclose(result, elementwise(p, g))]
    yield f"{' and '.join(wrong)} are the mistake, {right[0]} is right."


def key_05():
    p, g, J = np.array([0.5, 0.3, 0.2]), np.array([2.0, 0.0, 5.0]), np.diag([0.5, 0.3, 0.2])
    yield rf"| $p\,g$ | {cells(p * g, number)} $\bar g = {p @ g:.0f}$ |"
    yield rf"| $g - \bar g$ | {cells(g - p @ g, number)}"
    yield rf"| $p\,(g - \bar g)$ | {cells([*softmax_backward(p, g), 0], number)}"
    signs = {1: "+", -1: "-", 0: "0"}
    for name, incoming in (("a", [7, 7, 7]), ("b", [1, 0, 0]), ("c", [0, 0, -3])):
        result = np.sign(softmax_backward(p, np.array(incoming)).round(9))
        yield f"{name}) ${listed(result, signs.get)}$"
    yield f"from 2 to {p @ (g + 100):.0f}"
    column = (J - np.outer(p, p))[:, 2]
    yield f"Column 3: $({listed(column, fixed(2))})$"
    for n in (20, 200):
        yield f"| {n} classes | {listed((2 * n**2, 2 * n**2 + n, 2 * n), spaced, ' | ')} |"
    formulas = {
        r"A: $p\,(g - \operatorname{mean}(g))$": lambda p, g: p * (g - g.mean()),
        r"B: $g - \operatorname{mean}(g)$": lambda p, g: g - g.mean(),
        r"C: $g - \bar g$": lambda p, g: g - p @ g,
        r"D: $p\,(g - \bar g)$": lambda p, g: p * (g - p @ g),
    }
    for name, f in formulas.items():
        zeros = f(p, np.full(3, 7.0)), f(p, g).sum(), f(np.array([0.5, 0.5, 0.0]), g)[2]
        yield f"| {name} | {listed(zeros, lambda x: ('no', 'yes')[np.allclose(x, 0)], ' | ')} |"
    for incoming in (-1 / p[2], -2 * (1 - p[2])):
        sent = np.array([0.0, 0.0, incoming])
        yield rf"$g = ({listed(sent)})$ and $\bar g = {number(p @ sent)}$"
        yield f"The gradient is $({listed(softmax_backward(p, sent))})$"
    J, v, u = np.array([[2, 0], [3, 1]]), np.array([1, 1]), np.array([1, -1])
    yield rf"adds along the rows: $({listed(J @ v)})$"
    yield rf"= ({listed(J.T @ u)})$"
    for incoming in ([1.0, 0.0], [0.0, 1.0]):
        yield f"$({listed(softmax_backward(np.full(2, 0.5), np.array(incoming)), slash)})$"


def spaced(n):
    return f"{n:,}".replace(",", " ") if n >= 10_000 else str(n)


def key_06():
    z, filled = np.random.default_rng(0).normal(size=(2, 2, 3)), []
    for axis in (0, 1, 2):
        J = finite_difference_jacobian(lambda z, axis=axis: softmax(z, axis), z)
        length, filled = z.shape[axis], [*filled, np.count_nonzero(abs(J) > 1e-6)]
        yield f"| {length} | {z.size // length} |"
    yield r"$6 \cdot 2^2 = {}$, $6 \cdot 2^2 = {}$, $4 \cdot 3^2 = {}$".format(*filled)
    Z, G = np.array([[0, np.log(3)], [0, 0]]), np.array([[4.0, 0.0], [0.0, 2.0]])
    for axis in (1, 0):
        P = softmax(Z, axis)
        for k, entries in enumerate(np.hstack([P, softmax_backward(P, G, axis)])):
            yield f"| axis {axis}, row {k} | {cells(entries)}"
    P, G = np.array([[1 / 3, 2 / 3], [1 / 2, 1 / 2]]), np.array([[3.0, 0.0], [2.0, 2.0]])
    results = {
        "A": softmax_backward(P, G, 1),
        "B": P * (G - (P * G).sum(axis=0)),
        "C": P * (G - (P * G).sum()),
        "D": softmax_backward(P, G[[0, 0]], 1),
    }
    for name, result in results.items():
        yield f"{name} = {matrix(result, lambda x: frac(x).replace('frac', 'tfrac'))}"
    yield f"about ${np.log(3) - 1000:.1f}$"


def key_07():
    z, t = np.log([1.0, 3.0, 4.0]), np.array([0.0, 1.0, 0.0])
    p = softmax(z)
    yield r"| $\ln 8 = {:.3f}$ | $\ln 8 - \ln 3 = {:.3f}$ | $\ln 8 - \ln 4 = {:.3f}$ |".format(
        *-log_softmax(z)
    )
    yield f"| $g = -t/p$ | {cells(-t / p)}"
    yield rf"= {slash(softmax_backward(p, -t / p)[1])}$ | 1/2 |"
    yield f"| $p - t$ | {cells(p - t)}"
    for target in np.array([[0.5, 0.5, 0.0], [1.0, 1.0, 0.0]]):
        measured = finite_difference_gradient(
            lambda z, t=target: losses.softmax_cross_entropy(z, t), z
        )
        yield f"t = ({listed(measured, slash)})$, sum 0"
    yield f"$p - t = ({listed(p - [1, 1, 0], slash)})$ adds up to ${sum(p) - 2:.0f}$"
    p4, wide = np.array([0.2, 0.5, 0.3]), r",\ "
    for name, printed in zip("ABCDE", (p4 - t, p4 * t - t, p4, p4 - 1, t - p4), strict=True):
        yield rf"| {name} | $({listed(printed, number, wide)})$ |"
    Z, T = np.log([[1.0, 3.0, 4.0], [1.0, 1.0, 2.0]]), np.eye(3)[[1, 2]]
    yield matrix((softmax(Z) - T) / 2, slash)
    true = losses.softmax_cross_entropy(np.array([-1000.0, 0.0]), np.array([1.0, 0.0]))
    yield f"| $(1, 0)$ | {true:.0f} | `inf` | $(-1, 1)$ | `nan` |"
    squared = {}
    for p_true in (0.1, 0.01):
        p = np.array([p_true, 1 - p_true])
        g = 2 * (p - [1, 0])
        squared[p_true] = softmax_backward(p, g)[0]
        if p_true == 0.1:
            yield f"$g = 2\\,(p - t) = ({listed(g)})$"
            yield f"= {p @ g:.2f}$. The gradient is"
            yield f"= ({squared[0.1]:.3f}, {-squared[0.1]:.3f})$"
    yield "squared error from ${:.3f}$ to ${:.3f}$".format(*squared.values())


def key_08():
    for h in (0.1, 0.01):
        forward = ((1 + h) ** 3 - 1) / h
        central = ((1 + h) ** 3 - (1 - h) ** 3) / (2 * h)
        both = (forward, forward - 3, central, central - 3)
        yield f"| {h} | {listed(both, lambda x: f'{x:.5g}'.rstrip(), ' | ')} |"
    for h in (1, 0.1, 0.01, 0.001):
        up, down = np.log([3 + h, 3 - h]).round(3)
        quotient = (up - down) / (2 * h)
        digits = 4 if h == 1 else 3
        yield f"| {h} | {up - down:.3f} | {quotient:.{digits}f} | {abs(quotient - 1 / 3):.3f} |"

    def f(x):
        return x[0] ** 2 + 3 * x[1]

    measured = finite_difference_gradient(f, np.array([2.0, 1.0]))
    yield f"= ({listed(measured.round(6))})$."
    yield f"the sum of the entries, ${measured.sum():.0f}$"
    p = softmax(np.array([0.0, np.log(2)]))
    yield rf"$p - t = \left({listed(p - [1, 0], frac)}\right)$"
    up, down = np.array([4.5, 3.5]).astype(int) ** 2
    yield f"$({up} - {down}) / 1 = {(up - down) / 1}$"
    yield f"$7 / 0.002 = {(up - down) / 0.002:.0f}$"
    backwards = {
        "the right one": lambda g: softmax_backward(p, g),
        r"$p\,(1 - p)\,g$": lambda g: elementwise(p, g),
        r"$g - \operatorname{mean}(g)$": lambda g: g - g.mean(),
        r"$p\,(g - \sum_i g_i)$": lambda g: p * (g - g.sum()),
        "twice the right one": lambda g: 2 * softmax_backward(p, g),
    }
    for name, backward in backwards.items():
        answers = []
        for g in np.array([[1.0, 1.0], [1.0, 0.0]]):
            answer, right = backward(g), softmax_backward(p, g)
            refused = "" if np.allclose(answer, right) else ", refused"
            wide = any(abs(x) > 1e-9 for x in answer)
            pair = rf"\left({listed(answer, frac)}\right)" if wide else "(0, 0)"
            answers.append(f"${pair}${refused}")
        yield f"| {name} | {' | '.join(answers)} |"


def key_09():
    p, g = np.array([1 / 5, 4 / 5]), np.array([5.0, 0.0])
    plain = p * (g - g.mean())
    yield rf"= \left({listed(plain, frac)}\right)$"
    yield rf"= \left({listed(softmax_backward(p, g), frac)}\right)$"
    yield rf"$\frac12 - 2 = {frac(plain.sum())}$"
    z = np.log([[1.0, 3.0], [2.0, 2.0]])
    for name, *row in zip(
        ("first", "second"), np.exp(z), softmax(z), softmax(z, axis=None), strict=True
    ):
        yield f"| {name} example | {listed(row, lambda pair: f'${listed(pair, frac)}$', ' | ')} |"
    p = np.array([1 / 4, 3 / 4])
    for sent in ([4.0, 0.0], [0.0, 2.0], [0.0, 1.0]):
        yield rf"\left({listed(softmax_backward(p, np.array(sent)), frac)}\right)$"
    moved = np.cumsum([1, 10, 100])
    yield f"$({listed(moved)})$. It moves one entry more"
    handed_in = [[0.2, -0.5, 0.3], [0, -0.6, 0], [0.1, 0.1, 0.1], [-1.5, 1, 0.5], [0, 0, 0]]
    sums = [number(x) for x in np.sum(handed_in, axis=1) if abs(x) > 1e-9]
    yield f"${sums[0]}$ and ${sums[1]}$ are not 0"


def key_10():
    x, W, b = np.ones((6, 5)), np.zeros((5, 3)), np.zeros(3)
    z = x @ W + b
    shapes = (x, W, b, z, z, z, z, x.T @ z, z.sum(axis=0))
    yield f"| {listed(shapes, lambda array: f'${array.shape}$', ' | ')} |"
    p, t = np.full(4, 1 / 4), np.eye(4)[0]
    for name, loss in (("cross-entropy", CROSS_ENTROPY), ("squared error", SQUARED_ERROR)):
        g = loss.gradient(p, t)
        yield rf"| {name} | ${vector(g)}$ | ${vector(softmax_backward(p, g))}$ |"
        yield rf"${vector(elementwise(p, g), over_32 if name == 'squared error' else frac)}$ |"
    one = {"steps": 1, "rate": 1.0, "loss": CROSS_ENTROPY, "regularisation": 0.0}
    for backward, style in ((softmax_backward, "tfrac"), (elementwise, "frac")):
        run = train(np.ones((1, 2)), np.eye(2)[:1], backward=backward, **one)
        z = run.weights.sum(axis=0) + run.bias
        yield listed(z, frac).replace("frac", style)
        yield rf"\approx {softmax(z)[0]:.2f}$"
    yield f"$0.006 / 0.02 = {0.006 / 0.02:.1f}$"
    p, t = np.full(5, 1 / 5), np.eye(5)[1]
    mistake = elementwise(p, CROSS_ENTROPY.gradient(p, t))
    yield f"A adds up to {p.sum():.0f}: it is $p$"
    yield f"C adds up to ${number(mistake.sum())}$"
    images, labels, order = load_digits()
    x, labels = images[order] / 16, labels[order]
    x -= x[:1200].mean(axis=0)
    settings = {"steps": 1000, "rate": 3.0, "loss": SQUARED_ERROR, "regularisation": 1 / 1200}
    run = train(x[:1200], np.eye(10)[labels[:1200]], backward=elementwise, **settings)
    yield f"{(run.predict(x[1200:]) == labels[1200:]).sum()} of 597 new pictures"


def over_32(x):
    return "-" * int(x < 0) + over(abs(32 * x), 32)


def vector(values, written=frac):
    inside = listed(values, written)
    return rf"\left({inside}\right)" if "frac" in inside else f"({inside})"
