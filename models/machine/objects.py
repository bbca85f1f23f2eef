"""From a circuit to Brian2 objects: filled from tables, or left open for a compiled program."""

from __future__ import annotations

import re
from dataclasses import dataclass

import brian2 as b2
import numpy as np

from models.machine.brian import BrianMisfit
from models.machine.circuit import Cells, Circuit, Links, Source, Tables
from models.machine.functions import functions

# Functions of a compiled program that read the wiring of one run (`models.machine.program`).
OPEN_WIRING = "int(wire_target({key}, i, k)) for k in range(int(wire_count({key}, i)))"


@dataclass(frozen=True)
class Objects:
    """The Brian2 objects of one circuit; `network` holds them all, `named` finds one."""

    network: b2.Network
    named: dict[str, b2.BrianObject]


def make_objects(
    circuit: Circuit, tables: Tables | None, wiring: dict[str, b2.Function] | None = None
) -> Objects:
    """Make the Brian2 objects of `circuit` on the active device.

    Parameters
    ----------
    circuit : Circuit
    tables : Tables or None
        What fills them. None leaves constants, initial values, wiring, spikes, courses and
        recorded indices to the program's run: constants become shared variables, which cost
        nothing in a loop.
    wiring : dict, optional
        The functions of `OPEN_WIRING`, where `tables` is None.

    Returns
    -------
    Objects
    """
    return _Maker(circuit, tables, wiring or {}).make()


