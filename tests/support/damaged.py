"""Datasets that nobody should be able to read: by kind, each made from a sound one.

`CONTENT` holds changes of a dataset that is then written as it is, without check or digest;
`FILES` holds functions that make a file or folder which is no dataset, or a damaged one.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr

from analysis.schema import write_dataset
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
            ("gate", 1.5), ("gate", -0.5), ("presynaptic_receptor", 2.0), ("freezing", 101.0),
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


def _text(path: Path) -> Path:
    path.write_text("trial,freezing\n1,20\n")
    return path


def _empty(path: Path) -> Path:
    path.touch()
    return path


def _pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def _linked(target: str) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.symlink_to(target or path.name)
        return path

    return make


def _folder(path: Path) -> Path:
    path.mkdir()
    (path / "notes.txt").write_text("mine")
    return path


def _foreign(format_: str) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        with netCDF4.Dataset(path, "w", format=format_) as file:
            file.title = "sea temperature"
            file.createDimension("x", 3)
            file.createVariable("sst", "f4", ("x",))[:] = 1
        return path

    return make


def _strings(path: Path) -> Path:
    raw(small(), path)
    with netCDF4.Dataset(path, "a") as file:
        file.createVariable("names", str, ("trial",))[:] = np.array(["x"] * 68, object)
    return path


def _huge(path: Path) -> Path:
    raw(small(), path)
    with netCDF4.Dataset(path, "a") as file:
        file.createDimension("vast", 2**40)
        variable = file.createVariable("vast_values", "f8", ("vast",), chunksizes=(2**20,))
        variable.units, variable.long_name = "1", "nothing"
    return path


def _cut(share: float) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        write_dataset(small(), path)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])
        return path

    return make


def edit(path: Path, **changes: Any) -> Path:
    """Change the metadata of an array of a zarr store."""
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, **changes}))
    return path


def _store(change: Callable[[Path], Any]) -> Callable[[Path], Path]:
    """Make a store of format 2, written without digest, and change it."""

    def make(path: Path) -> Path:
        raw(small(), path)
        change(path)
        return path

    return make


def _pickled(path: Path) -> None:
    folder = path / "calcium"
    edit(
        folder / ".zarray", dtype="|O", filters=[{"id": "pickle"}], compressor=None, shape=[1, 1],
        chunks=[1, 1],
    )  # fmt: skip
    (folder / "0.0").write_bytes(pickle.dumps(_Runs()))


RAN: list[str] = []
"""What was run as code by reading a file."""


class _Runs:
    def __reduce__(self) -> tuple[Any, ...]:
        return run_it, ("pickle",)


def run_it(name: str) -> None:
    """Note that code of a file has been run."""
    RAN.append(name)


def _linked_chunk(path: Path) -> None:
    chunk = next((path / "calcium").glob("0*"))
    shutil.move(chunk, path.parent / "chunk")
    chunk.symlink_to(path.parent / "chunk")


FILES: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "text": (".nc", _text),
    "empty": (".nc", _empty),
    "pipe": (".nc", _pipe),
    "pipe for zarr": (".zarr", _pipe),
    "device": (".nc", _linked("/dev/zero")),
    "link to itself": (".nc", _linked("")),
    "zarr link to itself": (".zarr", _linked("")),
    "link to nothing": (".nc", _linked("nowhere.nc")),
    "folder": (".nc", _folder),
    "folder of notes": (".zarr", _folder),
    "text for zarr": (".zarr", _text),
    "absent": (".nc", lambda path: path),
    "other ending": (".csv", _text),
    "netCDF-3 of others": (".nc", _foreign("NETCDF3_CLASSIC")),
    "netCDF-4 of others": (".nc", _foreign("NETCDF4")),
    "strings": (".nc", _strings),
    "eight terabytes": (".nc", _huge),
    **{f"cut at {share}": (".nc", _cut(share)) for share in (0.01, 0.3, 0.7, 0.999)},
    "pickle": (".zarr", _store(_pickled)),
    **{
        f"zarr {name} {str(value)[:30]}": (
            ".zarr", _store(lambda p, n=name, v=value: edit(p / "calcium" / ".zarray", **{n: v}))
        )
        for name, value in (
            ("dtype", "|O"), ("dtype", "<U8"), ("dtype", "<c16"), ("dtype", "|V8"), ("dtype", 3),
            ("dtype", [["a", "<i4"]]), ("filters", [{"id": "vlen-utf8"}]),
            ("filters", [{"id": "json2"}]), ("filters", "pickle"), ("filters", [{}]),
            ("compressor", {"id": "pickle"}), ("compressor", {"id": ["zlib"]}),
            ("compressor", {"id": "zlib", "level": "high"}), ("compressor", 5),
            ("shape", [10**15, 10**15]), ("shape", [-1, 3]), ("shape", "all"), ("shape", [True]),
            ("shape", [10**9, 50]), ("chunks", [0, 0]), ("chunks", [2**31, 2**31]),
            ("chunks", None), ("fill_value", {"a": 1}), ("fill_value", "x" * 1000),
            ("order", "Q"), ("zarr_format", 9), ("dimension_separator", "//"),
        )
    },
    "zarr metadata deep": (
        ".zarr", _store(lambda p: (p / "calcium" / ".zarray").write_text(DEEP)),
    ),
    "zarr metadata digits": (
        ".zarr", _store(lambda p: (p / "calcium" / ".zarray").write_text(DIGITS)),
    ),
    "zarr attributes list": (".zarr", _store(lambda p: (p / ".zattrs").write_text("[]"))),
    "zarr attributes BOM": (
        ".zarr", _store(lambda p: (p / ".zattrs").write_bytes(b"\xef\xbb\xbf{}")),
    ),
    "zarr array attributes deep": (
        ".zarr", _store(lambda p: (p / "calcium" / ".zattrs").write_text(DEEP)),
    ),
    "zarr dims text": (
        ".zarr",
        _store(lambda p: edit(p / "calcium" / ".zattrs", _ARRAY_DIMENSIONS="astrocyte")),
    ),
    "zarr dims twice": (
        ".zarr",
        _store(lambda p: edit(p / "calcium" / ".zattrs", _ARRAY_DIMENSIONS=["time", "time"])),
    ),
    "zarr pipe inside": (".zarr", _store(lambda p: os.mkfifo(p / "calcium" / "pipe"))),
    "zarr link inside": (".zarr", _store(_linked_chunk)),
    "zarr chunk cut": (
        ".zarr",
        _store(lambda p: next((p / "calcium").glob("0*")).write_bytes(b"\x02\x01\x21\x04")),
    ),
    "zarr chunk lost": (".zarr", _store(lambda p: next((p / "calcium").glob("0*")).unlink())),
    "zarr group is array": (
        ".zarr", lambda path: (path.mkdir(), (path / "zarr.json").write_text(
            '{"zarr_format": 3, "node_type": "array"}'), path)[-1],
    ),
}  # fmt: skip
