"""One astrocyte against an independent integration of the published equations.

The right-hand side below is written in NumPy from the papers (Stimberg et al. 2019, in: De Pitta &
Berry, Computational Glioscience, eqs. 11-16; Paukert et al. 2014 for the gain by noradrenaline), in
umol/L and seconds of the experiment, and is integrated by DOP853 with relative tolerance 1e-11.
Brian2 takes the step of the tables (fourth-order Runge-Kutta), once on the clock of the experiment
and once compressed ten times.
"""

import brian2 as b2
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from models.circuits.amygdala_mechanisms import composed
from models.circuits.amygdala_prefrontal import namespace
from models.machine.clocks import choose_clocks
from models.machine.session import device_session
from models.mechanisms.astrocyte.gap_junction import THRESHOLD_FLUX
from models.mechanisms.astrocyte.gliotransmission import RELEASE_THRESHOLD
from models.parameters import load_parameters
from tests.support.tools import PACES

CORE = ("Y_S", "Gamma_A", "N_A", "I", "C", "h", "A_d", "Gamma_S", "cAMP")
OUTPUT = ("x_A", "Ser", "gate_integral")
MOLAR = ("Y_S", "N_A", "I", "C", "A_d", "Ser", "cAMP")
# Slow clearance of glutamate and none of noradrenaline: they stay while the cell responds.
OVERRIDES = {
    "synapse.Omega_c": "1 hertz",
    "noradrenaline.Omega_NA": "0",
    "receptors.O_N": "0.02 umolar**-1/second",
    "numerics.dt_astrocyte": "20 ms",
}
PARAMETERS = load_parameters(OVERRIDES)
SECONDS = 40.0
GAIN = 1.3


class Constants:
    """Parameters as plain numbers in umol/L and s."""

    def __init__(self, parameters):
        for row in parameters.rows():
            micro = row.quantity() / b2.umolar
            if b2.have_same_dimensions(row.quantity(), b2.molar):
                value = float(micro)
            elif b2.have_same_dimensions(row.quantity(), b2.molar / b2.second):
                value = float(row.quantity() / (b2.umolar / b2.second))
            elif b2.have_same_dimensions(row.quantity(), 1 / b2.molar / b2.second):
                value = float(row.quantity() * b2.umolar * b2.second)
            else:
                value = float(row.quantity())
            setattr(self, row.name, value)


def hill(x, half, power=2):
    return x**power / (x**power + half**power)


def core_flow(c, drugs, speed):
    """Rates of change per second of the experiment; transmitter clearance runs 1/speed slower."""
    gq, gi, release = (drugs.get(name, 0.0) for name in ("drug_Gq", "drug_Gi", "drug_release"))
    block, agonist = (drugs.get(name, 0.0) for name in ("drug_A1_block", "drug_A1_agonist"))
    blocker, mimic = (drugs.get(f"drug_beta_{name}", 0.0) for name in ("block", "agonist"))

    def flow(t, y):
        glutamate, bound, na, ip3, calcium, h, ado, receptor, camp = y
        # metabotropic receptors and their desensitisation (eq. 15)
        d_bound = c.O_N * glutamate * (1 - bound) - c.Omega_N * bound * (
            1 + c.zeta * calcium / (calcium + c.K_KC)
        )
        # IP3 (eq. 14) with noradrenaline as a gain
        by_receptors = GAIN * c.O_beta * bound * hill(na, c.K_NA) + c.O_alpha * hill(na, c.K_NA)
        production = (by_receptors + c.O_basal) * (1 - gi) + gq * c.O_Gq
        delta = c.O_delta * c.kappa_delta / (c.kappa_delta + ip3) * hill(calcium, c.K_delta)
        kinase = c.O_3K * hill(calcium, c.K_D, 4) * ip3 / (ip3 + c.K_3K)
        d_ip3 = production + delta - kinase - c.Omega_5P * ip3
        # Li-Rinzel calcium (eqs. 11-12)
        stored = c.C_T - (1 + c.rho_A) * calcium
        opening = (ip3 / (ip3 + c.d_1)) ** 3 * (calcium / (calcium + c.d_5)) ** 3 * h**3
        d_calcium = (c.Omega_C * opening + c.Omega_L) * stored - c.O_P * hill(calcium, c.K_P)
        q_2 = c.d_2 * (ip3 + c.d_1) / (ip3 + c.d_3)
        d_h = c.O_2 * (q_2 * (1 - h) - calcium * h)
        # the tonic output: adenosine and presynaptic receptors (eq. 16)
        d_ado = c.O_ATP * hill(calcium, c.K_ATP) * (1 - release) - c.Omega_ado * ado
        binding = (c.O_G * ado + agonist * c.Omega_G) / (1 + block)
        d_receptor = binding * (1 - receptor) - c.Omega_G * receptor
        # cyclic AMP: one site, Gaddum's competition, first-order breakdown
        occupied = (na + mimic * c.K_NB) / (na + mimic * c.K_NB + c.K_NB * (1 + blocker))
        d_camp = c.O_cAMP * occupied * (1 - gi) - c.Omega_cAMP * camp
        return [
            -c.Omega_c / speed * glutamate, d_bound, -c.Omega_NA * na, d_ip3, d_calcium, d_h,
            d_ado, d_receptor, d_camp,
        ]  # fmt: skip

    return flow


