"""Softmax, its logarithm, and their derivatives, along any axis.

Shared by every function here:

- `axis` is the axis along which the classes lie: an int, a tuple of ints, or None for the whole
  array. Entries that share all other indices form a *slice*; slices do not influence each other.
- float16, float32 and float64 keep their dtype; integers become float64; two inputs of different
  dtype give the one that NumPy promotes them to. Results are in the byte order of the machine.
- Any other dtype is refused with TypeError: booleans, complex numbers, objects, and floats of more
  than 64 bits, which differ from machine to machine. So is a masked array, which must be filled
  first. Any other subclass of ndarray, such as a matrix, counts as the plain array that it holds.
- A logit of -inf is a masked entry: its probability and its gradient are exactly 0.
- NaN, +inf, or a slice that is -inf throughout give NaN in that slice alone, without a warning
  (`logsumexp` gives the limit where there is one). So may tangents and gradients of which there is
  one that is not finite, or whose absolute values have a sum beyond the dtype's largest number.
- No argument is ever written to.
- An error is stated in ulp, units in the last place: the distance from the exact number to its
  neighbour in the dtype, and no less than the smallest subnormal number.

All quantities are dimensionless.
"""

import numpy as np

from softmax_lessons._arrays import one_axis, real_array, require_shape, several_axes, wide_sum

# Underflow to 0 is the right answer here, and NaN the documented one for a slice without a softmax.
_quietly = np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore")


def _with_axis(name, value, axis):
    """Return `value` as floats, and `axis` as a tuple of non-negative ints."""
    array = real_array(name, value)
    axes = several_axes(axis, array.ndim)
    if 0 in (array.shape[a] for a in axes):
        raise ValueError(
            f"{name} must have at least one entry along axis {axis}, got shape {array.shape}"
        )
    return array, axes


def _sum(array, axes, where=True):
    """Return the sum of each slice, kept with length 1."""
    return wide_sum(array, axes, keepdims=True, where=where)


def _shifted(z, axes):
    """Return z less its largest entry in each slice, so that no exponential can overflow."""
    return z - z.max(axis=axes, keepdims=True)


def _log_sum_exp_of_shifted(shifted, axes):
    """Return log(sum(exp(shifted))), where the largest entry of each slice is 0."""
    # Each largest entry contributes exp(0) = 1. Counting these apart and adding the rest with log1p
    # keeps the digits of log p where p is nearly 1: log(1 + 1e-20) is 0, log1p(1e-20) is 1e-20.
    largest = shifted == 0
    exp = np.exp(shifted)
    count, rest = _sum(exp, axes, where=largest), _sum(exp, axes, where=~largest)
    return np.log(count) + np.log1p(rest / count)


@_quietly
def softmax(z, axis=-1):
    r"""Turn logits into probabilities.

    Parameters
    ----------
    z : array_like of float or int, any shape
        Logits.
    axis : int, tuple of int or None, default -1
        The axis along which the classes lie; None for the whole array.

    Returns
    -------
    ndarray of z's shape
        Probabilities: non-negative, with sum 1 along `axis`.

    Raises
    ------
    TypeError
        If `z` does not hold real numbers, or `axis` is not as above.
    ValueError
        If `z` has no entry along `axis`, or no such axis, or an axis comes twice.

    Notes
    -----
    .. math:: p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}
        = \frac{e^{z_i - m}}{\sum_k e^{z_k - m}}, \qquad m = \max_k z_k

    Adding one number to all logits of a slice changes nothing; taking the largest away keeps every
    exponential at most 1.

    The error of p_i is at most :math:`\max_k z_k - z_i + n + 8` ulp, n being the number of classes.
    The distance to the largest logit is in it because the rounding of ``z_i - m`` is magnified
    by the exponential.

    References
    ----------
    Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.
    :doi:`10.1007/978-3-642-76153-9_28`

    Blanchard, Higham, Higham, "Accurately computing the log-sum-exp and softmax functions",
    IMA Journal of Numerical Analysis 41(4), 2021. :doi:`10.1093/imanum/draa038`

    Examples
    --------
    >>> softmax([1, 2])
    array([0.26894142, 0.73105858])
    >>> softmax([1000.0, 1000.0, -np.inf])
    array([0.5, 0.5, 0. ])
    """
    z, axes = _with_axis("z", z, axis)
    exp = np.exp(_shifted(z, axes))
    exp /= _sum(exp, axes)
    return exp


