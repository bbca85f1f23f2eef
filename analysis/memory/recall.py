"""How well part of an assembly brings back the rest: quality, and information about learning."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def recall_quality(
    rate: ArrayLike, assembly: NDArray[np.bool_], stimulated: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Quality of recall, Q = (v_ans - v_ctrl)/v_as (Luboeinski & Tetzlaff 2021, Methods).

    v_as is the mean rate of cells of the assembly that are stimulated, v_ans that of the others of
    the assembly, and v_ctrl that of cells outside it.

    Parameters
    ----------
    rate : array_like, shape (..., cell)
        Rates in recall, in any unit.
    assembly, stimulated : ndarray of bool, shape (cell,)
        Cells of the assembly; those of them that are stimulated in recall.

    Returns
    -------
    ndarray, shape (...)
        Without unit; NaN where no stimulated cell fires.

    Raises
    ------
    ValueError
        Where one of the three groups has no cell, or a stimulated cell is not in the assembly.
    """
    rates = np.asarray(rate, dtype=float)
    if (stimulated & ~assembly).any():
        raise ValueError(
            f"{(stimulated & ~assembly).sum()} stimulated cells are not in the assembly; stimulate "
            "cells of it"
        )
    groups = (stimulated, assembly & ~stimulated, ~assembly)
    for cells, name in zip(groups, ("stimulated", "other assembly", "control"), strict=True):
        if not cells.any():
            raise ValueError(f"no {name} cells among {len(assembly)}; each group needs one")
    v_as, v_ans, v_ctrl = (rates[..., cells].mean(axis=-1) for cells in groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(v_as > 0, (v_ans - v_ctrl) / v_as, np.nan)


def mutual_information(one: ArrayLike, other: ArrayLike) -> float:
    """Information between the rates of the same cells at two times, H(a) + H(b) - H(a, b).

    Each cell is a sample of the pair, each rate that occurs a value of its own (Luboeinski &
    Tetzlaff 2021, Methods): counts of spikes in equal windows are such rates. Nothing is taken
    off for the number of cells being finite; it is to be the same where values are compared.

    Parameters
    ----------
    one, other : array_like, shape (cell,)

    Returns
    -------
    float
        Bits.

    Raises
    ------
    ValueError
        Where there are no cells or the arrays are not equally long.
    """
    a, b = np.asarray(one), np.asarray(other)
    if a.ndim != 1 or a.shape != b.shape or not a.size:
        raise ValueError(f"rates of shapes {a.shape} and {b.shape}; give one of each cell, in both")
    return _entropy(a) + _entropy(b) - _entropy(np.column_stack([a, b]))


def _entropy(values: NDArray) -> float:
    """Plug-in entropy of the rows that occur, bits."""
    counts = np.unique(values, axis=0, return_counts=True)[1]
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())
