"""The amygdala's astrocyte is the sum of the parts: without tools, the model as it was at first."""

import brian2 as b2
import numpy as np
import pytest

from models.circuits.amygdala_mechanisms import composed
from models.circuits.amygdala_prefrontal import namespace
from models.machine.session import device_session
from models.mechanisms.astrocyte.gap_junction import THRESHOLD_FLUX
from models.mechanisms.astrocyte.gliotransmission import RELEASE_THRESHOLD
from models.parameters import load_parameters
from tests.support.tools import PACES, SPEED

# The equations as they stood before they were taken apart and tools were added.
ONE_PIECE = """
dY_S/dt = -Omega_c*Y_S : mmolar
dGamma_A/dt = speed*(O_N*Y_S*(1 - Gamma_A) - Omega_N*(1 + zeta*C/(C + K_KC))*Gamma_A) : 1
dN_A/dt = -speed*Omega_NA*N_A : mmolar
Gamma_N = N_A*N_A/(N_A*N_A + K_NA*K_NA) : 1
J_beta = (gain*O_beta*Gamma_A*Gamma_N + O_alpha*Gamma_N + O_basal)*(1 - drug_Gi) +
  drug_Gq*O_Gq : mmolar/second
J_delta = O_delta/(1 + I/kappa_delta)*C*C/(C*C + K_delta*K_delta) : mmolar/second
J_3K = O_3K*C**4/(C**4 + K_D**4)*I/(I + K_3K) : mmolar/second
J_5P = Omega_5P*I : mmolar/second
dI/dt = speed*(J_beta + J_delta - J_3K - J_5P + J_gap*(1 - drug_gap)) : mmolar
J_gap : mmolar/second
gain : 1 (constant)
drug_Gq : 1
drug_Gi : 1
drug_gap : 1
dC/dt = speed*(J_r + J_l - J_p) : mmolar
dh/dt = speed*O_2*(Q_2 - (Q_2 + C)*h) : 1
Q_2 = d_2*(I + d_1)/(I + d_3) : mmolar
m_inf = I/(I + d_1)*C/(C + d_5) : 1
J_r = Omega_C*(m_inf*h)**3*(C_T - (1 + rho_A)*C) : mmolar/second
J_l = Omega_L*(C_T - (1 + rho_A)*C) : mmolar/second
J_p = O_P*C*C/(C*C + K_P*K_P) : mmolar/second
dA_d/dt = speed*(O_ATP*C*C/(C*C + K_ATP*K_ATP)*(1 - drug_release) -
  Omega_ado*A_d) : mmolar
dGamma_S/dt = speed*(O_G*A_d*(1 - Gamma_S) - Omega_G*Gamma_S) : 1
dx_A/dt = speed*Omega_A*(1 - x_A) : 1
dSer/dt = -speed*Omega_ser*Ser : mmolar
gate = Ser*Ser/(Ser*Ser + K_ser*K_ser) : 1
dgate_integral/dt = speed*gate : second
drug_release : 1
"""
RELEASE_RESET = """
Ser += rho_e*G_T*U_A*x_A*(1 - drug_release)
x_A -= U_A*x_A
"""
GAP_JUNCTION = """
J_gap_post = -F/2*(1 + tanh((abs(I_post - I_pre) - I_theta)/omega_I))*
  sign(I_post - I_pre) : mmolar/second (summed)
"""
STATES = ("C", "h", "I", "Gamma_A", "Gamma_S", "N_A", "A_d", "Ser", "x_A", "Y_S", "gate_integral")


def traces(equations, reset, junction):
    parameters = load_parameters()
    space = namespace(parameters, SPEED)
    with device_session("numpy"):
        group = b2.NeuronGroup(
            3, equations, threshold=RELEASE_THRESHOLD, reset=reset, namespace=space,
            refractory=RELEASE_THRESHOLD, method="rk4", dt=2 * b2.ms,
        )  # fmt: skip
        group.C = [0.08, 0.2, 0.5] * b2.umolar
        group.h, group.x_A, group.gain = 0.9, 1, [0.5, 1, 2]
        group.I = [0.1, 0.9, 0.4] * b2.umolar
        group.Y_S, group.N_A = 0.05 * b2.mmolar, [0.2, 1, 3] * b2.umolar
        group.drug_Gq, group.drug_gap = [0, 0, 1], [0, 0.5, 0]
        if "C_tot" in group.variables:
            group.C_tot = space["C_T"]
            for name, pace in PACES.items():
                setattr(group, name, pace)
        coupled = b2.Synapses(group, group, junction, namespace=space, dt=2 * b2.ms)
        coupled.connect(condition="i != j")
        monitor = b2.StateMonitor(group, STATES, record=True)
        events = b2.SpikeMonitor(group)
        b2.Network(group, coupled, monitor, events).run(4 * b2.second)
        found = {name: np.array(getattr(monitor, name + "_")) for name in STATES}
        return found, np.array(events.t_)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_parts_without_tools_and_one_piece_give_the_same_traces():
    before, events_before = traces(ONE_PIECE, RELEASE_RESET, GAP_JUNCTION)
    after, events_after = traces(
        composed("astrocyte"), composed("astrocyte", "reset"), THRESHOLD_FLUX
    )
    assert len(events_before) > 3
    np.testing.assert_array_equal(events_before, events_after)
    for name in STATES:
        assert np.ptp(before[name]) > 0, name
        # not bit by bit: terms that are zero change the order of sums
        np.testing.assert_allclose(before[name], after[name], rtol=1e-9, err_msg=name)


def test_parts_have_the_same_variables():
    one, sum_of_parts = b2.Equations(ONE_PIECE), b2.Equations(composed("astrocyte"))
    assert set(one.names) < set(sum_of_parts.names)
    assert one.dimensions.items() < sum_of_parts.dimensions.items()
    # total calcium varies with expressed pumps; the others are of learning, the trace of days
    # and transmitters of cells
    assert set(sum_of_parts.diff_eq_names) - set(one.diff_eq_names) == {
        "C_tot", "cAMP", "coagonist", "r_P", "made", "density", "Fos", "factor", "tag",
        "D_A", "unstable", "susceptible", "window",
        "beta", "A_C", "nicotinic", "muscarinic", "S_T", "bound_2A", "bound_2C",
    }  # fmt: skip
