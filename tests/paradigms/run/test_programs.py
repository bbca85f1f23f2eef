"""Programs stay few: whatever a protocol does, animals of one size and clock share one."""

import pytest

from paradigms.protocol.files import parse_protocol
from tests.support.circuit import draw
from tests.support.doses import dosed
from tests.support.stimuli import STIMULI


def fingerprint(animal):
    return animal.circuit(animal.clocks("cpp"))[0].circuit.fingerprint()


@pytest.fixture(scope="module")
def usual():
    return fingerprint(draw("fear_extinction"))


@pytest.mark.parametrize(
    "protocol",
    ["quick_conditioning", "discrimination", "contextual_fear", "reward_conditioning",
     "place_preference"],
)  # fmt: skip
def test_a_shipped_protocol_runs_in_the_program_of_fear_extinction(protocol, usual):
    assert fingerprint(draw(protocol, seed=2)) == usual


def test_stimuli_contexts_and_a_box_of_its_own_make_no_other_program(usual):
    assert fingerprint(draw(parse_protocol(STIMULI, "own.toml"), seed=5)) == usual


@pytest.mark.parametrize(
    "items",
    [
        ("tagging:DG@pairing", "opto_excite:tagged@test"),
        ("opto_silence:NAc@test", "Gi@always"),
        ("lesion:DG-BLA_P=0.5@always",),
    ],
)
def test_what_is_given_makes_no_other_program(items, usual):
    assert fingerprint(draw(dosed(*items))) == usual


def test_another_size_or_clock_is_another_program(usual):
    assert fingerprint(draw("fear_extinction", size=300)) != usual
    text = STIMULI.replace("time_scale = 0.1", "time_scale = 0.05")
    assert fingerprint(draw(parse_protocol(text, "own.toml"))) != usual
