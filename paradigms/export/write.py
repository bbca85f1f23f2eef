"""An exported folder, written: every animal drawn, its program and tables beside each other."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from astrogram.leftovers import owned_folder
from models.circuits.amygdala_prefrontal import namespace
from models.machine.circuit import Circuit, Tables
from models.machine.compiling import parse_headers_once
from models.machine.devices import check_known
from models.machine.execution import write_tables
from models.machine.genn.program import write_genn_program
from models.machine.genn.varied import varied as with_varied
from models.machine.genn.varied import varied_tables
from models.machine.program import write_program
from paradigms.export.folder import Exported, ExportError, Request, code, file_sum, table_sum
from paradigms.protocol.files import parse_protocol
from paradigms.run.animal import Animal, draw_animal
from paradigms.run.preflight import Prepared, prepare
from paradigms.run.recording import Recorder

RUN, MACHINE = (Path(__file__).with_name(name) for name in ("run.sh", "machine.sh"))


def export(
    requests: Sequence[Request], folder: Path, *, device: str = "cpp", gpu: bool = False
) -> int:
    """Write all that another machine needs to run `requests` into `folder`.

    Parameters
    ----------
    requests : sequence of Request
        Of one circuit: the same size and clock, or GeNN and C++ need a folder for each.
    folder : Path
        Must not be there.
    device : str
        ``"cpp"``, a process for each animal; or ``"genn"``, all in one network.
    gpu : bool
        For GeNN: for a GPU.

    Returns
    -------
    int
        Bytes of the folder.

    Raises
    ------
    ExportError
        If the device cannot be exported, or the animals do not fit one program.
    AstrogramError
        As `paradigms.run.preflight.prepare`, before anything is written.
    """
    if device not in ("cpp", "genn"):
        raise ExportError(f"device '{device}' cannot be exported; allowed: cpp, genn")
    if gpu and device != "genn":
        raise ExportError(f"device '{device}' cannot use a GPU; use --device genn --gpu")
    check_known(device)
    if os.path.lexists(folder):
        raise ExportError(f"{folder} is there already; choose another --out, or remove it")
    prepared = [prepare_request(request, device) for request in requests]
    varied = differing(prepared) if device == "genn" else ()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with owned_folder("export", folder.parent) as beside:
        place = beside / "made"
        (place / "runs").mkdir(parents=True)
        circuits: list[Circuit] = []
        steps: list[int] = []
        sums: dict[str, str] = {}
        constants: Tables = {}
        for request, animal in zip(requests, prepared, strict=True):
            arranged = arrange(animal, varied)
            _fits(request, arranged.circuit, requests[0], (*circuits, arranged.circuit)[0])
            circuits.append(arranged.circuit)
            steps.append(arranged.steps)
            constants = constants or {
                key: value for key, value in arranged.tables.items() if key.startswith("constant.")
            }
            run = place / "runs" / request.name
            run.mkdir()
            write_tables(run, arranged.tables, arranged.steps)
            sums[request.name] = table_sum(run)
        if device == "genn":
            write_genn_program(circuits[0], constants, place / "program")
            names = "\n".join(request.name for request in requests)
            (place / "runs" / "animals").write_text(names + "\n")
        else:
            write_program(circuits[0], place / "program")
            parse_headers_once(place / "program")
        exported = Exported(device, gpu, code(), varied, tuple(requests), sums)
        _finish(place, circuits[0], steps, exported)
        size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
        place.rename(folder)
    return size


@dataclass(frozen=True)
class Arranged:
    """An animal as it stands in a program: drawn, its circuit and tables, and its time steps."""

    drawn: Animal
    recorder: Recorder
    circuit: Circuit
    tables: Tables
    steps: int


def arrange(prepared: Prepared, varied: Sequence[str]) -> Arranged:
    """Draw an animal; constants in which animals of its program differ become variables."""
    drawn = draw_animal(prepared.parameters, prepared.timeline, prepared.size, prepared.seed)
    recorder, tables = drawn.circuit(prepared.clocks)
    circuit = with_varied(recorder.circuit, varied)
    steps = round(prepared.timeline.duration / circuit.step)
    return Arranged(drawn, recorder, circuit, varied_tables(circuit, tables), steps)


def differing(prepared: Sequence[Prepared]) -> tuple[str, ...]:
    """Return the constants that are not the same in all animals, sorted."""
    spaces = [namespace(animal.parameters, animal.timeline.speed) for animal in prepared]
    return tuple(
        name for name in sorted(spaces[0]) if len({float(space[name]) for space in spaces}) > 1
    )


def prepare_request(request: Request, device: str) -> Prepared:
    """Check an animal that another machine runs, as `paradigms.run.preflight.prepare`."""
    protocol = parse_protocol(request.protocol_toml, f"protocol of {request.name}")
    return prepare(
        protocol, seed=request.seed, size=request.size, clock=request.clock,
        overrides=request.overrides, device=device, elsewhere=True,
    )  # fmt: skip


def _fits(request: Request, circuit: Circuit, first: Request, other: Circuit) -> None:
    if circuit != other:
        raise ExportError(
            f"{request.name} and {first.name} need different programs (size, clock or what is "
            "recorded differ); export them into folders of their own"
        )


def _finish(
    place: Path, circuit: Circuit, steps: Sequence[int], exported: Exported
) -> None:
    """Write what `run.sh` reads, and the checksums of all."""
    pairs = zip(exported.animals, steps, strict=True)
    (place / "animals").write_text("".join(f"{item.name} {count}\n" for item, count in pairs))
    (place / "settings").write_text(
        f"device={exported.device}\ngpu={int(exported.gpu)}\nlongest={max(steps)}\n"
        f"cells={sum(cells.n for cells in circuit.cells)}\nstep={circuit.step!r}\n"
    )
    exported.write(place)
    for script in (RUN, MACHINE):
        shutil.copy(script, place / script.name)
    (place / "run.sh").chmod(0o755)
    files = sorted(file for file in place.rglob("*") if file.is_file())
    sums = [f"{file_sum(file)}  {file.relative_to(place)}" for file in files]
    (place / "checksums").write_text("\n".join(sums) + "\n")