def integrated_core(start, drugs, speed, times):
    """State (umol/L) at `times`, and when calcium is above the threshold of release."""
    c = Constants(PARAMETERS)

    def crossing(t, y):
        return y[4] - c.C_theta

    solved = solve_ivp(
        core_flow(c, drugs, speed), (0, SECONDS), [start[name] for name in CORE], "DOP853",
        times, events=crossing, rtol=1e-11, atol=1e-13,
    )  # fmt: skip
    assert solved.success
    edges = [0.0] * (start["C"] > c.C_theta) + solved.t_events[0].tolist()
    edges += [SECONDS] * (len(edges) % 2)
    return solved.y, np.reshape(edges, (-1, 2))


def events_due(above, fired):
    """When a cell releases next: above the threshold, and `tau_event` after it did last."""
    free, result = 0.0, []
    for now in [*fired, SECONDS]:
        due = [max(start, free) for start, stop in above if max(start, free) < stop]
        if due and due[0] < SECONDS - 0.05:
            result.append(due[0])
        free = now + Constants(PARAMETERS).tau_event
    return np.array(result)


def released(drugs, releases, times):
    """Store, D-serine and gate integral at `times` after `releases`, in closed form."""
    c = Constants(PARAMETERS)
    clearance = c.Omega_ser * (1 + drugs.get("drug_DAAO", 0.0))
    store, serine, integral, now = 1.0, 0.0, 0.0, 0.0
    rows = []
    for time, is_sample in sorted([*((t, 0) for t in releases), *((t, 1) for t in times)]):
        passed, before = time - now, serine
        now = time
        store = 1 - (1 - store) * np.exp(-c.Omega_A * passed)
        serine = before * np.exp(-clearance * passed)
        half = c.K_ser**2
        integral += np.log((before**2 + half) / (serine**2 + half)) / (2 * clearance)
        if is_sample:
            rows.append((store, serine, integral))
        else:
            serine += c.rho_e * c.G_T * c.U_A * store * (1 - drugs.get("drug_release", 0.0))
            store *= 1 - c.U_A
    return np.array(rows).T


REST = dict(zip(CORE + OUTPUT, (0, 0, 0, 0.1, 0.08, 0.85, 0, 0, 0, 1, 0, 0), strict=True))
EXCITED = {"N_A": 3.0, "Gamma_A": 0.8, "I": 0.5}
#: initial state where it is not that of rest, and drugs
CASES = {
    "rest": ({}, {}),
    "excited": (EXCITED, {}),
    "glutamate": ({"N_A": 3.0, "Y_S": 300.0}, {}),
    "Gq": ({}, {"drug_Gq": 0.6}),
    "Gi": (EXCITED, {"drug_Gi": 0.7}),
    "release_block": (EXCITED, {"drug_release": 0.8}),
    "A1_drugs": (EXCITED, {"drug_A1_block": 9.0, "drug_A1_agonist": 4.0}),
    "beta_drugs": (EXCITED, {"drug_beta_block": 5.0, "drug_beta_agonist": 2.0}),
    "DAAO": (EXCITED, {"drug_DAAO": 3.0}),
}


@pytest.fixture(scope="module", params=[1.0, 10.0], ids=["published", "compressed"])
def simulated(request):
    """All cases at once, one cell each, by the model's own equations on Brian2."""
    speed = request.param
    clocks = choose_clocks(PARAMETERS, speed, "numpy")
    with device_session("numpy") as session:
        group = b2.NeuronGroup(
            len(CASES), composed("astrocyte"), threshold=RELEASE_THRESHOLD,
            refractory="tau_event/speed", reset=composed("astrocyte", "reset"), method="rk4",
            dt=clocks.astrocyte * b2.second, namespace=namespace(PARAMETERS, speed),
        )  # fmt: skip
        group.gain = GAIN
        for name in PACES:
            setattr(group, name, speed)
        group.C_tot = PARAMETERS.quantity("calcium.C_T")
        for number, (changed, drugs) in enumerate(CASES.values()):
            for name, value in {**REST, **changed, **drugs}.items():
                getattr(group, f"{name}_")[number] = value * (1e-3 if name in MOLAR else 1)
        states = b2.StateMonitor(group, CORE + OUTPUT, record=True, dt=0.2 / speed * b2.second)
        spikes = b2.SpikeMonitor(group)
        session.run(b2.Network(group, states, spikes), SECONDS / speed)
        values = np.array(
            [
                np.asarray(getattr(states, name)) * (1e3 if name in MOLAR else 1)
                for name in CORE + OUTPUT
            ]
        )
        # A cell releases at the end of the step in which it crosses the threshold. Rounded, so that
        # a sample taken at that very time counts as after it, as it is in the simulation.
        fired = ((np.asarray(spikes.t) + clocks.astrocyte) * speed).round(9)
        cells = np.asarray(spikes.i)
        return speed, (np.asarray(states.t) * speed).round(9), values, fired, cells


