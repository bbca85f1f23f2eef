"""The body in its box: where it goes, how fast, and that the zone of cells follows it."""

import numpy as np
import pytest

from models.circuits.amygdala_mechanisms import composed
from models.compose import initial
from models.machine.circuit import Cells, Circuit, Course, Links, Source, TraceRecord, starts
from models.mechanisms.body import BODY_THRESHOLD, MECHANISM
from models.run import run_circuit
from tests.support.devices import EVERYWHERE

STEP, SLOW, N_STEPS, SPEED = 1e-3, 2e-3, 6000, 10.0
HEARD = ("output", "approach", "place")
NAMES = ("path", "flee", "linger", "heading", "side", "place")
P = {"box": 0.5, "pace": 0.05, "A_rest": 5.0, "k_flee": 1.0, "N_rest": 2.5, "k_linger": 0.5,
     "tau_body": 0.1, "tau_home": 0.2, "speed": SPEED}  # fmt: skip
UNITS = {"box": "metre", "pace": "metre/second", "A_rest": "hertz", "N_rest": "hertz",
         "tau_body": "second", "tau_home": "second"}  # fmt: skip
SIZES = {"output": 4, "approach": 2, "place": 1}
N_CELLS = 3


def circuit(given):
    return Circuit(
        "body", STEP, {name: UNITS.get(name, "1") for name in P},
        (
            Cells("body", 1, composed("body"), SLOW, "euler", threshold=BODY_THRESHOLD,
                  reset=composed("body", "reset")),
            Cells("other", N_CELLS, "crossings : 1", STEP, "euler"),
        ),
        tuple(Source(name, n) for name, n in SIZES.items()),
        (
            *(Links(f"{name}_body", name, "body", STEP, "frac : 1 (constant)",
                    MECHANISM.hears[name]) for name in HEARD),
            Links("body_other", "body", "other", STEP, "", MECHANISM.moves["other"]),
        ),
        initial=starts(given),
        courses=(Course("body", "at_test", 10 * STEP),),
        traces=(
            TraceRecord("body_traces", "body", NAMES, 1, SLOW),
            TraceRecord("zones", "other", ("crossings",), N_CELLS, SLOW),
        ),
    )  # fmt: skip


