"""Tables of the datasets of the associative-memory paradigms; see `analysis.dataset.parts`."""

from __future__ import annotations

from analysis.dataset.rows import NOT_NEGATIVE, SHARE, TIME, Range, Variable

KINDS = ("pairwise", "astrocyte", "balanced")
CONDITIONS = ("transport", "no_transport", "pairwise")
TERMS = ("neurons", "synapses", "processes", "neuron_synapse", "synapse_process", "transport")
BLOCKS = ("never", "recall", "unblocked", "storage")


OVERLAP = SIGN = Range(-1, 1)


def _along(
    name: str, dtype: str, long_name: str, units: str = "1", allowed: Range = NOT_NEGATIVE
) -> Variable:
    return Variable(name, (name,), dtype, units, long_name, role="coord", allowed=allowed)


def _flag(name: str, words: tuple[str, ...], long_name: str) -> Variable:
    return Variable(name, (name,), "int8", "1", long_name, flags=words, role="coord")


_RECALL = (
    _along("memory", "int32", "stored pattern"),
    _along("neuron", "int32", "neuron"),
    _along("cue", "int32", "cue"),
    _along("time", "float64", "time since the cue was let go", "s", TIME),
    _flag("term", TERMS, "term of the energy"),
    Variable("pattern", ("memory", "neuron"), "int8", "1", "stored pattern, -1 or 1", allowed=SIGN),
    Variable("cue_pattern", ("cue", "neuron"), "int8", "1", "cue, -1 or 1", allowed=SIGN),
    Variable("cue_memory", ("cue",), "int32", "1", "index of the memory that the cue belongs to",
             allowed=NOT_NEGATIVE, points="memory"),
    Variable("x", ("time", "cue", "neuron"), "float32", "1", "activity of the neurons"),
    Variable(
        "overlap", ("cue", "time"), "float64", "1", "overlap of sign(x) with the cue's memory",
        allowed=OVERLAP),
    Variable("sign", ("cue",), "int8", "1", "1: the memory itself; -1: its negative; 0: neither",
             allowed=SIGN),
    Variable("energy", ("term", "cue", "time"), "float64", "1", "terms of the energy"),
    Variable(
        "effective_energy", ("cue", "time"), "float64", "1",
        "energy with synapses and processes at equilibrium",
    ),
    Variable(
        "image", ("picture", "height", "width", "colour"), "float32", "1",
        "image of each memory, 0 to 1; none for random patterns", allowed=SHARE,
    ),
)  # fmt: skip

_CAPACITY = (
    _flag("kind", KINDS, "kind of network"),
    _along("neurons", "float64", "number of neurons"),
    _along("replicate", "int32", "set of patterns"),
    Variable("k_max", ("kind", "neurons", "replicate"), "float64", "1", "patterns recalled",
             allowed=NOT_NEGATIVE),
    Variable("units", ("kind", "neurons"), "float64", "1", "compute units of the network",
             allowed=NOT_NEGATIVE),
)

_SPIKING = (
    _flag("condition", CONDITIONS, "network"),
    _along("network", "int32", "set of patterns and cue, by seed"),
    _along("neuron", "int32", "neuron"),
    _along("memory", "int32", "stored pattern"),
    _along("time", "float64", "time", "s", TIME),
    Variable("seed_of", ("network",), "int64", "1", "seed of the network", allowed=NOT_NEGATIVE),
    Variable("pattern", ("network", "memory", "neuron"), "int8", "1", "stored pattern, -1 or 1",
             allowed=SIGN),
    Variable("cued", ("network", "neuron"), "int8", "1", "1 for neurons that the cue drives",
             allowed=SHARE),
    Variable(
        "rate", ("condition", "network", "neuron"), "float32", "Hz",
        "rate in the last half second of the cue", allowed=NOT_NEGATIVE,
    ),
    Variable(
        "overlap", ("condition", "network"), "float64", "1",
        "overlap of active neurons with the cued memory, then", allowed=OVERLAP,
    ),
    Variable(
        "pool", ("condition", "network", "memory", "time"), "float32", "1",
        "calcium collected by each pool, in resting units",
    ),
    Variable("spike_time", ("spike",), "float64", "s", "time of a spike", allowed=TIME),
    Variable("spike_neuron", ("spike",), "int32", "1", "neuron that fired",
             allowed=NOT_NEGATIVE, points="neuron"),
    Variable("spike_network", ("spike",), "int32", "1", "index of its network",
             allowed=NOT_NEGATIVE, points="network"),
    Variable("spike_condition", ("spike",), "int32", "1", "index of its condition",
             allowed=NOT_NEGATIVE, points="condition"),
)  # fmt: skip

_BLOCK = (
    _flag("blocked", BLOCKS, "when transport was blocked"),
    _along("dose", "float64", "share of transport that is blocked", allowed=SHARE),
    _along("loss", "float64", "share of conduits lost at random", allowed=SHARE),
    _along("replicate", "int32", "set of patterns and cues"),
    Variable("overlap", ("blocked", "replicate"), "float64", "1", "mean overlap of recall",
             allowed=OVERLAP),
    Variable("synaptic_drive", ("blocked", "replicate"), "float64", "1",
             "size of what synapses give to neurons, over that of unblocked recall",
             allowed=NOT_NEGATIVE),
    Variable("stored", ("blocked", "replicate"), "float64", "1",
             "strength of the conduits, over that of unblocked storage", allowed=NOT_NEGATIVE),
    Variable("dose_recall", ("dose", "replicate"), "float64", "1", "overlap, blocked in recall",
             allowed=OVERLAP),
    Variable("dose_storage", ("dose", "replicate"), "float64", "1", "overlap, blocked in storage",
             allowed=OVERLAP),
    Variable("loss_recall", ("loss", "replicate"), "float64", "1", "overlap after loss",
             allowed=OVERLAP),
)  # fmt: skip

_COMPLETION = (
    _flag("kind", ("symmetric", "free"), "transport that was trained"),
    _along("step", "int32", "time step of the network"),
    _along("epoch", "int32", "epoch of training"),
    Variable("error", ("kind", "step"), "float64", "1", "held-out error of the masked pixels",
             allowed=NOT_NEGATIVE),
    Variable("loss", ("kind", "epoch"), "float64", "1", "training loss", allowed=NOT_NEGATIVE),
    Variable("asymmetry", ("kind",), "float64", "1", "norm of T - T^T over norm of T",
             allowed=NOT_NEGATIVE),
    Variable("image", ("example", "height", "width", "colour"), "float32", "1", "held-out image",
             allowed=SHARE),
    Variable("mask", ("example", "height", "width"), "int8", "1", "1 where pixels were masked",
             allowed=SHARE),
    Variable("completed", ("kind", "step", "example", "height", "width", "colour"), "float32", "1",
             "image at each time step"),
)  # fmt: skip

MEMORY_TABLES: dict[str, tuple[Variable, ...]] = {
    "associative_recall": _RECALL,
    "memory_capacity": _CAPACITY,
    "spiking_recall": _SPIKING,
    "transport_block": _BLOCK,
    "masked_completion": _COMPLETION,
}
