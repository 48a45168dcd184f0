"""Other ways to the same gradient: what people write before, or instead of, the closed form."""

import numpy as np


def backward_with_temporaries(p, g):
    """Return p * g - p * sum(p * g), every product held in an array of its own."""
    products = p * g
    total = products.sum(axis=-1, keepdims=True)
    shares = p * total
    return products - shares


def backward_by_columns(p, g):
    """Return the gradient one logit at a time: g times column j of the Jacobian."""
    gradient = np.empty_like(p)
    for j in range(p.shape[-1]):
        column = -p * p[..., j : j + 1]
        column[..., j] += p[..., j]
        gradient[..., j] = (g * column).sum(axis=-1)
    return gradient


def backward_by_jacobian(p, g):
    """Return the gradient from the whole Jacobian of each sample."""
    gradient = np.empty_like(p)
    for k, (p_k, g_k) in enumerate(zip(p, g, strict=True)):
        jacobian = np.diagflat(p_k) - np.outer(p_k, p_k)
        gradient[k] = jacobian.T @ g_k
    return gradient
