"""Right answers to every exercise, written as differently as people write them.

The part of a name before `__` says which check judges the function; the part after it, how it goes
about its work. `RIGHT` lists them by check. `mutants` spoils each of them, one place at a time, so
each is written out in full: what it called from elsewhere in this file would not be spoilt.
"""

import math
from functools import reduce
from itertools import product

import numpy as np
import scipy.optimize
import scipy.special

from softmax_lessons import gradient_check, numerics

# Softmax


def softmax__with_keepdims(z, axis):
    shifted = z - np.max(z, axis=axis, keepdims=True)
    exp = np.exp(shifted)
    return exp / np.sum(exp, axis=axis, keepdims=True)


def softmax__with_scipy(z, axis):
    return scipy.special.softmax(z, axis=axis)


def softmax__with_apply_along_axis(z, axis):
    def of_one_slice(row):
        exp = np.exp(row - row.max())
        return exp / exp.sum()

    return np.apply_along_axis(of_one_slice, axis, z.astype(float))


def softmax__with_the_classes_moved_last(z, axis):
    last = np.moveaxis(z, axis, -1)
    exp = np.exp(last - last.max(-1)[..., np.newaxis])
    p = exp / exp.sum(-1)[..., np.newaxis]
    return np.moveaxis(p, -1, axis)


def softmax__in_log_space(z, axis):
    return np.exp(z - scipy.special.logsumexp(z, axis=axis, keepdims=True))


def softmax__with_nested_lists(z, axis):
    def along_the_first_axis(entries):
        if not isinstance(entries[0], list):
            exp = [math.exp(entry - max(entries)) for entry in entries]
            return [e / sum(exp) for e in exp]
        inner = [along_the_first_axis(list(others)) for others in zip(*entries, strict=True)]
        return [list(others) for others in zip(*inner, strict=True)]

    def along(entries, axis):
        if axis == 0:
            return along_the_first_axis(entries)
        return [along(entry, axis - 1) for entry in entries]

    return along(z.tolist(), axis % z.ndim)


def softmax__with_loops(z, axis):
    axis = axis % z.ndim
    p = np.zeros(z.shape)
    before, after = z.shape[:axis], z.shape[axis + 1 :]
    for i in np.ndindex(*before):
        for j in np.ndindex(*after):
            largest = max(z[(*i, k, *j)] for k in range(z.shape[axis]))
            total = 0.0
            for k in range(z.shape[axis]):
                p[(*i, k, *j)] = math.exp(z[(*i, k, *j)] - largest)
                total += p[(*i, k, *j)]
            for k in range(z.shape[axis]):
                p[(*i, k, *j)] /= total
    return p


def softmax__in_float32(z, axis):
    shifted = (z - z.max(axis, keepdims=True)).astype(np.float32)
    exp = np.exp(shifted)
    return exp / exp.sum(axis, keepdims=True)


def softmax__with_one_over_a_sum(z, axis):
    last = np.moveaxis(z, axis, -1).astype(float)
    with np.errstate(over="ignore"):
        ratios = np.exp(last[..., np.newaxis, :] - last[..., :, np.newaxis])
    return np.moveaxis(1 / ratios.sum(-1), -1, axis)


def softmax__in_place_on_a_copy(z, axis):
    p = np.array(z, dtype=float)
    p -= p.max(axis=axis, keepdims=True)
    np.exp(p, out=p)
    p /= p.sum(axis=axis, keepdims=True)
    return p


def softmax__with_rows_and_einsum(z, axis):
    swapped = np.swapaxes(z, axis, -1)
    rows = swapped.reshape(-1, swapped.shape[-1])
    exp = np.exp(rows - rows.max(axis=1, keepdims=True))
    p = np.einsum("ij,i->ij", exp, 1 / np.einsum("ij->i", exp))
    return np.swapaxes(p.reshape(swapped.shape), axis, -1)


def softmax__with_a_matrix_of_ones(z, axis):
    last = np.moveaxis(z, axis, -1)
    n = last.shape[-1]
    exp = np.exp(last - last.max(axis=-1, keepdims=True))
    return np.moveaxis(exp / (exp @ np.ones((n, n))), -1, axis)


def softmax__one_class_at_a_time(z, axis):
    columns = [np.take(z, k, axis=axis) for k in range(z.shape[axis])]
    largest = reduce(np.maximum, columns)
    total = sum(np.exp(column - largest) for column in columns)
    return np.stack([np.exp(column - largest) / total for column in columns], axis=axis)


def softmax__with_vectorize(z, axis):
    exp = np.vectorize(math.exp, otypes=[float])(z - np.amax(z, axis, keepdims=True))
    total = np.expand_dims(np.add.reduce(exp, axis), axis)
    return np.divide(exp, total)


def softmax__as_a_sigmoid_of_log_odds(z, axis):
    n = z.shape[axis]
    z = np.moveaxis(z, axis, 0).astype(float)
    if n == 1:
        return np.ones(np.moveaxis(z, 0, axis).shape)
    p = [
        scipy.special.expit(z[k] - scipy.special.logsumexp(np.delete(z, k, axis=0), axis=0))
        for k in range(n)
    ]
    return np.stack(p, axis=axis)


