"""Datasets that nobody should be able to read: by kind, each made from a sound one.

`CONTENT` and `READ_OUT` hold changes of a dataset that is then written as it is, by `raw`, without
check or digest. What is no dataset at all is in `tests.support.damaged_files`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from tests.support.synthetic import synthetic


@cache
def small() -> xr.Dataset:
    """Return a sound dataset of a few hundred spikes; not to be changed."""
    whole, _ = synthetic(bla=12, astrocytes=3)
    return whole.isel(
        spike=slice(0, 400), time=slice(0, 50), event=slice(0, 10), synapse=slice(0, 10)
    )


def raw(dataset: xr.Dataset, path: Path) -> Path:
    """Write a dataset as plain xarray does, whatever it holds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".nc":
            dataset.to_netcdf(path, engine="netcdf4")
        else:
            dataset.to_zarr(path, zarr_format=2, consolidated=False, write_empty_chunks=True)
    return path


def with_values(name: str, change: Callable[[np.ndarray], Any]) -> Callable[..., xr.Dataset]:
    """Return a change of the values of one variable."""

    def changed(dataset: xr.Dataset) -> xr.Dataset:
        old = dataset[name]
        return dataset.assign({name: (old.dims, np.asarray(change(old.values.copy())), old.attrs)})

    return changed


