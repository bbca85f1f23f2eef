"""The circuit `tag_and_capture_2021`: synapses with an early phase, tags, and a late phase.

Luboeinski & Tetzlaff 2021, Commun Biol 4:275, after Li, Kulvicius & Tetzlaff 2016, PLoS ONE
11:e0161679, and Graupner & Brunel 2012, PNAS 109:3991; the neuromodulator is that of Lehr,
Luboeinski & Tetzlaff 2022, Sci Rep 12:17772. What these papers leave open is taken from the
published program; the tables say which.

A synapse is brought up to date by what happens to it, a spike on either side or a tick of capture.
Between two such events calcium decays, so each threshold is crossed once and at a known time, and
below, between and above the thresholds the early phase is a linear process with noise: both are
solved exactly, over milliseconds as over hours. The cell carries what a synapse learns of the time
in between: the clock `T_slow` and the integral of its protein.

Brian2 objects, not a `models.machine.circuit.Circuit`: noise is drawn at events, and what a spike
does comes after two delays, as published; a circuit has neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from models.checks import ModelError
from models.parameters import ParameterSet
from models.tissue.wiring import Edges, sort_edges

PARTS = ("neuron", "calcium", "early", "late")

# Membrane and synaptic current (Luboeinski & Tetzlaff 2021, Methods, numbers not verified).
# `speed` is 1 while anything fires and large where hours are folded: the membrane is at rest there.
# T_slow is the seconds of the experiment that have passed.
CELL = """
dv/dt = (E_L - v + R_m*I_syn)/tau_m : volt (unless refractory)
dI_syn/dt = -I_syn/tau_syn : amp
dT_slow/dt = speed : second
speed : 1 (shared)
"""
# Spike and reset (Luboeinski & Tetzlaff 2021, Methods, unnumbered).
THRESHOLD = "v >= V_th"
RESET = "v = V_reset"

# Protein of a cell (Luboeinski & Tetzlaff 2021, Methods, number not verified): made while the sum
# of all changes of its early phases exceeds theta_pro, which a neuromodulator lowers (Lehr et al.
# 2022, after Clopath et al. 2008): h_0/(nm + nm_0). `made` is the time of making, and
# made - tau_p*p the integral of p, exactly.
PROTEIN = """
dp/dt = speed*(int(drive > h_0/(nm + nm_0)) - p)/tau_p : 1
dmade/dt = speed*int(drive > h_0/(nm + nm_0)) : second
drive : volt
"""

# A synapse: early phase h, calcium c, late phase z (in units of h_0) and, at its last event, the
# clock and the integral of protein (Luboeinski & Tetzlaff 2021, Methods, numbers not verified).
SYNAPSE = """
h : volt
c : 1
z : 1
T_S : second
P_S : second
"""

# What happened since the last event (Luboeinski & Tetzlaff 2021, Methods, numbers not verified):
#   dc/dt = -c/tau_c
#   tau_h dh/dt = gamma_0 (h_0 - h) + gamma_p (h_up - h) [c > theta_p] - gamma_d h [c > theta_d]
#                 + sqrt(tau_h ([c > theta_p] + [c > theta_d])) sigma_pl xi
# for `above` both thresholds, then for `between` them, then for the `rest` of the time. Each has
# its level and its decay; what the noise adds is Gaussian, and the variance of both parts decays
# on.
UP_TO_DATE = """
gone = T_slow_post - T_S
above = clip(tau_c*log(1 + int(c > theta_p)*(c/theta_p - 1)), 0*second, gone)
between = clip(tau_c*log(1 + int(c > theta_d)*(c/theta_d - 1)), 0*second, gone) - above
rest = gone - above - between
left_p = exp(-(gamma_0 + gamma_p + gamma_d)*above/tau_h)
left_d = exp(-(gamma_0 + gamma_d)*between/tau_h)
left_0 = exp(-gamma_0*rest/tau_h)
spread_p = (1 - left_p**2)/(gamma_0 + gamma_p + gamma_d)
spread_d = (1 - left_d**2)/(2*(gamma_0 + gamma_d))
level_p = (gamma_0*h_0 + gamma_p*h_up)/(gamma_0 + gamma_p + gamma_d)
level_d = gamma_0*h_0/(gamma_0 + gamma_d)
h = level_p + (h - level_p)*left_p
h = level_d + (h - level_d)*left_d + sigma_pl*sqrt(spread_p*left_d**2 + spread_d)*randn()
h = h_0 + (h - h_0)*left_0
c = c*exp(-gone/tau_c)
T_S = T_slow_post
"""

# A presynaptic spike makes a current of the whole weight h + h_0 z, and calcium later; a
# postsynaptic one makes calcium at once (Luboeinski & Tetzlaff 2021, Methods, numbers not
# verified).
CURRENT = UP_TO_DATE + "I_syn_post += (h + h_0*z)/R_m\n"
CALCIUM_PRE = UP_TO_DATE + "c = c + c_pre\n"
CALCIUM_POST = UP_TO_DATE + "c = c + c_post\n"

# Capture (Luboeinski & Tetzlaff 2021, Methods, number not verified):
#   tau_z dz/dt = p (z_max - z) [h - h_0 >= theta_tag] - p (z - z_min) [h_0 - h >= theta_tag]
# with the tag (theta_tag in units of h_0) as it is at the end of a tick (chosen: it changes within
# hours).
CAPTURE = (
    UP_TO_DATE
    + """
