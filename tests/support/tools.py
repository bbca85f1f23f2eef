"""One step of a cell with the constants of the circuit."""

import brian2 as b2

from models.circuits.amygdala_mechanisms import composed
from models.circuits.amygdala_prefrontal import namespace
from models.machine.session import device_session
from models.parameters import load_parameters

PARAMETERS = load_parameters()
SPEED = 10.0
SPACE = namespace(PARAMETERS, SPEED)
PACES = {
    name: SPEED for name in b2.Equations(composed("astrocyte")).parameter_names
    if name.startswith("pace_")
}  # fmt: skip
"""Of an astrocyte that is awake."""
P = {name: float(value) for name, value in SPACE.items()}  # SI
DOSE = 0.7


def one_step(equations, start, dt, **events):
    """Euler step of one cell: the state before and after, SI."""
    with device_session("numpy"):
        group = b2.NeuronGroup(
            1, equations, namespace=SPACE, method="euler", dt=dt * b2.second, **events
        )
        for name, value in start.items():
            setattr(group, f"{name}_", value)
        states = sorted(group.equations.diff_eq_names | ({"tag"} & set(group.variables)))
        before = {name: float(getattr(group, f"{name}_")[0]) for name in states}
        network = b2.Network(group)
        network.run(dt * b2.second)
        return before, {name: float(getattr(group, f"{name}_")[0]) for name in states}