# The logarithm of softmax


def log_softmax__with_keepdims(z, axis):
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def log_softmax__with_scipy(z, axis):
    return scipy.special.log_softmax(z, axis)


def log_softmax__with_logsumexp(z, axis):
    return z - np.expand_dims(scipy.special.logsumexp(z, axis), axis)


def log_softmax__with_logaddexp(z, axis):
    return z - np.logaddexp.reduce(z.astype(float), axis=axis, keepdims=True)


def log_softmax__with_apply_along_axis(z, axis):
    def of_one_slice(row):
        largest = row.max()
        return row - (largest + np.log(np.sum(np.exp(row - largest))))

    return np.apply_along_axis(of_one_slice, axis, np.asarray(z, dtype=np.float64))


def log_softmax__with_rows(z, axis):
    last = np.moveaxis(z, axis, -1)
    rows = last.reshape(-1, last.shape[-1])
    shifted = rows - rows.max(axis=1)[:, None]
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1))[:, None]
    return np.moveaxis(log_p.reshape(last.shape), -1, axis)


def log_softmax__with_nested_lists(z, axis):
    def of_one_slice(row):
        largest = max(row)
        total = math.fsum(math.exp(entry - largest) for entry in row)
        return [entry - largest - math.log(total) for entry in row]

    rows = np.moveaxis(z, axis, -1)
    log_p = [of_one_slice(row) for row in rows.reshape(-1, z.shape[axis]).tolist()]
    return np.moveaxis(np.array(log_p).reshape(rows.shape), -1, axis).tolist()


def log_softmax__with_loops(z, axis):
    z = np.moveaxis(z, axis, 0)
    n = z.shape[0]
    log_p = np.zeros(z.shape)
    for rest in np.ndindex(z.shape[1:]):
        largest = -math.inf
        for k in range(n):
            largest = max(largest, float(z[(k, *rest)]))
        total = 0.0
        for k in range(n):
            total += math.exp(z[(k, *rest)] - largest)
        for k in range(n):
            log_p[(k, *rest)] = z[(k, *rest)] - largest - math.log(total)
    return np.moveaxis(log_p, 0, axis)


def log_softmax__with_log1p(z, axis):
    z = np.moveaxis(z, axis, -1)
    ordered = np.sort(z, axis=-1)
    largest = ordered[..., -1:]
    rest = np.exp(ordered[..., :-1] - largest).sum(axis=-1, keepdims=True)
    return np.moveaxis(z - largest - np.log1p(rest), -1, axis)


def log_softmax__in_float32(z, axis):
    shifted = np.float32(z - z.max(axis, keepdims=True))
    return shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))


def log_softmax__in_place_on_a_copy(z, axis):
    log_p = z.astype(float, copy=True)
    log_p -= np.amax(log_p, axis, keepdims=True)
    log_p -= np.log(np.sum(np.exp(log_p), axis, keepdims=True))
    return log_p


def log_softmax__with_differences_of_logits(z, axis):
    last = np.moveaxis(z, axis, -1)
    differences = last[..., np.newaxis, :] - last[..., :, np.newaxis]
    return np.moveaxis(-scipy.special.logsumexp(differences, axis=-1), -1, axis)


def log_softmax__one_class_at_a_time(z, axis):
    total = -np.inf
    for k in range(z.shape[axis]):
        total = np.logaddexp(total, np.take(z, k, axis))
    columns = [np.take(z, k, axis) - total for k in range(z.shape[axis])]
    return np.stack(columns, axis)


# The Jacobian of softmax


def softmax_jacobian__with_diag_and_outer(z):
    p = scipy.special.softmax(z)
    return np.diag(p) - np.outer(p, p)


def softmax_jacobian__with_loops(z):
    n = len(z)
    exp = [math.exp(entry - max(z)) for entry in z]
    p = [e / sum(exp) for e in exp]
    jacobian = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if i == j:
                jacobian[i, j] = p[i] * (1 - p[i])
            else:
                jacobian[i, j] = -p[i] * p[j]
    return jacobian


def softmax_jacobian__with_broadcasting(z):
    exp = np.exp(z - z.max())
    p = exp / exp.sum()
    return p[:, np.newaxis] * (np.eye(len(z)) - p[np.newaxis, :])


def softmax_jacobian__with_einsum(z):
    exp = np.exp(z - np.max(z))
    p = exp / np.sum(exp)
    identity = np.identity(p.size)
    return np.einsum("i,ij->ij", p, identity) - np.einsum("i,j->ij", p, p)


def softmax_jacobian__with_matmul(z):
    n = z.shape[0]
    p = numerics.softmax(z)
    ones = np.ones((n, 1))
    return np.diag(p) @ (np.eye(n) - ones @ p.reshape(1, n))


def softmax_jacobian__one_column_at_a_time(z):
    p = scipy.special.softmax(z)
    jacobian = np.zeros((p.size, p.size))
    for j in range(p.size):
        jacobian[:, j] = -p * p[j]
        jacobian[j, j] += p[j]
    return jacobian


def softmax_jacobian__with_nested_lists(z):
    z = z.tolist()
    exp = [math.exp(entry - max(z)) for entry in z]
    p = [e / math.fsum(exp) for e in exp]
    return [[p_i * ((i == j) - p_j) for j, p_j in enumerate(p)] for i, p_i in enumerate(p)]


