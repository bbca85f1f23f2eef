"""A circuit as a program of GeNN whose runs read their own tables, as a C++ program's do.

brian2genn turns the equations into GeNN's models of cells and synapses; its classes are taken over
as it writes them. What it writes around them (arrays of Brian2, a loop that moves spikes and levels
to and from the device in every step) is not: GeNN's arrays are filled straight from the tables, in
rows as GeNN keeps them, and the loop is `program.hpp`'s. So wiring never exists twice, a network is
one animal or several side by side, and nothing but its tables tells one from another.

Constants stand in GeNN's code as numbers; those in which the animals of a program differ are
variables of their cells (`varied`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from models.machine.circuit import Circuit
from models.machine.genn.translation import Translation, Value, translate
from models.machine.program import LIFELINE, TABLES, manifest

HEADERS = (*(Path(__file__).with_name(name) for name in ("program.hpp", "animals.hpp")),
           TABLES, LIFELINE)  # fmt: skip
NAME = "circuit"
"""What GeNN calls the model: its code comes to lie in ``circuit_CODE``."""
_GIVEN = """
// Cells that fire in given steps: a GPU holds all of them from the start.
class Given : public NeuronModels::Base
{
public:
    DECLARE_MODEL(Given, 0, 2);
    SET_SIM_CODE("");
    SET_THRESHOLD_CONDITION_CODE(
        "$(next) < $(end) && $(t) > (((double)$(steps)[$(next)]) - 0.5) * DT");
    SET_RESET_CODE("$(next)++;");
    SET_VARS({{"next", "unsigned int"}, {"end", "unsigned int", VarAccess::READ_ONLY}});
    SET_EXTRA_GLOBAL_PARAMS({{"steps", "unsigned int*"}});
    SET_NEEDS_AUTO_REFRACTORY(false);
};
IMPLEMENT_MODEL(Given);
"""
_PREFERENCES = """
// Of a GPU: which one, and threads of a block. Two warps, chosen: GeNN's own choice compiles twice.
template <class Preferences>
auto prefer(Preferences &all, int) -> decltype(all.manualBlockSizes, void())
{
    using Block = decltype(all.blockSizeSelectMethod);
    using Device = decltype(all.deviceSelectMethod);
    all.deviceSelectMethod = Device::MANUAL;
    all.selectGPUByDeviceID = true;
    all.blockSizeSelectMethod = Block::MANUAL;
    all.manualBlockSizes.fill(64);
}

// Of a processor: nothing that moves a last digit.
template <class Preferences> void prefer(Preferences &all, long)
{
    all.userCxxFlagsGNU = "-O3";
}
"""


def write_genn_program(
    circuit: Circuit, constants: Mapping[str, np.ndarray], folder: Path
) -> None:
    """Write the program of `circuit` into `folder`, with its manifest for `execution`.

    Parameters
    ----------
    circuit : Circuit
    constants : mapping of str to ndarray
        Tables of which ``constant.NAME`` are read.
    folder : Path
        Must not hold a program yet.

    Raises
    ------
    BrianMisfit
        If brian2genn does not write what a program leans on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = translate(circuit, constants)
    (folder / f"{NAME}.cpp").write_text("\n".join(_definition(circuit, known)))
    (folder / "main.cpp").write_text("\n".join(_main(circuit, known)))
    for header in HEADERS:
        shutil.copy(header, folder / header.name)
    (folder / "Makefile").write_text(_MAKEFILE)
    (folder / "manifest.json").write_text(manifest(circuit))


# ---- the model as GeNN's generator reads it -------------------------------------------------


