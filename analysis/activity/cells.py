"""Which cells an analysis speaks of: by population, by role, or by a condition of the tables."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.words import labels

Cells = NDArray[np.intp]
MEMORY = "memory"
"""Role of the cells whose inputs learn: those that an analysis speaks of by default."""
OUTPUT = "output"
"""Role of the cells that freezing is read out from."""
APPROACH = "approach"
"""Role of the cells that approach is read out from."""


def cells_of(dataset: xr.Dataset, population: str | None = None) -> Cells:
    """Neurons of a population, those whose inputs learn by default.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    population : str, optional
        One of its populations; all cells with the role ``memory`` by default.

    Returns
    -------
    (cell,) array of int
        Positions along ``neuron``; empty where there is no such cell.
    """
    if population is None:
        return with_label(dataset, f"role={MEMORY}")
    return with_label(dataset, f"population={population}")


def with_label(dataset: xr.Dataset, condition: str) -> Cells:
    """Neurons that carry a label, or do not.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    condition : str
        ``VARIABLE=LABEL`` or ``VARIABLE!=LABEL``, such as ``projection=PL``.

    Returns
    -------
    (cell,) array of int
        Positions along ``neuron``; empty where the dataset has no neurons.
    """
    name, _, wanted = condition.partition("=")
    without = name.endswith("!")
    name = name.removesuffix("!")
    if name not in dataset:
        return np.array([], dtype=np.intp)
    return np.flatnonzero((labels(dataset[name]) == wanted) != without)


def names_of(dataset: xr.Dataset, cells: Cells) -> str:
    """Populations that some cells are of, in words, such as ``CeM and LC``; ``""`` of none."""
    if "population" not in dataset:
        return ""
    return " and ".join(dict.fromkeys(labels(dataset["population"])[cells].tolist()))


def populations(dataset: xr.Dataset) -> dict[str, Cells]:
    """Populations in the order in which their cells stand, each with its neurons."""
    label = labels(dataset["population"])
    return {name: np.flatnonzero(label == name) for name in dict.fromkeys(label.tolist())}
