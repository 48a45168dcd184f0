"""Right answers to every exercise, written as differently as people write them.

The part of a name before `__` says which check judges the function, the part after it how it goes
about its work. `RIGHT` lists them by check. Each stands alone, so that none is right or wrong only
because another one is.
"""

import math

import numpy as np
import scipy.optimize
import scipy.special

# Softmax


def softmax__with_keepdims(z, axis):
    exp = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return exp / np.sum(exp, axis=axis, keepdims=True)


def softmax__in_float32_and_in_place_on_a_copy(z, axis):
    p = (z - z.max(axis, keepdims=True)).astype(np.float32)
    np.exp(p, out=p)
    p /= p.sum(axis, keepdims=True)
    return p


def softmax__one_slice_at_a_time_as_lists(z, axis):
    last = np.moveaxis(z, axis, -1)
    p = []
    for row in last.reshape(-1, last.shape[-1]).tolist():
        exp = [math.exp(entry - max(row)) for entry in row]
        p.append([e / sum(exp) for e in exp])
    return np.moveaxis(np.reshape(p, last.shape), -1, axis).tolist()


# The logarithm of softmax


def log_softmax__with_keepdims(z, axis):
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def log_softmax__with_logsumexp(z, axis):
    return z - np.expand_dims(scipy.special.logsumexp(z, axis), axis)


def log_softmax__one_class_at_a_time(z, axis):
    total = -np.inf
    for k in range(z.shape[axis]):
        total = np.logaddexp(total, np.take(z, k, axis))
    return np.stack([np.take(z, k, axis) - total for k in range(z.shape[axis])], axis)


def log_softmax__in_float32_and_in_place_on_a_copy(z, axis):
    log_p = np.moveaxis(z - z.max(axis, keepdims=True), axis, -1).astype(np.float32)
    log_p -= np.log(np.exp(log_p).sum(-1))[..., None]
    return np.moveaxis(log_p, -1, axis)


# The Jacobian of softmax


def softmax_jacobian__with_diag_and_outer(z):
    p = scipy.special.softmax(z)
    return np.diag(p) - np.outer(p, p)


def softmax_jacobian__with_loops(z):
    exp = [math.exp(entry - max(z)) for entry in z]
    p = [e / sum(exp) for e in exp]
    jacobian = np.zeros((len(z), len(z)))
    for i, p_i in enumerate(p):
        for j, p_j in enumerate(p):
            jacobian[i, j] = p_i * (1 - p_i) if i == j else -p_i * p_j
    return jacobian


def softmax_jacobian__with_broadcasting_in_float32(z):
    exp = np.exp((z - z.max()).astype("float32"))
    p = exp / exp.sum()
    return p[:, np.newaxis] * (np.eye(len(z)) - p[np.newaxis, :])


def softmax_jacobian__with_complex_steps(z):
    exp = np.exp(z - z.max() + 1e-20j * np.eye(z.size))
    return (exp / exp.sum(axis=1, keepdims=True)).imag.T / 1e-20


# A Jacobian for each row


def batched_jacobian__with_broadcasting(z):
    exp = np.exp(z - z.max(axis=1, keepdims=True))
    p = exp / exp.sum(axis=1, keepdims=True)
    return p[:, :, None] * (np.eye(z.shape[1]) - p[:, None, :])


def batched_jacobian__one_row_at_a_time(z):
    jacobians = []
    for row in z:
        p = scipy.special.softmax(row)
        jacobians.append(np.diag(p) - np.outer(p, p))
    return jacobians


def batched_jacobian__with_einsum_in_float32(z):
    p = np.float32(scipy.special.softmax(z, axis=-1))
    identity = np.eye(p.shape[-1])
    return np.einsum("ni,ij->nij", p, identity) - np.einsum("ni,nj->nij", p, p)


# The cotangent times the Jacobian


def softmax_vjp__in_one_line(z, cotangent):
    p = scipy.special.softmax(z, axis=-1)
    return p * (cotangent - np.sum(p * cotangent, axis=-1, keepdims=True))


def softmax_vjp__with_the_full_jacobian(z, cotangent):
    p = scipy.special.softmax(z, axis=1)
    jacobian = p[:, :, None] * (np.eye(z.shape[1]) - p[:, None, :])
    return np.einsum("ni,nij->nj", cotangent, jacobian)