def softmax_jacobian__with_the_quotient_rule(z):
    exp = np.exp(z - z.max())
    total = exp.sum()
    numerator = total * np.diag(exp) - exp[:, None] @ exp[None, :]
    return numerator / total**2


def softmax_jacobian__in_log_space(z):
    log_p = z - scipy.special.logsumexp(z)
    return np.diag(np.exp(log_p)) - np.exp(np.add.outer(log_p, log_p))


def softmax_jacobian__with_the_diagonal_filled_in(z):
    p = scipy.special.softmax(z.astype(float))
    jacobian = np.multiply.outer(p, -p)
    np.fill_diagonal(jacobian, p - p**2)
    return jacobian


def softmax_jacobian__in_float32(z):
    exp = np.exp((z - z.max()).astype("float32"))
    p = exp / exp.sum()
    return np.diag(p) - p[:, None] * p[None, :]


def softmax_jacobian__with_complex_steps(z):
    h = 1e-20
    points = z - z.max() + 1j * h * np.eye(z.size)
    exp = np.exp(points)
    p = exp / exp.sum(axis=1, keepdims=True)
    return p.imag.T / h


def softmax_jacobian__with_vectorize(z):
    p = scipy.special.softmax(z)
    entry = np.vectorize(lambda i, j: p[i] * (float(i == j) - p[j]), otypes=[float])
    i, j = np.indices((p.size, p.size))
    return entry(i, j)


def softmax_jacobian__with_where(z):
    p = np.exp(scipy.special.log_softmax(z))
    row = np.tile(p, (p.size, 1))
    return np.where(np.eye(p.size, dtype=bool), row * (1 - row), -row * row.T)


def softmax_jacobian__with_one_tangent_after_another(z):
    p = scipy.special.softmax(z)
    return np.transpose([p * (tangent - p @ tangent) for tangent in np.eye(p.size)])


# A Jacobian for each row


def batched_jacobian__with_broadcasting(z):
    exp = np.exp(z - z.max(axis=1, keepdims=True))
    p = exp / exp.sum(axis=1, keepdims=True)
    return p[:, :, None] * (np.eye(z.shape[1]) - p[:, None, :])


def batched_jacobian__with_one_row_at_a_time(z):
    jacobians = []
    for row in z:
        p = scipy.special.softmax(row)
        jacobians.append(np.diag(p) - np.outer(p, p))
    return np.stack(jacobians)


def batched_jacobian__with_loops(z):
    rows, n = z.shape
    jacobian = np.zeros((rows, n, n))
    for r in range(rows):
        largest = max(z[r])
        total = sum(math.exp(z[r, k] - largest) for k in range(n))
        p = [math.exp(z[r, k] - largest) / total for k in range(n)]
        for i in range(n):
            for j in range(n):
                jacobian[r, i, j] = p[i] * ((1.0 if i == j else 0.0) - p[j])
    return jacobian


def batched_jacobian__with_einsum(z):
    p = scipy.special.softmax(z, axis=-1)
    identity = np.eye(p.shape[-1])
    return np.einsum("ni,ij->nij", p, identity) - np.einsum("ni,nj->nij", p, p)


def batched_jacobian__with_matmul(z):
    p = scipy.special.softmax(z, axis=1)
    column = np.expand_dims(p, 2)
    return column * np.eye(p.shape[1]) - column @ np.expand_dims(p, 1)


def batched_jacobian__with_apply_along_axis(z):
    def of_one_row(row):
        exp = np.exp(row - row.max())
        p = exp / exp.sum()
        return np.diag(p) - np.outer(p, p)

    return np.apply_along_axis(of_one_row, 1, z)


def batched_jacobian__with_vectorize(z):
    def of_one_row(row):
        p = scipy.special.softmax(row)
        return p[:, None] * (np.eye(p.size) - p)

    return np.vectorize(of_one_row, signature="(n)->(n,n)")(z)


def batched_jacobian__with_nested_lists(z):
    def of_one_row(row):
        exp = [math.exp(entry - max(row)) for entry in row]
        p = [e / sum(exp) for e in exp]
        return [
            [(p_i if i == j else 0) - p_i * p_j for j, p_j in enumerate(p)]
            for i, p_i in enumerate(p)
        ]

    return [of_one_row(row) for row in z.tolist()]


def batched_jacobian__with_the_diagonal_added(z):
    p = numerics.softmax(z, axis=1)
    jacobian = -np.einsum("...i,...j->...ij", p, p)
    diagonal = np.arange(p.shape[1])
    jacobian[:, diagonal, diagonal] += p
    return jacobian


def batched_jacobian__one_column_at_a_time(z):
    exp = np.exp(z - z.max(axis=-1, keepdims=True))
    p = exp / exp.sum(axis=-1, keepdims=True)
    columns = []
    for j in range(z.shape[-1]):
        column = -p * p[:, j : j + 1]
        column[:, j] += p[:, j]
        columns.append(column)
    return np.stack(columns, axis=-1)


