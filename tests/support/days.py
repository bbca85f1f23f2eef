"""Two trials and a night between them, in a second, with every tool that acts on astrocytes."""

from __future__ import annotations

from collections.abc import Sequence

from paradigms.protocol.files import Protocol, parse_intervention, parse_protocol
from tests.support.circuit import BLINK, PAUSE

DAYS = BLINK.replace('name = "blink"', 'name = "blink_days"').replace(
    f'offline = "{PAUSE}"\nsimulated = "1 s"', 'offline = "1 h"\nsimulated = "2 s"'
)
#: What is fast need not come to rest in so short a night, and what takes minutes takes a moment.
QUICK = {
    "numerics.rest": "5 s",
    "recording.dt_astrocyte": "0.2 s",
    "recording.dt_weight": "1 s",
    "trace.O_made": "3 hertz",
    "trace.r_made": "5 Hz",
    "trace.O_Fos": "3 hertz",
    "trace.O_tag": "2 hertz",
    "trace.K_cAMP": "0.005 umolar",
    "trace.K_unstable": "0.01 umolar",
    "trace.tau_open": "5 s",
    "trace.k_l": "5",
    "protein.K_made": "0.003",
    "plasticity.kappa": "20 hertz",
}
DOSES = (
    "tagging:astrocytes@pairing",
    "Gs=0.3@pairing",
    "D_serine=1@pairing,test",
    "beta1_expression=2@pairing",
    "beta_uncoupling:tagged_astrocytes=0.8@test",
    "Gq:tagged_astrocytes=0.9@test",
    "Gs:tagged_astrocytes=1@test",
    "Gi:astrocytes=0.2@test",
    "beta_antagonist=1@test",
)


def days(doses: Sequence[str] = DOSES) -> Protocol:
    """Return the shortest protocol in which an astrocyte does all that it does over days."""
    plan = parse_protocol(DAYS, "blink_days.toml")
    return plan.with_interventions([parse_intervention(dose, plan) for dose in doses])
