"""A circuit's equations as GeNN's models of cells and links, written by brian2genn.

Only the classes are taken over, and what they hold: what brian2genn writes around them is for
Brian2's own arrays and loop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import brian2 as b2
import numpy as np
from brian2.parsing.rendering import CPPNodeRenderer
from brian2.utils.stringtools import get_identifiers

from models.machine.brian import BrianMisfit
from models.machine.circuit import Circuit, Tables
from models.machine.objects import Objects, make_objects
from models.machine.session import device_session

_CLASSES = re.compile(
    r"// define the neuron model classes\n(.*)\nvoid modelDefinition\(NNmodel &model\)", re.DOTALL
)


@dataclass(frozen=True)
class Value:
    """C++ of a recorded value of cell or link ``i``, and the variables that it takes."""

    code: str
    of: tuple[str, ...]


@dataclass(frozen=True)
class Translation:
    """What GeNN knows of a circuit.

    Attributes
    ----------
    classes : str
        C++ of the models: ``NAMENEURON``, ``NAMEWEIGHTUPDATE``, ``NAMEPOSTSYN``.
    variables : dict of str to dict
        C types of the variables of all cells and links, by their names.
    start : dict of str to str
        C++ of the values that Brian2 gives variables before anything else, by ``OWNER.VARIABLE``.
    numbered : set of str
        Variables that count the cells.
    values : dict of str to Value
        Of all that is recorded, by ``OWNER.VARIABLE``.
    """

    classes: str
    variables: dict[str, dict[str, str]]
    start: dict[str, str]
    numbered: set[str]
    values: dict[str, Value]


def translate(circuit: Circuit, constants: Mapping[str, np.ndarray]) -> Translation:
    """Let brian2genn translate `circuit`; its constants become numbers.

    Parameters
    ----------
    circuit : Circuit
    constants : mapping of str to ndarray
        Tables of which ``constant.NAME`` are read.

    Raises
    ------
    BrianMisfit
        If brian2genn does not write what a program leans on.
    """
    with device_session("genn") as session:
        objects = make_objects(*_outline(circuit, constants))
        values = dict(_values(circuit, objects, constants))
        session.generate(objects.network, circuit.step)
        device = b2.get_device()
        found = _CLASSES.search((session.directory / "magicnetwork_model.cpp").read_text())
        if found is None:
            raise BrianMisfit("writes its GeNN models in another form")
        names = {name: f"{owner}.{variable}" for owner, variable, name in _arrays(device)}
        return Translation(
            found.group(1), dict(_variables(device)), dict(_start(device, names)),
            {names[name] for _, name, _ in device.arange_arrays if name in names}, values,
        )  # fmt: skip


def _outline(circuit: Circuit, constants: Mapping[str, np.ndarray]) -> tuple[Circuit, Tables]:
    """The circuit without inputs and records, and next to no tables: the models need no more."""
    single = np.zeros(1, np.int32)
    tables: Tables = {name: values for name, values in constants.items()
                      if name.startswith("constant.")}  # fmt: skip
    for links in circuit.links:
        tables |= {f"edges.{links.name}.{end}": single for end in ("source", "target")}
    for source in circuit.sources:
        tables |= {f"spikes.{source.name}.{column}": single for column in ("cell", "step")}
    return replace(circuit, courses=(), spikes=(), traces=(), guards=()), tables


def _values(
    circuit: Circuit, objects: Objects, constants: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, Value]]:
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
            yield f"{traces.of}.{variable}", Value(code, of)


def _variables(device: Any) -> Iterator[tuple[str, dict[str, str]]]:
    for model in (*device.neuron_models, *device.synapse_models):
        if model.shared_variables:
            raise BrianMisfit(f"shares variables in '{model.name}'")
        yield model.name, dict(zip(model.variables, model.variabletypes, strict=True))


def _arrays(device: Any) -> Iterator[tuple[str, str, str]]:
    """Owner, variable and name of every array."""
    for variable in device.arrays:
        owner = getattr(variable.owner, "name", "")
        dynamic = variable in device.dynamic_arrays
        yield owner, variable.name, device.get_array_name(variable, access_data=not dynamic)


def _start(device: Any, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for what, arguments in device.main_queue:
        if what == "set_by_constant":
            array, value, _ = arguments
            yield names[array], "true" if value is True else repr(float(value))
