"""Single synapses of the model with the rest of the world held by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import brian2 as b2
import numpy as np
from numpy.typing import ArrayLike

from models.circuits.amygdala_mechanisms import composed
from models.circuits.amygdala_prefrontal import namespace
from models.machine.functions import functions
from models.machine.session import device_session
from models.parameters import ParameterSet

#: What receptors and protein of its target tell a tripartite synapse, as plain variables.
TOLD = """
beta : 1
nicotinic : 1
muscarinic : 1
bound_2A : 1
GR : 1
P_0 : second
P_1 : second**2
P_2 : second**3
restored : second
strengthened : second
"""
#: Everything that it reads of its target.
HELD_CELL = TOLD + """
y : hertz
theta : hertz
D : mmolar
drug_D1_block : 1
drug_D1_agonist : 1
Gamma : 1
gate_time : second
coagonist : 1
unstable : 1
T_slow : second
g_ampa : siemens
"""
UNITS = {
    "y": b2.hertz, "gate_time": b2.second, "restored": b2.second, "T_slow": b2.second,
    "strengthened": b2.second, "unstable": 1, "fire": 1,
    "P_0": b2.second, "P_1": b2.second**2, "P_2": b2.second**3,
}  # fmt: skip
DT = 2e-4
LATE = "c_S", "z_S", "l_S"
"""What is tagged, and the late phase: captured, and made labile by recall."""


def fire(
    parameters: ParameterSet,
    spikes: tuple[ArrayLike, ArrayLike],
    n: int,
    duration: float,
    *,
    cell: Mapping[str, Any] | None = None,
    start: Mapping[str, Any] | None = None,
    cell_model: str = HELD_CELL,
    speed: float = 10.0,
    feed: Mapping[str, ArrayLike] | None = None,
    record_cell: tuple[str, ...] = (),
    record_synapse: tuple[str, ...] = (),
    **cell_keywords: Any,
) -> dict[str, np.ndarray]:
    """Run `n` tripartite synapses, each onto a cell of its own.

    Parameters
    ----------
    spikes : index and time (s) of presynaptic spikes
    cell, start : initial values (SI) of cells and synapses; without any the co-agonist is saturated
    feed : variables of the cells that follow a table (SI), one row per `DT`, one column per cell
    record_cell, record_synapse : variables to record at every `DT`

    Returns
    -------
    dict
        Final values of the synapse and of ``g_ampa``, and records under ``cell/<name>`` and
        ``synapse/<name>``.
    """
    with device_session("numpy") as session:
        b2.defaultclock.dt = DT * b2.second
        space = namespace(parameters, speed)
        source = b2.SpikeGeneratorGroup(n, spikes[0], np.asarray(spikes[1]) * b2.second)
        target = b2.NeuronGroup(
            n, cell_model, namespace=dict(space), method="euler", **cell_keywords
        )
        for name, value in {"coagonist": 1.0, **(cell or {})}.items():
            setattr(target, f"{name}_", value)
        for name, table in (feed or {}).items():
            values = b2.TimedArray(
                np.asarray(table) * UNITS[name], dt=DT * b2.second, name=f"{name}_table"
            )
            target.namespace[values.name] = values
            target.run_regularly(f"{name} = {values.name}(t, i)")
        link = b2.Synapses(
            source, target, composed("tripartite"), on_pre=composed("tripartite", "on_pre"),
            method="exact", namespace=space | functions(),
        )  # fmt: skip
        link.connect(j="i")
        for name, value in {"w_0": 1.0, "x_S": 1.0, "g_max": 1e-9, **(start or {})}.items():
            setattr(link, f"{name}_", value)
        network = b2.Network(source, target, link)
        monitors = {}
        for kind, group, names in (
            ("cell", target, record_cell),
            ("synapse", link, record_synapse),
        ):
            if names:
                monitors[kind] = b2.StateMonitor(group, names, record=True)
        network.add(*monitors.values())
        session.run(network, duration)
        result = {
            name: np.array(getattr(link, f"{name}_")[:])
            for name in ("u_S", "x_S", "h_S", *LATE, "gate_S", "R_S", "X_S", "T_S", "w_0")
        }
        for kind, monitor in monitors.items():
            for name in monitor.record_variables:
                result[f"{kind}/{name}"] = np.asarray(getattr(monitor, name))
        return {**result, "g_ampa": np.array(target.g_ampa_[:])}
