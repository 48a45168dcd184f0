"""Errors of the numerical functions in units in the last place, against mpmath with 50 digits.

`python -m tests.accuracy` prints the worst error seen of each function, beside its bound.
"""

from collections import defaultdict

import mpmath as mp
import numpy as np

from softmax_lessons.numerics import (
    log_softmax,
    log_softmax_backward,
    logsumexp,
    softmax,
    softmax_backward,
    softmax_jacobian,
    softmax_jvp,
    softmax_vjp,
)

DIGITS = 50
ROUNDING = 8
"""What the exponential, the logarithm, a product and a quotient add to every bound, in ulp."""


class Exact:
    """Softmax of one slice of logits and what follows from it, exact to DIGITS."""

    def __init__(self, z):
        self.z = [mp.mpf(float(value)) for value in z]
        self.largest = max(self.z)
        exp = [mp.exp(value - self.largest) for value in self.z]
        total = mp.fsum(exp)
        # The largest term is 1. With it, 50 digits would not hold a rest of 1e-130.
        self.log_total = mp.log1p(mp.fsum(sorted(exp)[:-1]))
        self.p = [value / total for value in exp]
        self.logsumexp = self.largest + self.log_total
        self.log_p = [(value - self.largest) - self.log_total for value in self.z]

    def times_jacobian(self, v):
        return times_jacobian(self.p, [mp.mpf(float(value)) for value in v])


def times_jacobian(p, v):
    """Return p * (v - sum(p * v)) of exact numbers."""
    inner = mp.fsum(a * b for a, b in zip(p, v, strict=True))
    return [a * (b - inner) for a, b in zip(p, v, strict=True)]


def ulp(values, dtype):
    """Return the unit in the last place of exact numbers; among subnormals it is the smallest."""
    info = np.finfo(dtype)
    return [
        max(
            mp.mpf(2) ** (mp.floor(mp.log(abs(value), 2)) - info.nmant) if value else mp.mpf(0),
            mp.mpf(float(info.smallest_subnormal)),
        )
        for value in values
    ]


def share_of_bound(got, exact, bound, sizes=None):
    """Return the worst error as a share of its bound, and in ulp.

    Parameters
    ----------
    got : ndarray of shape (n,)
    exact : sequence of mpf, length n
    bound : sequence of float, length n
        In ulp.
    sizes : sequence of mpf, length n, optional
        The numbers whose ulp is meant; by default the exact results.
    """
    units = ulp(exact if sizes is None else sizes, got.dtype)
    errors = [
        float(abs(mp.mpf(float(a)) - b) / unit)
        for a, b, unit in zip(got, exact, units, strict=True)
    ]
    errors = np.nan_to_num(errors, nan=np.inf)  # nothing is further off than NaN
    return float(np.max(errors / bound)), float(errors.max())


def logits(rng, n, dtype):
    """Return n logits of a kind that has been seen to be hard."""
    info = np.finfo(dtype)
    kind = rng.choice(["normal", "any scale", "ties", "dominant", "subnormal", "far from zero"])
    z = rng.normal(size=n)
    if kind == "any scale":
        # From 1e-300 to 1e300 in float64.
        z *= 10.0 ** (0.975 * rng.uniform(*np.log10([float(info.tiny), float(info.max)])))
    elif kind == "ties":
        z = np.round(2 * z)
    elif kind == "dominant":
        z[rng.integers(n)] += 10.0 ** rng.uniform(0, 2.5)
    elif kind == "subnormal":
        z *= float(info.smallest_subnormal) * 100
    elif kind == "far from zero":
        z += rng.choice([-1, 1]) * 10.0 ** rng.uniform(1, min(6, np.log10(float(info.max)) - 1))
    most = float(info.max) / 4
    return np.clip(z, -most, most).astype(dtype), kind


def vector(rng, n, dtype):
    """Return a tangent or cotangent of any scale."""
    info = np.finfo(dtype)
    most = float(info.max) / (4 * n)
    scale = 1.0
    if rng.random() < 0.3:
        scale = 10.0 ** (0.975 * rng.uniform(*np.log10([float(info.tiny), most])))
    return np.clip(rng.normal(size=n) * scale, -most, most).astype(dtype)


def embed(rng, values):
    """Return an array that holds each of some vectors as its slices along an axis, and the axis."""
    stacked = np.stack(values)  # (slices, n)
    axis = int(rng.integers(3))
    return np.moveaxis(stacked.reshape(1, *stacked.shape), -1, axis), axis


def slices(array, axis, n):
    """Return the slices of an array as rows."""
    return np.moveaxis(array, axis, -1).reshape(-1, n)