def batched_jacobian__in_float32(z):
    p = scipy.special.softmax(z, axis=1).astype(np.float32)
    identity = np.eye(p.shape[1], dtype=np.float32)
    return p[..., np.newaxis] * (identity[np.newaxis] - p[:, np.newaxis, :])


def batched_jacobian__with_complex_steps(z):
    h = 1e-30
    points = (z - z.max(axis=1, keepdims=True))[:, None, :] + 1j * h * np.eye(z.shape[1])
    exp = np.exp(points)
    p = exp / exp.sum(axis=2, keepdims=True)
    return np.imag(p).swapaxes(1, 2) / h


def batched_jacobian__in_log_space(z):
    log_p = scipy.special.log_softmax(z, axis=1)
    pairs = np.exp(log_p[:, :, None] + log_p[:, None, :])
    return np.exp(log_p)[:, :, None] * np.eye(z.shape[1]) - pairs


# The cotangent times the Jacobian


def softmax_vjp__in_one_line(z, cotangent):
    p = scipy.special.softmax(z, axis=-1)
    return p * (cotangent - np.sum(p * cotangent, axis=-1, keepdims=True))


def softmax_vjp__with_the_full_jacobian(z, cotangent):
    p = scipy.special.softmax(z, axis=1)
    jacobian = p[:, :, None] * (np.eye(z.shape[1]) - p[:, None, :])
    return np.einsum("ni,nij->nj", cotangent, jacobian)


def softmax_vjp__one_row_at_a_time(z, cotangent):
    gradients = np.zeros(z.shape)
    for r, (row, g) in enumerate(zip(z, cotangent, strict=True)):
        exp = np.exp(row - row.max())
        p = exp / exp.sum()
        jacobian = np.diag(p) - np.outer(p, p)
        gradients[r] = jacobian.T @ g
    return gradients


def softmax_vjp__with_loops(z, cotangent):
    gradient = np.zeros(np.shape(z))
    rows, n = gradient.shape
    for r in range(rows):
        largest = max(float(z[r, k]) for k in range(n))
        exp = [math.exp(z[r, k] - largest) for k in range(n)]
        p = [e / sum(exp) for e in exp]
        for j in range(n):
            for i in range(n):
                gradient[r, j] += cotangent[r, i] * p[i] * ((i == j) - p[j])
    return gradient


def softmax_vjp__with_nested_lists(z, cotangent):
    gradients = []
    for row, g in zip(z.tolist(), cotangent.tolist(), strict=True):
        exp = [math.exp(entry - max(row)) for entry in row]
        p = [e / sum(exp) for e in exp]
        mean = sum(p_k * g_k for p_k, g_k in zip(p, g, strict=True))
        gradients.append([p_k * (g_k - mean) for p_k, g_k in zip(p, g, strict=True)])
    return gradients


def softmax_vjp__with_matmul(z, cotangent):
    exp = np.exp(z - z.max(axis=1)[:, None])
    p = exp / exp.sum(axis=1)[:, None]
    mean = p[:, None, :] @ cotangent[:, :, None]
    return p * (cotangent - mean[:, :, 0])


def softmax_vjp__with_pairs_of_classes(z, cotangent):
    p = numerics.softmax(z)
    g = np.asarray(cotangent, dtype=float)
    differences = g[:, :, np.newaxis] - g[:, np.newaxis, :]
    return np.einsum("nj,ni,nji->nj", p, p, differences)


def softmax_vjp__in_log_space(z, cotangent):
    log_p = scipy.special.log_softmax(z, axis=1)
    grad_log_p = np.exp(log_p) * cotangent
    return grad_log_p - np.exp(log_p) * grad_log_p.sum(axis=1, keepdims=True)


def softmax_vjp__in_float32(z, cotangent):
    p = np.float32(scipy.special.softmax(z, axis=1))
    g = np.float32(cotangent)
    return p * g - p * (p * g).sum(axis=1, keepdims=True)


def softmax_vjp__in_place_on_copies(z, cotangent):
    p = np.array(z, dtype=float)
    p -= p.max(1, keepdims=True)
    p = np.exp(p)
    p /= p.sum(1, keepdims=True)
    gradient = cotangent.astype(float)
    gradient *= p
    gradient -= p * gradient.sum(1, keepdims=True)
    return gradient


def softmax_vjp__one_column_at_a_time(z, cotangent):
    p = scipy.special.softmax(z, axis=1)
    mean = 0.0
    for j in range(p.shape[1]):
        mean = mean + p[:, j] * cotangent[:, j]
    columns = [p[:, j] * (cotangent[:, j] - mean) for j in range(p.shape[1])]
    return np.column_stack(columns)


def softmax_vjp__with_vectorize(z, cotangent):
    def of_one_row(row, g):
        p = scipy.special.softmax(row)
        return p * (g - np.dot(p, g))

    return np.vectorize(of_one_row, signature="(n),(n)->(n)")(z, cotangent)


def softmax_vjp__as_a_complex_step_along_the_cotangent(z, cotangent):
    h = 1e-20
    exp = np.exp(z - z.max(axis=-1, keepdims=True) + 1j * h * cotangent)
    p = exp / exp.sum(axis=-1, keepdims=True)
    return p.imag / h


