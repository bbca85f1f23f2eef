"""What a device changes in the whole experiment: less than what another animal changes.

Seeds 1-4 are for tuning, so that nothing reported is looked at here.
"""

import os

import numpy as np
import pytest

from analysis.dataset.schema import labels
from models.run import run_circuit
from paradigms.protocol.files import load_protocol
from paradigms.run.behaviour import score
from paradigms.run.simulate import simulate
from tests.support.circuit import draw

pytestmark = pytest.mark.slow
SEEDS = (1, 2, 3, 4)


def by_stage(freezing, stages):
    return {stage: float(np.mean(freezing[stages == stage])) for stage in dict.fromkeys(stages)}


def animal(seed, device):
    found = simulate(load_protocol("fear_extinction"), seed=seed, device=device)
    return by_stage(found["freezing"].values, labels(found["trial_stage"]))


@pytest.fixture(scope="module")
def cohort():
    return [animal(seed, "cpp") for seed in SEEDS]


def check(ours, cohort):
    """Every stage mean within two standard errors of the difference between two cohorts."""
    assert len(cohort[0]) == 6
    for stage in cohort[0]:
        one, other = ([found[stage] for found in group] for group in (ours, cohort))
        error = np.sqrt((np.var(one, ddof=1) + np.var(other, ddof=1)) / len(SEEDS))
        # freezing is counted in steps of a few percent, so very equal animals need some room
        assert abs(np.mean(one) - np.mean(other)) <= max(2 * error, 5), stage


def test_one_clock_for_all_cells_gives_the_same_stages(cohort):
    found = []
    for seed in SEEDS:
        drawn = draw("fear_extinction", seed, 1000)
        recorder, tables = drawn.circuit(drawn.clocks("genn"))
        run = run_circuit(recorder.circuit, tables, drawn.timeline.duration)
        recorded = recorder.arrays(run.records, drawn.tissue)
        scored = score(drawn.parameters, drawn.tissue, drawn.timeline, recorded)["freezing"]
        stages = np.array([trial.stage for trial in drawn.timeline.trials])
        found.append(by_stage(scored, stages))
    check(found, cohort)


@pytest.mark.genn
@pytest.mark.skipif("GENN_PATH" not in os.environ, reason="GENN_PATH is not set")
def test_genn_gives_the_same_stages(cohort):
    check([animal(seed, "genn") for seed in SEEDS], cohort)
