"""Parts that no reference check covers: noradrenaline, outside pool, slow inward current, gate."""

import brian2 as b2
import numpy as np
import pytest

from models.checks import ModelError
from models.circuits.astrocyte import (
    CHI,
    G_CHI,
    G_CHI_NOISE,
    LI_RINZEL,
    astrocyte_group,
    published,
)
from models.machine.session import device_session
from models.mechanisms import synapse
from models.mechanisms.astrocyte.adenosine import ADENOSINE
from models.mechanisms.astrocyte.calcium import CALCIUM, CALCIUM_FIXED_NOISE, GIVEN_IP3
from models.mechanisms.astrocyte.camp import BETA
from models.mechanisms.astrocyte.d_serine import PLASTICITY_GATE
from models.mechanisms.astrocyte.gap_junction import COUPLED, FLUXES, gap_junctions, ring_edges
from models.mechanisms.astrocyte.gliotransmission import (
    GLUTAMATE_RELEASED,
    HAND_OVER_SIC,
    RELEASE_BLOCK,
    SLOW_INWARD_CURRENT,
    STORE,
    presynaptic_receptor,
    release,
)
from models.mechanisms.astrocyte.ip3 import (
    DEGRADATION,
    EXOGENOUS_IN_TIME,
    IP3_CLAMP,
    PLC_BETA_ALPHA1,
    PLC_DELTA,
    ip3_balance,
    pool_in_time,
)
from models.mechanisms.modulators.noradrenaline import ALPHA1, NORADRENALINE
from models.parameters import load_parameters


def test_cyclic_amp_adds_up_over_events_while_alpha1_follows_each():
    with device_session("numpy"):
        group = astrocyte_group(
            2, LI_RINZEL + NORADRENALINE + ALPHA1 + BETA, published(), dt=20 * b2.ms
        )
        # One event for the first cell, one each half minute for the second.
        again = "N_A = N_A + 1*umolar*(int(i == 1) + int(i == 0)*int(t < 1*second))"
        group.run_regularly(again, dt=30 * b2.second)
        monitor = b2.StateMonitor(group, ["Gamma_N", "cAMP"], record=True, dt=100 * b2.ms)
        b2.Network(group, monitor).run(180 * b2.second)
        bound, camp = np.array(monitor.Gamma_N), np.array(monitor.cAMP_)
    assert bound.max() > 0.6
    assert bound[1, -1] < 0.05 * bound.max()
    assert camp[1, -1] > 2.5 * camp[0].max()
    assert camp[0, -1] < 0.3 * camp[0].max()


def test_alpha1_alone_raises_ip3():
    equations = (
        NORADRENALINE + ALPHA1 + PLC_BETA_ALPHA1 + PLC_DELTA + DEGRADATION
        + ip3_balance("J_alpha", "J_delta")
    )  # fmt: skip

    with device_session("numpy"):
        group = astrocyte_group(2, CALCIUM + equations, published(), dt=20 * b2.ms)
        group.N_A = [0, 5] * b2.umolar
        b2.Network(group).run(1 * b2.second)
        without, with_it = np.array(group.I_) * 1e3
    assert 0.02 < with_it - without < 0.05  # O_alpha for one second, less what is broken down


def test_outside_pool_fills_the_cell_only_while_it_is_switched_on():
    with device_session("numpy"):
        group = astrocyte_group(2, CHI, published(), dt=20 * b2.ms)
        group.I_bias, group.stimulated = 1.5 * b2.umolar, [0, 1]
        b2.Network(group).run(15 * b2.second)
        off, on = np.array(group.I_) * 1e3
    assert off < 0.4 < 0.8 < on


def test_slow_inward_current_is_the_logarithm_above_its_threshold():
    levels = np.array([0.1, 0.19669, 0.3, 1.0])  # umolar
    with device_session("numpy"):
        group = astrocyte_group(4, LI_RINZEL + SLOW_INWARD_CURRENT, published(), dt=1 * b2.ms)
        group.C = levels * b2.umolar
        cells = b2.NeuronGroup(1, "I_sic : amp", dt=1 * b2.ms)
        wires = b2.Synapses(group, cells, HAND_OVER_SIC, namespace=published(), dt=1 * b2.ms)
        wires.connect()
        currents = np.array(group.sic[:])
        b2.Network(group, cells, wires).run(1 * b2.ms)
        total = float(cells.I_sic_[0])
    expected = [0, 0, np.log(103.31), np.log(803.31)]
    np.testing.assert_allclose(currents, expected, atol=1e-9)
    assert total == pytest.approx(2.11e-12 * sum(expected), rel=1e-3)