@pytest.mark.parametrize("case", CASES)
def test_an_astrocyte_follows_the_published_equations(case, simulated):
    speed, times, values, fired, cells = simulated
    changed, drugs = CASES[case]
    number = list(CASES).index(case)
    found, fired = values[:, number], fired[cells == number]
    expected, above = integrated_core({**REST, **changed}, drugs, speed, times)
    for name, ours, theirs in zip(CORE, found, expected, strict=False):
        # fourth-order steps of 20 ms: below 2e-6 umol/L (or of the fraction) in 40 s
        assert abs(ours - theirs).max() < 2e-6, name
    if case == "rest":
        assert len(fired) == 0
    else:
        assert len(fired) > 0
    due = events_due(above, fired)
    assert len(fired) == len(due)
    late = fired - due
    assert np.all((late > -1e-6) & (late < 0.020 + 1e-6))
    for name, ours, theirs in zip(
        OUTPUT, found[len(CORE) :], released(drugs, fired, times), strict=True
    ):
        # one exponential each, given when the cell released
        assert abs(ours - theirs).max() < 1e-9 * max(1, abs(theirs).max()), name


def test_the_equations_hold_at_a_quarter_of_the_step():
    """The error falls as the fourth power of the step, so it is that of the integrator."""
    changed, drugs = CASES["excited"]
    errors = []
    for step in ("40 ms", "10 ms"):
        parameters = load_parameters({**OVERRIDES, "numerics.dt_astrocyte": step})
        with device_session("numpy") as session:
            group = b2.NeuronGroup(
                1, composed("astrocyte"), method="rk4", namespace=namespace(parameters, 1.0),
                dt=choose_clocks(parameters, 1.0, "numpy").astrocyte * b2.second,
            )  # fmt: skip
            group.C_tot = PARAMETERS.quantity("calcium.C_T")
            for name, value in {**REST, **changed, **drugs, "gain": GAIN}.items():
                setattr(group, f"{name}_", value * (1e-3 if name in MOLAR else 1))
            for name in PACES:
                setattr(group, name, 1.0)
            session.run(b2.Network(group), 1.0)
            found = float(group.C_[0]) * 1e3
        expected, _ = integrated_core({**REST, **changed}, drugs, 1.0, np.array([0.0, 1.0]))
        errors.append(abs(found - expected[4, -1]))
    assert 100 < errors[0] / errors[1] < 600


def two_cells(ip3, seconds, overrides):
    """IP3 (umol/L) of two coupled astrocytes in time."""
    parameters = load_parameters(overrides)
    with device_session("numpy") as session:
        space = namespace(parameters, 1.0)
        group = b2.NeuronGroup(
            2, composed("astrocyte"), method="rk4", dt=10 * b2.ms, namespace=space, name="pair"
        )
        group.I_, group.C_, group.h = np.multiply(ip3, 1e-3), 0.08e-3, 0.85
        group.C_tot = space["C_T"]
        for name in PACES:
            setattr(group, name, 1.0)
        link = b2.Synapses(group, group, THRESHOLD_FLUX, namespace=space)
        link.connect(i=[0, 1], j=[1, 0])
        states = b2.StateMonitor(group, ["I", "J_gap"], record=True, dt=0.1 * b2.second)
        session.run(b2.Network(group, link, states), seconds)
        return (
            np.asarray(states.t), np.asarray(states.I) * 1e3, np.asarray(states.J_gap) * 1e3
        )  # fmt: skip


SILENT = {
    f"astrocyte.{name}": "0"
    for name in ("O_delta", "O_3K", "Omega_5P", "O_beta", "O_alpha", "O_basal")
}


def test_gap_junctions_move_ip3_and_lose_none():
    times, ip3, flux = two_cells([1.2, 0.1], 8.0, SILENT)
    assert ip3.sum(axis=0) == pytest.approx(1.3, abs=1e-12)
    assert flux.sum(axis=0) == pytest.approx(0, abs=1e-15)
    assert ip3[0, -1] < ip3[0, 0] - 0.2

    c = Constants(load_parameters(SILENT))

    def flow(t, y):
        apart = y[0] - y[1]
        flux = c.F / 2 * (1 + np.tanh((abs(apart) - c.I_theta) / c.omega_I)) * np.sign(apart)
        return [-flux, flux]

    solved = solve_ivp(flow, (0, 8), [1.2, 0.1], "DOP853", times, rtol=1e-11, atol=1e-13)
    # the flux is held during a step of 10 ms, so the error is of first order
    assert abs(ip3 - solved.y).max() < 1e-3


def test_below_its_threshold_the_flux_is_small():
    _, _ip3, flux = two_cells([0.15, 0.10], 1.0, SILENT)
    largest = load_parameters().value("gap_junction.F")
    assert abs(flux).max() < 1e-3 * largest
    _, _, open_flux = two_cells([2.0, 0.1], 0.2, SILENT)
    assert abs(open_flux[:, -1]) == pytest.approx(largest, rel=1e-6)