integral = made_post - tau_p*p_post
up = int(h - h_0 >= theta_tag*h_0)
down = int(h_0 - h >= theta_tag*h_0)
left_z = exp(-(up + down)*(integral - P_S)/tau_z)
z = z*left_z + (up*z_max + down*z_min)*(1 - left_z)
P_S = integral
drive_post += abs(h - h_0)
"""
)
# All changes of early phases of a cell are summed anew in every tick (Luboeinski & Tetzlaff 2021,
# Methods, number not verified); a summed variable of Brian2 would do so in every step.
NO_DRIVE = "drive = 0*volt"


@dataclass(frozen=True)
class TagAndCapture:
    """The Brian2 objects of one run; `network` holds them all."""

    network: b2.Network
    cells: b2.NeuronGroup
    synapses: b2.Synapses


def namespace(parameters: ParameterSet) -> dict[str, object]:
    """Every constant of the equation strings, by the name it has there."""
    low, high = (parameters.value(f"calcium.{name}") for name in ("theta_d", "theta_p"))
    if low >= high:
        raise ModelError(
            f"calcium.theta_d = {low:g} is not below calcium.theta_p = {high:g}; depression must "
            "begin at less calcium than potentiation"
        )
    space = parameters.group(*PARTS)
    return {name: space[name] for name in space if name not in ("delay", "delay_c")}


def make_cells(
    n: int, parameters: ParameterSet, speeds: NDArray[np.float64]
) -> b2.NeuronGroup:
    """`n` cells at rest.

    Parameters
    ----------
    n : int
    parameters : ParameterSet
    speeds : ndarray, shape (n_ticks,)
        Seconds of the experiment that pass in a simulated one, for each `numerics.tick`.
    """
    space, tick = namespace(parameters), parameters.quantity("numerics.tick")
    table = b2.TimedArray(speeds, dt=tick, name="speed_table")
    cells = b2.NeuronGroup(
        n, CELL + PROTEIN, threshold=THRESHOLD, reset=RESET, refractory=space["tau_ref"],
        method="exponential_euler", name="cells", namespace={**space, "speed_table": table},
        dt=parameters.quantity("numerics.dt"),
    )  # fmt: skip
    cells.v = space["E_L"]
    cells.run_regularly("speed = speed_table(t)", dt=tick)
    return cells


def connect(
    source: b2.Group, cells: b2.NeuronGroup, edges: Edges, parameters: ParameterSet
) -> b2.Synapses:
    """Plastic synapses at rest along `edges`, which may be any; their weights are not read."""
    # Brian2 warns that currents depend on the order of synapses; they are sums.
    b2.BrianLogger.suppress_hierarchy("brian2.codegen.generators.base")
    tick = parameters.quantity("numerics.tick")
    synapses = b2.Synapses(
        source, cells, SYNAPSE, on_pre={"current": CURRENT, "calcium": CALCIUM_PRE},
        on_post=CALCIUM_POST, name="plastic", namespace=namespace(parameters), dt=tick,
        delay={
            "current": parameters.quantity("neuron.delay"),
            "calcium": parameters.quantity("calcium.delay_c"),
        },
    )  # fmt: skip
    synapses.connect(i=edges.source, j=edges.target)
    synapses.h = parameters.quantity("early.h_0")
    cells.run_regularly(NO_DRIVE, dt=tick, order=-1)
    synapses.run_regularly(CAPTURE, dt=tick)
    return synapses


def assemble(
    parameters: ParameterSet,
    spikes: tuple[NDArray[np.int64], NDArray[np.float64]],
    n: int,
    speeds: NDArray[np.float64],
) -> TagAndCapture:
    """`n` cells, each with one synapse, side by side on the active device.

    Noise is drawn by the device: call `brian2.seed` before.

    Parameters
    ----------
    parameters : ParameterSet
    spikes : index and time (s, simulated) of presynaptic spikes
    n : int
    speeds : ndarray
        See `make_cells`.
    """
    index, time = spikes
    afferents = b2.SpikeGeneratorGroup(
        n, index, time * b2.second, dt=parameters.quantity("numerics.dt"), name="afferents"
    )
    cells = make_cells(n, parameters, speeds)
    own = np.arange(n)
    synapses = connect(afferents, cells, sort_edges(own, own, np.ones(n)), parameters)
    return TagAndCapture(b2.Network(afferents, cells, synapses), cells, synapses)