def softmax_vjp__with_loops(z, cotangent):
    gradient = np.zeros(z.shape)
    for r, row in enumerate(z.tolist()):
        exp = [math.exp(entry - max(row)) for entry in row]
        p = [e / sum(exp) for e in exp]
        for j in range(len(p)):
            for i in range(len(p)):
                gradient[r, j] += cotangent[r, i] * p[i] * ((i == j) - p[j])
    return gradient


def softmax_vjp__in_float32_and_in_place_on_copies(z, cotangent):
    p = np.float32(scipy.special.softmax(z, axis=1))
    gradient = cotangent.astype(np.float32)
    gradient *= p
    gradient -= p * gradient.sum(1, keepdims=True)
    return gradient


# The same from the cached probabilities


def softmax_backward__in_one_line(p, grad_p, axis):
    return p * (grad_p - (p * grad_p).sum(axis=axis, keepdims=True))


def softmax_backward__with_the_full_jacobian(p, grad_p, axis):
    p, g = np.moveaxis(p, axis, -1), np.moveaxis(grad_p, axis, -1)
    jacobian = p[..., :, None] * np.eye(p.shape[-1]) - p[..., :, None] * p[..., None, :]
    return np.moveaxis((jacobian @ g[..., None])[..., 0], -1, axis)


def softmax_backward__with_loops(p, grad_p, axis):
    axis = axis % p.ndim
    grad_z = np.zeros(p.shape)
    for index in np.ndindex(p.shape):
        for i in range(p.shape[axis]):
            here = (*index[:axis], i, *index[axis + 1 :])
            grad_z[index] += grad_p[here] * p[here] * ((i == index[axis]) - p[index])
    return grad_z


def softmax_backward__in_float32_and_in_place_on_a_copy(p, grad_p, axis):
    grad_z = np.array(grad_p, dtype=np.float32)
    grad_z -= np.sum(grad_z * p, axis=axis, keepdims=True)
    grad_z *= p
    return grad_z


# The gradient of the fused loss


def softmax_cross_entropy_grad__in_one_line(z, t):
    return (scipy.special.softmax(z, axis=1) - t) / len(z)


def softmax_cross_entropy_grad__with_one_taken_off_at_the_class(z, t):
    grad_z = scipy.special.softmax(z.astype(np.float32), axis=1)
    grad_z[np.arange(len(z)), t.argmax(axis=1)] -= 1
    grad_z /= len(z)
    return grad_z


def softmax_cross_entropy_grad__with_the_jacobian_of_log_softmax(z, t):
    p = scipy.special.softmax(z, axis=1)
    jacobian = np.eye(z.shape[1]) - p[:, None, :]
    return np.einsum("ni,nij->nj", -t, jacobian) / z.shape[0]


# The same step for the logarithm


def log_softmax_backward__in_one_line(log_p, grad_log_p, axis):
    return grad_log_p - np.exp(log_p) * grad_log_p.sum(axis=axis, keepdims=True)


def log_softmax_backward__with_the_full_jacobian(log_p, grad_log_p, axis):
    p, g = np.exp(np.moveaxis(log_p, axis, -1)), np.moveaxis(grad_log_p, axis, -1)
    jacobian = np.eye(p.shape[-1]) - p[..., None, :]
    return np.moveaxis(np.einsum("...i,...ij->...j", g, jacobian), -1, axis)


def log_softmax_backward__one_slice_at_a_time(log_p, grad_log_p, axis):
    both = np.concatenate([np.moveaxis(a, axis, -1) for a in (log_p, grad_log_p)], axis=-1)
    n = log_p.shape[axis]
    rows = np.apply_along_axis(lambda r: r[n:] - np.exp(r[:n]) * sum(r[n:]), -1, both)
    return np.moveaxis(rows, -1, axis)


# Soft targets


def soft_cross_entropy_grad__in_one_line(z, t):
    return (scipy.special.softmax(z, axis=1) * t.sum(axis=1, keepdims=True) - t) / len(z)


def soft_cross_entropy_grad__one_target_at_a_time(z, t):
    p, n = scipy.special.softmax(z, axis=1), z.shape[1]
    return sum(t[:, i : i + 1] * (p - np.eye(n)[i]) for i in range(n)) / len(z)


def soft_cross_entropy_grad__with_the_jacobian_of_log_softmax(z, t):
    p = scipy.special.softmax(z, axis=1)
    return np.einsum("ni,nij->nj", -t / len(z), np.eye(z.shape[1]) - p[:, None, :])


# A temperature


