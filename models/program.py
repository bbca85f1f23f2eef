"""A circuit as a C++ program whose every run reads its own tables: compile once, run many.

Everything that leans on the inside of Brian2's C++ standalone device (names of arrays, the main
function, the list of objects) stands here and in `program.hpp`; tests run it on each Brian2.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import brian2 as b2
import numpy as np

from astrogram.errors import AstrogramError
from models.circuit import Circuit
from models.objects import Objects, make_objects

HEADER = Path(__file__).with_name("program.hpp")
COMPILERS = ("g++", "c++", "clang++")
_HEADERS = "codegen.cpp.headers"
_FLAGS = "codegen.cpp.extra_compile_args_gcc"


class BuildError(AstrogramError, RuntimeError):
    """A program that cannot be written or compiled; the message is one line."""


def compiler() -> str | None:
    """Return the C++ compiler: what CXX names, or the first of `COMPILERS` on PATH."""
    given = os.environ.get("CXX")
    if given:
        return given if shutil.which(shlex.split(given)[0]) else None
    return next((name for name in COMPILERS if shutil.which(name)), None)


def compile_program(folder: Path) -> None:
    """Compile what Brian2 wrote into `folder`, with as many jobs as cores.

    By Brian2 itself Ctrl-C would pass for a failing compiler.

    Raises
    ------
    BuildError
        With the compiler's first complaint.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    command = [b2.prefs.devices.cpp_standalone.make_cmd_unix, f"-j{processors}"]
    found = compiler() or COMPILERS[0]
    cached = shutil.which("ccache") and "ccache" not in found
    environment = {**os.environ, "CXX": f"ccache {found}" if cached else found}
    said = folder / "make.txt"  # a file: an interrupt would leave pipes open
    with said.open("w") as output:
        done = subprocess.run(  # noqa: S603 (make on the folder that was just written)
            command, cwd=folder, env=environment, stdout=output, stderr=output
        )
    if done.returncode:
        raise BuildError(f"compiling the model failed: {complaint(said.read_text())}")


def complaint(text: str) -> str:
    """Return the first line of a compiler's messages that tells of an error, else the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrong = (line for line in lines if "error" in line.lower() or "no space left" in line.lower())
    return next(wrong, lines[-1] if lines else "")


def write_program(circuit: Circuit, folder: Path) -> None:
    """Write the C++ program of `circuit` into `folder`, with a manifest for `models.execution`.

    Parameters
    ----------
    circuit : Circuit
    folder : Path
        Must not hold a program yet.
    """
    with _standalone(folder):
        device = b2.get_device()
        device.insert_code("after_start", _names(circuit))
        objects = make_objects(circuit, None, _wiring_functions())
        device.insert_code("main", "\n".join(_filling(circuit, objects)))
        objects.network.run(0 * b2.second)
        device.insert_code("main", "\n".join(_running(circuit, objects)))
        device.build(str(folder), compile=False, run=False)
    shutil.copy(HEADER, folder / HEADER.name)
    (folder / "manifest.json").write_text(json.dumps(_manifest(circuit), indent=1))


@contextlib.contextmanager
def _standalone(folder: Path) -> Iterator[None]:
    """Activate the C++ device with our header in every file, and put everything back."""
    b2.start_scope()
    # Astrocytes step slowly on purpose, and nothing here has a delay that could be rounded.
    b2.BrianLogger.suppress_name("synapses_dt_mismatch")
    b2.BrianLogger.suppress_name("cannot_check_statemonitor_indices")  # `Circuit.check` does
    before = {name: b2.prefs[name] for name in (_HEADERS, _FLAGS)}
    b2.prefs[_HEADERS] = [*before[_HEADERS], f'"{HEADER.name}"']
    # The loop over cells needs more checks for overlapping arrays than gcc makes by itself;
    # vectorised, a whole run takes a tenth less.
    b2.prefs[_FLAGS] = [*before[_FLAGS], "--param=vect-max-version-for-alias-checks=400"]
    b2.set_device("cpp_standalone", build_on_run=False, directory=str(folder))
    try:
        yield
    finally:
        for name, value in before.items():
            b2.prefs[name] = value
        b2.device.reinit()
        b2.device.activate()
        b2.set_device("runtime")
        b2.defaultclock.dt = 0.1 * b2.ms


def _wiring_functions() -> dict[str, b2.Function]:
    """The functions of `models.objects.OPEN_WIRING`."""
    result = {}
    for name, arguments in (
        ("wire_count", "int key, int i"),
        ("wire_target", "int key, int i, int k"),
    ):
        count = arguments.count(",") + 1
        function = b2.Function(
            lambda *given: given[0], arg_units=[1] * count, return_unit=1,
            arg_types=["integer"] * count, return_type="integer", stateless=False,
        )  # fmt: skip
        passed = ", ".join(word.split()[1] for word in arguments.split(", "))
        code = f"static inline int {name}({arguments}) {{ return astrogram::{name}({passed}); }}"
        function.implementations.add_implementation("cpp", code)
        result[name] = function
    return result


def _names(circuit: Circuit) -> str:
    names = ", ".join(json.dumps(links.name) for links in circuit.links)
    return f"astrogram::wired() = {{{names}}};"


def _array(objects: Objects, owner: str, variable: str) -> str:
    """Return the C++ name of a variable's array, or of the vector that holds it."""
    found = objects.named[owner].variables[variable]
    return b2.get_device().get_array_name(found, access_data=False)


