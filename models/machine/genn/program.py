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

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import brian2 as b2
import numpy as np
from brian2.parsing.rendering import CPPNodeRenderer
from brian2.utils.stringtools import get_identifiers

from models.machine.brian import BrianMisfit
from models.machine.circuit import Circuit, Tables
from models.machine.objects import Objects, make_objects
from models.machine.program import LIFELINE, TABLES, manifest
from models.machine.session import device_session

HEADERS = (*(Path(__file__).with_name(name) for name in ("program.hpp", "animals.hpp")),
           TABLES, LIFELINE)  # fmt: skip
NAME = "circuit"
"""What GeNN calls the model: its code comes to lie in ``circuit_CODE``."""
_CLASSES = re.compile(
    r"// define the neuron model classes\n(.*)\nvoid modelDefinition\(NNmodel &model\)", re.DOTALL
)
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
BLOCK = 64
"""Threads of a block on a GPU, chosen: two warps; the choice by trial compiles the model twice."""


@dataclass(frozen=True)
class _Model:
    """One of brian2genn's models: its variables, by name, and their C types."""

    name: str
    variables: dict[str, str]


@dataclass(frozen=True)
class _Value:
    """C++ of a recorded value of cell or link ``i``, and the variables that it takes."""

    code: str
    of: tuple[str, ...]


def varied(circuit: Circuit, names: Iterable[str]) -> Circuit:
    """Return `circuit` with the constants `names` as variables of the cells that use them.

    So animals that differ in a constant can stand in one program. Links read it of their target.

    Parameters
    ----------
    circuit : Circuit
    names : iterable of str
        Constants. Their tables serve as the variables' initial values (`varied_tables`).
    """
    names = sorted(names)
    if not names:
        return circuit
    units, initial = circuit.constants, list(circuit.initial)
    cells = []
    for group in circuit.cells:
        texts = [group.equations, group.threshold, group.reset, group.refractory]
        for links in circuit.links:
            if links.target == group.name:
                texts += [links.model, links.on_pre]
        mine = [name for name in circuit.used(*texts) if name in names]
        lines = "".join(f"\n{name} : {units[name]} (constant)" for name in mine)
        cells.append(replace(group, equations=group.equations + lines))
        initial += [f"initial.{group.name}.{name}" for name in mine]
    word = re.compile(rf"\b({'|'.join(names)})\b")
    links = tuple(
        replace(item, **{part: word.sub(r"\1_post", getattr(item, part))
                         for part in ("model", "on_pre")})
        for item in circuit.links
    )  # fmt: skip
    constants = {name: unit for name, unit in units.items() if name not in names}
    return replace(
        circuit, cells=tuple(cells), links=links, constants=constants, initial=tuple(initial)
    )


def varied_tables(circuit: Circuit, tables: Tables) -> Tables:
    """Return `tables` with what the circuit of `varied` asks for beside them."""
    missing = [name for name in circuit.initial if name not in tables]
    return {**tables, **{name: tables[f"constant.{name.split('.')[2]}"] for name in missing}}


