"""A circuit as a C++ program whose every run reads its own tables: compile once, run many.

Everything that leans on the inside of Brian2's C++ standalone device (names of arrays, the main
function, the list of objects) stands here and in `program.hpp`. What it leans on is looked for
when a program is written, and a Brian2 without it is refused by its version; tests run it on each.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import brian2 as b2
import numpy as np

from models.machine.brian import BrianMisfit, temporary_files
from models.machine.circuit import Circuit
from models.machine.objects import Objects, make_objects

HEADER, TABLES, LIFELINE, MEMORY = SOURCES = tuple(
    Path(__file__).with_name(name)
    for name in ("program.hpp", "tables.hpp", "lifeline.hpp", "memory.cpp")
)
_HEADERS = "codegen.cpp.headers"
_FLAGS = "codegen.cpp.extra_compile_args_gcc"
_LINKED = "codegen.cpp.extra_link_args"


def write_program(circuit: Circuit, folder: Path) -> None:
    """Write the C++ program of `circuit` into `folder`, with its manifest for `execution`.

    Parameters
    ----------
    circuit : Circuit
    folder : Path
        Must not hold a program yet.

    Raises
    ------
    BrianMisfit
        If this Brian2's inside, or a preference that was set, is not what a program leans on.
    """
    kinds = [np.dtype(b2.prefs[f"core.default_{kind}_dtype"]) for kind in ("float", "integer")]
    if kinds != [np.dtype(np.float64), np.dtype(np.int32)]:
        raise BrianMisfit(
            f"is set to compute in {' and '.join(map(str, kinds))}, and programs need float64 and "
            "int32: leave the preferences core.default_float_dtype and core.default_integer_dtype"
        )
    with _standalone(folder), temporary_files(folder):
        inserted = [_insert("before_start", "astrogram::begin();")]
        inserted += [_insert("after_start", _names(circuit))]
        objects = make_objects(circuit, None, _wiring_functions())
        inserted += [_insert("main", line) for line in _filling(circuit, objects)]
        objects.network.run(0 * b2.second)
        inserted += [_insert("main", line) for line in _running(circuit, objects)]
        b2.get_device().build(
            str(folder), compile=False, run=False, additional_source_files=[MEMORY.name]
        )
    _check_written(folder, inserted)
    for source in SOURCES:
        shutil.copy(source, folder / source.name)
    (folder / "manifest.json").write_text(manifest(circuit))


@contextlib.contextmanager
def _standalone(folder: Path) -> Iterator[None]:
    """Activate the C++ device with our header in every file, and put everything back."""
    b2.start_scope()
    # Astrocytes step slowly on purpose, and nothing here has a delay that could be rounded.
    b2.BrianLogger.suppress_name("synapses_dt_mismatch")
    b2.BrianLogger.suppress_name("cannot_check_statemonitor_indices")  # `Circuit.check` does
    before = {name: b2.prefs[name] for name in (_HEADERS, _FLAGS, _LINKED)}
    b2.prefs[_HEADERS] = [*before[_HEADERS], f'"{HEADER.name}"']
    # The loops over cells and over astrocytes need more checks for overlapping arrays than gcc
    # makes by itself; vectorised, a whole run takes a tenth less. How fast the short loops are
    # hangs on where they lie in memory; so that each file's lie alike whatever the others hold,
    # functions begin lines.
    b2.prefs[_FLAGS] = [
        *before[_FLAGS], "--param=vect-max-version-for-alias-checks=4000", "-falign-functions=64",
    ]  # fmt: skip
    # Linked so, what has all but decayed (below 1e-307) is zero, which costs less to go on with.
    b2.prefs[_LINKED] = [*before[_LINKED], "-ffast-math"]
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
    """The functions of `models.machine.objects.OPEN_WIRING`."""
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


def _insert(slot: str, line: str) -> str:
    b2.get_device().insert_code(slot, line)
    return line


def _check_written(folder: Path, inserted: list[str]) -> None:
    """Refuse a Brian2 that did not write what we inserted, or has no such arrays."""
    try:
        main, arrays = ((folder / name).read_text() for name in ("main.cpp", "objects.h"))
    except FileNotFoundError as error:
        raise BrianMisfit(f"writes no {Path(error.filename).name}") from None
    declared, at = set(re.findall(r"\w+", arrays)), 0
    for line in inserted:
        at = main.find(line, at)
        if at < 0:
            raise BrianMisfit(f"does not take our line '{line[:60]}' into its main function")
        for name in re.findall(r"\b_(?:dynamic_)?array_\w+", line):
            if name not in declared:
                raise BrianMisfit(f"declares no array '{name}'")
        for name in re.findall(r"\b_run_\w+", line):
            if not re.search(rf"network\.add\(&\w+, {name}\);", main):
                raise BrianMisfit(f"runs no '{name}'")


def _names(circuit: Circuit) -> str:
    names = ", ".join(json.dumps(links.name) for links in circuit.links)
    return f"astrogram::wired() = {{{names}}};"


def _array(objects: Objects, owner: str, variable: str) -> str:
    """Return the C++ name of a variable's array, or of the vector that holds it."""
    try:
        found = objects.named[owner].variables[variable]
        return b2.get_device().get_array_name(found, access_data=False)
    except (KeyError, TypeError, AttributeError):
        raise BrianMisfit(f"has no array for '{variable}' of '{owner}'") from None


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
        row, gate, scale = (
            _array(objects, course.cells, name) if name else "nullptr"
            for name in (course.row, course.gate, course.scale)
        )
        yield (
            f'astrogram::course("{course.cells}.{course.variable}", {to}, '
            f"{sizes[course.cells]}, {every}, {row}, {gate}, {scale});"
        )
    for source in circuit.sources:
        names = ("_timebins", "neuron_index", "_lastindex")
        where = ", ".join(_array(objects, source.name, name) for name in names)
        yield f'astrogram::spikes("spikes.{source.name}", {where});'
    for links in circuit.links:
        if links.on_pre:
            fired = _array(objects, links.source, "_spikespace")
            pathway = objects.named[links.name].pre
            acts = ", ".join(f"_run_{code.name}" for code in pathway.code_objects)
            yield f"astrogram::waits_for({fired}, {sizes[links.source]}, {{{acts}}});"
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
        highest = "1e300" if item.highest is None else repr(item.highest)
        yield (
            f'astrogram::guard("{item.variable} {item.cells}", {name}, {sizes[item.cells]}, '
            f"{lowest}, {highest});"
        )
    yield "return astrogram::carry_out(network);"


def manifest(circuit: Circuit) -> str:
    """Return what `models.machine.execution` must know of a program, as plain JSON."""
    content = {
        "circuit": circuit.name,
        "step": circuit.step,
        "mend": circuit.mend,
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
    return json.dumps(content, indent=1)
