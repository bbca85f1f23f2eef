"""Files and folders that are no dataset, or a damaged one: `FILES` makes them by name."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from analysis.dataset.schema import write_dataset
from tests.support.damaged import DEEP, DIGITS, raw, small


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
