"""Parameters at the bounds of their tables: an animal lives, is refused, or is told to be unsound.

`python -m tests.whole.test_extremes 200 15` prints what becomes of each of 200.
"""

import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from models.checks import RegimeError
from models.machine.circuit import Guard
from models.run import run_circuit
from paradigms.protocol.files import load_protocol
from tests.support.extremes import Outcome, choose, live
from tests.support.tiny import N_STEPS, STEP, tables, tiny

PROTOCOL = "quick_conditioning"

#: What strangers ran into, and what is its like.
NAMED = [
    ("calcium.K_P", 0, "refused", "allowed: 0.0001 to 1000 umolar"),
    ("ip3.K_3K", 0, "refused", "allowed: 0.0001 to 1000 umolar"),
    ("calcium.d_1", 0, "refused", "allowed: 0.0001 to 1000 umolar"),
    ("gliotransmission.O_G", 1000, "refused", "a lower gliotransmission.O_G"),
    ("plasticity.w_0_sigma", 2, "refused", "above plasticity.w_max = 20"),
    ("calcium.O_P", 0, "sound", ""),
    ("gap_junction.F", 1000, "sound", ""),  # with steps of 1.5 in the night it was refused
    ("plasticity.eta", 1, "told", ""),
]

#: As those, with background that has to settle anew.
NAMED_SLOW = [
    ("projection.CeL_off_to_CeM.total", 100_000, "refused", "v of CeM cells"),
    # by way of central amygdala, in a protocol that is short and mostly shocks
    ("projection.CeL_off_to_CeM.total", 1000, "told", "LC fires at"),
    ("lif.V_reset", -50, "refused", "no background input holds"),
    # by its wiring, whatever an animal has learned
    ("projection.CeM_to_LC.total", 1000, "told", "LC fires at"),
    ("projection.PL_P_to_PL_P.total", 100, "told", "PL_P fires at"),
]


def becomes(key: str, value: float) -> Outcome:
    """Return what becomes of an animal with one parameter changed."""
    return live(load_protocol(PROTOCOL), {key: value})


@pytest.mark.parametrize(("key", "value", "kind", "words"), NAMED, ids=str)
def test_a_parameter_set_too_far_is_refused_or_told(key, value, kind, words):
    outcome = becomes(key, value)
    assert outcome.kind == kind, outcome.lines
    assert words in "".join(outcome.lines)


@pytest.mark.slow
@pytest.mark.parametrize(("key", "value", "kind", "words"), NAMED_SLOW, ids=str)
def test_so_is_one_for_which_the_background_settles_anew(key, value, kind, words):
    test_a_parameter_set_too_far_is_refused_or_told(key, value, kind, words)


@pytest.mark.parametrize(("key", "value"), choose(4, 15))
def test_any_parameter_at_a_bound(key, value):
    assert becomes(key, value).kind in ("sound", "told", "refused", "another program")


@pytest.mark.slow
@pytest.mark.parametrize(("key", "value"), choose(200, 16))
def test_two_hundred_parameters_at_a_bound(key, value):
    assert becomes(key, value).kind in ("sound", "told", "refused", "another program")


@pytest.mark.parametrize("device", ["cpp", "numpy"])
def test_a_run_that_leaves_the_regime_names_what_left_first(device):
    circuit = tiny()
    (cells,) = circuit.cells
    # `cause` grows tenfold in 23 ms and leaves its bound at 70 ms; `effect`, which is looked at
    # first, follows within milliseconds, and at the next second both are infinite.
    more = """
    dcause/dt = 100*cause/second : 1
    deffect/dt = 100*(exp(cause**2) - effect)/second : 1
    """
    circuit = replace(
        circuit,
        cells=(replace(cells, equations=cells.equations + more),),
        initial=(*circuit.initial, "initial.cells.cause"),
        guards=(Guard("cells", "effect", highest=2.0), Guard("cells", "cause", highest=1.0)),
    )
    given = {**tables(), "initial.cells.cause": np.array(1e-3)}
    found = r"^cause of cells 0 is 1\.\d* at t = 0\.07\d* s"
    with pytest.raises(RegimeError, match=found) as caught:
        run_circuit(circuit, given, N_STEPS * STEP, device)
    assert len(str(caught.value).splitlines()) == 1


if __name__ == "__main__":
    found: Counter[str] = Counter()
    for name, bound in choose(int(sys.argv[1]), int(sys.argv[2])):
        outcome = becomes(name, bound)
        found[outcome.kind] += 1
        print(name, bound, outcome.kind, *outcome.lines, flush=True)
    print(*(f"{count} {kind}" for kind, count in found.items()), sep=", ")
