"""The dataset as one table: every variable with its facet, dims, type, unit and meaning.

Validation, assembly, writing and the documentation are all driven by these rows; nothing else
in the project states what a dataset holds.  A dataset has facets (`FACETS`): it has one or lacks
it, and needs none but trials or a record over time.  Times are seconds of *simulated* time; a
duration of the protocol's own clock is that many seconds times the attribute ``speed``.
"""

from __future__ import annotations

from dataclasses import replace

from analysis.dataset.rows import (
    CONCENTRATION,
    NOT_NEGATIVE,
    OPEN,
    SHARE,
    TIME,
    Attribute,
    Range,
    Variable,
)

SCHEMA_VERSION = "4"

FACETS: dict[str, str] = {
    "neurons": "which neurons there are, and their labels",
    "spikes": "when each neuron fired",
    "activity": "a signal of each neuron over time, such as a rate or dF/F of imaging",
    "calcium": "calcium of each astrocyte over time",
    "events": "when astrocytes released transmitter",
    "weights": "weights of sampled synapses over time",
    "trials": "when trials were, and of what kind",
    "behaviour": "what the animal did in each trial",
    "phases": "what the experiment consisted of beside trials",
    "interventions": "what was done to the animal, and when",
    "model": "states that only a model shows, and the parameters that it had",
}
"""What a dataset may speak of."""
SOURCES = ("simulation", "recording")
"""Where a dataset may be from: its attribute ``source``."""
ROLES = ("none", "memory", "output", "modulator", "approach", "code")
"""What a neuron does: its inputs learn; freezing is read out from it; it modulates others; approach
is read out from it; it carries the code of a context. New ones stand last: files number them."""
TRANSMITTERS = ("none", "glutamate", "GABA", "noradrenaline", "dopamine", "acetylcholine",
                "serotonin", "CRH")
VALENCES = ("none", "aversive", "appetitive")
"""What an unconditioned stimulus is to the animal."""


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


def _field(
    name: str, units: str, long_name: str, allowed: Range, other_units: tuple[str, ...] = ()
) -> Variable:
    return Variable(
        name, ("astrocyte", "time"), "float32", units, long_name, allowed=allowed,
        other_units=other_units,
    )  # fmt: skip


def _weight(name: str, long_name: str, allowed: Range) -> Variable:
    return Variable(name, ("synapse", "weight_time"), "float32", "1", long_name, allowed=allowed)


def _of_cell(name: str, long_name: str, units: str = "1", allowed: Range = SHARE) -> Variable:
    dims = "memory_cell", "cell_time"
    return Variable(name, dims, "float32", units, long_name, allowed=allowed)


def _facet(name: str, *rows: Variable) -> tuple[Variable, ...]:
    return tuple(replace(row, facet=name) for row in rows)


def _optional(row: Variable) -> Variable:
    return replace(row, optional=True)


