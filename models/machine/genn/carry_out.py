"""One run of a circuit through GeNN: program and tables written, built, carried out, read."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from astrogram.environment import cuda_folder, for_child, genn_folder, temporary_folder
from astrogram.leftovers import owned_folder
from models.machine.children import run_kept
from models.machine.circuit import Circuit, Tables
from models.machine.compiling import BuildError, complaint
from models.machine.execution import carry_out, read_records, room, write_tables
from models.machine.genn.program import write_genn_program


def run_genn(
    circuit: Circuit, tables: Tables, n_steps: int, *, gpu: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Tables:  # fmt: skip
    """Run `circuit` with `tables` for `n_steps` on GeNN's processor back end, or on a GPU.

    Parameters
    ----------
    circuit : Circuit
        With a single clock: GeNN has no other.
    tables : Tables
    n_steps : int
    gpu : bool
    progress : callable, optional
        Called with the completed fraction, 0 to 1.

    Returns
    -------
    Tables
        What was recorded.

    Raises
    ------
    BuildError
        If the program cannot be written or compiled.
    RunError
        As `models.machine.execution.execute`.
    """
    with contextlib.ExitStack() as stack:
        with room():
            place = stack.enter_context(owned_folder("run", temporary_folder()))
            write_genn_program(circuit, tables, place / "program")
            write_tables(place, tables, n_steps)
            (place / "animals").write_text(".\n")
        build_genn(place / "program", place, gpu=gpu)
        manifest = json.loads((place / "program" / "manifest.json").read_text())
        carry_out(place / "program", place, n_steps, progress, manifest)
        return read_records(place, tables, manifest)


def build_genn(program: Path, runs: Path, *, gpu: bool) -> None:
    """Compile a program that was written into `program` for the animals in `runs`.

    Raises
    ------
    BuildError
        With the first complaint.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    more = {"CUDA_PATH": str(folder)} if (folder := cuda_folder()) else {}
    environment = for_child(
        GENN_PATH=str(genn_folder()), ASTROGRAM_RUN=str(runs.absolute()), TMPDIR=str(program),
        FLAGS="" if gpu else "-c", **more,
    )  # fmt: skip
    status, said = run_kept(["make", f"-j{cores}"], program, environment)
    if status or not (program / "main").is_file():
        raise BuildError(f"compiling the model with GeNN failed: {complaint(said)}")
