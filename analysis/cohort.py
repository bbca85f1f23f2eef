"""What was measured in the animals of a cohort as one dataset, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from analysis.errors import DatasetError
from analysis.measures import Animal
from analysis.windows import epochs, read_table

TITLE = "What was measured in every animal of a cohort"


def gather(measured: Sequence[Mapping[str, Any]]) -> xr.Dataset:
    """Join what was measured in each animal.

    Parameters
    ----------
    measured : sequence of mapping
        ``group``, ``seed``, ``origin``, ``values`` (rows of quantity, epoch, value) and ``trials``
        (columns, see `analysis.measures.Animal`) of each.

    Returns
    -------
    xarray.Dataset
        One variable for each quantity of ``tables/quantities.csv``, of shape (group, animal,
        epoch), NaN where a quantity was not measured; ``animal`` is the seed.  What was measured
        in every trial is in ``trial_freezing`` and ``trial_fear_output`` (group, animal, trial).

    Raises
    ------
    DatasetError
        If a quantity has no row, or the animals' trials are of different stages.
    """
    groups = list(dict.fromkeys(str(item["group"]) for item in measured))
    seeds = sorted({int(item["seed"]) for item in measured})
    named = [*epochs(), "all"]
    table = {row["quantity"]: row for row in read_table("quantities")}
    shape = (len(groups), len(seeds), len(named))
    values = {quantity: np.full(shape, np.nan) for quantity in table}
    for item in measured:
        where = groups.index(str(item["group"])), seeds.index(int(item["seed"]))
        for quantity, epoch, value in item["values"]:
            if quantity not in table:
                raise DatasetError(f"quantity '{quantity}' has no row in tables/quantities.csv")
            values[quantity][(*where, named.index(epoch))] = np.nan if value is None else value
    dims = ("group", "animal", "epoch")
    data = {
        name: (dims, array, {"long_name": table[name]["long_name"], "units": table[name]["units"]})
        for name, array in values.items()
    }
    label = {"units": "1"}
    trials, stage, block = _trials(measured, groups, seeds)
    origins = {tuple(item["origin"])[:2] for item in measured}
    return xr.Dataset(
        data | trials,
        {
            "group": ("group", np.array(groups, dtype=object), {**label, "long_name": "group"}),
            "animal": ("animal", np.array(seeds), {**label, "long_name": "seed of the animal"}),
            "epoch": (
                "epoch", np.array(named, dtype=object),
                {**label, "long_name": "epoch of the experiment"},
            ),
            "trial_stage": ("trial", stage, {**label, "long_name": "stage of the trial"}),
            "trial_block": ("trial", block, {**label, "long_name": "block within the stage"}),
        },
        {
            "Conventions": "CF-1.11",
            "title": TITLE,
            "protocol": ", ".join(sorted({origin[0] for origin in origins})),
            "clock": ", ".join(sorted({origin[1] for origin in origins})),
        },
    )  # fmt: skip


def animals(cohort: xr.Dataset) -> list[Animal]:
    """Return the animals of a cohort dataset, as `analysis.compare.comparison` takes them.

    Raises
    ------
    DatasetError
        If the dataset is not one of a cohort.
    """
    if cohort.attrs.get("title") != TITLE:
        raise DatasetError("not the dataset of a cohort; give one written by 'astrogram cohort'")
    origin = (str(cohort.attrs["protocol"]), str(cohort.attrs["clock"]), "")
    found = []
    for group in cohort["group"].values:
        for seed in cohort["animal"].values:
            here = cohort.sel(group=group, animal=seed)
            values = {
                (str(name), str(epoch)): float(value)
                for name, variable in here.data_vars.items() if variable.dims == ("epoch",)
                for epoch, value in zip(cohort["epoch"].values, variable.values, strict=True)
                if np.isfinite(value)
            }  # fmt: skip
            if values:
                found.append(Animal(str(group), int(seed), origin, values))
    return found


def _trials(
    measured: Sequence[Mapping[str, Any]], groups: list[str], seeds: list[int]
) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """Variables along the trials of the protocol, their stages and blocks."""
    order = {tuple(zip(item["trials"]["stage"], item["trials"]["block"], strict=True))
             for item in measured}  # fmt: skip
    if len(order) > 1:
        raise DatasetError("the animals had different trials; gather those of one protocol")
    steps = order.pop() if order else ()
    table = {
        "freezing": {"long_name": "freezing in the trial", "units": "percent"},
        "fear_output": {"long_name": "output of the fear-state decoder", "units": "1"},
    }
    data: dict[str, Any] = {}
    for name, attrs in table.items():
        values = np.full((len(groups), len(seeds), len(steps)), np.nan)
        for item in measured:
            where = groups.index(str(item["group"])), seeds.index(int(item["seed"]))
            values[where] = item["trials"][name]
        data[f"trial_{name}"] = (("group", "animal", "trial"), values, attrs)
    stage = np.array([stage for stage, _ in steps], dtype=object)
    return data, stage, np.array([block for _, block in steps], dtype=int)
