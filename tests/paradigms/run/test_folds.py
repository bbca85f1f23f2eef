"""Folds of the clock: those that are refused, and that what the refusal allows is allowed."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.checks import ModelError
from models.circuits.amygdala_prefrontal import check_regime
from models.machine.clocks import choose_clocks
from models.parameters import load_parameters
from paradigms.protocol.doses import slow_steps
from paradigms.protocol.files import parse_protocol
from paradigms.protocol.timeline import animal_timeline

DAYS = """
name = "days"
title = "A trial, hours at home, and the trial again"
reference = "none"
default_clock = "compressed"
[clock.compressed]
time_scale = {scale}
[[session]]
name = "day_1"
context = "A"
[[session.phase]]
name = "trial"
stage = "conditioning"
trials = 1
trial = "4 s"
cs = true
us = "2 s"
interval = "0 s"
[[session]]
name = "home"
offline = "{hours} h"
simulated = "{simulated} s"
[[session]]
name = "day_2"
context = "A"
[[session.phase]]
name = "trial"
stage = "retrieval"
trials = 1
trial = "4 s"
cs = true
interval = "0 s"
"""
REFUSAL = re.compile(
    r"a fold of (\S+) h into (\S+) s of protocol time is (too coarse for|too short for) .*; "
    r"allowed: at least (\S+) s \(simulated\), or a smaller numerics.dt_astrocyte"
)


def refusal(hours, simulated, speed=10, device="cpp", overrides=None):
    """What is said of a fold; "" if nothing is. `REFUSAL` takes one line."""
    parameters = load_parameters(overrides)
    text = DAYS.format(scale=1 / speed, hours=hours, simulated=simulated)
    timeline = animal_timeline(parse_protocol(text, "days.toml"), None, 1)
    clocks = choose_clocks(parameters, timeline.speed, device)
    try:
        check_regime(parameters, timeline.speed, clocks, slow_steps(parameters, timeline)[1])
    except ModelError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("hours", "simulated", "words"),
    [(24, 10, "too short for"), (1000, 40, "too coarse for"), (0.02, 20, "too short for")],
)
def test_a_fold_that_is_too_short_or_too_coarse_is_refused_in_one_line(hours, simulated, words):
    said = REFUSAL.fullmatch(refusal(hours, simulated))
    assert said[3] == words
    # steps of the slow clock in which it begins and ends may count to it
    assert float(said[1]) == pytest.approx(hours, rel=0.02)
    assert float(said[2]) == pytest.approx(simulated, rel=0.02)
    assert float(said[4]) > simulated


@pytest.mark.parametrize("hours", [1, 24, 48, 72])
def test_the_nights_of_protocols_are_allowed(hours):
    assert refusal(hours, 40) == ""


def test_what_is_slow_decides_of_weeks_and_what_is_fast_of_a_night():
    """A step of what is slow may grow until it is a tenth of the fastest of its times."""
    slow = {"trace.tau_Fos": "1 h"}
    assert "too short" in refusal(24, 10, overrides=slow)
    assert "too coarse for Fos, whose fastest rate is 1 /h" in refusal(480, 40, overrides=slow)
    allowed = float(REFUSAL.fullmatch(refusal(480, 40, overrides=slow))[4])
    assert allowed == pytest.approx(480 * 0.02 / 0.1, rel=0.01)  # h, s/step, h/step
    # half the step, half the fold
    fine = slow | {"numerics.dt_astrocyte": "10 ms"}
    assert refusal(480, allowed / 2, overrides=fine) == ""


def test_a_shorter_rest_allows_a_shorter_fold():
    said = [
        float(REFUSAL.fullmatch(refusal(24, 1, overrides={"numerics.rest": f"{rest} s"}))[4])
        for rest in (45, 90, 180)
    ]
    assert said[1] == pytest.approx(2 * said[0], rel=0.01)
    assert said[2] == pytest.approx(4 * said[0], rel=0.01)


@settings(max_examples=100, deadline=None)
@example(hours=661.0, simulated=1, speed=10, device="cpp", step="5 ms")
@given(
    hours=st.floats(0.05, 2000).map(lambda value: round(value, 3)),
    simulated=st.integers(1, 60),
    speed=st.sampled_from([1, 10]),
    device=st.sampled_from(["cpp", "genn"]),
    step=st.sampled_from(["5 ms", "20 ms"]),
)
def test_what_a_refusal_allows_is_allowed(hours, simulated, speed, device, step):
    given = {"speed": speed, "device": device, "overrides": {"numerics.dt_astrocyte": step}}
    said = refusal(hours, simulated, **given)
    if said:
        allowed = float(REFUSAL.fullmatch(said)[4])
        assert allowed > simulated
        assert refusal(hours, allowed, **given) == ""
        # and it is not much more than is needed
        least = 0.9 * allowed - 0.1  # it is in whole steps of the slow clock
        assert least < simulated or refusal(hours, least, **given) != ""