def _filling(circuit: Circuit, objects: Objects) -> Iterator[str]:
    """Statements that fill constants and initial values, once all links are made."""
    sizes = circuit.sizes()

    def fill(table: str, owner: str, variable: str, n: int | None) -> str:
        name = _array(objects, owner, variable)
        return f'astrogram::fill("{table}", {name}{"" if n is None else f", {n}"});'

    for owner in (*(cells.name for cells in circuit.cells), *(x.name for x in circuit.links)):
        # what links share with their target stands there
        for constant in sorted(set(circuit.constants) & set(objects.named[owner].equations)):
            yield fill(f"constant.{constant}", owner, constant, 1)
    for table in circuit.initial:
        _, owner, variable = table.split(".")
        yield fill(table, owner, variable, sizes.get(owner))
    for owner, variable in circuit.rows():
        yield fill(f"rows.{owner}.{variable}", owner, variable, sizes[owner])
    for links in circuit.links:
        ends = ", ".join(
            _array(objects, links.name, f"_synaptic_{end}") for end in ("pre", "post")
        )
        yield f'astrogram::check_edges("edges.{links.name}", {ends});'
    for traces in circuit.traces:
        yield fill(f"indices.{traces.name}", traces.name, "_indices", traces.n)


def _running(circuit: Circuit, objects: Objects) -> Iterator[str]:
    """Statements that open inputs and records and carry the run out."""
    sizes = circuit.sizes()
    for course in circuit.courses:
        every = round(course.step / circuit.step)
        to = _array(objects, course.cells, course.variable)
        row = _array(objects, course.cells, course.row) if course.row else "nullptr"
        yield (
            f'astrogram::course("course.{course.cells}.{course.variable}", {to}, '
            f"{sizes[course.cells]}, {every}, {row});"
        )
    for source in circuit.sources:
        names = ("_timebins", "neuron_index", "_lastindex")
        where = ", ".join(_array(objects, source.name, name) for name in names)
        yield f'astrogram::spikes("spikes.{source.name}", {where});'
    for spikes in circuit.spikes:
        for variable in ("i", "t"):
            name = _array(objects, spikes.name, variable)
            yield f'astrogram::record("{spikes.name}.{variable}", {name});'
    for traces in circuit.traces:
        for variable in traces.variables:
            name = _array(objects, traces.name, variable)
            yield f'astrogram::record_rows("{traces.name}.{variable}", {name});'
        yield f'astrogram::record("{traces.name}.t", {_array(objects, traces.name, "t")});'
    for item in circuit.guards:
        name = _array(objects, item.cells, item.variable)
        lowest = "-1e300" if item.lowest is None else repr(item.lowest)
        yield (
            f'astrogram::guard("{item.variable} {item.cells}", {name}, {sizes[item.cells]}, '
            f"{lowest});"
        )
    yield "return astrogram::carry_out(network);"


def _manifest(circuit: Circuit) -> dict[str, object]:
    """What `models.execution` must know of a program, in plain JSON."""
    return {
        "circuit": circuit.name,
        "step": circuit.step,
        "sizes": circuit.sizes(),
        "links": [links.name for links in circuit.links],
        "guarded": {f"{item.cells}.{item.variable}": item.unit for item in circuit.guards},
        # name, number format and columns (0: one number for each event or time) of every result
        "records": [
            *([f"{item.name}.i", "int32", 0] for item in circuit.spikes),
            *([f"{item.name}.t", "float64", 0] for item in circuit.spikes),
            *([f"{item.name}.t", "float64", 0] for item in circuit.traces),
            *(
                [f"{item.name}.{variable}", "float64", item.n]
                for item in circuit.traces
                for variable in item.variables
            ),
        ],
        "versions": {"brian2": b2.__version__, "numpy": np.__version__},
    }