def softmax_vjp__with_the_quotient_rule(z, cotangent):
    exp = np.exp(z - np.max(z, axis=1, keepdims=True))
    total = np.sum(exp, axis=1, keepdims=True)
    grad_total = -np.sum(cotangent * exp, axis=1, keepdims=True) / total**2
    return exp * (cotangent / total + grad_total)


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
        before, j, after = index[:axis], index[axis], index[axis + 1 :]
        for i in range(p.shape[axis]):
            here = (*before, i, *after)
            if i == j:
                grad_z[index] += grad_p[here] * p[here] * (1 - p[here])
            else:
                grad_z[index] -= grad_p[here] * p[here] * p[index]
    return grad_z


def softmax_backward__with_nested_lists(p, grad_p, axis):
    def of_one_slice(p, g):
        mean = sum(p_k * g_k for p_k, g_k in zip(p, g, strict=True))
        return [p_k * (g_k - mean) for p_k, g_k in zip(p, g, strict=True)]

    last = np.moveaxis(p, axis, -1)
    rows = last.reshape(-1, last.shape[-1]).tolist()
    grad_rows = np.moveaxis(grad_p, axis, -1).reshape(-1, last.shape[-1]).tolist()
    grad_z = [of_one_slice(*pair) for pair in zip(rows, grad_rows, strict=True)]
    return np.moveaxis(np.reshape(grad_z, last.shape), -1, axis).tolist()


def softmax_backward__with_apply_along_axis(p, grad_p, axis):
    n = p.shape[axis]

    def of_one_slice(both):
        p, g = both[:n], both[n:]
        return p * (g - p @ g)

    return np.apply_along_axis(of_one_slice, axis, np.concatenate([p, grad_p], axis=axis))


def softmax_backward__with_einsum(p, grad_p, axis):
    p = np.swapaxes(p, axis, -1)
    g = np.swapaxes(grad_p, axis, -1)
    mean = np.einsum("...i,...i->...", p, g)
    grad_z = np.einsum("...j,...j->...j", p, g) - np.einsum("...j,...->...j", p, mean)
    return np.swapaxes(grad_z, axis, -1)


def softmax_backward__with_a_weighted_average(p, grad_p, axis):
    mean = np.average(grad_p, axis=axis, weights=p, keepdims=True)
    return p * (grad_p - mean)


def softmax_backward__with_pairs_of_classes(p, grad_p, axis):
    p, g = np.moveaxis(p, axis, 0), np.moveaxis(grad_p, axis, 0)
    pairs = p[:, None] * p[None, :] * (g[:, None] - g[None, :])
    return np.moveaxis(pairs.sum(axis=1), 0, axis)


def softmax_backward__in_float32(p, grad_p, axis):
    p, grad_p = np.float32(p), np.float32(grad_p)
    product = p * grad_p
    return product - p * product.sum(axis=axis, keepdims=True)


def softmax_backward__in_place_on_a_copy(p, grad_p, axis):
    grad_z = np.array(grad_p, dtype=float)
    grad_z -= np.sum(grad_z * p, axis=axis, keepdims=True)
    grad_z *= p
    return grad_z


def softmax_backward__one_class_at_a_time(p, grad_p, axis):
    n = p.shape[axis]
    columns = [(np.take(p, k, axis), np.take(grad_p, k, axis)) for k in range(n)]
    mean = sum(p_k * g_k for p_k, g_k in columns)
    return np.stack([p_k * (g_k - mean) for p_k, g_k in columns], axis)


def softmax_backward__by_way_of_the_logarithm(p, grad_p, axis):
    grad_log_p = p * grad_p
    return grad_log_p - p * np.sum(grad_log_p, axis=axis, keepdims=True)


def softmax_backward__with_vectorize(p, grad_p, axis):
    def of_one_slice(p, g):
        return (np.diag(p) - np.outer(p, p)).dot(g)

    along_last = np.vectorize(of_one_slice, signature="(n),(n)->(n)")
    grad_z = along_last(np.moveaxis(p, axis, -1), np.moveaxis(grad_p, axis, -1))
    return np.moveaxis(grad_z, -1, axis)


def softmax_backward__with_a_row_times_a_column(p, grad_p, axis):
    last = np.moveaxis(p, axis, -1)
    g = np.moveaxis(grad_p, axis, -1)
    weighted = (last[..., None, :] @ g[..., :, None])[..., 0]
    return np.moveaxis(last * g - last * weighted, -1, axis)


# The gradient of the fused loss


def softmax_cross_entropy_grad__in_one_line(z, t):
    return (scipy.special.softmax(z, axis=1) - t) / len(z)


def softmax_cross_entropy_grad__with_keepdims(z, t):
    exp = np.exp(z - z.max(axis=-1, keepdims=True))
    p = exp / exp.sum(axis=-1, keepdims=True)
    return p / z.shape[0] - t / z.shape[0]


def softmax_cross_entropy_grad__with_one_taken_off_at_the_class(z, t):
    rows = np.arange(z.shape[0])
    grad_z = scipy.special.softmax(z.astype(float), axis=1)
    grad_z[rows, t.argmax(axis=1)] -= 1
    grad_z /= z.shape[0]
    return grad_z


