"""What astrocytes give back to neurons.

Vesicular: each upward crossing of a calcium threshold releases from a depleting store. Tonic: ATP,
hydrolysed to adenosine, follows calcium. Both can bind presynaptic receptors, of which `alpha` says
what they do to release: below the resting release probability they lower it, above it they raise
it (`models.mechanisms.synapse`). The slow inward current acts on the postsynaptic cell, the
plasticity gate on late-phase capture.
"""

from __future__ import annotations

# A release event (Stimberg et al. 2019, eqs. 20-21): upward crossings only, as the cell stays
# refractory while above the threshold.
RELEASE_THRESHOLD = "C > C_theta"

# Releasable store (De Pitta et al. 2011, PLoS Comput Biol 7:e1002293; Stimberg et al. 2019,
# eqs. 18-19).
STORE = "dx_A/dt = speed*Omega_A*(1 - x_A) : 1\n"
GLUTAMATE_RELEASED = "dG_A/dt = -Omega_e*G_A : mmolar\n"

# Tonic output: adenosine (Martin-Fernandez et al. 2017, Nat Neurosci 20:1540, for the transmitter;
# chosen: Hill kinetics of ATP release, first-order clearance).
ADENOSINE = """
dA_d/dt = speed*(O_ATP*C*C/(C*C + K_ATP*K_ATP)*(1 - drug_release) -
          Omega_ado*A_d) : mmolar
drug_release : 1
"""

# The presynaptic receptors of `presynaptic_receptor` for adenosine (A1), with a competitive
# antagonist, which leaves the share 1/(1 + drug_A1_block) of the receptors to agonists (Gaddum
# 1957, Pharmacol Rev 9:211, number not verified), and an agonist counted in units of the
# receptor's affinity Omega_G/O_G. It stands multiplied out, so that it binds where O_G is 0, too.
A1_DRUGS = """
dGamma_S/dt = speed*((O_G*A_d + drug_A1_agonist*Omega_G)/(1 + drug_A1_block)*(1 - Gamma_S) -
              Omega_G*Gamma_S) : 1
drug_A1_agonist : 1
drug_A1_block : 1
"""

# The plasticity gate (chosen; Henneberger et al. 2010, Nature 463:232, for D-serine): D-serine from
# the same store; its occupancy of the NMDA glycine site, and the integral of that, which is all
# that a synapse needs to know between two spikes. D-amino-acid oxidase takes D-serine away faster;
# a bath of D-serine, counted in units of K_ser, occupies the site beside the astrocyte's own.
PLASTICITY_GATE = """
dSer/dt = -speed*Omega_ser*(1 + drug_DAAO)*Ser : mmolar
Ser_site = Ser + drug_D_serine*K_ser : mmolar
gate = Ser_site*Ser_site/(Ser_site*Ser_site + K_ser*K_ser) : 1
dgate_integral/dt = speed*gate : second
drug_DAAO : 1
drug_D_serine : 1
"""

# Slow inward current into nearby neurons, a function of astrocyte calcium (Nadkarni & Jung 2003,
# Phys Rev Lett 91:268101; number not verified): the logarithm of calcium above 196.69 nM, nothing
# below it.
SLOW_INWARD_CURRENT = "sic = log(clip(C/C_unit - C_sic/C_unit, 1, 1e9)) : 1\n"

# Hands it to a neuron (chosen: the sum over its astrocytes) that has the variable ``I_sic : amp``;
# `I_sic_max` is the current of one astrocyte at sic = 1.
HAND_OVER_SIC = "I_sic_post = I_sic_max*sic_pre : amp (summed)"


def presynaptic_receptor(ligand: str) -> str:
    """Share of bound presynaptic receptors, one equation for all synapses of the domain.

    Parameters
    ----------
    ligand : str
        Concentration that binds: ``"G_A"`` (vesicular glutamate) or ``"A_d"`` (adenosine).

    Returns
    -------
    str
        The equation of Gamma_S (De Pitta et al. 2011; Stimberg et al. 2019, eq. 16).
    """
    return f"dGamma_S/dt = speed*(O_G*{ligand}*(1 - Gamma_S) - Omega_G*Gamma_S) : 1\n"


def release(transmitter: str, share: str = "") -> str:
    """Reset statements of a release event into the concentration `transmitter`.

    Parameters
    ----------
    transmitter : str
        ``"G_A"`` or ``"Ser"``.
    share : str, optional
        A further factor, such as ``"(1 - drug_release)"``.

    Returns
    -------
    str
        Statements for `models.mechanisms.astrocyte.astrocyte_group` (Stimberg et al. 2019, eqs.
        20-21).
    """
    factor = f"*{share}" if share else ""
    return f"""
{transmitter} += rho_e*G_T*U_A*x_A{factor}
x_A -= U_A*x_A
"""