@_quietly
def log_softmax(z, axis=-1):
    r"""Return the logarithm of softmax without ever taking log(0).

    Parameters
    ----------
    z : array_like of float or int, any shape
        Logits.
    axis : int, tuple of int or None, default -1
        The axis along which the classes lie; None for the whole array.

    Returns
    -------
    ndarray of z's shape
        Log-probabilities, at most 0; -inf for a masked entry.

    Raises
    ------
    TypeError
        If `z` does not hold real numbers, or `axis` is not as above.
    ValueError
        If `z` has no entry along `axis`, or no such axis, or an axis comes twice.

    Notes
    -----
    .. math:: \log p_i = z_i - \log \sum_k e^{z_k}

    The error is at most n + 8 ulp for n classes, plus the distance between the largest logit and
    the next. Where p is nearly 1 its logarithm, nearly 0, keeps all its digits.

    References
    ----------
    Blanchard, Higham, Higham, "Accurately computing the log-sum-exp and softmax functions",
    IMA Journal of Numerical Analysis 41(4), 2021. :doi:`10.1093/imanum/draa038`

    Examples
    --------
    >>> log_softmax([0, 800])
    array([-800.,    0.])
    """
    z, axes = _with_axis("z", z, axis)
    shifted = _shifted(z, axes)
    return shifted - _log_sum_exp_of_shifted(shifted, axes)


@_quietly
def logsumexp(z, axis=-1, keepdims=False):
    r"""Return the logarithm of the sum of exponentials, a smooth maximum.

    Parameters
    ----------
    z : array_like of float or int, any shape
        Logits.
    axis : int, tuple of int or None, default -1
        The axis to sum along; None for the whole array.
    keepdims : bool, default False
        Keep the summed axes with length 1.

    Returns
    -------
    ndarray or scalar
        One number a slice, of z's dtype. For infinite logits the limit: -inf for a slice that is
        -inf throughout, +inf for one that holds +inf; NaN for one that holds NaN.

    Raises
    ------
    TypeError
        If `z` does not hold real numbers, or `axis` or `keepdims` is not as above.
    ValueError
        If `z` has no entry along `axis`, or no such axis, or an axis comes twice.

    Notes
    -----
    .. math:: \operatorname{lse}(z) = \log \sum_k e^{z_k}, \qquad
        \frac{\partial \operatorname{lse}}{\partial z_i} = p_i

    Its gradient is softmax. It is shift equivariant: ``logsumexp(z + c) == logsumexp(z) + c``.

    The error is at most n + 8 ulp of the larger of :math:`|\max_k z_k|` and the logarithm of
    :math:`\sum_k e^{z_k - \max_j z_j}`, for n classes.

    References
    ----------
    Blanchard, Higham, Higham, "Accurately computing the log-sum-exp and softmax functions",
    IMA Journal of Numerical Analysis 41(4), 2021. :doi:`10.1093/imanum/draa038`

    Examples
    --------
    >>> print(f"{logsumexp([1000, 1000]):.6f}")
    1000.693147
    """
    if not isinstance(keepdims, (bool, np.bool_)):
        raise TypeError(f"keepdims must be True or False, got {keepdims!r}")
    z, axes = _with_axis("z", z, axis)
    largest = z.max(axis=axes, keepdims=True)
    total = largest + _log_sum_exp_of_shifted(z - largest, axes)
    total = np.where(np.isfinite(largest), total, largest)
    return total if keepdims else total.squeeze(axis=axes)[()]


