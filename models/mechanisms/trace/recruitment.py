"""Recruitment of astrocytes into an ensemble, what they secrete, and a label of it."""

from __future__ import annotations

from models.mechanisms.mechanism import SLOW, Mechanism, Record

# Cyclic AMP and the engram of the domain recruit together, neither alone, and calcium does not
# (Dewa et al. 2025 for that; chosen: a product, steep in cyclic AMP, and first-order loss). What is
# recruited is Fos-like: it rises in minutes and lasts for hours. The factor that it has secreted
# (IGFBP2-like) follows over hours.
RECRUITMENT = """
messenger = cAMP**4/(cAMP**4 + K_cAMP**4) : 1
dFos/dt = O_Fos*messenger*at_work*(1 - Fos) - speed*Fos/tau_Fos : 1
dfactor/dt = speed*(Fos - factor)/tau_factor : 1
"""

# A label that Fos drives (Reijmers et al. 2007, Science 317:1230, for the tool in neurons; chosen:
# first order, and for good).
LABEL = """
dtag/dt = speed*tagging*O_tag*Fos*(1 - tag) : 1
tagging : 1
fibre : integer (constant)
"""

MECHANISM = Mechanism(
    name="recruitment",
    cells=("astrocyte",),
    equations=RECRUITMENT + LABEL,
    clock=SLOW,
    parameters=("trace",),
    records=(
        Record("recruitment", "Fos", 1.0, "1", "recruitment of the astrocyte (Fos-like)"),
        Record("factor", "factor", 1.0, "1", "secreted factor in the domain (IGFBP2-like)"),
        Record("astrocyte_tag", "tag", 1.0, "1", "label of the astrocyte"),
    ),
    rates={
        "Fos": lambda value: value["speed"] / value["tau_Fos"],
        "factor": lambda value: value["speed"] / value["tau_factor"],
    },
)
