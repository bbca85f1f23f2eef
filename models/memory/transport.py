"""Transport of calcium between astrocyte processes, factorised: the tensor T is never formed.

T_ijkl is a sum over memories of outer products, so its action on the processes is pooled memory by
memory: pool m collects sum_kl R_m,kl psi_kl from all processes and gives back W_m,ij to each
(Kozachkov, Slotine & Krotov 2025, doi 10.1073/pnas.2417788122, storage rule of T). With
R_m = W_m = xi_m xi_m^T this costs O(K N^2) operations and O(N^2) memory for each cue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.checks import ModelError

Floats = NDArray[np.float64]


class Transport(Protocol):
    """What a network needs to know of its transport."""

    @property
    def n_neurons(self) -> int:
        """Number of neurons N; there are N x N processes."""
        ...

    def flow(self, psi: Floats) -> Floats:
        """Return sum_kl T_ijkl psi_kl, shape (cue, N, N), for `psi` of that shape."""
        ...

    def interaction(self, psi: Floats) -> Floats:
        """Return sum_ijkl psi_ij T_ijkl psi_kl for each cue."""
        ...


def check_patterns(patterns: NDArray) -> Floats:
    """Return patterns as floats, shape (K, N).

    Raises
    ------
    ModelError
        If they are not a matrix of -1 and 1 with at least one row and two columns.
    """
    array = np.asarray(patterns)
    if array.ndim != 2 or 0 in array.shape or array.shape[1] < 2:
        raise ModelError(
            f"patterns have shape {array.shape}; allowed: (patterns, neurons), at least 1 x 2"
        )
    if array.dtype.kind not in "iufb" or not np.isin(array, (-1, 1)).all():
        raise ModelError("patterns hold values other than -1 and 1; binarise them first")
    return array.astype(np.float64)


@dataclass(frozen=True)
class PatternTransport:
    """T_ijkl = strength/N^3 sum_m write_mi write_mj read_mk read_ml, less its self-coupling.

    Attributes
    ----------
    write, read : ndarray of float, shape (K, N)
        What a pool gives back and what it collects. The same array for symmetric T.
    strength : float
        Gain of one memory: a flow of `strength`/N for a process pattern that equals the memory.
    balanced : bool
        Take away the mean of the terms with repeated indices over random memories,
        K (delta_ij delta_kl + delta_ik delta_jl + delta_il delta_jk - 2 delta_ijkl). They act as a
        self-coupling of about 3K/N^2. Biologically: every process clears calcium in proportion to
        its own, and all share a clearance in proportion to the total, so that on the mean nothing
        of what a process sends out comes back to it.
    """

    write: Floats
    read: Floats
    strength: float
    balanced: bool = False

    def __post_init__(self) -> None:
        if self.write.ndim != 2 or self.write.shape != self.read.shape:
            raise ModelError(
                f"pools give back {self.write.shape} and collect {self.read.shape}; "
                "allowed: two arrays of the same shape (memories, neurons)"
            )

    @property
    def n_neurons(self) -> int:
        """Number of neurons."""
        return int(self.write.shape[1])

    def pools(self, psi: Floats) -> Floats:
        """What each pool collects, sum_kl read_mk read_ml psi_kl; shape (cue, K)."""
        read = self.read.astype(psi.dtype, copy=False)
        # As many memories at a time as neurons: the products stay of the size of the processes.
        parts = [
            np.einsum("bnk,kn->bk", psi @ read[at].T, read[at]) for at in _chunks(*read.shape)
        ]
        return np.concatenate(parts, axis=1)

    def flow(self, psi: Floats) -> Floats:
        """See `Transport`; K N^2 products for each cue."""
        n, collected = self.n_neurons, self.pools(psi)
        back = np.zeros_like(psi)
        for at in _chunks(*self.write.shape):
            write = self.write[at].astype(psi.dtype, copy=False)
            back += (write.T[np.newaxis] * collected[:, np.newaxis, at]) @ write
        if self.balanced:
            back -= self._mean(psi)
        back *= self.strength / n**3
        return back

    def interaction(self, psi: Floats) -> Floats:
        """See `Transport`."""
        return np.einsum("bij,bij->b", psi, self.flow(psi))

    def _mean(self, psi: Floats) -> Floats:
        """Mean of the flow over random memories: what repeated indices leave."""
        n, k = self.n_neurons, len(self.write)
        mean = psi + psi.swapaxes(1, 2)
        at = np.arange(n)
        diagonal = psi[:, at, at]
        mean[:, at, at] += diagonal.sum(axis=1, keepdims=True) - 2 * diagonal
        return k * mean


def pattern_transport(
    patterns: NDArray, strength: float, *, balanced: bool = False
) -> PatternTransport:
    """Symmetric transport that stores `patterns`, -1 or 1, shape (K, N).

    Raises
    ------
    ModelError
        See `check_patterns`.
    """
    array = check_patterns(patterns)
    return PatternTransport(array, array, strength, balanced)


def _chunks(k: int, n: int) -> list[slice]:
    return [slice(start, start + n) for start in range(0, k, n)]