def temperature_jacobian__with_diag_and_outer(z, temperature):
    p = scipy.special.softmax(z / temperature)
    return (np.diag(p) - np.outer(p, p)) / temperature


def temperature_jacobian__with_complex_steps(z, temperature):
    exp = np.exp((z - z.max() + 1e-20j * np.eye(z.size)) / temperature)
    return (exp / exp.sum(axis=1, keepdims=True)).imag.T / 1e-20


def temperature_jacobian__with_loops(z, temperature):
    exp = [math.exp((entry - max(z)) / temperature) for entry in z]
    p = [e / sum(exp) for e in exp]
    return [[a * ((i == j) - b) / temperature for j, b in enumerate(p)] for i, a in enumerate(p)]


# A mask


def masked_softmax_backward__with_minus_infinity(z, mask, cotangent):
    p = scipy.special.softmax(np.where(mask, z, -np.inf), axis=1)
    return p * (cotangent - (p * cotangent).sum(axis=1, keepdims=True))


def masked_softmax_backward__on_the_classes_that_take_part(z, mask, cotangent):
    gradient = np.zeros(z.shape)
    for row, m, g, out in zip(z, mask, cotangent, gradient, strict=True):
        p = scipy.special.softmax(row[m])
        out[m] = p * (g[m] - p @ g[m])
    return gradient


def masked_softmax_backward__with_the_mask_in_the_sum(z, mask, cotangent):
    exp = mask * np.exp(
        np.minimum(z - np.max(z, axis=1, where=mask, initial=-9e9, keepdims=True), 0)
    )
    p = exp / exp.sum(axis=1, keepdims=True)
    return p * cotangent - p * np.sum(p * cotangent, axis=1, keepdims=True)


# A gradient by finite differences


def finite_difference_gradient__moving_there_and_back(function, x):
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        before = x[index]
        x[index] = before + 1e-5
        above = function(x)
        x[index] = before - 1e-5
        gradient[index] = (above - function(x)) / 2e-5
        x[index] = before
    return gradient


def finite_difference_gradient__one_sided_with_unit_vectors(function, x):
    units = 1e-7 * np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(function(x + unit) - function(x)) / 1e-7 for unit in units]
    return np.reshape(slopes, x.shape).tolist()


def finite_difference_gradient__with_scipy(function, x):
    flat = x.ravel().astype(float)
    gradient = scipy.optimize.approx_fprime(flat, lambda flat: function(flat.reshape(x.shape)))
    return gradient.reshape(x.shape)


# A checker of backward functions


def gradient_checker__one_entry_at_a_time(backward):
    z, g = np.random.default_rng(1).normal(size=(2, 3, 4))
    numeric = np.zeros(z.shape)
    for index in np.ndindex(z.shape):
        step = np.zeros(z.shape)
        step[index] = 1e-5
        above, below = (scipy.special.softmax(x, axis=-1) for x in (z + step, z - step))
        numeric[index] = np.sum(g * (above - below)) / 2e-5
    analytic = backward(scipy.special.softmax(z, axis=-1), g, axis=-1)
    return np.max(np.abs(analytic - numeric)) < 1e-6


def gradient_checker__along_random_directions(backward):
    rng = np.random.default_rng(3)
    z, g, *tangents = rng.normal(size=(7, 4, 3))
    grad_z = np.asarray(backward(scipy.special.softmax(z, axis=1), g.copy()))
    for tangent in tangents:
        above, below = (scipy.special.softmax(z + step * tangent, axis=1) for step in (1e-6, -1e-6))
        slope = np.sum(g * (above - below)) / 2e-6
        if grad_z.shape != z.shape or abs(slope - np.sum(grad_z * tangent)) > 1e-5:
            return False
    return True


def gradient_checker__with_complex_steps(backward):
    z, g = np.random.default_rng(5).normal(size=(2, 2, 4))
    exp = np.exp(z + 1e-20j * np.eye(8).reshape(8, 2, 4))
    p = exp / exp.sum(axis=-1, keepdims=True)
    numeric = (g * p).sum(axis=(1, 2)).imag.reshape(2, 4) / 1e-20
    return np.allclose(backward(p[0].real, g), numeric, rtol=0, atol=1e-6)


def _by_check():
    right = {}
    for name, value in globals().items():
        check, separator, _ = name.partition("__")
        if check and separator:
            right.setdefault(f"check_{check}", []).append(value)
    return right


RIGHT = _by_check()
