"""The table of interventions: each moves the quantity that the real tool moves, and nothing else.

A row sets the level of one variable of the equations over a window of time, or opens a
conductance, or takes fibres out of the tissue (`paradigms.protocol.doses`); what follows from it is
the business of the equations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from astrogram.errors import AstrogramError
from models.tissue.anatomy_tables import load_anatomy
from models.tissue.lesion import exists

TAGGED = "tagged"
"""Target of conductances: the BLA principal cells that `tagging` has labelled, by their label."""

TAGGING = "tagging"
"""What gives cells that label."""


class InterventionError(AstrogramError, ValueError):
    """An intervention that is unknown or has an impossible dose; the message is one line."""


def _populations() -> tuple[str, ...]:
    return (*load_anatomy().targets, TAGGED)


def _pathways() -> tuple[str, ...]:
    return tuple("-".join(path) for path in load_anatomy().pathways())


def _is_pathway(given: str) -> bool:
    source, _, target = given.partition("-")
    return exists((source, target), load_anatomy())


# What a row may leave open: the choices that are listed, and whether one is accepted.
_OPEN: dict[str, tuple[Callable[[], tuple[str, ...]], Callable[[str], bool]]] = {
    "": (lambda: (), lambda given: not given),
    "population": (_populations, lambda given: given in _populations()),
    "pathway": (_pathways, _is_pathway),
}


@dataclass(frozen=True)
class Intervention:
    """One row of the table of interventions.

    Attributes
    ----------
    kind : str
        Name on the command line and in a protocol.
    tool : str
        What an experimenter would use.
    variable : str
        ``CELLS.VARIABLE`` of the equations that carries the dose, or what else it moves.
    equation : str
        Where it acts.
    dose_unit : str
        What a dose of one means.
    highest : float
        Largest dose with a meaning; the smallest is 0.
    source : str
    target : str
        What has to be named with it: ``"population"``, ``"pathway"`` or ``""`` for nothing.
    conductance, reversal : str
        Of a conductance that it opens: the parameters that hold them at dose 1.
    permanent : bool
        Whether it can only be given for the whole experiment.
    """

    kind: str
    tool: str
    variable: str
    equation: str
    dose_unit: str
    highest: float
    source: str
    target: str = ""
    conductance: str = ""
    reversal: str = ""
    permanent: bool = False

    @property
    def targets(self) -> tuple[str, ...]:
        """What `target` may be; empty if nothing is to be named."""
        return _OPEN[self.target][0]()

    def accepts(self, target: str) -> bool:
        """Whether it can act on `target`."""
        return _OPEN[self.target][1](target)


INTERVENTIONS: dict[str, Intervention] = {
    row.kind: row
    for row in (
        Intervention(
            "Gq", "hM3Dq in astrocytes with agonist", "astrocyte.drug_Gq",
            "J_beta + drug_Gq*O_Gq: phospholipase C makes IP3",
            "1 = receptor saturated (production O_Gq)", 10.0,
            "Bukalo et al. 2026; dose scale chosen",
        ),
        Intervention(
            "Gi", "hM4Di in astrocytes with agonist", "astrocyte.drug_Gi",
            "receptor-driven production of IP3 and of cAMP*(1 - drug_Gi)",
            "1 = receptor-driven production abolished", 1.0,
            "Bukalo et al. 2026; dose scale chosen",
        ),
        Intervention(
            "CalEx", "plasma-membrane calcium pump hPMCA2w/b in astrocytes", "astrocyte.drug_CalEx",
            "dC/dt - J_X and dC_tot/dt - J_X, J_X = drug_CalEx*O_X*C/(C + K_X)",
            "1 = pumps of maximal rate O_X", 10.0,
            "Yu et al. 2018 (number not verified); rate chosen",
        ),
        Intervention(
            "IP3_sponge", "expressed IP3-binding protein in astrocytes",
            "astrocyte.drug_IP3_sponge", "dI/dt/(1 + drug_IP3_sponge): a fast buffer",
            "1 = one bound IP3 for each free one", 1000.0,
            "chosen: a fast buffer far from saturation",
        ),
        Intervention(
            "IP3_phosphatase", "expressed IP3 5-phosphatase in astrocytes",
            "astrocyte.drug_IP3_phosphatase", "J_5P*(1 + drug_IP3_phosphatase)",
            "1 = as much as the cell's own", 1000.0,
            "chosen: more of the enzyme of the IP3 balance",
        ),
        Intervention(
            "gap_junction_block", "connexin 30/43 blocker", "astrocyte.drug_gap",
            "J_gap*(1 - drug_gap)", "1 = no IP3 passes", 1.0, "Stimberg et al. 2019, eq. 22",
        ),
        Intervention(
            "release_block", "clamp of vesicular and ATP release", "astrocyte.drug_release",
            "ATP and D-serine release*(1 - drug_release)", "1 = nothing is released", 1.0,
            "Stimberg et al. 2019, eqs. 18-21",
        ),
        Intervention(
            "A1_antagonist", "DPCPX", "astrocyte.drug_A1_block",
            "dGamma_S/dt: O_G*A_d/(1 + drug_A1_block)*(1 - Gamma_S)",
            "concentration over its dissociation constant", 2000.0,
            "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Intervention(
            "A1_agonist", "CPA (N6-cyclopentyladenosine)", "astrocyte.drug_A1_agonist",
            "dGamma_S/dt: (O_G*A_d + drug_A1_agonist*Omega_G)*(1 - Gamma_S)",
            "1 = half of the receptors bound without adenosine", 2000.0,
            "chosen: a full agonist, counted by its potency",
        ),
        Intervention(
            "DAAO", "D-amino-acid oxidase", "astrocyte.drug_DAAO",
            "dSer/dt: -Omega_ser*(1 + drug_DAAO)*Ser", "1 = as fast as the tissue's own clearance",
            1000.0, "Henneberger et al. 2010 for the tool (number not verified); dose chosen",
        ),
        Intervention(
            "D_serine", "D-serine in the bath", "astrocyte.drug_D_serine",
            "gate: Ser + drug_D_serine*K_ser", "1 = half of the NMDA glycine sites bound", 1000.0,
            "Henneberger et al. 2010 for the tool (number not verified); dose chosen",
        ),
        Intervention(
            "alpha1_antagonist", "prazosin", "astrocyte.drug_alpha1_block",
            "Gamma_N: K_NA*(1 + drug_alpha1_block)",
            "concentration over its dissociation constant", 1000.0,
            "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Intervention(
            "alpha1_agonist", "phenylephrine", "astrocyte.drug_alpha1_agonist",
            "Gamma_N: N_A + drug_alpha1_agonist*K_NA",
            "1 = half of the receptors bound without noradrenaline", 1000.0,
            "chosen: a full agonist, counted by its potency",
        ),
        Intervention(
            "beta_antagonist", "propranolol", "astrocyte.drug_beta_block",
            "Gamma_B: K_NB*(1 + drug_beta_block)",
            "concentration over its dissociation constant", 1000.0,
            "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Intervention(
            "beta_agonist", "isoproterenol", "astrocyte.drug_beta_agonist",
            "Gamma_B: N_A + drug_beta_agonist*K_NB",
            "1 = half of the receptors bound without noradrenaline", 1000.0,
            "chosen: a full agonist, counted by its potency",
        ),
        Intervention(
            "D1_antagonist", "SCH 23390", "principal.drug_D1_block",
            "theta*K/(K + D), K = K_DA*(1 + drug_D1_block): the modification threshold",
            "concentration over its dissociation constant", 1000.0,
            "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Intervention(
            "D1_agonist", "SKF 38393", "principal.drug_D1_agonist",
            "theta*K/(K + D + drug_D1_agonist*K_DA): the modification threshold",
            "1 = modification threshold halved without dopamine", 1000.0,
            "chosen: a full agonist, counted by its potency",
        ),
        Intervention(
            "opto_excite", "channelrhodopsin-2, steady light", "v of the target",
            "dv/dt + g*(E_ChR2 - v)/C_m, g = dose*g_ChR2; of tagged cells, tag*g",
            "1 = full light (g_ChR2)", 10.0, "Nagel et al. 2003 (number not verified); dose chosen",
            target="population",
            conductance="optogenetics.g_ChR2", reversal="optogenetics.E_ChR2",
        ),
        Intervention(
            "opto_silence", "anion channelrhodopsin GtACR2, steady light", "v of the target",
            "dv/dt + g*(E_GtACR - v)/C_m, g = dose*g_GtACR; of tagged cells, tag*g",
            "1 = full light (g_GtACR)", 4.0,
            "Govorunova et al. 2015 (number not verified); dose chosen",
            target="population",
            conductance="optogenetics.g_GtACR", reversal="optogenetics.E_GtACR",
        ),
        Intervention(
            "Gi_neurons", "hM4Di in neurons with agonist: their GIRK channels", "v of the target",
            "dv/dt + g*(E_ahp - v)/C_m, g = dose*g_L; of tagged cells, tag*g",
            "1 = as much potassium conductance as the cell's leak (g_L)", 20.0,
            "Armbruster et al. 2007 for the tool (number not verified); dose scale chosen",
            target="population", conductance="lif.g_L", reversal="lif.E_ahp",
        ),
        Intervention(
            TAGGING, "activity-dependent label (doxycycline off, 4-hydroxytamoxifen)",
            "principal.tagging",
            "a spike: tag to 1 - (1 - tag)*exp(-tagging*speed*y/y_tag)",
            "1 = activity y_tag labels to 63 %", 1000.0,
            "Reijmers et al. 2007 for the tool (number not verified); kinetics chosen",
        ),
        Intervention(
            "lesion", "transection or ablation of a projection", "fibres of the target",
            "synapses of the pathway are not there", "share of its fibres that is cut", 1.0,
            "chosen: for good, and before the experiment", target="pathway", permanent=True,
        ),
    )
}  # fmt: skip