VARIABLES: tuple[Variable, ...] = (
    *_facet(
        "spikes",  # CF indexed ragged array, one row per spike
        Variable("spike_time", ("spike",), "float64", "s", "time of spike", allowed=TIME),
        Variable(
            "spike_neuron", ("spike",), "int32", "1", "neuron that spiked",
            attrs=(("instance_dimension", "neuron"),), allowed=NOT_NEGATIVE, points="neuron",
        ),
    ),
    *_facet(
        "neurons",
        _index("neuron", "neuron index"),
        _label("population", "neuron", "population of the neuron", OPEN),
        _label("region", "neuron", "region that the neuron is in", OPEN),
        _label("role", "neuron", "role of the neuron", ROLES),
        _label("transmitter", "neuron", "transmitter of the neuron", TRANSMITTERS),
        _label("projection", "neuron", "target of the neuron's projection", OPEN),
        _optional(_position("neuron_position", "neuron", nan=True)),  # not of every cell known
        _optional(_along("domain", "neuron", "int32", "1",
                         "astrocyte whose domain holds the neuron, -1 none", Range(-1),
                         "astrocyte")),
    ),
    *_facet(
        "activity",
        _when("activity_time", "activity_time", "time of activity sample"),
        Variable("activity", ("neuron", "activity_time"), "float32", "1", "activity of the neuron",
                 other_units=("Hz",)),
    ),
    *_facet(
        "calcium",
        _index("astrocyte", "astrocyte index"),
        _optional(_position("astrocyte_position", "astrocyte", nan=False)),
        _when("time", "time", "time"),
        _field("calcium", "umol L-1", "astrocyte cytosolic calcium", CONCENTRATION, ("1",)),
    ),
    *_facet(
        "model",
        *map(_optional, (
            _field("ip3", "umol L-1", "astrocyte inositol trisphosphate", CONCENTRATION),
            _field("presynaptic_receptor", "1", "activated presynaptic receptors of the domain",
                   SHARE),
            _field("gate", "1", "plasticity gate of the domain", SHARE),
            _field("noradrenaline", "umol L-1", "noradrenaline at the astrocyte", CONCENTRATION),
            _field("cAMP", "umol L-1", "astrocyte cyclic AMP", CONCENTRATION),
            _field("acetylcholine", "umol L-1", "acetylcholine at the astrocyte", CONCENTRATION),
            _field("serotonin", "umol L-1", "serotonin at the astrocyte", CONCENTRATION),
            _field("receptor_density", "1",
                   "up-regulation of the astrocyte's noradrenaline receptors, 0 at rest", SHARE),
            _field("recruitment", "1", "recruitment of the astrocyte to the ensemble", SHARE),
            _field("factor", "1", "secreted factor in the domain", SHARE),
            _field("lability", "1",
                   "window in which the late phase of the domain can be restabilised", SHARE),
            _field("astrocyte_tag", "1", "label of the astrocyte", SHARE),
            _along("memory_cell", "memory_cell", "int32", "1",
                   "neuron whose synapses learn", points="neuron"),
            _when("cell_time", "cell_time", "time of sample of memory cells"),
            _of_cell("effort", "what the synapses of the cell have learned of late"),
            _of_cell("salience", "what transmitters said of late of the weight of events"),
            _of_cell("protein", "plasticity-related protein of the cell"),
            _of_cell("corticosterone", "corticosterone beyond that of rest", "umol L-1",
                     CONCENTRATION),
        )),
    ),
    *_facet(
        "events",
        Variable("event_time", ("event",), "float64", "s", "time of gliotransmitter release",
                 allowed=TIME),
        Variable(
            "event_astrocyte", ("event",), "int32", "1", "astrocyte that released",
            attrs=(("instance_dimension", "astrocyte"),), allowed=NOT_NEGATIVE, points="astrocyte",
        ),
    ),
    *_facet(
        "weights",
        _index("synapse", "sampled synapse index"),
        _label("synapse_pathway", "synapse", "pathway of the synapse", OPEN),
        _optional(_along("synapse_pre", "synapse", "int32", "1",
                         "presynaptic cell, index within its pathway")),
        _optional(_along("synapse_post", "synapse", "int32", "1", "postsynaptic neuron",
                         points="neuron")),
        _when("weight_time", "weight_time", "time of weight sample"),
        _weight("weight", "synaptic weight", Range(0, 1e4)),
        _optional(_weight("weight_early", "early-phase synaptic weight", Range(-1e4, 1e4))),
        _optional(_weight("weight_tagged", "part of the early-phase weight that is tagged",
                          Range(-1e4, 1e4))),
        _optional(_weight("weight_late", "late-phase synaptic weight", Range(-1e4, 1e4))),
        _optional(_weight("weight_labile", "part of the late-phase weight that recall made labile",
                          Range(-1e4, 1e4))),
    ),
    *_facet(
        "trials",
        _index("trial", "trial index"),
        _when("trial_start", "trial", "start of the scored trial"),
        _when("trial_stop", "trial", "end of the scored trial"),
        _optional(_when("cs_on", "trial", "start of the first conditioned stimulus, NaN none",
                        Range(TIME.low, TIME.high, nan=True))),
        _optional(_when("cs_off", "trial", "end of the first conditioned stimulus, NaN none",
                        Range(TIME.low, TIME.high, nan=True))),
        _when("us_on", "trial", "start of the first unconditioned stimulus, NaN none",
              Range(TIME.low, TIME.high, nan=True)),
        _when("us_off", "trial", "end of the first unconditioned stimulus, NaN none",
              Range(TIME.low, TIME.high, nan=True)),
        _along("trial_cs", "trial", "int8", "1",
               "conditioned stimulus on during the trial, 0 or 1", SHARE),
        _optional(_label("trial_stimulus", "trial",
                         "conditioned stimuli on in the trial, joined by +", OPEN)),
        _optional(_label("trial_us", "trial", "unconditioned stimulus of the trial", OPEN)),
        _optional(_label("trial_valence", "trial",
                         "valence of the unconditioned stimulus of the trial", VALENCES)),
        _optional(_label("trial_kind", "trial", "kind of the trial within its phase", OPEN)),
        _label("trial_context", "trial", "context of the trial", OPEN),
        _label("trial_stage", "trial", "stage of the trial", OPEN),
        _label("trial_session", "trial", "session of the trial", OPEN),
        _along("trial_block", "trial", "int32", "1", "block of trials within the stage"),
        _along("trial_index", "trial", "int32", "1", "trial within the stage"),
    ),
    *_facet(
        "behaviour",
        _optional(_when("bin", "bin", "start of scoring bin from trial start")),
        Variable("freezing", ("trial",), "float64", "percent", "freezing",
                 allowed=Range(0, 100, nan=True)),  # NaN: shorter than a sample of the read-out
        _optional(Variable("freezing_bin", ("trial", "bin"), "float64", "percent",
                           "freezing in scoring bin", allowed=Range(0, 100, nan=True))),
        _optional(Variable("approach", ("trial",), "float64", "percent", "approach",
                           allowed=Range(0, 100, nan=True))),
        _optional(Variable("time_in_zone", ("trial",), "float64", "percent",
                           "time in the target zone, NaN outside a place test",
                           allowed=Range(0, 100, nan=True))),
        _optional(_when("position_time", "position_time", "time of position sample")),
        _optional(Variable("position", ("position_time",), "float64", "1",
                           "place along a box of two zones, the target zone above 0.5, NaN outside "
                           "a place test", allowed=Range(0, 1, nan=True))),
    ),
    *_facet(
        "phases",
        _index("phase", "phase index"),
        _when("phase_start", "phase", "start of the phase"),
        _when("phase_stop", "phase", "end of the phase"),
        _label("phase_name", "phase", "name of the phase", OPEN),
        _label("phase_session", "phase", "session of the phase", OPEN),
        _label("phase_context", "phase", "context of the phase", OPEN),
        _label("phase_stage", "phase", "stage of the phase", OPEN),
        _along("phase_dilation", "phase", "float64", "1",
               "slow-clock seconds per simulated second", Range(0, 1e9)),
    ),
    *_facet(
        "interventions",
        _label("intervention_kind", "intervention", "kind of intervention, or kind@target", OPEN),
        _along("intervention_dose", "intervention", "float64", "1", "dose of the intervention",
               Range(-1e9, 1e9)),
        _when("intervention_start", "intervention", "start of the intervention"),
        _when("intervention_stop", "intervention", "end of the intervention"),
    ),
)  # fmt: skip

BY_NAME: dict[str, Variable] = {row.name: row for row in VARIABLES}

ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("title", "text", "title of the experiment", always=True),
    Attribute("Conventions", "text", "metadata convention followed", always=True),
    Attribute("schema_version", "text", "version of this table", always=True),
    Attribute("source", "text", "where it is from: simulation or recording", always=True),
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
