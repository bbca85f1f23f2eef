"""Parts that no reference check covers: noradrenaline, outside pool, slow inward current, gate."""

import brian2 as b2
import numpy as np
import pytest

from models.astrocyte import CHI, G_CHI, G_CHI_NOISE, LI_RINZEL, astrocyte_group, published
from models.calcium import CALCIUM
from models.gap_junction import FLUXES, gap_junctions, ring_edges
from models.gliotransmission import (
    ADENOSINE,
    GLUTAMATE_RELEASED,
    HAND_OVER_SIC,
    PLASTICITY_GATE,
    SLOW_INWARD_CURRENT,
    STORE,
    presynaptic_receptor,
    release,
)
from models.ip3 import DEGRADATION, PLC_BETA_ALPHA1, PLC_DELTA, ip3_balance
from models.parameters import load_parameters
from models.receptors import ALPHA1, BETA, NORADRENALINE
from models.session import device_session


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
    equations = LI_RINZEL + STORE + PLASTICITY_GATE + ADENOSINE + presynaptic_receptor("A_d")
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


@pytest.mark.genn
@pytest.mark.parametrize("kind", FLUXES)
def test_parts_generate_code_for_genn(kind, tmp_path):
    pytest.importorskip("brian2genn")
    b2.start_scope()
    b2.set_device("genn", directory=str(tmp_path), use_GPU=False, compile=False, run=False)
    try:
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
        b2.Network(group, junctions, cells, wires).run(5 * b2.ms)
        assert list(tmp_path.glob("**/*.cpp"))
    finally:
        b2.device.reinit()
        b2.set_device("runtime")
