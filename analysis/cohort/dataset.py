"""What was measured in the animals of a cohort as one dataset, and back."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from analysis.cohort.courses import gather_courses
from analysis.cohort.measures import MeasuredAnimal
from analysis.dataset.errors import DatasetError
from analysis.dataset.schema import validate
from analysis.dataset.storage import read_dataset
from analysis.dataset.words import as_words
from analysis.design.contrasts import WHOLE, quantities
from analysis.design.epochs import Design, Own, merge, merged_order, published_epochs
from analysis.design.own_rows import design_text, read_design, with_rows

TITLE = "What was measured in every animal of a cohort"
VERSION = 2
_SHAPES = {
    "group": ("group",), "animal": ("animal",), "epoch": ("epoch",), "design": ("group",),
    "trial_stage": ("trial",), "trial_block": ("trial",), "freezing": ("group", "animal", "epoch"),
    "trial_freezing": ("group", "animal", "trial"),
}  # fmt: skip
_MEND = "it is damaged: call 'astrogram cohort' again with its folder"


def gather(measured: Sequence[Mapping[str, Any]]) -> xr.Dataset:
    """Join what was measured in each animal.

    Parameters
    ----------
    measured : sequence of mapping
        ``group`` and ``seed`` of each, and what
        `analysis.cohort.measures.MeasuredAnimal.record` gives.

    Returns
    -------
    xarray.Dataset
        One variable for each quantity of ``tables/quantities.csv``, of shape (group, animal,
        epoch), NaN where a quantity was not measured; ``animal`` is the seed.  What was measured
        in every trial is in ``trial_freezing`` and ``trial_fear_output`` (group, animal, trial),
        NaN where a group's protocol has no such trial; what astrocytes do from hour to hour is in
        ``course_NAME`` (group, animal, hour) as far as it was recorded.  ``design`` (group) holds
        the epochs and contrasts of its protocol as JSON.

    Raises
    ------
    DatasetError
        If a quantity has no row, or a design cannot be read.
    """
    groups = list(dict.fromkeys(str(item["group"]) for item in measured))
    seeds = sorted({int(item["seed"]) for item in measured})
    designs = {str(item["group"]): str(item.get("design", "")) for item in measured}
    whole = merge(_read(text, group) for group, text in designs.items())
    named = [epoch.name for epoch in whole.epochs or published_epochs().values()] + [WHOLE]
    table = quantities()
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
        data | trials | gather_courses(measured, groups, seeds),
        {
            "group": ("group", np.array(groups, dtype=object), {**label, "long_name": "group"}),
            "animal": ("animal", np.array(seeds), {**label, "long_name": "seed of the animal"}),
            "epoch": (
                "epoch", np.array(named, dtype=object),
                {**label, "long_name": "epoch of the experiment"},
            ),
            "design": (
                "group", np.array([designs[group] for group in groups], dtype=object),
                {**label, "long_name": "epochs and contrasts of the protocol, as JSON"},
            ),
            "trial_stage": ("trial", stage, {**label, "long_name": "stage of the trial"}),
            "trial_block": ("trial", block, {**label, "long_name": "block within the stage"}),
        },
        {
            "Conventions": "CF-1.11",
            "title": TITLE,
            "cohort_version": VERSION,
            "protocol": ", ".join(sorted({origin[0] for origin in origins})),
            "clock": ", ".join(sorted({origin[1] for origin in origins})),
        },
    )  # fmt: skip


def animals(cohort: xr.Dataset) -> list[MeasuredAnimal]:
    """Return the animals of a cohort dataset, as `analysis.cohort.compare.comparison` takes them.

    Raises
    ------
    DatasetError
        If the dataset is not one of a cohort.
    """
    validate_cohort(cohort)
    return members(cohort)


def members(found: xr.Dataset) -> list[MeasuredAnimal]:
    """Return the animals of a dataset of groups, animals and epochs; see `animals`."""
    origin = (str(found.attrs["protocol"]), str(found.attrs["clock"]), "")
    result = []
    for group in found["group"].values:
        design = design_of_group(found, str(group))
        for seed in found["animal"].values:
            here = found.sel(group=group, animal=seed)
            values = {
                (str(name), str(epoch)): float(value)
                for name, variable in here.data_vars.items() if variable.dims == ("epoch",)
                for epoch, value in zip(here["epoch"].values, variable.values, strict=True)
                if np.isfinite(value)
            }  # fmt: skip
            if values:
                result.append(MeasuredAnimal(str(group), int(seed), origin, values, design=design))
    return result


def design_of_group(cohort: xr.Dataset, group: str) -> Design:
    """Return the epochs and contrasts of a group's protocol."""
    if "design" not in cohort.coords:
        return Design()
    return _read(str(cohort["design"].sel(group=group).item()), group)


def design_of_cohort(cohort: xr.Dataset) -> Design:
    """Return the epochs and contrasts of all groups."""
    return merge(design_of_group(cohort, str(group)) for group in cohort["group"].values)


