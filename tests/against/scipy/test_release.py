"""Release against the closed form of the Tsodyks-Markram model at a constant rate.

With spikes every T seconds, u after a spike is U_0/(1 - (1 - U_0)exp(-Omega_f T)), x before one is
(1 - e)/(1 - (1 - u)e) with e = exp(-Omega_d T), and the released fraction is their product
(Tsodyks et al. 1998; Stimberg et al. 2019, eqs. 4-8, and 17 for U_0 with bound receptors).
"""

import brian2 as b2
import numpy as np
import pytest

from models.circuits.amygdala_prefrontal import namespace
from models.machine.session import device_session
from models.mechanisms import synapse
from models.parameters import load_parameters
from tests.support.synapses import fire

RATES = np.array([1.0, 5.0, 20.0, 50.0])
BOUND = np.array([0.0, 0.3, 1.0])


def regular(rates, duration):
    """Spikes of one source per rate, on the grid of 0.2 ms."""
    cells, times = [], []
    for cell, rate in enumerate(rates):
        own = np.arange(1 / rate, duration, 1 / rate)
        cells += [cell] * len(own)
        times += (np.round(own / 2e-4) * 2e-4,)
    return np.array(cells), np.concatenate(times)


def steady(parameters, rate, bound):
    """Released fraction, u after and x after a spike, in the steady state."""
    value = parameters.value
    utilisation = (1 - bound) * value("synapse.U_0_star") + value("synapse.alpha") * bound
    facilitated = np.exp(-value("synapse.Omega_f") / rate)
    recovered = np.exp(-value("synapse.Omega_d") / rate)
    u = utilisation / (1 - (1 - utilisation) * facilitated)
    x = (1 - recovered) / (1 - (1 - u) * recovered)
    return u * x, u, x * (1 - u)


@pytest.mark.parametrize("alpha", ["0", "0.7"])
def test_a_tripartite_synapse_reaches_the_steady_state(alpha):
    parameters = load_parameters({"synapse.alpha": alpha, "plasticity.eta": "0"})
    rates, bound = (grid.ravel() for grid in np.meshgrid(RATES, BOUND))
    duration = 8.01
    cells, times = regular(rates, duration)
    result = fire(parameters, (cells, times), len(rates), duration, cell={"Gamma": bound},
                  start={"w_0": 2.0})  # fmt: skip
    released, u, x = steady(parameters, rates, bound)
    last = np.array([times[cells == cell].max() for cell in range(len(rates))])
    before = np.array([times[cells == cell].max() - 1 / rate for cell, rate in enumerate(rates)])
    assert np.all(last - before > 0)
    assert result["u_S"] == pytest.approx(u, rel=1e-9)
    assert result["x_S"] == pytest.approx(x, rel=1e-9)
    # what arrives at the cell: conductance times weight times all that was released
    counts = np.bincount(cells)
    slow = rates < 10  # these are steady from the first spikes on, within a few per cent
    arrived = result["g_ampa"] / (1e-9 * 2.0 * counts)
    assert arrived[slow] == pytest.approx(released[slow], rel=0.12)


def test_the_terminal_of_an_astrocyte_releases_as_the_synapses_do():
    parameters = load_parameters({"synapse.alpha": "0.7"})
    rates, bound = (grid.ravel() for grid in np.meshgrid(RATES, BOUND))
    cells, times = regular(rates, 8.01)
    with device_session("numpy") as session:
        b2.defaultclock.dt = 0.2 * b2.ms
        space = namespace(parameters, 10.0)
        source = b2.SpikeGeneratorGroup(len(rates), cells, times * b2.second)
        cell = b2.NeuronGroup(len(rates), "Y_S : mmolar\nGamma_S : 1", namespace=space)
        cell.Gamma_S = bound
        link = b2.Synapses(
            source, cell, synapse.TERMINAL, on_pre=synapse.TERMINAL_ON_PRE, method="exact",
            namespace=space,
        )  # fmt: skip
        link.connect(j="i")
        link.frac, link.x_S = 0.25, 1
        amount = b2.StateMonitor(cell, "Y_S", record=True)
        session.run(b2.Network(source, cell, link, amount), 8.01)
        steps = np.diff(np.asarray(amount.Y_S), axis=1)
    last = np.array([row[np.flatnonzero(row)[-1]] for row in steps])
    released, _, _ = steady(parameters, rates, bound)
    transmitter = 0.25 * 0.005 * 500.0  # share, dilution and vesicle content, mmol/L
    assert parameters.value("synapse.rho_c") == 0.005
    assert parameters.value("synapse.Y_T") == 500
    assert last == pytest.approx(transmitter * released, rel=1e-9)


def test_a_fresh_synapse_releases_its_utilisation():
    parameters = load_parameters({"plasticity.eta": "0"})
    bound = np.linspace(0, 1, 5)
    result = fire(parameters, (np.arange(5), np.full(5, 1e-3)), 5, 5e-3, cell={"Gamma": bound})
    utilisation = (1 - bound) * parameters.value("synapse.U_0_star")
    utilisation += parameters.value("synapse.alpha") * bound
    assert result["u_S"] == pytest.approx(utilisation, abs=1e-15)
    assert result["g_ampa"] == pytest.approx(1e-9 * utilisation, abs=1e-24)