@_quietly
def softmax_jacobian(z, axis=-1):
    r"""Return every derivative dp_i/dz_j.

    Parameters
    ----------
    z : array_like of float or int, any shape
        Logits.
    axis : int, default -1
        The axis along which the n classes lie.

    Returns
    -------
    ndarray, z's shape with `axis` moved last, then n once more
        ``J[..., i, j]`` is the derivative of probability i with respect to logit j. Symmetric;
        every row and every column sums to 0.

    Raises
    ------
    TypeError
        If `z` does not hold real numbers, or `axis` is not an int.
    ValueError
        If `z` has no entry along `axis`, or no such axis.

    Notes
    -----
    .. math:: J_{ij} = \frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j),
        \qquad J = \operatorname{diag}(p) - p p^\top

    With d_i the distance of logit i to the largest, the error is at most d_i + d_j + 2n + 8 ulp of
    :math:`p_i (\delta_{ij} + p_j)`: on the diagonal, digits cancel where p_i is nearly 1.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, Springer, 2006, equation 4.106.
    ISBN 978-0-387-31073-2

    Examples
    --------
    >>> softmax_jacobian([1, 2])
    array([[ 0.19661193, -0.19661193],
           [-0.19661193,  0.19661193]])
    """
    z = real_array("z", z)
    one_axis(axis, z.ndim, "a Jacobian")
    p = np.moveaxis(softmax(z, axis), axis, -1)
    p_i, p_j = p[..., :, np.newaxis], p[..., np.newaxis, :]
    delta = np.eye(p.shape[-1], dtype=p.dtype)
    return p_i * (delta - p_j)


def softmax_jvp(z, tangent, axis=-1):
    r"""Push a change of the logits forward: J times `tangent`, without building J.

    Parameters
    ----------
    z : array_like of float or int, any shape
        Logits.
    tangent : array_like of z's shape
        A direction in which the logits move.
    axis : int, tuple of int or None, default -1
        The axis along which the classes lie; None for the whole array.

    Returns
    -------
    ndarray of z's shape
        The rate at which the probabilities change; sums to 0 along `axis`.

    Raises
    ------
    TypeError
        If an argument does not hold real numbers, or `axis` is not as above.
    ValueError
        If the shapes differ, or `z` has no entry along `axis`, or no such axis, or an axis comes
        twice.

    Notes
    -----
    .. math:: (J v)_i = p_i \Bigl(v_i - \sum_j p_j v_j\Bigr)

    The error of entry j is at most 2d + 2n + 8 ulp of :math:`p_j (|v_j| + \sum_k p_k |v_k|)`, with
    n classes and d the largest distance between two logits whose probabilities are not 0.

    References
    ----------
    Griewank, Walther, Evaluating Derivatives, SIAM, 2008, chapter 3.
    :doi:`10.1137/1.9780898717761`

    Examples
    --------
    >>> softmax_jvp([1, 2], [1, 0])
    array([ 0.19661193, -0.19661193])
    """
    return _jacobian_times("tangent", tangent, z, axis)


def softmax_vjp(z, cotangent, axis=-1):
    r"""Pull a gradient back to the logits: J transposed times `cotangent`, without building J.

    Parameters
    ----------
    z : array_like of float or int, any shape
        Logits.
    cotangent : array_like of z's shape
        The gradient of some scalar with respect to the probabilities.
    axis : int, tuple of int or None, default -1
        The axis along which the classes lie; None for the whole array.

    Returns
    -------
    ndarray of z's shape
        The gradient of that scalar with respect to the logits; sums to 0 along `axis`.

    Raises
    ------
    TypeError
        If an argument does not hold real numbers, or `axis` is not as above.
    ValueError
        If the shapes differ, or `z` has no entry along `axis`, or no such axis, or an axis comes
        twice.

    Notes
    -----
    .. math:: (J^\top g)_j = \sum_i g_i J_{ij} = p_j \Bigl(g_j - \sum_i g_i p_i\Bigr)

    The Jacobian of softmax is symmetric, so this is the same formula as `softmax_jvp`.

    The error of entry j is at most 2d + 2n + 8 ulp of :math:`p_j (|g_j| + \sum_k p_k |g_k|)`, with
    n classes and d the largest distance between two logits whose probabilities are not 0.

    References
    ----------
    Griewank, Walther, Evaluating Derivatives, SIAM, 2008, chapter 3.
    :doi:`10.1137/1.9780898717761`

    Examples
    --------
    >>> softmax_vjp([1, 2], [1, 0])
    array([ 0.19661193, -0.19661193])
    """
    return _jacobian_times("cotangent", cotangent, z, axis)