def read_any(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read the dataset of one animal or of a cohort (see `is_cohort`), and validate it.

    Raises
    ------
    DatasetError
        If it is neither, damaged, or of another version.
    """

    def check(dataset: xr.Dataset, where: str) -> None:
        (validate_cohort if is_cohort(dataset) else validate)(dataset, where)

    return read_dataset(path, check)


def open_dataset(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read the dataset of an animal or of a cohort, its labels as words.

    Parameters
    ----------
    path : path
        A ``.nc`` file or a ``.zarr`` folder.

    Returns
    -------
    xarray.Dataset
        Loaded and checked as by `read_any`.  Labels are coordinates of words, so that
        ``dataset.where(dataset.trial_stage == "renewal", drop=True)`` selects; every analysis
        takes it, and `analysis.dataset.schema.write_dataset` writes it.

    Raises
    ------
    DatasetError
        See `read_any`.
    """
    return as_words(read_any(path))


def beside(dataset: xr.Dataset, own: Own) -> xr.Dataset:
    """Return the dataset of an animal or a cohort with epochs and contrasts beside its protocol's.

    Nothing new can be measured in a cohort, so of `own` it takes the contrasts.

    Raises
    ------
    RowsError
        If one of them has a name that is taken.
    """
    if not is_cohort(dataset):
        text = with_rows(str(dataset.attrs.get("protocol_toml", "")), own)
        return dataset.assign_attrs(protocol_toml=text)
    texts = []
    for group in dataset["group"].values:
        design = design_of_group(dataset, str(group))
        rows = (*own.contrasts, *design.contrasts)
        texts.append(design_text(Design(design.epochs, rows, design.stages)))
        _read(texts[-1], str(group))
    return dataset.assign_coords(design=("group", np.array(texts, dtype=object)))


def is_cohort(dataset: xr.Dataset) -> bool:
    """Whether a dataset is that of a cohort, of any version."""
    return dataset.attrs.get("title") == TITLE


def validate_cohort(dataset: xr.Dataset, where: str = "dataset") -> None:
    """Refuse what is not the dataset of a cohort of this version.

    Raises
    ------
    DatasetError
        Names what is wrong, in one line.
    """
    if not is_cohort(dataset):
        raise DatasetError(
            f"{where} is not the dataset of a cohort; give one written by 'astrogram cohort'"
        )
    version = dataset.attrs.get("cohort_version", 1)
    if version != VERSION:
        raise DatasetError(
            f"{where} is a cohort of version {version}; this program reads version {VERSION}: call "
            "'astrogram cohort' again with its folder"
        )
    for name, dims in _SHAPES.items():
        if name not in dataset.variables or dataset[name].dims != dims:
            raise DatasetError(f"{where} lacks '{name}' ({', '.join(dims)}); {_MEND}")
    if not {"protocol", "clock"} <= set(dataset.attrs):
        raise DatasetError(f"{where} lacks the attribute protocol or clock; {_MEND}")
    for name in ("group", "animal", "epoch"):
        if len(set(dataset[name].values.tolist())) < dataset.sizes[name]:
            raise DatasetError(f"{where} has a {name} twice; {_MEND}")
    for name in quantities():
        if name in dataset and dataset[name].dims != ("group", "animal", "epoch"):
            raise DatasetError(f"{where}: '{name}' is not (group, animal, epoch); {_MEND}")
    for name in ("animal", "trial_block", *quantities()):
        if name in dataset.variables and dataset[name].dtype.kind not in "iuf":
            raise DatasetError(f"{where}: '{name}' holds no numbers; {_MEND}")
    design_of_cohort(dataset)


def _read(text: str, group: str) -> Design:
    return read_design(text, f"group '{group}' of the cohort") if text else Design()


def _trials(
    measured: Sequence[Mapping[str, Any]], groups: list[str], seeds: list[int]
) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """Variables along the trials of all protocols, their stages and blocks."""
    blocks: dict[tuple[str, int], int] = {}
    steps: list[tuple[tuple[str, int], ...]] = []
    for item in measured:
        count: dict[str, int] = {}
        own: list[tuple[str, int]] = []
        for stage, block in zip(item["trials"]["stage"], item["trials"]["block"], strict=True):
            count[stage] = count.get(stage, -1) + 1
            own.append((stage, count[stage]))
            blocks.setdefault(own[-1], block)
        steps.append(tuple(own))
    order = merged_order(dict.fromkeys(steps))
    place = {step: k for k, step in enumerate(order)}
    table = {
        "freezing": {"long_name": "freezing in the trial", "units": "percent"},
        "fear_output": {"long_name": "output of the fear-state decoder", "units": "1"},
    }
    data: dict[str, Any] = {}
    for name, attrs in table.items():
        values = np.full((len(groups), len(seeds), len(order)), np.nan)
        for item, given in zip(measured, steps, strict=True):
            where = groups.index(str(item["group"])), seeds.index(int(item["seed"]))
            values[(*where, [place[step] for step in given])] = item["trials"][name]
        data[f"trial_{name}"] = (("group", "animal", "trial"), values, attrs)
    stage = np.array([stage for stage, _ in order], dtype=object)
    return data, stage, np.array([blocks[step] for step in order], dtype=int)