class _Maker:
    def __init__(
        self, circuit: Circuit, tables: Tables | None, wiring: dict[str, b2.Function]
    ) -> None:
        self.circuit = circuit
        self.tables = tables
        self.functions = functions() | wiring
        self.named: dict[str, b2.BrianObject] = {}

    def make(self) -> Objects:
        circuit = self.circuit
        b2.defaultclock.dt = circuit.step * b2.second
        for cells in circuit.cells:
            self.named[cells.name] = self._cells(cells)
        for source in circuit.sources:
            self.named[source.name] = self._source(source)
        for key, links in enumerate(circuit.links):
            self.named[links.name] = self._links(links, key)
        if self.tables is not None:
            self._fill(self.tables)
        for spikes in circuit.spikes:
            self.named[spikes.name] = b2.SpikeMonitor(self.named[spikes.of], name=spikes.name)
        for traces in circuit.traces:
            index = np.zeros(traces.n, np.int32)
            if self.tables is not None:
                index = self.tables[f"indices.{traces.name}"]
            self.named[traces.name] = b2.StateMonitor(
                self.named[traces.of], traces.variables, record=index,
                dt=traces.step * b2.second, name=traces.name,
            )  # fmt: skip
        return Objects(b2.Network(*self.named.values(), name="network"), self.named)

    def _clock(self, step: float) -> dict[str, b2.Quantity]:
        # GeNN refuses any object with a clock of its own, even one of the same step.
        return {} if step == self.circuit.step else {"dt": step * b2.second}

    def _constants(
        self, *texts: str, known: b2.Group | None = None
    ) -> tuple[str, dict[str, object]]:
        """Return equations to add and the namespace: constants are in one of them.

        `known` is the target of links: they read its shared variables by their own names.
        """
        names = self.circuit.used(*texts)
        units = self.circuit.constants
        if self.tables is None and known is not None:
            names = [name for name in names if name not in known.variables]
        lines = [f"{name} : {units[name]} (shared, constant)" for name in names]
        if self.tables is None:
            return "\n" + "\n".join(lines) + "\n", dict(self.functions)
        dimensions = b2.Equations("\n".join(lines)) if lines else {}
        constants = {
            name: b2.Quantity(
                float(self.tables[f"constant.{name}"]), dim=dimensions[name].dim
            )
            for name in names
        }
        return "", self.functions | constants

    def _cells(self, cells: Cells) -> b2.NeuronGroup:
        texts = (cells.equations, cells.threshold, cells.reset, cells.refractory)
        more, namespace = self._constants(*texts)
        events = {
            key: value
            for key in ("threshold", "reset", "refractory")
            if (value := getattr(cells, key))
        }
        return b2.NeuronGroup(
            cells.n, cells.equations + more, method=cells.method, name=cells.name,
            namespace=namespace, **events, **self._clock(cells.step),
        )  # fmt: skip

    def _source(self, source: Source) -> b2.SpikeGeneratorGroup:
        cell, step = np.zeros(1, np.int32), np.zeros(1)
        if self.tables is not None:
            cell = self.tables[f"spikes.{source.name}.cell"]
            step = self.tables[f"spikes.{source.name}.step"]
        time = step * self.circuit.step * b2.second
        return b2.SpikeGeneratorGroup(source.n, cell, time, name=source.name)

    def _links(self, links: Links, key: int) -> b2.Synapses:
        source, target = self.named[links.source], self.named[links.target]
        model, on_pre = (
            self._of_source(text, source, target) for text in (links.model, links.on_pre)
        )
        more, namespace = self._constants(model, on_pre, known=target)
        result = b2.Synapses(
            source, target, model=model + more, namespace=namespace, name=links.name,
            **({"on_pre": on_pre} if on_pre else {}),
            **({"method": "exact"} if "event-driven" in links.model else {}),
            **self._clock(links.step),
        )  # fmt: skip
        for updater in result.summed_updaters.values():
            if not hasattr(updater, "_clock"):
                raise BrianMisfit("keeps the clock of a sum over synapses elsewhere")
            # Brian2 sums at every step of the target, however slowly the source steps, which took
            # a tenth of a run. GeNN does its own sums and refuses other clocks anyway.
            updater._clock = result.clock
        if links.on_pre:
            result.pre.order = links.order
        if self.tables is None:
            result.connect(j=OPEN_WIRING.format(key=key))
        else:
            edges = (self.tables[f"edges.{links.name}.{end}"] for end in ("source", "target"))
            given = dict(zip("ij", edges, strict=True))
            # Brian2 takes no empty arrays
            result.connect(**given if len(given["i"]) else {"condition": "False"})
        return result

    def _of_source(self, text: str, source: b2.Group, target: b2.Group) -> str:
        """Name the constants that only the source of links has as links know them."""
        if self.tables is None:
            for name in self.circuit.used(text):
                if name in source.variables and name not in target.variables:
                    text = re.sub(rf"\b{name}\b", f"{name}_pre", text)
        return text

    def _fill(self, tables: Tables) -> None:
        """Set initial values and feed the courses."""
        for name, values in tables.items():
            kind, owner, *variable = name.split(".")
            if kind in ("initial", "rows"):
                given = values if values.ndim else values.item()
                setattr(self.named[owner], f"{variable[0]}_", given)
        for course in self.circuit.courses:
            group = self.named[course.cells]
            dim = group.variables[course.variable].dim
            column = f"2*{course.row} + int({course.gate}) % 2" if course.gate else course.row
            at = f"t, {column}" if column else "t"
            terms: list[str] = []
            for name in course.tables:
                table = b2.TimedArray(
                    b2.Quantity(tables[name], dim=dim), dt=course.step * b2.second,
                    name=f"table_{name.replace('.', '_')}",
                )  # fmt: skip
                group.namespace[table.name] = table
                scale = f"{course.scale}*" if terms else ""
                terms.append(f"{scale}{table.name}({at})")
            # GeNN silently ignores a run_regularly with a name of its own.
            group.run_regularly(
                f"{course.variable} = {' + '.join(terms)}", dt=course.step * b2.second
            )


def recorded(circuit: Circuit, objects: Objects) -> Tables:
    """Read all records of a run that Brian2 itself has carried out."""
    result: Tables = {}
    for spikes in circuit.spikes:
        monitor = objects.named[spikes.name]
        result[f"{spikes.name}.i"] = np.asarray(monitor.i)
        result[f"{spikes.name}.t"] = np.asarray(monitor.t)
    for traces in circuit.traces:
        monitor = objects.named[traces.name]
        result[f"{traces.name}.t"] = np.asarray(monitor.t)
        for variable in traces.variables:
            result[f"{traces.name}.{variable}"] = np.asarray(getattr(monitor, variable))
    return result
