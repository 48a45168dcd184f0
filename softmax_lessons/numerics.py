r"""Softmax, its logarithm, and their derivatives, along any axis.

Shared by every function here:

- `z` holds logits, `p` probabilities, `log_p` their logarithms: floats or integers, of any shape. A
  second array has that shape too, and so has what is returned unless the function says otherwise.
- `v` is a direction in which the logits move, `g` the incoming gradient: that of some number L
  with respect to the probabilities. `p` and `log_p` are outputs along the same axis.
- `axis` is the axis along which the classes lie: an int, a tuple of ints, or None for the whole
  array. Entries that share all other indices form a *slice*; slices do not influence each other.
- Floats keep their dtype, and integers become float64.
- A logit of -inf is a masked entry: its probability and its gradient are exactly 0.
- NaN, +inf, or a slice that is -inf throughout give NaN in that slice alone, without a warning.
- No argument is ever written to.
- TypeError: an argument does not hold floats or integers. ValueError: shapes differ or, in NumPy's
  words, an axis is not there or a slice of `z` has no entry.

All quantities are dimensionless. Sources: softmax by Bridle, "Probabilistic interpretation of
feedforward classification network outputs", 1990, :doi:`10.1007/978-3-642-76153-9_28`; its
Jacobian in Bishop, Pattern Recognition and Machine Learning, Springer, 2006, ISBN
978-0-387-31073-2, equation 4.106; how to compute it in Blanchard, Higham, Higham, "Accurately
computing the log-sum-exp and softmax functions", IMA Journal of Numerical Analysis 41(4), 2021,
:doi:`10.1093/imanum/draa038`; jvp and vjp in Griewank, Walther, Evaluating Derivatives, SIAM, 2008,
:doi:`10.1137/1.9780898717761`, chapter 3.
"""

import numpy as np

from softmax_lessons._validation import real_array

# Underflow to 0 is the right answer here, and NaN the documented one for a slice without a softmax.
_quietly = np.errstate(all="ignore")


@_quietly
def softmax(z, axis=-1):
    r"""Turn logits into probabilities, which sum to 1 along `axis`.

    .. math:: p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}
        = \frac{e^{z_i - m}}{\sum_k e^{z_k - m}}, \qquad m = \max_k z_k

    The largest logit is taken away, which changes nothing, so that no exponential can overflow.

    Examples
    --------
    >>> softmax([1000.0, 1000.0, -np.inf])
    array([0.5, 0.5, 0. ])
    """
    z = real_array("z", z)
    exp = np.exp(z - z.max(axis=axis, keepdims=True))
    return exp / exp.sum(axis=axis, keepdims=True)


@_quietly
def log_softmax(z, axis=-1):
    r"""Return the logarithm of softmax without ever taking log(0).

    .. math:: \log p_i = z_i - \log \sum_k e^{z_k}

    Where p is nearly 1 its logarithm, nearly 0, keeps all its digits. A masked entry gives -inf.

    Examples
    --------
    >>> log_softmax([0, 800])
    array([-800.,    0.])
    """
    z = real_array("z", z)
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - _logsumexp_of_shifted(shifted, axis)


@_quietly
def logsumexp(z, axis=-1, keepdims=False):
    r"""Return the logarithm of the sum of exponentials, a smooth maximum: one number a slice.

    .. math:: \operatorname{lse}(z) = \log \sum_k e^{z_k}, \qquad
        \frac{\partial \operatorname{lse}}{\partial z_i} = p_i

    A slice that is -inf throughout gives -inf, one that holds +inf gives +inf. With `keepdims` the
    summed axes stay, with length 1.

    Examples
    --------
    >>> print(f"{logsumexp([1000, 1000]):.6f}")
    1000.693147
    """
    z = real_array("z", z)
    largest = z.max(axis=axis, keepdims=True)
    total = largest + _logsumexp_of_shifted(z - largest, axis)
    total = np.where(np.isfinite(largest), total, largest)
    return total if keepdims else total.squeeze(axis=axis)[()]