def tables(rates, test=(0.5, 5.0), seed=3):
    """Poisson spikes at `rates` (Hz) of each cell of a source; the test lasts from s to s."""
    rng = np.random.default_rng(seed)
    result = {f"constant.{name}": np.array(value) for name, value in P.items()}
    for name, n in SIZES.items():
        step, cell = np.nonzero(rng.random((N_STEPS, n)) < rates.get(name, 0.0) * STEP)
        result |= {
            f"spikes.{name}.cell": cell.astype(np.int32),
            f"spikes.{name}.step": step.astype(np.int32),
            f"edges.{name}_body.source": np.arange(n, dtype=np.int32),
            f"edges.{name}_body.target": np.zeros(n, np.int32),
            f"initial.{name}_body.frac": np.full(n, 1 / n),
        }
    for variable, value in initial((MECHANISM,), "body").items():
        result[f"initial.body.{variable}"] = np.array(value)
    result[f"initial.body.{MECHANISM.pace}"] = np.array(P["speed"])
    times = np.arange(N_STEPS // 10 + 2) * 10 * STEP + 5 * STEP
    return result | {
        "edges.body_other.source": np.zeros(N_CELLS, np.int32),
        "edges.body_other.target": np.arange(N_CELLS, dtype=np.int32),
        "course.body.at_test": ((times >= test[0]) & (times < test[1])).astype(float),
        "indices.body_traces": np.zeros(1, np.int32),
        "indices.zones": np.arange(N_CELLS, dtype=np.int32),
    }


def folded(lengths):
    """Place along the box from 0 to 1, walls as mirrors."""
    return 1 - np.abs(1 - np.mod(lengths, 2))


def euler(given):
    """The equations of the body by hand, as a table of `NAMES` and the zone."""
    at = {name: np.bincount(given[f"spikes.{name}.step"], minlength=N_STEPS) for name in HEARD}
    path = flee = linger = side = zone = 0.0
    heading = 1.0
    rows = []
    for step in range(N_STEPS):
        moves = step % 2 == 0
        if moves:
            rows.append((path, flee, linger, heading, side, folded(path / P["box"]), zone))
            hurry = 1 + P["k_flee"] * max(flee / P["A_rest"] - 1, 0)
            rest = 1 + P["k_linger"] * max(linger / P["N_rest"] - 1, 0)
            at_test = given["course.body.at_test"][step // 10]
            slope = at_test * heading * P["pace"] * hurry / rest
            slope -= (1 - at_test) * path / P["tau_home"]
            path += SLOW * SPEED * slope
            flee -= SLOW * flee / P["tau_body"]
            linger -= SLOW * linger / P["tau_body"]
        flee += at["output"][step] / SIZES["output"] / P["tau_body"]
        linger += at["approach"][step] / SIZES["approach"] / P["tau_body"]
        if at["place"][step] % 2:
            heading = -heading
        if moves and (folded(path / P["box"]) > 0.5) != side:
            side, zone = 1 - side, 1 - zone
    return dict(zip((*NAMES, "zone"), np.array(rows).T, strict=True))


BUSY = {"output": 12.0, "approach": 6.0, "place": 3.0}


@pytest.fixture(scope="module")
def busy():
    given = tables(BUSY)
    return given, euler(given)


@pytest.mark.parametrize("device", EVERYWHERE)
def test_the_body_moves_as_its_equations_say_on_every_device(device, busy):
    given, wanted = busy
    found = run_circuit(circuit(given), given, N_STEPS * STEP, device).records
    assert wanted["heading"].min() == -1
    assert wanted["flee"].max() > P["A_rest"]
    assert wanted["linger"].max() > P["N_rest"]
    assert 4 < np.count_nonzero(np.diff(wanted["zone"])) < 40
    for name in NAMES:
        assert np.allclose(found[f"body_traces.{name}"][0], wanted[name], rtol=0, atol=1e-9), name
    for crossings in found["zones.crossings"]:
        assert np.array_equal(crossings % 2, wanted["zone"])


def run(rates, **keywords):
    given = tables(rates, **keywords)
    return run_circuit(circuit(given), given, N_STEPS * STEP, "numpy").records


def test_the_place_folds_into_the_box_and_the_zone_is_its_far_half():
    records = run({}, test=(0.5, 6.0))
    path, place = records["body_traces.path"][0], records["body_traces.place"][0]
    assert path.max() == pytest.approx(5.5 * SPEED * P["pace"], abs=0.01)  # five boxes and a half
    assert np.allclose(place, folded(path / P["box"]), rtol=0, atol=1e-12)
    assert 0 <= place.min() < place.max() <= 1
    crossings = np.flatnonzero(np.diff(records["zones.crossings"][0] % 2))
    assert len(crossings) == 5
    # each crossing of the middle, at once
    assert path[crossings + 1] / P["box"] == pytest.approx(np.arange(5) + 0.5, abs=0.003)
    # at the middle itself, or past it
    far = place > 0.5
    assert np.array_equal((records["zones.crossings"][0] % 2)[1:], far[1:].astype(float))
    assert np.array_equal(records["body_traces.side"][0], (records["zones.crossings"][0] % 2))


def pace(records):
    return np.diff(records["body_traces.path"][0])[500:2400] / (SLOW * SPEED)


def test_rest_leaves_the_pace_as_it_is_fear_hurries_and_liking_slows():
    still = pace(run({}))
    assert still == pytest.approx(P["pace"])
    slow_output = pace(run({"output": 1.0}))
    assert slow_output.mean() < 1.1 * P["pace"]  # below the resting rate nothing happens
    afraid, glad = pace(run({"output": 40.0})), pace(run({"approach": 40.0}))
    # 40 Hz is 8 and 16 times the rates at rest; of some hundred spikes each
    assert (afraid / P["pace"]).mean() == pytest.approx(8, rel=0.15)
    assert (P["pace"] / glad).mean() == pytest.approx(8.5, rel=0.2)
    assert min(afraid.min(), glad.min()) > 0


def test_a_turn_sends_it_back_and_without_a_test_it_is_put_to_its_start():
    given = tables({}, test=(0.0, 3.0))
    given["spikes.place.cell"] = np.zeros(1, np.int32)
    given["spikes.place.step"] = np.array([2000], np.int32)
    records = run_circuit(circuit(given), given, N_STEPS * STEP, "numpy").records
    path = records["body_traces.path"][0]
    assert path[1000] == pytest.approx(2.0 * SPEED * P["pace"], rel=1e-6)
    assert path[1500] == pytest.approx(1.0 * SPEED * P["pace"], rel=0.01)
    assert path[1550] == pytest.approx(path[1500] * (1 - SLOW * SPEED / P["tau_home"]) ** 50,
                                       rel=1e-6)  # fmt: skip
    assert abs(path[-1]) < 1e-9
    assert (records["zones.crossings"][0] % 2)[-1] == 0