def softmax_cross_entropy_grad__with_loops(z, t):
    rows, n = z.shape
    gradient = np.zeros((rows, n))
    for r in range(rows):
        largest = max(z[r, k] for k in range(n))
        total = 0.0
        for k in range(n):
            total += math.exp(z[r, k] - largest)
        for k in range(n):
            p = math.exp(z[r, k] - largest) / total
            gradient[r, k] = (p - t[r, k]) / rows
    return gradient


def softmax_cross_entropy_grad__with_nested_lists(z, t):
    gradients = []
    for row, target in zip(z.tolist(), t.tolist(), strict=True):
        exp = [math.exp(entry - max(row)) for entry in row]
        p = [e / sum(exp) for e in exp]
        gradients.append([(p_k - t_k) / len(z) for p_k, t_k in zip(p, target, strict=True)])
    return gradients


def softmax_cross_entropy_grad__back_through_log_softmax(z, t):
    log_p = scipy.special.log_softmax(z, axis=1)
    grad_log_p = -t / len(t)
    return grad_log_p - np.exp(log_p) * grad_log_p.sum(axis=1, keepdims=True)


def softmax_cross_entropy_grad__with_the_jacobian_of_log_softmax(z, t):
    p = scipy.special.softmax(z, axis=1)
    jacobian = np.eye(z.shape[1]) - p[:, None, :]
    return np.einsum("ni,nij->nj", -t, jacobian) / z.shape[0]


def softmax_cross_entropy_grad__with_where(z, t):
    p = np.exp(z - scipy.special.logsumexp(z, axis=1, keepdims=True))
    return np.where(t == 1, p - 1, p) / t.shape[0]


def softmax_cross_entropy_grad__in_float32(z, t):
    p = scipy.special.softmax(z, axis=1).astype(np.float32)
    return (p - t.astype(np.float32)) / np.float32(len(z))


def softmax_cross_entropy_grad__in_place_on_a_copy(z, t):
    gradient = np.array(z, dtype=np.float64)
    gradient -= gradient.max(axis=1, keepdims=True)
    np.exp(gradient, out=gradient)
    gradient /= gradient.sum(axis=1, keepdims=True)
    gradient -= t
    gradient *= 1 / len(gradient)
    return gradient


def softmax_cross_entropy_grad__one_column_at_a_time(z, t):
    largest = z.max(axis=1)
    exp = [np.exp(z[:, k] - largest) for k in range(z.shape[1])]
    total = sum(exp)
    columns = [(exp[k] / total - t[:, k]) / total.size for k in range(z.shape[1])]
    return np.stack(columns, axis=1)


def softmax_cross_entropy_grad__with_vectorize(z, t):
    def of_one_row(row, target):
        return scipy.special.softmax(row) - target

    return np.vectorize(of_one_row, signature="(n),(n)->(n)")(z, t) * (1 / z.shape[0])


def softmax_cross_entropy_grad__from_each_row_and_its_class(z, t):
    gradients = []
    for row, target in zip(z, t, strict=True):
        correct = np.flatnonzero(target)[0]
        gradient = np.exp(row - np.logaddexp.reduce(row))
        gradient[correct] = gradient[correct] - 1
        gradients.append(gradient / z.shape[0])
    return np.array(gradients)


def softmax_cross_entropy_grad__with_complex_steps(z, t):
    h = 1e-20
    rows, n = z.shape
    points = (z - z.max(axis=1, keepdims=True))[:, None, :] + 1j * h * np.eye(n)
    log_p = points - np.log(np.exp(points).sum(axis=2, keepdims=True))
    losses = -np.einsum("nk,njk->nj", t, log_p)
    return losses.imag / h / rows


# A gradient by finite differences


def finite_difference_gradient__one_entry_at_a_time(function, x):
    h = 1e-5
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        plus, minus = x.astype(float), x.astype(float)
        plus[index] += h
        minus[index] -= h
        gradient[index] = (function(plus) - function(minus)) / (2 * h)
    return gradient


def finite_difference_gradient__moving_there_and_back(function, x):
    x = np.array(x, dtype=float)
    h = 1e-5
    gradient = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        index = it.multi_index
        before = x[index]
        x[index] = before + h
        above = function(x)
        x[index] = before - h
        below = function(x)
        x[index] = before
        gradient[index] = (above - below) / (2 * h)
    return gradient


def finite_difference_gradient__with_unit_vectors(function, x):
    x = np.asarray(x, dtype=np.float64)
    h = 1e-6
    units = np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(function(x + h * unit) - function(x - h * unit)) / (2 * h) for unit in units]
    return np.array(slopes, dtype=float).reshape(x.shape)


def finite_difference_gradient__one_sided(function, x):
    x = x.astype(float)
    h = 1e-7
    here = function(x.copy())
    gradient = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        moved = x.copy()
        moved[index] += h
        gradient[index] = (function(moved) - here) / h
    return gradient


def finite_difference_gradient__with_richardson(function, x):
    x = np.array(x, dtype=float)

    def central(index, h):
        step = np.zeros(x.shape)
        step[index] = h
        return (function(x + step) - function(x - step)) / (2 * h)

    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        gradient[index] = (4 * central(index, 5e-4) - central(index, 1e-3)) / 3
    return gradient