def test_phasic_release_opens_the_gate_and_tonic_release_binds_receptors():
    space = published() | load_parameters().group("gliotransmission")
    equations = LI_RINZEL + STORE + RELEASE_BLOCK + PLASTICITY_GATE + ADENOSINE
    equations += presynaptic_receptor("A_d")
    with device_session("numpy"):
        group = astrocyte_group(
            2, equations, space, release("Ser", "(1 - drug_release)"), dt=20 * b2.ms
        )
        group.C, group.I, group.drug_release = 0.6 * b2.umolar, 0.1 * b2.umolar, [0, 1]
        b2.Network(group).run(2 * b2.second)
        gate, bound, store = np.array(group.gate[:]), group.Gamma_S[:], group.x_A[:]
    assert gate[0] > 0.5
    assert gate[1] == 0
    assert bound[0] > bound[1] == 0
    np.testing.assert_allclose(store[0], store[1])


def test_channel_noise_keeps_cells_apart_and_defined():
    with device_session("numpy"):
        b2.seed(3)
        group = astrocyte_group(20, G_CHI_NOISE, published(), dt=1 * b2.ms)
        b2.Network(group).run(2 * b2.second)
        calcium, h = np.array(group.C_), np.array(group.h)
    assert np.ptp(h) > 0.01
    assert np.all(np.isfinite(calcium))
    assert calcium.min() > 0


def test_fixed_noise_scales_with_the_distance_from_equilibrium():
    """One step: sd = noise_h |rate| sqrt(tau_h dt) and no noise where h is at equilibrium."""
    n, dt, strength = 4000, 1e-3, 0.5
    space = published()
    calcium, ip3 = 1e-4, 2e-4  # mmolar, as the values below
    o_2, d_1, d_2, d_3 = (float(space[name]) for name in ("O_2", "d_1", "d_2", "d_3"))
    q_2 = d_2 * (ip3 + d_1) / (ip3 + d_3)
    rate = o_2 * (q_2 + calcium)
    level = q_2 / (q_2 + calcium)
    with device_session("numpy"):
        b2.seed(7)
        equations = CALCIUM_FIXED_NOISE + GIVEN_IP3
        group = astrocyte_group(2 * n, equations, {**space, "noise_h": strength}, dt=dt * b2.second)
        group.C, group.I = calcium * b2.mmolar, ip3 * b2.mmolar
        group.h = np.repeat([0.4, level], n)
        b2.Network(group).run(dt * b2.second)
        h = np.array(group.h).reshape(2, n)
    drift = rate * (level - 0.4)
    assert h[0].mean() - 0.4 == pytest.approx(drift * dt, abs=5 * h[0].std() / np.sqrt(n))
    spread = strength * abs(drift) * np.sqrt(dt / rate)
    assert h[0].std() == pytest.approx(spread, rel=5 / np.sqrt(2 * n))
    assert h[1].std() < 1e-2 * h[0].std()  # Milstein's method feels the slope of the noise there
    assert h[1].mean() == pytest.approx(level, abs=1e-5)


@pytest.mark.parametrize("equations", [G_CHI_NOISE, CALCIUM_FIXED_NOISE + GIVEN_IP3])
def test_noise_is_refused_by_name_for_genn(equations, monkeypatch):
    class GeNNDevice:
        pass

    monkeypatch.setattr(b2, "get_device", GeNNDevice)
    with pytest.raises(ModelError, match="noise .* GeNN .* use cpp, cython or numpy"):
        astrocyte_group(2, equations, {**published(), "noise_h": 0.1}, dt=1 * b2.ms)


def test_held_cells_keep_their_ip3_and_pass_it_on():
    equations = (
        CALCIUM + PLC_DELTA + DEGRADATION + COUPLED + IP3_CLAMP
        + ip3_balance("J_delta", "J_gap", held="held")
    )  # fmt: skip
    free = CALCIUM + PLC_DELTA + DEGRADATION + COUPLED + ip3_balance("J_delta", "J_gap")
    ends = []
    with device_session("numpy"):
        for text, held in ((equations, True), (equations, False), (free, False)):
            group = astrocyte_group(5, text, published(), dt=20 * b2.ms)
            group.I = [1.5, 0.1, 0.1, 0.1, 0.1] * b2.umolar
            if held:
                group.held = [1, 0, 0, 0, 0]
            junctions = gap_junctions(group, ring_edges(5), "threshold")
            trace = b2.StateMonitor(group, "I", record=True, dt=100 * b2.ms)
            b2.Network(group, junctions, trace).run(20 * b2.second)
            ends.append(np.array(trace.I) * 1e3)
    clamped, let_go, plain = ends
    assert np.all(clamped[0] == clamped[0, 0])
    assert clamped[0, 0] == pytest.approx(1.5, abs=1e-12)
    np.testing.assert_array_equal(let_go, plain)
    assert plain[0, -1] < 1.0
    assert clamped[1, -1] > plain[1, -1] + 0.05


