"""Light and designer receptors on neurons: conductances that are opened from outside."""

from __future__ import annotations

from models.mechanisms.mechanism import PHYSICAL, Mechanism, Tool

# Light opens conductances g with reversals E (Nagel et al. 2003 for channelrhodopsin; chosen:
# steady light, steady conductance): g_light is their sum, I_light that of g*E. What reaches a cell
# follows from its optic fibre and, where light follows the animal, from the zone that this is in,
# which is the target zone after an odd number of crossings;
# light on opsins behind a label (`models.mechanisms.tagging`) is scaled by it.
LIGHT = """
I_light : amp
g_light : siemens
fibre : integer (constant)
crossings : 1
"""

MECHANISM = Mechanism(
    name="light",
    cells=("principal", "other"),
    equations=LIGHT,
    clock=PHYSICAL,
    parameters=("optogenetics",),
    gated=("g_light", "I_light"),
    adds={"current": " + I_light - g_light*v"},
    tools=(
        Tool(
            "opto_excite", "channelrhodopsin-2, steady light", "v of the target",
            "dv/dt + g*(E_ChR2 - v)/C_m, g = dose*g_ChR2; of tagged cells, tag*g",
            "1 = full light (g_ChR2)", 10.0, "Nagel et al. 2003 (number not verified); dose chosen",
            target="population",
            conductance="optogenetics.g_ChR2", reversal="optogenetics.E_ChR2",
        ),
        Tool(
            "opto_silence", "anion channelrhodopsin GtACR2, steady light", "v of the target",
            "dv/dt + g*(E_GtACR - v)/C_m, g = dose*g_GtACR; of tagged cells, tag*g",
            "1 = full light (g_GtACR)", 4.0,
            "Govorunova et al. 2015 (number not verified); dose chosen",
            target="population",
            conductance="optogenetics.g_GtACR", reversal="optogenetics.E_GtACR",
        ),
        Tool(
            "Gi_neurons", "hM4Di in neurons with agonist: their GIRK channels", "v of the target",
            "dv/dt + g*(E_ahp - v)/C_m, g = dose*g_L; of tagged cells, tag*g",
            "1 = as much potassium conductance as the cell's leak (g_L)", 20.0,
            "Armbruster et al. 2007 for the tool (number not verified); dose scale chosen",
            target="population", conductance="lif.g_L", reversal="lif.E_ahp",
        ),
    ),
)  # fmt: skip
