"""Reference forms of the associative memory that are too large or too slow for use."""

import numpy as np


def formed_tensor(write, read, strength, balanced=False):
    """T_ijkl formed in full, with the mean of its repeated-index terms removed if balanced."""
    k, n = write.shape
    tensor = np.einsum("mi,mj,mk,ml->ijkl", write, write, read, read)
    if balanced:
        delta = np.eye(n)
        mean = (
            np.einsum("ij,kl->ijkl", delta, delta)
            + np.einsum("ik,jl->ijkl", delta, delta)
            + np.einsum("il,jk->ijkl", delta, delta)
        )
        for i in range(n):
            mean[i, i, i, i] -= 2
        tensor = tensor - k * mean
    return strength / n**3 * tensor


def attention(queries, keys, values):
    """Self-attention with feature maps, token by token, as in its definition."""

    def feature(u):
        return u + 1 if u > 0 else float(np.exp(u))

    out = np.zeros((len(queries), values.shape[1]))
    for row, query in enumerate(queries):
        weights = [
            sum(feature(a) * feature(b) for a, b in zip(query, key, strict=True)) for key in keys
        ]
        for weight, value in zip(weights, values, strict=True):
            out[row] += weight * value / sum(weights)
    return out
