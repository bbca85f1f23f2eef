"""What is measured in an animal is no part of what it follows from."""

import json

import pytest

from paradigms.cohort.cohort import is_done, plan_cohort, simulate_subject
from paradigms.cohort.groups import Group
from paradigms.protocol.files import load_protocol, parse_protocol
from paradigms.protocol.scoring import simulated_part
from paradigms.run import simulate as simulation
from tests.support.synthetic import synthetic

ROWS = '[[epoch]]\nname = "mine"\nstage = "retrieval"\ntrial = 1\n' + (
    '[[contrast]]\nname = "r"\nepoch = "mine"\nexpect = "above 0"\n'
)


def test_epochs_and_contrasts_are_no_part_of_it():
    text = load_protocol("quick_conditioning").text
    assert simulated_part(text + ROWS) == simulated_part("# a remark\n" + text)
    assert simulated_part(text) != simulated_part(text.replace('us = "2 s"', 'us = "1 s"'))
    assert simulated_part(text) != simulated_part(text + '[[intervention]]\nkind = "Gq"\n')


@pytest.fixture
def simulated(monkeypatch):
    """Stand-in for the simulation; returns the seeds that it was asked for."""
    asked = []

    def simulate(plan, *, seed, **options):
        asked.append(seed)
        dataset = synthetic(seed=seed, bla=10, astrocytes=2)[0]
        return dataset.assign_attrs(protocol_toml=plan.text)

    monkeypatch.setattr(simulation, "simulate", simulate)
    return asked


def test_other_rows_measure_again_and_simulate_nothing(simulated, tmp_path):
    groups = [Group("control", (), {})]
    plan = load_protocol("quick_conditioning")
    (first,) = plan_cohort(plan, groups, [4], tmp_path)
    simulate_subject(first)
    assert is_done(first)
    (second,) = plan_cohort(parse_protocol(plan.text + ROWS, "p.toml"), groups, [4], tmp_path)
    assert not is_done(second)
    simulate_subject(second)
    assert is_done(second)
    assert simulated == [4]
    content = json.loads(second.measured.read_text())
    design = json.loads(content["design"])
    assert [row["name"] for row in design["contrast"]] == ["r"]
    assert ["freezing", "mine"] in [value[:2] for value in content["values"]]
