"""What came back in an exported folder, as the datasets that a run here would have written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import xarray as xr

from astrogram.environment import temporary_folder
from astrogram.leftovers import owned_folder
from astrogram.text import one_line
from models.machine.execution import RunError, read_records, write_tables
from models.machine.program import manifest
from paradigms.export.folder import (
    Exported,
    ExportError,
    Request,
    check_results,
    read_exported,
    table_sum,
)
from paradigms.export.write import Arranged, arrange, prepare_request
from paradigms.protocol.files import parse_protocol
from paradigms.run.simulate import dataset_of


def collect(folder: Path) -> Iterator[tuple[Request, xr.Dataset]]:
    """Return the dataset of every animal of a folder in which `run.sh` has run.

    Each animal is drawn again from what was asked for. Its results count only if the tables that
    travelled are the ones that it has here, and the program has read back just these.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    request : Request
    dataset : xarray.Dataset
        As `paradigms.run.simulate.simulate`, its attribute ``machine`` what ran it.

    Raises
    ------
    ExportError
        Before the first dataset if an animal has not run, a result is damaged, or the folder is of
        other code; later if tables or results are not those of an animal.
    """
    exported = read_exported(folder)
    for request in exported.animals:
        check_results(folder, request)
    for request in exported.animals:
        yield request, _dataset(folder, exported, request)


def _dataset(folder: Path, exported: Exported, request: Request) -> xr.Dataset:
    prepared = prepare_request(request, exported.device)
    arranged = arrange(prepared, exported.varied)
    place = folder / "runs" / request.name
    if _table_sum(arranged) != exported.tables.get(request.name):
        raise ExportError(
            f"the tables of {request.name} in {folder} are not those that are drawn here; export "
            "and collect with the same versions of Python's packages"
        )
    try:
        records = read_records(place, arranged.tables, json.loads(manifest(arranged.circuit)))
    except (RunError, OSError, ValueError) as error:
        raise ExportError(f"{place}: {one_line(str(error))}; call run.sh again") from None
    protocol = parse_protocol(request.protocol_toml, f"protocol of {request.name}")
    dataset = dataset_of(
        protocol, prepared, arranged.drawn, arranged.recorder, records,
        seconds=_seconds(place.with_name(f"{request.name}.seconds"), folder / "runs.seconds"),
        build_seconds=_seconds(folder / "program" / "built"),
    )  # fmt: skip
    if request.group:
        dataset.attrs["group"] = request.group
    machine = folder / "machine"
    if machine.is_file():
        dataset.attrs["machine"] = one_line(machine.read_text(errors="replace"))[:500]
    return dataset


def _seconds(*files: Path) -> float:
    """What `run.sh` has noted in the first of `files` that is there; 0 if nothing."""
    for file in files:
        if file.is_file() and (text := file.read_text(errors="replace").strip()).isdigit():
            return float(text[:9])
    return 0.0


def _table_sum(arranged: Arranged) -> str:
    with owned_folder("run", temporary_folder()) as place:
        write_tables(place, arranged.tables, arranged.steps)
        return table_sum(place)
