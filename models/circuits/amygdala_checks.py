"""What the amygdala circuit refuses before it runs, and what is watched while it does.

Astrocytes step by the method of Runge and Kutta, cells by that of Euler. A conductance that is too
large for a step makes a potential jump over its reversal, and inhibition then makes spikes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from models.checks import CONCENTRATIONS, ModelError, check_parameters
from models.circuits import amygdala_mechanisms
from models.circuits.amygdala_mechanisms import MECHANISMS, composed
from models.compose import rates
from models.machine.guards import Possible
from models.parameters import ParameterSet
from models.time_step import LARGEST_STEP, Rates, Step, check_rates, fastest_rates
from models.tissue.anatomy import PRINCIPAL
from models.tissue.cells import Tissue

Levels = Mapping[str, NDArray[np.float64]]

LARGEST_EULER_STEP = 1.0
"""Time step times a rate of a cell: beyond 1 the Euler method overshoots, beyond 2 it diverges."""

HIGHEST_RATE = 100.0
"""Rate (Hz) of everything that projects to a cell at which its conductance is judged: above what
populations of the circuit reach, while single cells may."""


def check_constants(
    parameters: ParameterSet, constants: Mapping[str, object],
    levels: Mapping[str, NDArray[np.float64]], *, cell: float, astrocyte: float,
) -> None:  # fmt: skip
    """Check constants and initial values of the circuit, and its time steps against their rates.

    Parameters
    ----------
    parameters : ParameterSet
    constants : mapping of str to quantity
        All constants of the equations, by the names that they have there, and ``speed``.
    levels : mapping of str to ndarray
        Doses in time, by ``CELLS.VARIABLE``; none before an animal is drawn.
    cell, astrocyte : float
        Time steps, s.

    Raises
    ------
    ModelError
        Naming the variable, its rate, the step and the parameters to change; one line.
    """
    amygdala_mechanisms.check()
    used = {*b2.Equations(composed("astrocyte")).identifiers, "C_0", "h_0", "I_0"}
    check_parameters({name: value for name, value in constants.items() if name in used})
    low, high = (parameters.value(f"plasticity.{name}") for name in ("w_min", "w_max"))
    if low >= high:
        raise ModelError(
            f"plasticity.w_min = {low:g} is not below plasticity.w_max = {high:g}; "
            "lower w_min or raise w_max"
        )
    speed = float(constants["speed"])  # type: ignore[arg-type]
    names = {row.name: row.key for row in parameters.rows() if row.name in constants}
    doses = highest_doses(levels)
    given = {**constants, **doses}
    key = "numerics.dt_astrocyte"
    step = Step(astrocyte, key, speed, _low(parameters, key), cell * speed)
    check_rates(
        step, _rates("astrocyte"), given, LARGEST_STEP,
        {**names, **{name: f"dose ({name})" for name in doses}},
    )  # fmt: skip
    step = Step(cell, "numerics.dt", smallest=_low(parameters, "numerics.dt"))
    check_rates(step, _rates(PRINCIPAL), given, LARGEST_EULER_STEP, names)


def highest_doses(levels: Levels) -> dict[str, float]:
    """Return the largest dose of each drug on astrocytes, by its variable."""
    return {
        name.removeprefix("astrocyte."): float(np.max(values))
        for name, values in levels.items()
        if name.startswith("astrocyte.drug_")
    }


def check_weights(parameters: ParameterSet, tissue: Tissue) -> None:
    """Check that no naive weight is above the upper bound of plasticity.

    There the rule would drive a weight away from it.

    Raises
    ------
    ModelError
        With the largest weight and what to change; one line.
    """
    high = parameters.value("plasticity.w_max")
    weights = np.concatenate([edges.weight for edges in tissue.tripartite.values()])
    largest = float(np.max(weights)) if len(weights) else 0.0
    if largest > high:
        raise ModelError(
            f"naive weights reach {largest:.3g}, above plasticity.w_max = {high:g}; raise w_max, "
            "or lower plasticity.w_0_sigma or plasticity.naive_CS_*"
        )


def _low(parameters: ParameterSet, key: str) -> float:
    """Return the lower bound of a time step, s."""
    row = parameters[key]
    return row.low / row.value * float(row.quantity())


def _rates(cells: str) -> Rates:
    """Rates of the variables of a group that its mechanisms tell; not of the membrane potential."""

    def of(constants: Mapping[str, object], only: str) -> dict[str, float]:
        return fastest_rates(composed(cells), constants, only, rates(MECHANISMS))

    return of


def check_membranes(
    parameters: ParameterSet, tissue: Tissue, levels: Sequence[Levels], dt: float
) -> None:
    """Check that a step of `dt` (s) resolves the membrane of every cell at its largest conductance.

    Parameters
    ----------
    parameters : ParameterSet
    tissue : Tissue
    levels : sequence of mappings of str to ndarray
        Light in time, by ``CELLS.VARIABLE``: on cells, and on the label of cells.
    dt : float

    Raises
    ------
    ModelError
        Naming the cells, the conductance, the step and what to change; one line.
    """

    def si(key: str) -> float:
        return float(parameters.quantity(key))

    parts = {
        "synapses of one kind": _static(parameters, tissue),
        "plastic synapses": _plastic(parameters, tissue),
        "light": _light(tissue, levels),
    }
    total = si("lif.g_L") + np.sum(list(parts.values()), axis=0)
    worst = int(np.argmax(total))
    rate = float(total[worst]) / si("lif.C_m")
    if dt * rate <= LARGEST_EULER_STEP:
        return
    step = Step(dt, "numerics.dt", smallest=_low(parameters, "numerics.dt"))
    mend = step.up_to(LARGEST_EULER_STEP / rate)
    mostly = max(parts, key=lambda name: float(parts[name][worst]))
    what = {
        "synapses of one kind": "projection.*.total onto it or the resting.* rate that asks for it",
        "plastic synapses": "plasticity.G_* or plasticity.w_max",
        "light": "optogenetics.g_* or the dose of light",
    }[mostly]
    raise ModelError(
        f"numerics.dt = {dt * 1e3:g} ms is too coarse for v of {_name(tissue, worst)} cells, whose "
        f"fastest rate is {rate:.3g} /s ({total[worst] * 1e9:.4g} nS on lif.C_m = "
        f"{parameters.value('lif.C_m'):g} pF); allowed: "
        f"{', or '.join(filter(None, (mend, f'a lower {what}')))}"
    )


def _name(tissue: Tissue, cell: int) -> str:
    return tissue.anatomy.names[int(tissue.population[cell])]


def _static(parameters: ParameterSet, tissue: Tissue) -> NDArray[np.float64]:
    """Conductance (S) of each cell when all that project to it fire at `HIGHEST_RATE`.

    And at least that of its strongest synapse, which one spike adds at once.
    """
    mean, single = np.zeros(tissue.n_neurons), np.zeros(tissue.n_neurons)
    for (_, post, receptor, _), edges in tissue.static.items():
        tau = float(parameters.quantity(f"lif.tau_{receptor}"))
        target = edges.target + tissue.groups[post].start
        np.add.at(mean, target, edges.weight * 1e-9 * HIGHEST_RATE * tau)
        np.maximum.at(single, target, edges.weight * 1e-9)
    return np.maximum(mean, single)


def _plastic(parameters: ParameterSet, tissue: Tissue) -> NDArray[np.float64]:
    """Conductance (S) of each principal cell from synapses of the largest weight, just as often.

    A terminal cannot give more in a second than `Omega_d` refills, whatever its release.
    """
    often = min(HIGHEST_RATE, float(parameters.quantity("synapse.Omega_d")))
    tau = float(parameters.quantity("lif.tau_ampa"))
    rows = [row for row in parameters.rows() if row.key.startswith("plasticity.G_")]
    total = sum(float(row.quantity()) for row in rows) * parameters.value("plasticity.w_max")
    result = np.zeros(tissue.n_neurons)
    result[: tissue.n_principal] = total * often * tau
    return result


def _light(tissue: Tissue, levels: Sequence[Levels]) -> NDArray[np.float64]:
    """Largest light-driven conductance (S) of each cell, a label at its full."""
    result = np.zeros(tissue.n_neurons)
    for name, where in tissue.groups.items():
        for each in levels:
            values = each.get(f"{name}.g_light")
            if values is not None:
                result[where] += np.max(values)
    return result


# By dimension: concentrations are not negative, what has no unit is a share, and potentials stay
# between the reversals, which their bounds in the tables hold within -95 to 20 mV. A step too
# coarse for a rate leaves these long before anything is infinite.
POSSIBLE: Possible = {
    **CONCENTRATIONS,
    b2.Quantity(1.0).dim: (-1e-6, 1 + 1e-6, ""),
    b2.volt.dim: (-0.2, 0.1, "volt"),
}