def _logsumexp_of_shifted(shifted, axis):
    """Return log(sum(exp(shifted))), where the largest entry of each slice is 0."""
    # Each largest entry contributes exp(0) = 1. Counting these apart and adding the rest with log1p
    # keeps the digits of log p where p is nearly 1: log(1 + 1e-20) is 0, log1p(1e-20) is 1e-20.
    exp, largest = np.exp(shifted), shifted == 0
    count = exp.sum(axis=axis, keepdims=True, where=largest)
    rest = exp.sum(axis=axis, keepdims=True, where=~largest)
    return np.log(count) + np.log1p(rest / count)


@_quietly
def softmax_jacobian(z, axis=-1):
    r"""Return every derivative of a probability with respect to a logit.

    .. math:: J_{ij} = \frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j),
        \qquad J = \operatorname{diag}(p) - p p^\top

    ``J[..., i, j]`` has z's shape with `axis`, here one int, moved last, and then its length once
    more. It is symmetric; every row and every column sums to 0.

    Examples
    --------
    >>> softmax_jacobian([1, 2])
    array([[ 0.19661193, -0.19661193],
           [-0.19661193,  0.19661193]])
    """
    p = np.moveaxis(softmax(z, axis), axis, -1)
    delta = np.eye(p.shape[-1], dtype=p.dtype)
    return p[..., :, np.newaxis] * (delta - p[..., np.newaxis, :])


def softmax_jvp(z, v, axis=-1):
    r"""Push a change of the logits forward: J times `v`, without building J.

    .. math:: (J v)_i = p_i \Bigl(v_i - \sum_j p_j v_j\Bigr)

    It is the rate at which the probabilities change, and sums to 0 along `axis`.

    Examples
    --------
    >>> softmax_jvp([1, 2], [1, 0])
    array([ 0.19661193, -0.19661193])
    """
    return _jacobian_times("v", v, softmax(z, axis), "z", axis)


def softmax_vjp(z, g, axis=-1):
    r"""Pull a gradient back to the logits: J transposed times `g`, without building J.

    .. math:: (J^\top g)_j = \sum_i g_i J_{ij} = p_j \Bigl(g_j - \sum_i g_i p_i\Bigr)

    The Jacobian of softmax is symmetric, so this is the same formula as `softmax_jvp`.

    Examples
    --------
    >>> softmax_vjp([1, 2], [1, 0])
    array([ 0.19661193, -0.19661193])
    """
    return _jacobian_times("g", g, softmax(z, axis), "z", axis)


def softmax_backward(p, g, axis=-1):
    r"""Pull a gradient back through softmax from its stored output, as frameworks do it.

    .. math:: \frac{\partial L}{\partial z_j} = p_j \Bigl(g_j - \sum_i g_i p_i\Bigr), \qquad
        g_i = \frac{\partial L}{\partial p_i}

    Examples
    --------
    >>> softmax_backward(softmax([1, 2]), [1, 0])
    array([ 0.19661193, -0.19661193])
    """
    p = real_array("p", p)
    return _jacobian_times("g", g, p, "p", axis)


@_quietly
def _jacobian_times(name, g, p, reference, axis):
    """Return (diag(p) - p p^T) g for every slice."""
    g = real_array(name, g, p.shape, reference)
    return p * (g - (p * g).sum(axis=axis, keepdims=True))


@_quietly
def log_softmax_backward(log_p, g, axis=-1):
    r"""Pull a gradient back through log_softmax from its stored output.

    .. math:: \frac{\partial L}{\partial z_j} = g_j - p_j \sum_i g_i, \qquad
        g_i = \frac{\partial L}{\partial \log p_i}

    Examples
    --------
    >>> log_softmax_backward(log_softmax([1, 2]), [1, 0])
    array([ 0.73105858, -0.73105858])
    """
    log_p = real_array("log_p", log_p)
    g = real_array("g", g, log_p.shape, "log_p")
    gradient = g - np.exp(log_p) * g.sum(axis=axis, keepdims=True)
    # A masked logit cannot move, whatever arrives at its entry.
    return np.where(np.isneginf(log_p), gradient.dtype.type(0), gradient)
