"""What was measured in every animal of a robustness map as one dataset, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.cohort.dataset import members
from analysis.cohort.measures import MeasuredAnimal
from analysis.cohort.robustness_maps import FIRST, MAPS, Map
from analysis.dataset.errors import DatasetError
from analysis.design.contrasts import WHOLE, quantities
from analysis.design.epochs import merge, published_epochs
from analysis.design.own_rows import read_design
from astrogram.text import shown

TITLE = "What was measured in every animal of a robustness map"


def collect(
    measured: Sequence[Sequence[Mapping[str, Any]]], parameters: Sequence[str],
    factors: NDArray[np.float64], rows: str = MAPS[FIRST].rows,
) -> xr.Dataset:  # fmt: skip
    """Join what was measured in the animals of all draws.

    Parameters
    ----------
    measured : sequence of sequence of mapping
        For each draw, ``group``, ``seed``, ``values`` (rows of quantity, epoch, value) and
        ``design`` (its epochs as text) of each animal, or ``refused``, why the model refused it.
    parameters : sequence of str
        What was varied.
    factors : ndarray, shape (n_draws, n_parameters)
        By what each was multiplied.
    rows : str
        Table of the rows that are asked of it, one of those of `MAPS`; its attribute ``rows``.

    Returns
    -------
    xarray.Dataset
        A variable (draw, group, animal, epoch) for each quantity that was measured, NaN where it
        was not; ``factor`` (draw, parameter), ``seed`` (draw, animal), and ``refused`` (draw), why
        the model refused an animal of the draw, ``""`` where it refused none.
    """
    every = [item for own in measured for item in own]
    groups = list(dict.fromkeys(str(item["group"]) for item in every))
    seeds = [sorted({int(item["seed"]) for item in own}) for own in measured]
    texts = dict.fromkeys(str(item["design"]) for item in every if item.get("design"))
    design = merge(read_design(text, "an animal of the map") for text in texts)
    named = [epoch.name for epoch in design.epochs or published_epochs().values()] + [WHOLE]
    shape = (len(measured), len(groups), max(map(len, seeds), default=0), len(named))
    values: dict[str, NDArray[np.float64]] = {}
    for draw, own in enumerate(measured):
        for item in own:
            where = draw, groups.index(str(item["group"])), seeds[draw].index(int(item["seed"]))
            for quantity, epoch, value in item.get("values", ()):
                table = values.setdefault(quantity, np.full(shape, np.nan))
                table[(*where, named.index(epoch))] = np.nan if value is None else value
    refused = [next((str(x["refused"]) for x in own if "refused" in x), "") for own in measured]
    titles = quantities()
    origins = {tuple(item["origin"])[:2] for item in every if "origin" in item}
    label = {"units": "1"}
    return xr.Dataset(
        {
            name: (
                ("draw", "group", "animal", "epoch"), values[name],
                {"long_name": row["long_name"], "units": row["units"]},
            )
            for name, row in titles.items() if name in values
        }
        | {
            "factor": (
                ("draw", "parameter"), np.asarray(factors, dtype=float),
                {**label, "long_name": "parameter over its value in the tables"},
            ),
            "seed": (
                ("draw", "animal"), np.array(seeds).reshape(shape[0], shape[2]),
                {**label, "long_name": "seed of the animal"},
            ),
            "refused": (
                "draw", np.array(refused, dtype=object),
                {**label, "long_name": "why the model refused the draw"},
            ),
        },
        {
            "draw": ("draw", np.arange(shape[0]), {**label, "long_name": "draw"}),
            "group": ("group", np.array(groups, dtype=object), {**label, "long_name": "group"}),
            "animal": (
                "animal", np.arange(shape[2]), {**label, "long_name": "animal of the draw"}
            ),
            "epoch": (
                "epoch", np.array(named, dtype=object),
                {**label, "long_name": "epoch of the experiment"},
            ),
            "parameter": (
                "parameter", np.array(parameters, dtype=object),
                {**label, "long_name": "varied parameter"},
            ),
        },
        {
            "Conventions": "CF-1.11",
            "title": TITLE,
            "rows": rows,
            "protocol": ", ".join(sorted({origin[0] for origin in origins})),
            "clock": ", ".join(sorted({origin[1] for origin in origins})),
        },
    )  # fmt: skip


def map_of(robustness: xr.Dataset) -> Map:
    """Return which map a dataset is, by the table of rows that it names.

    One that names none is the first, which was all that there was.

    Raises
    ------
    DatasetError
        If the dataset is not one of a robustness map, or its table of rows is not known.
    """
    if robustness.attrs.get("title") != TITLE:
        raise DatasetError(
            "not the dataset of a robustness map; give one written by 'astrogram reproduce "
            "robustness'"
        )
    rows = robustness.attrs.get("rows", MAPS[FIRST].rows)
    known = {one.rows: one for one in MAPS.values()}
    if not isinstance(rows, str) or rows not in known:
        raise DatasetError(
            f"rows {shown(rows)} of the robustness map are not known; allowed: {', '.join(known)}"
        )
    return known[rows]


def draws(robustness: xr.Dataset) -> list[list[MeasuredAnimal]]:
    """Return the animals of every draw; none of a draw that the model refused.

    Raises
    ------
    DatasetError
        If the dataset is not one of a robustness map.
    """
    map_of(robustness)
    found = []
    for draw in range(robustness.sizes["draw"]):
        own = robustness.isel(draw=draw)
        found.append([] if own["refused"].item() else members(own))
    return found
