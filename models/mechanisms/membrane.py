"""The membrane: leaky integrate-and-fire neurons with conductance synapses."""

from __future__ import annotations

from models.mechanisms.mechanism import PHYSICAL, Mechanism

# Conductance-based leaky integrate-and-fire cell with an after-hyperpolarisation conductance:
# Vlachos et al. 2011, PLoS Comput Biol 7:e1001104, eq. 5 (membrane); the after-hyperpolarisation
# follows Treves 1993, Network 4:259 (number not verified); chosen: exponential conductances.
# A cell is refractory until t_free, its potential held. Brian2's own flag for that says the same
# at twice the cost: it keeps gcc from vectorising the loop over cells.
_LIF = """
dv/dt = int(t >= t_free)*(g_L*(E_L - v) + g_ampa*(E_ampa - v) + g_gaba*(E_gaba - v) +
                          g_ahp*(E_ahp - v){current})/C_m : volt
t_free : second
dg_ampa/dt = -g_ampa/tau_ampa : siemens
dg_gaba/dt = -g_gaba/tau_gaba : siemens
dg_ahp/dt = -g_ahp/tau_ahp : siemens
E_L : volt (constant)
V_th : volt (constant)
b_ahp : siemens (constant)
"""
LIF = _LIF.replace("{current}", "")

# Spike and reset (Vlachos et al. 2011, Methods, unnumbered); a spike adds to the
# after-hyperpolarisation (Treves 1993). Half a step less, so that no rounding of t counts.
LIF_THRESHOLD = "v > V_th"
_RESET = """
v = V_reset
t_free = t + tau_ref - dt/2
g_ahp += b_ahp{adaptation}
"""
LIF_RESET = _RESET.replace("{adaptation}", "")

MECHANISM = Mechanism(
    name="membrane",
    cells=("principal", "other"),
    equations=_LIF,
    clock=PHYSICAL,
    parameters=("lif",),
    initial={"V_th": "lif.V_th"},
    reset=_RESET,
    rates={
        name: lambda value, tau=f"tau_{name[2:]}": 1 / value[tau]  # type: ignore[misc]
        for name in ("g_ampa", "g_gaba", "g_ahp")
    },
)
