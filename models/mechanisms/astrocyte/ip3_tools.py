"""Tools that take IP3 away from an astrocyte."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism, Tool

# Chosen: as what they are made of. An expressed 5-phosphatase adds to the cell's own; a sponge is a
# fast buffer that holds drug_IP3_sponge molecules for each free one, so that every flux moves free
# IP3 by so much less.
IP3_TOOLS = """
J_5P_tool = drug_IP3_phosphatase*J_5P : mmolar/second
IP3_capacity = 1 + drug_IP3_sponge : 1
drug_IP3_phosphatase : 1
drug_IP3_sponge : 1
"""

MECHANISM = Mechanism(
    name="IP3 tools",
    cells=("astrocyte",),
    equations=IP3_TOOLS,
    clock=AWAKE,
    parameters=("ip3",),
    adds={"ip3_lost": " - J_5P_tool", "ip3_buffered": "/IP3_capacity"},
    tools=(
        Tool(
            "IP3_sponge", "expressed IP3-binding protein in astrocytes",
            "astrocyte.drug_IP3_sponge", "dI/dt/(1 + drug_IP3_sponge): a fast buffer",
            "1 = one bound IP3 for each free one", 1000.0,
            "chosen: a fast buffer far from saturation",
        ),
        Tool(
            "IP3_phosphatase", "expressed IP3 5-phosphatase in astrocytes",
            "astrocyte.drug_IP3_phosphatase", "J_5P*(1 + drug_IP3_phosphatase)",
            "1 = as much as the cell's own", 1000.0,
            "chosen: more of the enzyme of the IP3 balance",
        ),
    ),
)  # fmt: skip