def _definition(circuit: Circuit, known: Translation) -> Iterator[str]:
    sizes = circuit.sizes()
    recorded = {item.of for item in circuit.spikes}
    yield "#include <stdint.h>"
    yield '#include "modelSpec.h"'
    yield '#include "animals.hpp"'
    yield known.classes
    yield _GIVEN
    yield _PREFERENCES
    yield "void modelDefinition(NNmodel &model)"
    yield "{"
    yield "    using astrogram::all;"
    yield "    prefer(GENN_PREFERENCES, 0);"
    yield f"    model.setDT({circuit.step!r});"
    yield f'    model.setName("{NAME}");'
    yield "    model.setPrecision(GENN_DOUBLE);"
    for cells in circuit.cells:
        name = cells.name
        yield (
            f'    auto *cells_{name} = model.addNeuronPopulation<{name}NEURON>("{name}", '
            f"all({cells.n}), {name}_p, {name}_ini);"
        )
        if name in recorded:
            yield f"    cells_{name}->setSpikeRecordingEnabled(true);"
    for source in circuit.sources:
        yield (
            f'    model.addNeuronPopulation<Given>("{source.name}", all({source.n}), {{}}, '
            "{uninitialisedVar(), uninitialisedVar()});"
        )
    for links in circuit.links:
        name = links.name
        yield (
            f"    auto *links_{name} = model.addSynapsePopulation<{name}WEIGHTUPDATE, "
            f'{name}POSTSYN>("{name}", SynapseMatrixType::SPARSE_INDIVIDUALG, NO_DELAY, '
            f'"{links.source}", "{links.target}", {name}_p, {name}_ini, {{}}, {{}});'
        )
        for end, of, call in (
            ("source", links.source, "setMaxConnections"),
            ("target", links.target, "setMaxSourceConnections"),
        ):
            yield (
                f'    links_{name}->{call}(astrogram::longest("edges.{name}.{end}", '
                f"{sizes[of]}));"
            )
    yield "}"
    yield ""


# ---- the program around it ------------------------------------------------------------------


def _main(circuit: Circuit, known: Translation) -> Iterator[str]:
    yield f'#include "{NAME}_CODE/definitions.h"'
    yield '#include "program.hpp"'
    yield ""
    yield "using namespace astrogram;"
    yield ""
    yield "static int simulate()"
    yield "{"
    lines = [
        "Run run;", *_memory(circuit, known.variables), "allocateMem();", "initialize();",
        *_cells(circuit, known), *_links(circuit, known),
        *_sources(circuit), "initializeSparse();",
        *_inputs_and_records(circuit, known.values), "check_all();",
    ]  # fmt: skip
    if circuit.spikes:
        lines.append("allocateRecordingBuffers((unsigned int)run.chunk);")
    pull = "pullRecordingBuffersFromDevice" if circuit.spikes else "nullptr"
    lines.append(f"return run.carry_out({circuit.step!r}, stepTime, {pull});")
    yield from (f"    {line}" for line in lines)
    yield "}"
    yield ""
    yield "int main()"
    yield "{"
    yield "    begin();"
    yield "    try {"
    yield "        return simulate();"
    yield "    } catch (const std::exception &error) {"
    yield "        refuse(error.what());"
    yield "    }"
    yield "}"
    yield ""


def _pull(variable: str, owner: str) -> str:
    return f"[]() {{ pull{variable}{owner}FromDevice(); }}"


