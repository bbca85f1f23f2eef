"""The network of `tag_and_capture_2021`: excitatory cells with its synapses, and inhibitory cells.

Luboeinski & Tetzlaff 2021, Commun Biol 4:275. Cells are those of the single synapse with a current
of background noise each; synapses between excitatory cells are those of the single synapse, with
other calcium steps; all others have a fixed weight. Stimuli are noisy currents to an assembly.

Any number of networks stand side by side in one run, so that trials share one compilation: cell
``i`` of a group belongs to network ``i // n``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from models.circuits.tag_and_capture_2021 import PROTEIN, RESET, THRESHOLD, connect, namespace
from models.parameters import ParameterSet
from models.streams import stream
from models.tissue.wiring import Edges, draw_edges, drop_autapses, join_edges

# Membrane, as of the single synapse, with background and stimulus (Luboeinski & Tetzlaff 2021,
# Methods, numbers not verified). `awake` is 0 where hours are folded.
MEMBRANE = """
dv/dt = (E_L - v + R_m*(I_syn + I_bg + I_stim))/tau_m : volt (unless refractory)
dI_syn/dt = -I_syn/tau_syn : amp
I_bg : amp
I_stim : amp
awake : 1 (shared)
"""
# The clock of the experiment (chosen, as at the single synapse), and who is stimulated, with the
# noise of the stimulus in units of its standard deviation.
STIMULATED = """
dT_slow/dt = speed : second
speed : 1 (shared)
noise : 1
learns : 1 (constant)
recalls : 1 (constant)
"""
# In the published program (Luboeinski & Tetzlaff 2021) a cell stays at V_reset in the steps of
# tau_ref that follow the step of its spike, and moves in the next one: 11 steps apart at the most.
REFRACTORY = "timestep(t - lastspike, dt) <= timestep(tau_ref, dt)"

# Ornstein-Uhlenbeck processes, solved exactly over a step (Luboeinski & Tetzlaff 2021, Methods,
# numbers not verified). The stimulus stands for inputs with a total rate in Hz: mean charge*rate,
# variance charge^2*rate/(2 tau), from its mean at the onset of every pulse.
BACKGROUND = """
left_bg = exp(-dt/tau_bg)
I_bg = awake*(I_0 + (I_bg - I_0)*left_bg + sigma_bg*sqrt(1 - left_bg**2)*randn())
"""
STIMULUS = """
rate = learns*learning_input(t) + recalls*recall_input(t)
left_stim = exp(-dt/tau_stim)
noise = int(rate > 0*Hz)*(noise*left_stim + sqrt(1 - left_stim**2)*randn())
I_stim = charge*(rate + sqrt(rate/(2*tau_stim))*noise)
"""

# The clock table is read at every tick (chosen, as at the single synapse).
AWAKE = "awake = int(speed_table(t) < 1.5)"
CLOCK = "speed = speed_table(t)\n" + AWAKE

# A fixed synapse (Luboeinski & Tetzlaff 2021, Methods, number not verified).
FIXED = "I_syn_post += weight/R_m"

PATHWAYS = (("E", "E"), ("E", "I"), ("I", "E"), ("I", "I"))


@dataclass(frozen=True)
class Inputs:
    """What reaches the cells, for each `numerics.network_tick` of the simulation.

    Attributes
    ----------
    speeds : ndarray, shape (n_ticks,)
        Seconds of the experiment that pass in a simulated one: 1, and more in a fold.
    learning, recall : ndarray, shape (n_ticks,)
        Total rate of the inputs of a cell that learns, and of one that is stimulated in recall, Hz.
    """

    speeds: NDArray[np.float64]
    learning: NDArray[np.float64]
    recall: NDArray[np.float64]


@dataclass(frozen=True)
class AssemblyNetwork:
    """The Brian2 objects of one run; `network` holds them all."""

    network: b2.Network
    excitatory: b2.NeuronGroup
    inhibitory: b2.NeuronGroup
    plastic: b2.Synapses


def draw_network(parameters: ParameterSet, seed: int) -> dict[tuple[str, str], Edges]:
    """Synapses of one network by (pre, post): each with the same probability, none to itself."""
    size = {
        "E": round(parameters.value("network.excitatory")),
        "I": round(parameters.value("network.inhibitory")),
    }
    probability = parameters.value("network.connectivity")
    drawn = {}
    for pre, post in PATHWAYS:
        edges = draw_edges(
            stream(seed, f"wiring/{pre}_to_{post}"), np.arange(size[pre]), np.arange(size[post]),
            probability * size[pre], 1.0, 0.0,
        )  # fmt: skip
        drawn[pre, post] = drop_autapses(edges) if pre == post else edges
    return drawn


def in_network(parameters: ParameterSet) -> ParameterSet:
    """The parameters of the single synapse with the values that they have in a network."""
    changed = {"calcium.c_pre": "network.calcium_pre", "calcium.c_post": "network.calcium_post",
               "numerics.tick": "numerics.network_tick"}  # fmt: skip
    return parameters.with_values({key: parameters.quantity(by) for key, by in changed.items()})


def _cells(n: int, equations: str, name: str, space: dict, dt: b2.Quantity) -> b2.NeuronGroup:
    """Cells at rest, with their background."""
    group = b2.NeuronGroup(
        n, equations, threshold=THRESHOLD, reset=RESET, refractory=REFRACTORY,
        method="exponential_euler", name=name, namespace=dict(space), dt=dt,
    )  # fmt: skip
    group.v, group.I_bg = space["E_L"], space["I_0"]
    group.run_regularly(BACKGROUND, dt=dt)
    return group


def assemble(
    parameters: ParameterSet, wirings: Sequence[dict[tuple[str, str], Edges]], inputs: Inputs
) -> AssemblyNetwork:
    """Build networks of equal size, side by side, on the active device.

    Noise is drawn by the device: call `brian2.seed` before.

    Parameters
    ----------
    parameters : ParameterSet
    wirings : sequence of what `draw_network` gives
    inputs : Inputs
    """
    own = in_network(parameters)
    size = {kind: round(own.value(f"network.{name}"))
            for kind, name in (("E", "excitatory"), ("I", "inhibitory"))}  # fmt: skip
    tick, dt = own.quantity("numerics.tick"), own.quantity("numerics.dt")
    space = {
        **namespace(own),
        **{name: own.quantity(f"network.{name}") for name in ("I_0", "sigma_bg", "tau_bg")},
        "charge": own.quantity("stimulus.charge"),
        "tau_stim": own.quantity("stimulus.tau"),
        "speed_table": b2.TimedArray(inputs.speeds, dt=tick, name="speed_table"),
        "learning_input": b2.TimedArray(inputs.learning * b2.Hz, dt=tick, name="learning_input"),
        "recall_input": b2.TimedArray(inputs.recall * b2.Hz, dt=tick, name="recall_input"),
    }
    many = len(wirings)
    E = _cells(many * size["E"], MEMBRANE + STIMULATED + PROTEIN, "excitatory", space, dt)
    I = _cells(many * size["I"], MEMBRANE, "inhibitory", space, dt)  # noqa: E741
    place, learners = np.tile(np.arange(size["E"]), many), round(own.value("network.assembly"))
    E.learns = place < learners
    E.recalls = place < round(own.value("stimulus.recall.share") * learners)
    E.run_regularly(CLOCK, dt=tick, order=-1)
    I.run_regularly(AWAKE, dt=tick, order=-1)
    E.run_regularly(STIMULUS, dt=dt)
    groups = {"E": E, "I": I}
    links = [
        _link(groups, _side_by_side(wirings, *path, size), path, weight * space["h_0"], own)
        for path, weight in (
            (("E", "I"), own.value("network.w_ei")), (("I", "E"), -own.value("network.w_ie")),
            (("I", "I"), -own.value("network.w_ii")),
        )
    ]  # fmt: skip
    plastic = connect(E, E, _side_by_side(wirings, "E", "E", size), own)
    return AssemblyNetwork(b2.Network(E, I, plastic, *links), E, I, plastic)


def _link(
    groups: dict[str, b2.NeuronGroup], edges: Edges, path: tuple[str, str], weight: b2.Quantity,
    parameters: ParameterSet,
) -> b2.Synapses:
    """Synapses of one fixed weight."""
    pre, post = path
    link = b2.Synapses(
        groups[pre], groups[post], on_pre=FIXED, delay=parameters.quantity("neuron.delay"),
        name=f"{pre}_to_{post}",
        namespace={"weight": weight, "R_m": parameters.quantity("neuron.R_m")},
    )  # fmt: skip
    link.connect(i=edges.source, j=edges.target)
    return link


def _side_by_side(
    wirings: Sequence[dict[tuple[str, str], Edges]], pre: str, post: str, size: dict[str, int]
) -> Edges:
    """Synapses of all networks between the groups that hold them."""
    own = [wiring[pre, post] for wiring in wirings]
    return join_edges([
        Edges(one.source + k * size[pre], one.target + k * size[post], one.weight)
        for k, one in enumerate(own)
    ])  # fmt: skip
