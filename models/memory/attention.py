"""The transformer limit: constant transport between processes turns recall into self-attention.

Keys and values are written one after the other into synapses, s_ia = sum_t f_i(k_t) v_ta, with
features f >= 0 of the presynaptic cells, and the processes of each key feature take up
z_i = sum_t f_i(k_t). When a query f(q) is read, every process receives f_i(q) z_i through its
synapse, and transport with T_ijkl the same for all pairs of processes,

    tau_p dp_i/dt = sum_k T (p_k - p_i),

carries it to all others. It moves calcium without making or removing any, so the sum over the
processes stays f(q) z and each ends up with an equal share of it. A synapse that is scaled down by
the calcium of its process then gives

    y_a = sum_i f_i(q) s_ia / sum_k p_k
        = sum_t f(q).f(k_t) v_ta / sum_t f(q).f(k_t),

the read-out of self-attention with feature maps (linear attention). After Kozachkov, Kastanenka &
Krotov 2023, PNAS 120:e2219150120, and Kozachkov, Slotine & Krotov 2025.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import ModelError

Floats = NDArray[np.float64]


def positive_features(u: Floats) -> Floats:
    """Return ``elu(u) + 1``: a rising feature of the membrane potential that is never negative."""
    return np.where(u > 0, u + 1, np.exp(np.minimum(u, 0)))


@dataclass(frozen=True)
class Written:
    """What writing leaves: synapses (feature, value) and what processes took up (feature,)."""

    synapses: Floats
    uptake: Floats


def write_tokens(keys: Floats, values: Floats) -> Written:
    """Write key features, shape (token, feature), with their values, shape (token, value).

    Raises
    ------
    ModelError
        If the shapes do not fit or a feature is negative.
    """
    if keys.ndim != 2 or values.ndim != 2 or len(keys) != len(values):
        raise ModelError(
            f"keys have shape {keys.shape} and values {values.shape}; "
            "allowed: (token, feature) and (token, value)"
        )
    if (keys < 0).any():
        raise ModelError("a key has negative features; use features that are 0 or more")
    synapses, uptake = np.zeros((keys.shape[1], values.shape[1])), np.zeros(keys.shape[1])
    for key, value in zip(keys, values, strict=True):  # one token after the other, as they come
        synapses += key[:, np.newaxis] * value
        uptake += key
    return Written(synapses, uptake)


def exchange(p: Floats, strength: float, dt: float, steps: int) -> Floats:
    """Constant transport: Euler steps of tau_p dp/dt = strength (sum_k p_k - n p) on the last axis.

    Parameters
    ----------
    p : ndarray, shape (query, process)
    strength : float
        T, between any two processes.
    dt : float
        In units of tau_p.
    steps : int

    Raises
    ------
    ModelError
        If the step is too long for the exchange: dt T n must be at most 1.
    """
    n = p.shape[-1]
    if dt * strength * n > 1:
        raise ModelError(
            f"dt = {dt:g} is too long for exchange among {n} processes at T = {strength:g}; "
            f"allowed: up to {1 / (strength * n):.3g}"
        )
    for _ in range(steps):
        p = p + dt * strength * (p.sum(axis=-1, keepdims=True) - n * p)
    return p


def read_query(
    written: Written, queries: Floats, *, strength: float = 1.0, dt: float = 0.5, steps: int = 60
) -> tuple[Floats, Floats]:
    """Read queries after the exchange between processes has run.

    Parameters
    ----------
    written : Written
    queries : ndarray, shape (query, feature)
        Features, 0 or more, with at least one above 0 where keys have one.
    strength, dt, steps : float, float, int
        See `exchange`.

    Returns
    -------
    output : ndarray, shape (query, value)
    processes : ndarray, shape (query, feature)
        Calcium after the exchange.
    """
    processes = exchange(queries * written.uptake, strength / queries.shape[1], dt, steps)
    share = processes * queries.shape[1]  # every process alone tells the total
    scaled = queries[:, :, np.newaxis] * written.synapses / share[:, :, np.newaxis]
    return scaled.sum(axis=1), processes
