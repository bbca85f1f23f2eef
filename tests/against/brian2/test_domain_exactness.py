"""One transmitter equation for each astrocyte's domain against one for each synapse.

The published formulation integrates the released transmitter of every synapse and averages it over
the domain. Equal linear decays add up to one decay, so the model keeps one equation per astrocyte
and one terminal per pair of source and domain: the same numbers, but for rounding.
"""

import brian2 as b2
import numpy as np

from models.circuits.amygdala_mechanisms import composed
from models.circuits.amygdala_prefrontal import namespace
from models.machine.session import device_session
from models.mechanisms import synapse
from models.parameters import load_parameters
from models.tissue.wiring import domain_terminals, draw_edges

N_SOURCES, N_TARGETS, N_DOMAINS, DURATION = 12, 20, 3, 0.3

# Stimberg et al. 2019, eqs. 4-8 and 17, of every single synapse; the domain hears their mean.
PER_SYNAPSE = (
    synapse.RELEASE_STATE
    + """
dY/dt = -Omega_c*Y : mmolar (clock-driven)
Y_sum_post = Y/number_post : mmolar (summed)
"""
)
PER_SYNAPSE_ON_PRE = """
U_0 = (1 - Gamma_S_post)*U_0_star + alpha*Gamma_S_post
u_S = u_S + U_0*(1 - u_S)
r_S = u_S*x_S
x_S = x_S - r_S
Y = Y + rho_c*Y_T*r_S
"""


def test_one_equation_per_domain_is_exact():
    rng = np.random.default_rng(4)
    parameters = load_parameters({"synapse.alpha": "0.4"})
    domain = np.sort(rng.integers(0, N_DOMAINS, N_TARGETS))
    sources, targets = np.arange(N_SOURCES), np.arange(N_TARGETS)
    edges = draw_edges(rng, sources, targets, 5, 1.0, 0.0)
    domain_size = np.bincount(domain[edges.target], minlength=N_DOMAINS)
    terminals = domain_terminals(edges, domain, domain_size)
    assert len(terminals) < len(edges)
    cells = rng.integers(0, N_SOURCES, 300)
    times = rng.integers(1, int(DURATION / 2e-4), 300) * 2e-4
    cells, times = np.unique(np.stack([cells, times]), axis=1)
    bound = np.array([0.0, 0.35, 0.8])

    with device_session("numpy") as session:
        b2.defaultclock.dt = 0.2 * b2.ms
        space = namespace(parameters, 10.0)
        source = b2.SpikeGeneratorGroup(N_SOURCES, cells.astype(int), times * b2.second)
        ours = b2.NeuronGroup(N_DOMAINS, composed("astrocyte"), method="rk4", namespace=space)
        theirs = b2.NeuronGroup(
            N_DOMAINS, "Y_sum : mmolar\nGamma_S : 1\nnumber : 1", namespace=space
        )
        theirs.number = domain_size
        # presynaptic receptors at three levels that stay: no release, no unbinding
        ours.namespace["O_G"] = 0 / b2.second / b2.umolar
        ours.namespace["Omega_G"] = 0 / b2.second
        ours.Gamma_S = theirs.Gamma_S = bound

        terminal = b2.Synapses(
            source, ours, synapse.TERMINAL, on_pre=synapse.TERMINAL_ON_PRE, method="exact",
            namespace=space,
        )  # fmt: skip
        terminal.connect(i=terminals.source, j=terminals.target)
        terminal.frac, terminal.x_S = terminals.weight, 1
        single = b2.Synapses(
            source, theirs, PER_SYNAPSE, on_pre=PER_SYNAPSE_ON_PRE, method="rk4", namespace=space,
        )  # fmt: skip
        single.connect(i=edges.source, j=domain[edges.target], n=1)
        single.x_S = 1
        one = b2.StateMonitor(ours, "Y_S", record=True)
        # a summed variable is that of the start of the step once it was summed
        other = b2.StateMonitor(theirs, "Y_sum", record=True, when="groups", order=10)
        session.run(b2.Network(source, ours, theirs, terminal, single, one, other), DURATION)
        per_domain, per_synapse = np.asarray(one.Y_S), np.asarray(other.Y_sum)
    assert per_synapse.max() > 0
    assert abs(per_domain - per_synapse).max() < 1e-13 * per_synapse.max()