def finite_difference_gradient__with_five_points(function, x):
    h = 1e-3
    flat = np.ravel(x).astype(float)

    def value(k, step):
        moved = flat.copy()
        moved[k] += step
        return function(moved.reshape(x.shape))

    slopes = [
        (value(k, -2 * h) - 8 * value(k, -h) + 8 * value(k, h) - value(k, 2 * h)) / (12 * h)
        for k in range(flat.size)
    ]
    return np.reshape(slopes, x.shape)


def finite_difference_gradient__with_scipy(function, x):
    flat = x.ravel().astype(float)
    gradient = scipy.optimize.approx_fprime(flat, lambda flat: function(flat.reshape(x.shape)))
    return gradient.reshape(x.shape)


def finite_difference_gradient__with_nested_lists(function, x):
    h = 1e-6
    rows = x.tolist() if x.ndim == 2 else [x.tolist()]
    gradient = []
    for i, row in enumerate(rows):
        slopes = []
        for j, entry in enumerate(row):
            values = []
            for moved in (entry - h, entry + h):
                there = [list(other) for other in rows]
                there[i][j] = moved
                values.append(function(np.array(there if x.ndim == 2 else there[0], dtype=float)))
            slopes.append(float(values[1] - values[0]) / (2 * h))
        gradient.append(slopes)
    return gradient if x.ndim == 2 else gradient[0]


def finite_difference_gradient__with_a_relative_step(function, x):
    x = np.asarray(x, dtype=float)
    gradient = np.zeros(x.shape)
    for index, entry in np.ndenumerate(x):
        h = 1e-6 * max(1.0, abs(entry))
        plus = x.copy()
        plus[index] = entry + h
        minus = x.copy()
        minus[index] = entry - h
        distance = plus[index] - minus[index]
        gradient[index] = (function(plus) - function(minus)) / distance
    return gradient


def finite_difference_gradient__with_vectorize(function, x):
    h = 1e-5

    def slope(k):
        step = h * (np.arange(x.size) == k).reshape(x.shape)
        return 0.5 * (function(x + step) - function(x - step)) / h

    x = x.astype(float)
    return np.vectorize(slope, otypes=[float])(np.arange(x.size)).reshape(x.shape)


def finite_difference_gradient__with_a_fitted_parabola(function, x):
    x = np.array(x, dtype=float)
    steps = np.array([-1e-4, 0, 1e-4])
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        values = []
        for step in steps:
            moved = x.copy()
            moved[index] += step
            values.append(function(moved))
        design = np.vander(steps, 3)
        gradient[index] = np.linalg.solve(design, np.array(values, dtype=float))[1]
    return gradient


def finite_difference_gradient__with_apply_along_axis(function, x):
    h = 1e-6
    flat = x.reshape(-1).astype(float)

    def slope(unit):
        above = function((flat + h * unit).reshape(x.shape))
        return (above - function((flat - h * unit).reshape(x.shape))) / (2 * h)

    return np.apply_along_axis(slope, 1, np.eye(flat.size)).reshape(x.shape)


def finite_difference_gradient__with_the_course_module(function, x):
    return gradient_check.finite_difference_gradient(function, x.astype(float))


# A checker of backward functions


def gradient_checker__one_entry_at_a_time(backward):
    rng = np.random.default_rng(1)
    z = rng.normal(size=(3, 4))
    g = rng.normal(size=(3, 4))
    h = 1e-5

    def loss(z):
        exp = np.exp(z - z.max(axis=-1, keepdims=True))
        return np.sum(g * exp / exp.sum(axis=-1, keepdims=True))

    numeric = np.zeros(z.shape)
    for index in np.ndindex(z.shape):
        plus, minus = z.copy(), z.copy()
        plus[index] += h
        minus[index] -= h
        numeric[index] = (loss(plus) - loss(minus)) / (2 * h)
    analytic = backward(scipy.special.softmax(z, axis=-1), g, axis=-1)
    return bool(np.max(np.abs(analytic - numeric)) < 1e-6)


def gradient_checker__with_allclose(backward):
    rng = np.random.default_rng(2)
    z, g = rng.normal(size=(2, 3, 5))

    def loss(flat):
        return (g * scipy.special.softmax(flat.reshape(3, 5), axis=1)).sum()

    numeric = scipy.optimize.approx_fprime(z.ravel(), loss, 1e-7).reshape(3, 5)
    analytic = backward(scipy.special.softmax(z, axis=1), g)
    return np.allclose(analytic, numeric, rtol=0, atol=1e-5)


def gradient_checker__along_random_directions(backward):
    rng = np.random.default_rng(3)
    z = rng.standard_normal((4, 3))
    g = rng.standard_normal((4, 3))
    grad_z = np.asarray(backward(numerics.softmax(z), g.copy(), axis=-1))
    if grad_z.shape != z.shape:
        return False
    for _ in range(5):
        tangent = rng.standard_normal(z.shape)
        above = numerics.softmax(z + 1e-6 * tangent)
        below = numerics.softmax(z - 1e-6 * tangent)
        slope = np.sum(g * (above - below)) / 2e-6
        if abs(slope - np.sum(grad_z * tangent)) > 1e-5:
            return False
    return True