def measure(seed, n, dtype, slices_of_each=3):
    """Return for each function the worst share of its bound, the worst error in ulp, the kind."""
    rng = np.random.default_rng(seed)
    rows = [logits(rng, n, dtype) for _ in range(slices_of_each)]
    z, axis = embed(rng, [row for row, _ in rows])
    v_rows = [vector(rng, n, dtype) for _ in rows]
    v = np.moveaxis(np.stack(v_rows).reshape(1, len(rows), n), -1, axis)
    p, log_p = softmax(z, axis), log_softmax(z, axis)
    results = {
        "softmax": p,
        "log_softmax": log_p,
        "softmax_jvp": softmax_jvp(z, v, axis),
        "softmax_vjp": softmax_vjp(z, v, axis),
        "softmax_backward": softmax_backward(p, v, axis),
        "log_softmax_backward": log_softmax_backward(log_p, v, axis),
    }
    results = {name: slices(array, axis, n) for name, array in results.items()}
    lse = logsumexp(z, axis).ravel()
    p_rows, log_p_rows = slices(p, axis, n), slices(log_p, axis, n)
    worst = {}

    def note(name, kind, *outcome):
        worst[name] = max(worst.get(name, (0, 0, "")), (*outcome, kind))

    for k, (row, kind) in enumerate(rows):
        exact = Exact(row)
        v_row = [mp.mpf(float(value)) for value in v_rows[k]]
        away = np.array([float(exact.largest - value) for value in exact.z])
        away = np.minimum(away, 800)  # beyond, every probability is 0
        others = away[away > 0]
        gap = float(others.min()) if len(others) else 0.0
        note("softmax", kind, *share_of_bound(results["softmax"][k], exact.p, away + n + ROUNDING))
        note(
            "log_softmax", kind,
            *share_of_bound(
                results["log_softmax"][k], exact.log_p, np.full(n, gap + n + ROUNDING)
            ),
        )  # fmt: skip
        size = max(abs(exact.largest), exact.log_total)
        note(
            "logsumexp", kind,
            *share_of_bound(lse[k : k + 1], [exact.logsumexp], [n + ROUNDING], [size]),
        )  # fmt: skip
        # What a product with the Jacobian is made of: p_j (|v_j| + sum of p |v|).
        spread = mp.fsum(a * abs(b) for a, b in zip(exact.p, v_row, strict=True))
        parts = [a * (abs(b) + spread) for a, b in zip(exact.p, v_row, strict=True)]
        product = times_jacobian(exact.p, v_row)
        furthest = float(away[np.array([float(a) > 0 for a in exact.p])].max())
        for name in ("softmax_jvp", "softmax_vjp"):
            bound = np.full(n, 2 * furthest + 2 * n + ROUNDING)
            note(name, kind, *share_of_bound(results[name][k], product, bound, parts))
        given = [mp.mpf(float(value)) for value in p_rows[k]]
        spread = mp.fsum(a * abs(b) for a, b in zip(given, v_row, strict=True))
        parts = [a * (abs(b) + spread) for a, b in zip(given, v_row, strict=True)]
        note(
            "softmax_backward", kind,
            *share_of_bound(
                results["softmax_backward"][k], times_jacobian(given, v_row),
                np.full(n, n + ROUNDING), parts,
            ),
        )  # fmt: skip
        given = [mp.exp(mp.mpf(float(value))) for value in log_p_rows[k]]
        total, sizes = mp.fsum(v_row), mp.fsum(abs(value) for value in v_row)
        note(
            "log_softmax_backward", kind,
            *share_of_bound(
                results["log_softmax_backward"][k],
                [b - a * total for a, b in zip(given, v_row, strict=True)],
                np.full(n, n + ROUNDING),
                [abs(b) + a * sizes for a, b in zip(given, v_row, strict=True)],
            ),
        )  # fmt: skip
        if n <= 30:
            jacobian = softmax_jacobian(row)
            for i in range(n):
                wanted = [exact.p[i] * ((i == j) - exact.p[j]) for j in range(n)]
                bound = away[i] + away + 2 * n + ROUNDING
                sizes_of = [exact.p[i] * ((i == j) + exact.p[j]) for j in range(n)]
                note(
                    "softmax_jacobian", kind, *share_of_bound(jacobian[i], wanted, bound, sizes_of)
                )
    return worst


def main(trials=200):
    """Print the worst error of each function for each dtype."""
    mp.mp.dps = DIGITS
    worst = defaultdict(lambda: (0, 0, "", 0))
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        n = int(
            rng.choice([1, 2, 3, 10, 100, 1000, 10_000], p=[0.1, 0.2, 0.2, 0.2, 0.2, 0.08, 0.02])
        )
        for dtype in (np.float16, np.float32, np.float64):
            for name, outcome in measure(seed, n, dtype).items():
                key = name, np.dtype(dtype).name
                worst[key] = max(worst[key], (*outcome, n))
    print("                                share of bound  error in ulp")
    for (name, dtype), (share, error, kind, n) in sorted(worst.items()):
        print(f"{name:22} {dtype:8} {share:14.2f} {error:13.1f}  {kind}, {n} classes")


if __name__ == "__main__":
    main()