def test_a_pool_follows_its_table_over_time_and_cells():
    levels = np.array([[0.0, 2.0], [2.0, 0.0], [0.0, 0.0]]) * b2.umolar
    text = CALCIUM + PLC_DELTA + DEGRADATION + EXOGENOUS_IN_TIME + ip3_balance("J_delta", "J_ex")
    with device_session("numpy"):
        space = {**published(), "pool": pool_in_time(levels, 10 * b2.second)}
        group = astrocyte_group(2, text, space, dt=20 * b2.ms)
        group.stimulated, group.I = 1, 0 * b2.umolar
        trace = b2.StateMonitor(group, ["I", "I_bias", "J_ex"], record=True, dt=100 * b2.ms)
        b2.Network(group, trace).run(30 * b2.second)
        ip3, pool = np.array(trace.I) * 1e3, np.array(trace.I_bias) * 1e3
        flux = np.sign(np.array(trace.J_ex))
    np.testing.assert_allclose(pool[:, ::100], [[0, 2, 0], [2, 0, 0]], atol=1e-12)
    assert ip3[1, 95] > 0.5 > ip3[0, 95]
    assert ip3[0, 195] > 0.5
    assert flux[:, 50].tolist() == [-1, 1]
    assert flux[:, 150].tolist() == [1, -1]
    assert flux[:, 250].tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ([[1.0, -2.0]] * b2.umolar, "level 0 of cell 1 of a pool is -0.002 mM"),
        ([[1.0], [np.nan]] * b2.umolar, "level 1 of cell 0 of a pool is nan mM"),
        ([1.0, 2.0] * b2.umolar, "allowed: \\(times, cells\\)"),
        (np.ones((2, 2)), "allowed: a concentration"),
        (np.ones((2, 2)) * b2.mV, "allowed: a concentration"),
    ],
)
def test_pools_that_cannot_be_are_refused_in_one_line(levels, said):
    with pytest.raises(ModelError, match=said) as caught:
        pool_in_time(levels, 1 * b2.second)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("model", "on_pre"),
    [
        (synapse.MODULATED, synapse.MODULATED_AMPA),
        (synapse.TERMINAL, synapse.TERMINAL_ON_PRE),
    ],
)
def test_release_of_every_spike_can_be_recorded(model, on_pre):
    """Against the closed recursion of Tsodyks-Markram release, for irregular spikes."""
    times, dt = np.array([2, 30, 34, 100, 160, 161, 400]) * 1e-3, 1e-3
    space = published()
    with device_session("numpy"):
        source = b2.SpikeGeneratorGroup(
            1, np.zeros(len(times), int), times * b2.second, dt=dt * b2.second
        )
        target = b2.NeuronGroup(
            1, "g_ampa : siemens\nGamma : 1\nGamma_S : 1\nY_S : mmolar", dt=dt * b2.second
        )
        target.Gamma = target.Gamma_S = 0.3
        link = b2.Synapses(
            source, target, model + "\n" + synapse.RELEASE_RECORD, on_pre=on_pre,
            namespace=space, method="exact", dt=dt * b2.second,
        )  # fmt: skip
        link.connect()
        link.x_S = 1
        trace = b2.StateMonitor(link, "r_S", record=True, dt=dt * b2.second, when="end")
        b2.Network(source, target, link, trace).run(0.5 * b2.second)
        recorded, at = np.array(trace.r_S[0]), np.round(np.array(trace.t) / dt).astype(int)
    facilitate, recover = (float(space[name]) for name in ("Omega_f", "Omega_d"))
    start = 0.7 * float(space["U_0_star"]) + 0.3 * float(space["alpha"])
    u, x, last, expected = 0.0, 1.0, 0.0, []
    for now in times:
        u *= np.exp(-facilitate * (now - last))
        x = 1 - (1 - x) * np.exp(-recover * (now - last))
        u += start * (1 - u)
        expected.append(u * x)
        x -= u * x
        last = now
    found = recorded[np.isin(at, np.round(times / dt).astype(int))]
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert np.all(recorded[at < 2] == 0)
    assert recorded[-1] == found[-1]


@pytest.mark.genn
@pytest.mark.parametrize("kind", FLUXES)
def test_parts_generate_code_for_genn(kind, tmp_path):
    pytest.importorskip("brian2genn")
    with device_session("genn", directory=tmp_path) as session:
        equations = (
            G_CHI + NORADRENALINE + BETA + STORE + GLUTAMATE_RELEASED
            + presynaptic_receptor("G_A") + SLOW_INWARD_CURRENT
        )  # fmt: skip
        b2.defaultclock.dt = 1 * b2.ms
        group = astrocyte_group(4, equations, published(), release("G_A"))
        junctions = gap_junctions(group, ring_edges(4), kind)
        cells = b2.NeuronGroup(4, "dv/dt = I_sic/(100*pF) : volt\nI_sic : amp", method="euler")
        wires = b2.Synapses(group, cells, HAND_OVER_SIC, namespace=published())
        wires.connect(j="i")
        session.generate(b2.Network(group, junctions, cells, wires), 5e-3)
        assert list(tmp_path.glob("**/*.cpp"))