def write_genn_program(
    circuit: Circuit, constants: Mapping[str, np.ndarray], folder: Path, *, gpu: bool
) -> None:
    """Write the program of `circuit` into `folder`, with its manifest for `execution`.

    Parameters
    ----------
    circuit : Circuit
    constants : mapping of str to ndarray
        Tables of which ``constant.NAME`` are read.
    folder : Path
        Must not hold a program yet.
    gpu : bool

    Raises
    ------
    BrianMisfit
        If brian2genn does not write what a program leans on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with device_session("genn") as session:
        objects = make_objects(*_outline(circuit, constants))
        values = dict(_values(circuit, objects, constants))
        session.generate(objects.network, circuit.step, gpu=gpu)
        device = b2.get_device()
        written = (session.directory / "magicnetwork_model.cpp").read_text()
        found = _CLASSES.search(written)
        if found is None:
            raise BrianMisfit("writes its GeNN models in another form")
        cells, links = ({item.name: _model(item) for item in items}
                        for items in (device.neuron_models, device.synapse_models))  # fmt: skip
        same = dict(_same_for_all(device))
        numbered = {device.get_array_name(item, access_data=False) for item, *_ in device.arange_arrays}
    text = "\n".join(_definition(circuit, found.group(1), gpu=gpu))
    (folder / f"{NAME}.cpp").write_text(text)
    (folder / "main.cpp").write_text(
        "\n".join(_main(circuit, cells, links, same, numbered, values))
    )
    for header in HEADERS:
        shutil.copy(header, folder / header.name)
    (folder / "Makefile").write_text(_MAKEFILE)
    (folder / "manifest.json").write_text(manifest(circuit))


def _outline(circuit: Circuit, constants: Mapping[str, np.ndarray]) -> tuple[Circuit, Tables]:
    """The circuit without inputs and records, and next to no tables: the models need no more."""
    one = np.zeros(1, np.int32)
    tables: Tables = {name: values for name, values in constants.items()
                      if name.startswith("constant.")}  # fmt: skip
    for links in circuit.links:
        tables |= {f"edges.{links.name}.{end}": one for end in ("source", "target")}
    for source in circuit.sources:
        tables |= {f"spikes.{source.name}.{part}": one for part in ("cell", "step")}
    return replace(circuit, courses=(), spikes=(), traces=(), guards=()), tables


def _values(
    circuit: Circuit, objects: Objects, constants: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, _Value]]:
    """How each recorded value follows from variables that GeNN holds, by ``OWNER.VARIABLE``."""
    for traces in circuit.traces:
        group = objects.named[traces.of]
        kept = group.equations.get_substituted_expressions(group.variables, True)
        expressions = {name: expression.code for name, expression in kept}
        for variable in traces.variables:
            inner = variable in group.equations.subexpr_names
            code = expressions[variable] if inner else variable
            names = get_identifiers(code)
            if inner:
                code = CPPNodeRenderer().render_expr(code)
            known = {name for name in names if name in circuit.constants}
            if unknown := names - known - group.equations.names:
                raise BrianMisfit(f"records '{variable}' of '{traces.of}' by {sorted(unknown)}")
            for name in known:
                number = f"({float(constants[f'constant.{name}'])!r})"
                code = re.sub(rf"\b{name}\b", number, code)
            of = tuple(sorted(names - known))
            for name in of:
                code = re.sub(rf"\b{name}\b", f"{name}{traces.of}[i]", code)
            yield f"{traces.of}.{variable}", _Value(code, of)


def _model(item: object) -> _Model:
    if item.shared_variables:  # type: ignore[attr-defined]
        raise BrianMisfit(f"shares variables in '{item.name}'")  # type: ignore[attr-defined]
    pairs = zip(item.variables, item.variabletypes, strict=True)  # type: ignore[attr-defined]
    return _Model(item.name, dict(pairs))  # type: ignore[attr-defined]


def _same_for_all(device: b2.Device) -> Iterator[tuple[str, str]]:
    """Arrays that Brian2 fills with one value before anything else, by its names of them."""
    for what, arguments in device.main_queue:
        if what == "set_by_constant":
            array, value, _ = arguments
            yield array, "true" if value is True else repr(float(value))


# ---- the model as GeNN's generator reads it -------------------------------------------------


def _definition(circuit: Circuit, classes: str, *, gpu: bool) -> Iterator[str]:
    sizes = circuit.sizes()
    recorded = {item.of for item in circuit.spikes}
    yield "#include <stdint.h>"
    yield '#include "modelSpec.h"'
    yield '#include "animals.hpp"'
    yield classes
    yield _GIVEN
    yield "void modelDefinition(NNmodel &model)"
    yield "{"
    yield "    using astrogram::all;"
    if gpu:
        yield "    GENN_PREFERENCES.deviceSelectMethod = DeviceSelect::MANUAL;"
        yield "    GENN_PREFERENCES.selectGPUByDeviceID = true;"
        yield "    GENN_PREFERENCES.blockSizeSelectMethod = BlockSizeSelect::MANUAL;"
        yield f"    GENN_PREFERENCES.manualBlockSizes.fill({BLOCK});"
    else:
        # nothing that moves a last digit
        yield '    GENN_PREFERENCES.userCxxFlagsGNU = "-O3";'
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


def _main(
    circuit: Circuit, cells: Mapping[str, _Model], links: Mapping[str, _Model],
    same: Mapping[str, str], numbered: set[str], values: Mapping[str, _Value],
) -> Iterator[str]:  # fmt: skip
    yield f'#include "{NAME}_CODE/definitions.h"'
    yield '#include "program.hpp"'
    yield ""
    yield "using namespace astrogram;"
    yield ""
    yield "static int simulate()"
    yield "{"
    lines = [
        "Run run;", *_memory(circuit, cells, links), "allocateMem();", "initialize();",
        *_cells(circuit, cells, same, numbered), *_links(circuit, links, same),
        *_sources(circuit), "initializeSparse();", *_inputs_and_records(circuit, values), "check_all();",
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
    circuit: Circuit, cells: Mapping[str, _Model], links: Mapping[str, _Model]
) -> Iterator[str]:
    """Ask before anything is allocated whether a GPU has room."""
    sizes = circuit.sizes()
    yield "size_t bytes = 0;"
    for name, model in cells.items():
        each = " + ".join(["8", *(f"sizeof({kind})" for kind in model.variables.values())])
        yield f"bytes += all({sizes[name]}) * ({each});"
    for item in circuit.links:
        kinds = links[item.name].variables.values()
        each = " + ".join(["4", *(f"sizeof({kind})" for kind in kinds)])
        yield (
            f"bytes += size_t(all({sizes[item.source]})) * (4 + maxRowLength{item.name} * "
            f"({each}));"
        )
    for spikes in circuit.spikes:
        yield f"bytes += run.record_bytes({sizes[spikes.of]});"
    yield "check_room(bytes, getFreeDeviceMemBytes());"


def _cells(
    circuit: Circuit, models: Mapping[str, _Model], same: Mapping[str, str], numbered: set[str]
) -> Iterator[str]:
    tables = {*circuit.initial, *(f"rows.{cells}.{row}" for cells, row in circuit.rows())}
    for cells in circuit.cells:
        for variable in models[cells.name].variables:
            array, to = f"_array_{cells.name}_{variable}", f"{variable}{cells.name}"
            if array in numbered:
                yield f"numbered({to}, {cells.n});"
            else:
                yield f"same({same.get(array, '0')}, {to}, {cells.n});"
            for kind in ("initial", "rows"):
                name = f"{kind}.{cells.name}.{variable}"
                if name in tables:
                    yield f'cells("{name}", {to}, {cells.n}, {_pull(variable, cells.name)});'


def _links(
    circuit: Circuit, models: Mapping[str, _Model], same: Mapping[str, str]
) -> Iterator[str]:
    sizes = circuit.sizes()
    for item in circuit.links:
        name = item.name
        yield (
            f'const Links {name}{{"{name}", {sizes[item.source]}, {sizes[item.target]}, '
            f"rowLength{name}, ind{name}, maxRowLength{name}}};"
        )
        yield f"wire({name});"
        for variable in models[name].variables:
            to, table = f"{variable}{name}", f"initial.{name}.{variable}"
            value = same.get(f"_dynamic_array_{name}_{variable}", "0")
            yield f"{name}.clear({value}, {to});"
            if table in circuit.initial:
                yield f'links("{table}", {name}, {to}, {_pull(variable, name)});'


def _sources(circuit: Circuit) -> Iterator[str]:
    for source in circuit.sources:
        name = source.name
        yield (
            f'const GivenSpikes given_{name}("{name}", {source.n}, next{name}, end{name});'
        )
        yield f"allocatesteps{name}((unsigned int)given_{name}.step.size());"
        yield f"std::copy(given_{name}.step.begin(), given_{name}.step.end(), steps{name});"
        yield f"pushsteps{name}ToDevice((unsigned int)given_{name}.step.size());"


def _inputs_and_records(circuit: Circuit, values: Mapping[str, _Value]) -> Iterator[str]:
    sizes, wired = circuit.sizes(), {links.name for links in circuit.links}
    for course in circuit.courses:
        to = f"{course.variable}{course.cells}"
        yield (
            f'run.course("{course.cells}", "{course.variable}", "{course.row}", {to}, '
            f"{sizes[course.cells]}, {round(course.step / circuit.step)}, "
            f"[]() {{ push{to}ToDevice(); }});"
        )
    for traces in circuit.traces:
        yield f'run.record("{traces.name}", {round(traces.step / circuit.step)});'
        for variable in traces.variables:
            n, links = (0, f", &{traces.of}") if traces.of in wired else (sizes[traces.of], "")
            value = values[f"{traces.of}.{variable}"]
            pulls = " ".join(f"pull{name}{traces.of}FromDevice();" for name in value.of)
            yield (
                f'run.variable("{traces.name}", "{variable}", '
                f"[](size_t i) -> double {{ return {value.code}; }}, []() {{ {pulls} }}, {n}{links});"
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