def first(value: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return a change of the first value."""

    def changed(values: np.ndarray) -> np.ndarray:
        values.ravel()[0] = value
        return values

    return changed


def with_attrs(name: str = "", **attrs: Any) -> Callable[..., xr.Dataset]:
    """Return a change of attributes: of a variable, or of the dataset."""

    def changed(dataset: xr.Dataset) -> xr.Dataset:
        if not name:
            return dataset.assign_attrs(attrs)
        copy = dataset.copy()
        copy[name] = dataset[name].assign_attrs(attrs)
        return copy

    return changed


def renamed(old: str, new: str) -> Callable[..., xr.Dataset]:
    """Return a change of the name of a dimension."""
    return lambda dataset: dataset.drop_vars(old, errors="ignore").swap_dims({old: new})


DEEP = "[" * 100_000 + "]" * 100_000
DIGITS = "1" * 5000

CONTENT: dict[str, Callable[[xr.Dataset], xr.Dataset]] = {
    # values that cannot be
    **{
        f"{name} {value}": with_values(name, first(value))
        for name in ("calcium", "ip3", "noradrenaline", "cAMP")
        for value in (np.nan, np.inf, -1.0, 1e38)
    },
    **{
        f"{name} {value}": with_values(name, first(value))
        for name, value in (
            ("gate", 1.5), ("gate", -0.5), ("presynaptic_receptor", 2.0),
            ("receptor_density", 1.5), ("receptor_density", -0.1), ("recruitment", np.nan),
            ("factor", 2.0), ("lability", -1.0), ("astrocyte_tag", np.inf),
            ("weight_labile", np.nan), ("freezing", 101.0),
            ("freezing", -5.0), ("freezing", np.inf), ("freezing_bin", 1e6), ("weight", np.nan),
            ("weight", -3.0), ("weight_late", np.inf), ("spike_time", np.nan),
            ("spike_time", -1.0), ("spike_neuron", -1), ("spike_neuron", 10**6), ("domain", -2),
            ("trial_cs", 2), ("trial_block", -1), ("us_on", np.inf), ("us_on", -1.0),
            ("astrocyte_position", np.nan), ("neuron_position", np.inf), ("phase_dilation", -1.0),
            ("phase_dilation", np.nan), ("synapse_post", 10**6), ("event_astrocyte", 99),
            ("bin", np.nan), ("time", np.nan),
        )
    },
    "trial_stop all NaN": with_values("trial_stop", lambda v: v * np.nan),
    "trial_stop far away": with_values("trial_stop", lambda v: v + 1e300),
    "spike_time falls": with_values("spike_time", lambda v: v[::-1]),
    "labels beyond flag_values": with_values("population", first(99)),
    # variables of another kind
    "calcium whole numbers": with_values("calcium", lambda v: v.astype("int32")),
    "calcium text": with_values("calcium", lambda v: v.astype(str)),
    "spike_time single": with_values("spike_time", lambda v: v.astype("float32")),
    "population floats": with_values("population", lambda v: v.astype("float64")),
    "no calcium": lambda d: d.drop_vars("calcium"),
    "dimension renamed": renamed("spike", "spikes"),
    "dimensions swapped": lambda d: d.assign(calcium=d["calcium"].T),
    "no neurons": lambda d: d.isel(neuron=slice(0, 0), spike=slice(0, 0), synapse=slice(0, 0)),
    "no trials": lambda d: d.isel(trial=slice(0, 0)),
    "no phases": lambda d: d.isel(phase=slice(0, 0)),
    "one coordinate": lambda d: d.isel(xy=slice(0, 1)),
    "neuron twice": with_values("neuron", lambda v: v * 0),
    "time twice": with_values("time", lambda v: v * 0),
    # attributes that would change values, or how they are read
    "scale_factor text": with_attrs("calcium", scale_factor="two"),
    "scale_factor NaN": with_attrs("calcium", scale_factor=np.nan),
    "scale_factor two": with_attrs("calcium", scale_factor=2.0),
    "add_offset list": with_attrs("calcium", add_offset=[1.0, 2.0]),
    "missing_value that occurs": with_attrs("trial_cs", missing_value=np.int8(1)),
    "units days": with_attrs("spike_time", units="days since 1e9-99-99", calendar="lunar"),
    "units list": with_attrs("calcium", units=[1, 2]),
    "units long": with_attrs("calcium", units="x" * 1_000_000),
    "flag_values text": with_attrs("population", flag_values="zero"),
    "flag_values floats": with_attrs("trial_stage", flag_values=[0.5] * 5),
    "flag_values alike": with_attrs("trial_context", flag_values=[0, 0, 0]),
    "flag_meanings number": with_attrs("population", flag_meanings=3),
    "flag_meanings escape": with_attrs("trial_stage", flag_meanings="a b c d \x1b[2J f g"),
    # attributes of the dataset
    "parameters deep": with_attrs(parameters=DEEP),
    "parameters deep table": with_attrs(parameters='{"a":' * 50_000 + "1" + "}" * 50_000),
    "parameters digits": with_attrs(parameters='{"readout.bin": ' + DIGITS + "}"),
    "parameters list": with_attrs(parameters="[]"),
    "parameters BOM": with_attrs(parameters="\ufeff{}"),
    "parameters cut": with_attrs(parameters='{"readout.bin": {"val'),
    "versions null": with_attrs(versions="null"),
    "speed text": with_attrs(speed="fast"),
    "speed list": with_attrs(speed=[1.0, 2.0]),
    "speed NaN": with_attrs(speed=np.nan),
    "speed 0": with_attrs(speed=0.0),
    "seed negative": with_attrs(seed=-1),
    "size 0": with_attrs(size=0),
    "schema 99": with_attrs(schema_version="99"),
    "schema list": with_attrs(schema_version=["2", "2"]),
    "schema long": with_attrs(schema_version="2\n" * 100_000),
    "title escape": with_attrs(title="fear\x1b]0;mine\x07"),
    "title number": with_attrs(title=3),
    "summary bell": with_attrs(summary="what\x07"),
    "note C1": with_attrs(note="\x9b31m"),
    "long_name escape": with_attrs("calcium", long_name="\x1b[31mcalcium"),
}  # fmt: skip

READ_OUT: dict[str, Callable[[xr.Dataset], xr.Dataset]] = {
    "without parameters": with_attrs(parameters="{}"),
    **{
        f"bin {value[:20]}": with_attrs(
            parameters=small().attrs["parameters"].replace('"value": 5.0', f'"value": {value}')
        )
        for value in ("0", "-1", "NaN", "Infinity", "true", '"5"', "null", "1" * 400, "1e-300")
    },
}
"""Parameters that only the scoring of freezing needs, so only `analyse` can refuse them."""