def gradient_checker__with_a_jacobian_for_each_row(backward):
    rng = np.random.default_rng(4)
    z = rng.uniform(-2, 2, size=(3, 4))
    g = rng.uniform(-1, 1, size=(3, 4))
    h = 1e-6
    expected = []
    for row, g_row in zip(z, g, strict=True):
        columns = []
        for unit in np.eye(4):
            difference = scipy.special.softmax(row + h * unit) - scipy.special.softmax(
                row - h * unit
            )
            columns.append(difference / (2 * h))
        jacobian = np.stack(columns, axis=1)
        expected.append(jacobian.T @ g_row)
    got = backward(scipy.special.softmax(z, axis=1), g, axis=1)
    return np.max(np.abs(np.array(got) - np.array(expected))) < 1e-6


def gradient_checker__with_complex_steps(backward):
    rng = np.random.default_rng(5)
    z, g = rng.normal(size=(2, 4)), rng.normal(size=(2, 4))
    numeric = np.zeros((2, 4))
    for i in range(2):
        for j in range(4):
            moved = z.astype(complex)
            moved[i, j] += 1e-20j
            exp = np.exp(moved)
            loss = (g * exp / exp.sum(axis=1, keepdims=True)).sum()
            numeric[i, j] = loss.imag / 1e-20
    exp = np.exp(z)
    analytic = backward(exp / exp.sum(axis=1, keepdims=True), g)
    return bool(np.all(np.abs(numeric - analytic) <= 1e-6))


def gradient_checker__with_the_known_jacobian(backward):
    rng = np.random.default_rng(6)
    for rows, n in [(1, 3), (2, 2), (3, 5)]:
        p = scipy.special.softmax(rng.normal(size=(rows, n)), axis=1)
        g = rng.normal(size=(rows, n))
        jacobian = p[:, :, None] * np.eye(n) - p[:, :, None] * p[:, None, :]
        expected = np.einsum("ni,nij->nj", g, jacobian)
        if not np.allclose(backward(p, g, axis=-1), expected, rtol=1e-5, atol=1e-6):
            return False
    return True


def gradient_checker__with_the_course_module(backward):
    rng = np.random.default_rng(7)
    z = rng.normal(size=(3, 4))
    g = rng.normal(size=(3, 4))
    numeric = gradient_check.finite_difference_gradient(
        lambda z: np.sum(g * numerics.softmax(z)), z
    )
    error = np.abs(np.subtract(backward(numerics.softmax(z), g), numeric))
    return not np.any(error > 1e-6)


def gradient_checker__with_a_relative_error(backward):
    rng = np.random.default_rng(8)
    z = rng.normal(size=(3, 3))
    g = rng.normal(size=(3, 3))
    h = 1e-4
    analytic = np.array(backward(scipy.special.softmax(z, axis=1), g, -1))
    worst = 0.0
    for i, j in product(range(3), range(3)):
        step = np.zeros((3, 3))
        step[i, j] = h
        above = (g * scipy.special.softmax(z + step, axis=1)).sum()
        below = (g * scipy.special.softmax(z - step, axis=1)).sum()
        slope = (above - below) / (2 * h)
        size = max(abs(slope) + abs(analytic[i, j]), 1e-8)
        worst = max(worst, abs(slope - analytic[i, j]) / size)
    return bool(worst < 1e-4)


def gradient_checker__with_lists_and_the_math_module(backward):
    z = [[0.3, -1.2, 0.8], [1.1, 0.4, -0.5]]
    g = [[0.7, -0.4, 1.3], [-1.1, 0.2, 0.9]]
    h = 1e-5

    def softmax(row):
        exp = [math.exp(entry) for entry in row]
        return [e / sum(exp) for e in exp]

    def loss(row, weights):
        return sum(w * p for w, p in zip(weights, softmax(row), strict=True))

    grad_z = backward(np.array([softmax(row) for row in z]), np.array(g), axis=-1)
    for i, row in enumerate(z):
        for j, entry in enumerate(row):
            above = loss(row[:j] + [entry + h] + row[j + 1 :], g[i])
            below = loss(row[:j] + [entry - h] + row[j + 1 :], g[i])
            if not math.isclose(grad_z[i][j], (above - below) / (2 * h), abs_tol=1e-6):
                return False
    return True


def gradient_checker__in_several_random_trials(backward):
    rng = np.random.default_rng(9)

    def agrees():
        z = rng.normal(scale=1.5, size=(3, 4))
        g = rng.normal(size=(3, 4))
        points = z + 1e-6 * np.eye(12).reshape(12, 3, 4)
        above = np.sum(g * scipy.special.softmax(points, axis=-1), axis=(1, 2))
        here = np.sum(g * scipy.special.softmax(z, axis=-1))
        numeric = ((above - here) / 1e-6).reshape(3, 4)
        return np.allclose(backward(scipy.special.softmax(z, axis=-1), g), numeric, atol=1e-4)

    return all(agrees() for _ in range(3))


def _by_check():
    right = {}
    for name, value in globals().items():
        prefix, _, way = name.partition("__")
        if prefix and way and callable(value):
            right.setdefault(f"check_{prefix}", []).append(value)
    return right


RIGHT = _by_check()
