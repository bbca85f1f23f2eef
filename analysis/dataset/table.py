"""The dataset as one table: every variable with its dims, type, unit and meaning.

Validation, assembly, writing and the documentation are all driven by these rows; nothing else
in the project states what a dataset holds.  Times are seconds of *simulated* time; a duration of
the protocol's own clock is that many seconds times the attribute ``speed``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

SCHEMA_VERSION = "2"

#: Meanings of an open flag variable are named by the dataset itself (stages, sessions ...).
OPEN: tuple[str, ...] = ()


@dataclass(frozen=True)
class Range:
    """Values that a variable can have: from `low` to `high`, NaN only where it means something.

    What is not NaN is finite, also where an end is not.
    """

    low: float = -inf
    high: float = inf
    nan: bool = False


ANY = Range()
NOT_NEGATIVE = Range(0)
SHARE = Range(0, 1)
TIME = Range(0, 1e9)
"""Simulated time, s: thirty years at most."""
CONCENTRATION = Range(0, 1e4)
"""umol L-1. No ion or messenger of a cytosol, and no transmitter, reaches 10 mmol L-1."""


@dataclass(frozen=True)
class Variable:
    """One row of the schema.

    Attributes
    ----------
    name : str
        Name in the dataset.
    dims : tuple of str
        Dimensions, in order.
    dtype : str
        NumPy type on disk; ``int16`` is accepted too where ``flags`` is not None.
    units : str
        UDUNITS string, ``"1"`` for pure numbers.
    long_name : str
        What it is, in words (axis label).
    flags : tuple of str or None
        CF flag meanings; None for a quantity, ``OPEN`` where the dataset names its own.
    role : {"data", "coord"}
        Whether it is a coordinate.
    attrs : tuple of (str, str)
        Further attributes.
    allowed : Range
        Values it can have; of a flag variable the flags say so.
    points : str or None
        Dimension whose elements its values number, from 0; below `allowed.low` none is.
    """

    name: str
    dims: tuple[str, ...]
    dtype: str
    units: str
    long_name: str
    flags: tuple[str, ...] | None = None
    role: Literal["data", "coord"] = "data"
    attrs: tuple[tuple[str, str], ...] = ()
    allowed: Range = ANY
    points: str | None = None

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.dims)}) {self.dtype} in '{self.units}'"


@dataclass(frozen=True)
class Attribute:
    """One global attribute: its name, kind and meaning."""

    name: str
    kind: Literal["text", "json", "integer", "number"]
    meaning: str


POPULATIONS = (
    "BLA_P", "BLA_PV", "BLA_SOM", "PL_P", "PL_I", "IL_P", "IL_I",
    "ITC", "CeL_on", "CeL_off", "CeM", "LC", "VTA",
)  # fmt: skip
PROJECTIONS = ("none", "PL", "IL", "CeA")
PATHWAYS = ("CS", "context_A", "context_B", "BLA_P")
CONTEXTS = ("none", "A", "B")


def _index(name: str, long_name: str) -> Variable:
    return Variable(name, (name,), "int32", "1", long_name, role="coord", allowed=NOT_NEGATIVE)


def _label(name: str, dim: str, long_name: str, flags: tuple[str, ...], **attrs: str) -> Variable:
    extra = tuple(attrs.items())
    return Variable(name, (dim,), "int8", "1", long_name, flags=flags, role="coord", attrs=extra)


def _along(
    name: str, dim: str, dtype: str, units: str, long_name: str, allowed: Range = NOT_NEGATIVE,
    points: str | None = None,
) -> Variable:  # fmt: skip
    return Variable(
        name, (dim,), dtype, units, long_name, role="coord", allowed=allowed, points=points
    )


def _when(name: str, dim: str, long_name: str, allowed: Range = TIME) -> Variable:
    return _along(name, dim, "float64", "s", long_name, allowed)


def _position(name: str, of: str, nan: bool) -> Variable:
    return Variable(
        name, (of, "xy"), "float32", "um", f"{of} position", role="coord",
        allowed=Range(-1e6, 1e6, nan),
    )  # fmt: skip


def _field(name: str, units: str, long_name: str, allowed: Range) -> Variable:
    return Variable(name, ("astrocyte", "time"), "float32", units, long_name, allowed=allowed)


def _weight(name: str, long_name: str, allowed: Range) -> Variable:
    return Variable(name, ("synapse", "weight_time"), "float32", "1", long_name, allowed=allowed)


VARIABLES: tuple[Variable, ...] = (
    # spikes: CF indexed ragged array, one row per spike
    Variable("spike_time", ("spike",), "float64", "s", "time of spike", allowed=TIME),
    Variable(
        "spike_neuron", ("spike",), "int32", "1", "neuron that spiked",
        attrs=(("instance_dimension", "neuron"),), allowed=NOT_NEGATIVE, points="neuron",
    ),
    # neurons
    _index("neuron", "neuron index"),
    _label("population", "neuron", "population of the neuron", POPULATIONS),
    _label("projection", "neuron", "target of the neuron's projection", PROJECTIONS),
    _position("neuron_position", "neuron", nan=True),  # only cells of the BLA have a place
    _along("domain", "neuron", "int32", "1", "astrocyte whose domain holds the neuron, -1 none",
           Range(-1), "astrocyte"),
    # astrocytes
    _index("astrocyte", "astrocyte index"),
    _position("astrocyte_position", "astrocyte", nan=False),
    _when("time", "time", "time"),
    _field("calcium", "umol L-1", "astrocyte cytosolic calcium", CONCENTRATION),
    _field("ip3", "umol L-1", "astrocyte inositol trisphosphate", CONCENTRATION),
    _field("presynaptic_receptor", "1", "activated presynaptic receptors of the domain", SHARE),
    _field("gate", "1", "plasticity gate of the domain", SHARE),
    _field("noradrenaline", "umol L-1", "noradrenaline at the astrocyte", CONCENTRATION),
    _field("cAMP", "umol L-1", "astrocyte cyclic AMP", CONCENTRATION),
    Variable("event_time", ("event",), "float64", "s", "time of gliotransmitter release",
             allowed=TIME),
    Variable(
        "event_astrocyte", ("event",), "int32", "1", "astrocyte that released",
        attrs=(("instance_dimension", "astrocyte"),), allowed=NOT_NEGATIVE, points="astrocyte",
    ),
    # sampled synapses
    _index("synapse", "sampled synapse index"),
    _label("synapse_pathway", "synapse", "pathway of the synapse", PATHWAYS),
    _along("synapse_pre", "synapse", "int32", "1", "presynaptic cell, index within its pathway"),
    _along("synapse_post", "synapse", "int32", "1", "postsynaptic neuron", points="neuron"),
    _when("weight_time", "weight_time", "time of weight sample"),
    _weight("weight", "synaptic weight", Range(0, 1e4)),
    _weight("weight_early", "early-phase synaptic weight", Range(-1e4, 1e4)),
    _weight("weight_late", "late-phase synaptic weight", Range(-1e4, 1e4)),
    # trials
    _index("trial", "trial index"),
    _when("trial_start", "trial", "start of the scored trial"),
    _when("trial_stop", "trial", "end of the scored trial"),
    _when("us_on", "trial", "start of the unconditioned stimulus, NaN none",
          Range(TIME.low, TIME.high, nan=True)),
    _when("us_off", "trial", "end of the unconditioned stimulus, NaN none",
          Range(TIME.low, TIME.high, nan=True)),
    _along("trial_cs", "trial", "int8", "1", "conditioned stimulus on during the trial, 0 or 1",
           SHARE),
    _label("trial_context", "trial", "context of the trial", CONTEXTS),
    _label("trial_stage", "trial", "stage of the trial", OPEN),
    _label("trial_session", "trial", "session of the trial", OPEN),
    _along("trial_block", "trial", "int32", "1", "block of trials within the stage"),
    _along("trial_index", "trial", "int32", "1", "trial within the stage"),
    _when("bin", "bin", "start of scoring bin from trial start"),
    Variable("freezing", ("trial",), "float64", "percent", "freezing",
             allowed=Range(0, 100, nan=True)),  # NaN: shorter than a sample of the read-out
    Variable("freezing_bin", ("trial", "bin"), "float64", "percent", "freezing in scoring bin",
             allowed=Range(0, 100, nan=True)),
    # phases of the protocol
    _index("phase", "phase index"),
    _when("phase_start", "phase", "start of the phase"),
    _when("phase_stop", "phase", "end of the phase"),
    _label("phase_name", "phase", "name of the phase", OPEN),
    _label("phase_session", "phase", "session of the phase", OPEN),
    _label("phase_context", "phase", "context of the phase", CONTEXTS),
    _label("phase_stage", "phase", "stage of the phase", OPEN),
    _along("phase_dilation", "phase", "float64", "1",
           "slow-clock seconds per simulated second", Range(0, 1e9)),
    # interventions
    _label("intervention_kind", "intervention", "kind of intervention, or kind@target", OPEN),
    _along("intervention_dose", "intervention", "float64", "1", "dose of the intervention",
           Range(-1e9, 1e9)),
    _when("intervention_start", "intervention", "start of the intervention"),
    _when("intervention_stop", "intervention", "end of the intervention"),
)  # fmt: skip

BY_NAME: dict[str, Variable] = {row.name: row for row in VARIABLES}

ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("title", "text", "title of the experiment"),
    Attribute("Conventions", "text", "metadata convention followed"),
    Attribute("schema_version", "text", "version of this table"),
    Attribute("protocol", "text", "name of the protocol"),
    Attribute("clock", "text", "clock of the protocol"),
    Attribute("speed", "number", "protocol-clock seconds per simulated second while awake"),
    Attribute("seed", "integer", "seed of every random stream"),
    Attribute("size", "integer", "size asked of the circuit"),
    Attribute("device", "text", "device that simulated"),
    Attribute("versions", "json", "versions of the software"),
    Attribute("git_commit", "text", "commit of the project"),
    Attribute("created", "text", "UTC time of writing, ISO 8601"),
    Attribute("wall_time_s", "number", "wall time of the simulation, s"),
    Attribute("parameters", "json", "every model parameter: value and unit"),
    Attribute("parameters_hash", "text", "hash of the parameters"),
    Attribute("protocol_toml", "text", "protocol file, whole"),
    Attribute("summary", "text", "what the dataset holds, in a sentence"),
)