def _jacobian_times(name, v, z, axis):
    """Return the product of softmax's Jacobian at z, which is symmetric, with v."""
    z, v = real_array("z", z), real_array(name, v)
    z = z.astype(np.result_type(z, v), copy=False)  # lest p be rounded more than the result
    return _times_jacobian(softmax(z, axis), name, v, "z", axis)


def softmax_backward(p, grad_p, axis=-1):
    r"""Pull a gradient back through softmax from its cached output, as frameworks do it.

    Parameters
    ----------
    p : array_like of float, any shape
        Probabilities, the output of `softmax` along the same axis.
    grad_p : array_like of p's shape
        The gradient of some scalar with respect to `p`.
    axis : int, tuple of int or None, default -1
        The axis along which the classes lie; None for the whole array.

    Returns
    -------
    ndarray of p's shape
        The gradient of that scalar with respect to the logits; sums to 0 along `axis`.

    Raises
    ------
    TypeError
        If an argument does not hold real numbers, or `axis` is not as above.
    ValueError
        If the shapes differ, or `p` has no entry along `axis`, or no such axis, or an axis comes
        twice.

    Notes
    -----
    .. math:: \frac{\partial L}{\partial z_j} = p_j \Bigl(g_j - \sum_i g_i p_i\Bigr), \qquad
        g_i = \frac{\partial L}{\partial p_i}

    For n classes the error of entry j is at most n + 8 ulp of
    :math:`p_j (|g_j| + \sum_k p_k |g_k|)`.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, Springer, 2006, equation 4.106 (the Jacobian,
    here multiplied out). ISBN 978-0-387-31073-2

    Examples
    --------
    >>> softmax_backward(softmax([1, 2]), [1, 0])
    array([ 0.19661193, -0.19661193])
    """
    return _times_jacobian(p, "grad_p", grad_p, "p", axis)


@_quietly
def _times_jacobian(p, name, v, reference, axis):
    """Return (diag(p) - p p^T) v for every slice."""
    p, axes = _with_axis("p", p, axis)
    v = real_array(name, v)
    require_shape(name, v, p.shape, reference)
    return p * (v - _sum(p * v, axes))


@_quietly
def log_softmax_backward(log_p, grad_log_p, axis=-1):
    r"""Pull a gradient back through log_softmax from its cached output.

    Parameters
    ----------
    log_p : array_like of float, any shape
        Log-probabilities, the output of `log_softmax` along the same axis.
    grad_log_p : array_like of log_p's shape
        The gradient of some scalar with respect to `log_p`.
    axis : int, tuple of int or None, default -1
        The axis along which the classes lie; None for the whole array.

    Returns
    -------
    ndarray of log_p's shape
        The gradient of that scalar with respect to the logits; exactly 0 for a masked entry.

    Raises
    ------
    TypeError
        If an argument does not hold real numbers, or `axis` is not as above.
    ValueError
        If the shapes differ, or `log_p` has no entry along `axis`, or no such axis, or an axis
        comes twice.

    Notes
    -----
    .. math:: \frac{\partial L}{\partial z_j} = g_j - p_j \sum_i g_i, \qquad
        g_i = \frac{\partial L}{\partial \log p_i}

    For n classes the error of entry j is at most n + 8 ulp of
    :math:`|g_j| + p_j \sum_k |g_k|`.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, Springer, 2006, equation 4.106 (divided by
    the probability). ISBN 978-0-387-31073-2

    Examples
    --------
    >>> log_softmax_backward(log_softmax([1, 2]), [1, 0])
    array([ 0.73105858, -0.73105858])
    """
    log_p, axes = _with_axis("log_p", log_p, axis)
    g = real_array("grad_log_p", grad_log_p)
    require_shape("grad_log_p", g, log_p.shape, "log_p")
    dtype = np.result_type(log_p, g)  # lest p or the sum be rounded more than the result
    log_p, g = log_p.astype(dtype, copy=False), g.astype(dtype, copy=False)
    gradient = g - np.exp(log_p) * _sum(g, axes)
    # A masked logit cannot move, whatever arrives at its entry.
    return np.where(np.isneginf(log_p), gradient.dtype.type(0), gradient)
