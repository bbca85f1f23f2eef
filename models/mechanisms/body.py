"""The body in a box of two zones: moved by what the animal wants and fears, it gates light by zone.

Nothing here knows where the target zone lies in memory or what it means: the body goes to and fro,
turns of itself, hurries on where it is afraid and lingers where it likes to be (orthokinesis:
Fraenkel & Gunn 1940, not looked up). Turns come at one rate everywhere, so over a long time as many
pass a point one way as the other, and the time in a place is the inverse of the pace there.
"""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism

# Chosen: the pace follows both outputs, smoothed; `path` is how far the body has gone, forwards
# less backwards, and the walls fold it into the box. Without a test it is put back to its start.
_BODY = """
dflee/dt = -flee/tau_body : hertz
dlinger/dt = -linger/tau_body : hertz
hurry = 1 + k_flee*(flee/A_rest - 1)*int(flee > A_rest) : 1
rest = 1 + k_linger*(linger/N_rest - 1)*int(linger > N_rest) : 1
dpath/dt = speed*(at_test*heading*pace*hurry/rest - (1 - at_test)*path/tau_home) : metre
place = abs(path/box - 2*floor(0.5*path/box + 0.5)) : 1
heading = 1 - 2*(turns - 2*floor(0.5*turns)) : 1
turns : 1
side : 1
at_test : 1
"""

BODY_THRESHOLD = "abs(int(place > 0.5) - side) > 0.5"
"""The body comes from one zone into the other: the target zone is the half of the box away from
its start."""

MECHANISM = Mechanism(
    name="body",
    cells=("body",),
    equations=_BODY,
    clock=AWAKE,
    parameters=("body",),
    reset="side = 1 - side\n",
    rates={"path": lambda value: value["speed"] / value["tau_home"]},
    hears={
        "output": "flee_post += frac/tau_body",
        "approach": "linger_post += frac/tau_body",
        "place": "turns_post += 1",
    },
    moves={cells: "crossings_post += 1" for cells in ("principal", "other")},
)