def _memory(
    circuit: Circuit, variables: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """Ask before anything is allocated whether a GPU has room."""
    sizes = circuit.sizes()
    yield "size_t bytes = 0;"
    for cells in circuit.cells:
        kinds = variables[cells.name].values()
        each = " + ".join(["8", *(f"sizeof({kind})" for kind in kinds)])
        yield f"bytes += all({cells.n}) * ({each});"
    for item in circuit.links:
        kinds = variables[item.name].values()
        each = " + ".join(["4", *(f"sizeof({kind})" for kind in kinds)])
        yield (
            f"bytes += size_t(all({sizes[item.source]})) * (4 + maxRowLength{item.name} * "
            f"({each}));"
        )
    for spikes in circuit.spikes:
        yield f"bytes += run.record_bytes({sizes[spikes.of]});"
    yield "check_room(bytes, getFreeDeviceMemBytes());"


def _cells(circuit: Circuit, known: Translation) -> Iterator[str]:
    tables = {*circuit.initial, *(f"rows.{cells}.{row}" for cells, row in circuit.rows())}
    for cells in circuit.cells:
        for variable in known.variables[cells.name]:
            name, to = f"{cells.name}.{variable}", f"{variable}{cells.name}"
            if name in known.numbered:
                yield f"numbered({to}, {cells.n});"
            else:
                yield f"same({known.start.get(name, '0')}, {to}, {cells.n});"
            for kind in ("initial", "rows"):
                if f"{kind}.{name}" in tables:
                    pull = _pull(variable, cells.name)
                    yield f'cells("{kind}.{name}", {to}, {cells.n}, {pull});'


def _links(circuit: Circuit, known: Translation) -> Iterator[str]:
    sizes = circuit.sizes()
    for item in circuit.links:
        links = item.name
        yield (
            f'const Links {links}{{"{links}", {sizes[item.source]}, {sizes[item.target]}, '
            f"rowLength{links}, ind{links}, maxRowLength{links}}};"
        )
        yield f"wire({links});"
        for variable in known.variables[links]:
            name, to = f"{links}.{variable}", f"{variable}{links}"
            yield f"{links}.clear({known.start.get(name, '0')}, {to});"
            if f"initial.{name}" in circuit.initial:
                yield f'links("initial.{name}", {links}, {to}, {_pull(variable, links)});'


def _sources(circuit: Circuit) -> Iterator[str]:
    for source in circuit.sources:
        name = source.name
        yield (
            f'const GivenSpikes given_{name}("{name}", {source.n}, next{name}, end{name});'
        )
        yield f"allocatesteps{name}((unsigned int)given_{name}.step.size());"
        yield f"std::copy(given_{name}.step.begin(), given_{name}.step.end(), steps{name});"
        yield f"pushsteps{name}ToDevice((unsigned int)given_{name}.step.size());"


def _inputs_and_records(circuit: Circuit, values: Mapping[str, Value]) -> Iterator[str]:
    sizes, wired = circuit.sizes(), {links.name for links in circuit.links}
    for course in circuit.courses:
        to = f"{course.variable}{course.cells}"
        hangs = ", ".join(
            f"{name}{course.cells}, {_pull(name, course.cells)}" if name else "nullptr, nullptr"
            for name in (course.gate, course.scale)
        )
        yield (
            f'run.course("{course.cells}", "{course.variable}", "{course.row}", {to}, '
            f"{sizes[course.cells]}, {round(course.step / circuit.step)}, "
            f"[]() {{ push{to}ToDevice(); }}, {hangs});"
        )
    for traces in circuit.traces:
        yield f'run.record("{traces.name}", {round(traces.step / circuit.step)});'
        for variable in traces.variables:
            n, links = (0, f", &{traces.of}") if traces.of in wired else (sizes[traces.of], "")
            value = values[f"{traces.of}.{variable}"]
            pulls = " ".join(f"pull{name}{traces.of}FromDevice();" for name in value.of)
            yield (
                f'run.variable("{traces.name}", "{variable}", '
                f"[](size_t i) -> double {{ return {value.code}; }}, "
                f"[]() {{ {pulls} }}, {n}{links});"
            )
    for spikes in circuit.spikes:
        yield f'run.spike_record("{spikes.name}", &recordSpk{spikes.of}, {sizes[spikes.of]});'
    for item in circuit.guards:
        lowest = "-1e300" if item.lowest is None else repr(item.lowest)
        highest = "1e300" if item.highest is None else repr(item.highest)
        yield (
            f'run.guard("{item.variable} {item.cells}", {item.variable}{item.cells}, '
            f"{sizes[item.cells]}, {_pull(item.variable, item.cells)}, {lowest}, {highest});"
        )


# GENN_PATH names GeNN; FLAGS are those of its generator; ASTROGRAM_RUN, the tables: rows are as
# long as the longest there.
_MAKEFILE = f"""CXX ?= g++

main: main.cpp {NAME}_CODE/built
\t$(CXX) -std=c++11 -O2 main.cpp -o main -L{NAME}_CODE -lrunner -Wl,-rpath,'$$ORIGIN/{NAME}_CODE'

{NAME}_CODE/built: {NAME}.cpp
\tbash "$(GENN_PATH)/bin/genn-buildmodel.sh" $(FLAGS) {NAME}.cpp
\t$(MAKE) -C {NAME}_CODE
\ttouch {NAME}_CODE/built
"""
