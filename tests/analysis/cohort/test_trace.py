"""Trace of days in numbers that cohorts are made of, and its rows."""

import json

import numpy as np
import pytest

from analysis.cohort import measures
from analysis.cohort.courses import COURSES, MOST_HOURS, courses_of, gather_courses
from analysis.cohort.dataset import animals, gather
from analysis.cohort.measures import measure
from analysis.cohort.report import report
from analysis.cohort.results import Results
from analysis.cohort.trace import trace_values
from analysis.dataset.schema import labels
from analysis.design.contrasts import published_contrasts, quantities
from analysis.design.targets import target
from analysis.packaged import read_table
from tests.support.synthetic import synthetic
from tests.support.synthetic_trace import DENSE, FEW, MANY, RECRUITED, SIDE, with_trace

ALL = SIDE * SIDE
GROUPS = (
    "strong", "strong_loss", "strong_gain", "weak", "weak_gain", "tagged_blocked", "tagged_forced",
)  # fmt: skip
#: freezing, recall 1, neutral, recall 2, recall 3, neutral 2
FREEZING = {
    "strong": (60, 15, 60, 55, 20), "strong_loss": (58, 12, 30, 20, 10),
    "strong_gain": (62, 45, 62, 60, 50), "weak": (25, 8, 25, 20, 10),
    "weak_gain": (27, 10, 50, 45, 15), "tagged_blocked": (60, 15, 50, 20, 15),
    "tagged_forced": (60, 15, 85, 70, 45),
}  # fmt: skip
STAGES = ("recall_1", "neutral", "recall_2", "recall_3", "neutral_2")


@pytest.fixture(scope="module")
def values():
    return trace_values(Results(with_trace()))


@pytest.fixture(scope="module")
def cohort():
    """Two animals in each group, as the program keeps them."""
    items = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_handoff", "_transfer", "_ensembles", "_information", "_responsive"):
            patch.setattr(measures, name, lambda results: {})  # slow, and of cued fear
        for group, freezing in FREEZING.items():
            for seed in (1, 2):
                planted = {k: x + 2.0 * seed for k, x in zip(STAGES, freezing, strict=True)}
                found = measure(with_trace(seed, planted))
                items.append({"group": group, "seed": seed, **found.record()})
    return gather(json.loads(json.dumps(items)))


def test_planted_numbers_are_found(values):
    for stage in ("conditioning_first", *STAGES):
        chosen = RECRUITED[stage.removesuffix("_first")]
        assert values["recruited_share", stage] == pytest.approx(100 * len(chosen) / ALL)
    assert values["recruited_overlap", "recall_2"] == pytest.approx((3 - 16 / ALL) / (4 - 16 / ALL))
    assert np.isnan(values["recruited_overlap", "recall_1"])  # compared with itself
    assert values["recruited_overlap", "conditioning_last"] == 1.0
    assert values["recruitment_clustering", "recall_1"] == pytest.approx(0.35, abs=1e-6)
    assert values["recruitment_engram_r", "recall_1"] > 0.9
    dense = FEW + (MANY - FEW) * len(DENSE) / ALL
    assert values["receptor_density", "recall_1"] == pytest.approx(dense, abs=1e-3)
    assert values["receptor_density_high", "recall_1"] == 50.0
    assert values["receptor_density_high", "recall_3"] == 0.0
    assert values["receptor_density_peak", "all"] == 1.0
    assert values["co_expression", "recall_1"] == pytest.approx(100 * 2 / ALL)
    assert values["life_day", "recall_3"] == pytest.approx(7, abs=0.02)
    assert values["in_danger", "recall_1"] == 100.0
    assert values["in_danger", "neutral"] == 0.0
    assert values["generalisation", "all"] == pytest.approx(17.5 / (170 / 3))
    assert values["context_discrimination", "all"] == pytest.approx(170 / 3 - 17.5)


def test_an_epoch_of_several_sessions_has_their_mean():
    dataset = with_trace()
    stages = dataset["trial_stage"]
    meanings = stages.attrs["flag_meanings"].replace("recall_3", "recall_x")
    names = meanings.split()
    codes = np.where(stages.values == names.index("recall_2"), names.index("recall_x"), stages)
    joined = dataset.assign_coords(
        trial_stage=("trial", codes.astype("int8"), {**stages.attrs, "flag_meanings": meanings})
    )
    found = trace_values(Results(joined))
    assert found["recruited_share", "recall_x"] == pytest.approx(100 * 3 / ALL)


def test_what_was_not_recorded_is_not_among_the_values():
    bare = with_trace().drop_vars(["recruitment", "receptor_density", "trial_valence"])
    found = {quantity for quantity, _ in trace_values(Results(bare))}
    assert found == {"life_day", "in_danger"}
    only = with_trace().drop_vars("receptor_density")
    found = {quantity for quantity, _ in trace_values(Results(only))}
    assert "recruited_share" in found
    assert not {"co_expression", "receptor_density"} & found


@pytest.mark.parametrize(
    "empty",
    [{"trial": slice(0, 0)}, {"astrocyte": slice(0, 0)}, {"time": slice(0, 0)},
     {"time": slice(0, 1)}, {"phase": slice(0, 0)}, {"spike": slice(0, 0)}],
    ids=str,
)  # fmt: skip
def test_little_is_answered(empty):
    dataset = with_trace()
    if "astrocyte" in empty:
        dataset = dataset.assign_coords(domain=dataset["domain"] * 0 - 1)
    found = trace_values(Results(dataset.isel(empty)))
    assert ("receptor_density_peak", "all") in found
    assert ("generalisation", "all") in found
    if set(empty) & {"astrocyte", "time"}:
        assert np.isnan(found["receptor_density_peak", "all"])
    if "astrocyte" in empty:
        assert np.isnan(found["recruited_share", "recall_1"])
        assert np.isnan(found["recruitment_engram_r", "recall_1"])


def test_hours_of_life():
    dataset = with_trace()
    courses = courses_of(dataset)
    assert set(courses) == set(COURSES)
    hours = {len(course) for course in courses.values()}
    assert hours == {round(np.ceil((8 * 86400 + 280 + 5 * 350) / 3600))}
    course = np.array(courses["receptor_density"])
    assert np.argmax(course) in (23, 24)
    recruitment = np.array(courses["recruitment"])
    assert recruitment[24] > 20 * recruitment[23]  # the first recall is in that hour
    flat = dataset.assign(factor=dataset["factor"] * 0 + 0.25)
    np.testing.assert_allclose(courses_of(flat)["factor"], 0.25)
    assert courses_of(dataset.isel(time=slice(0, 1))) == {}
    assert set(courses_of(synthetic(bla=20, astrocytes=0)[0])) == set()
    old = dataset.assign_coords(phase_dilation=dataset["phase_dilation"] * 1e4)
    assert {len(course) for course in courses_of(old).values()} == {MOST_HOURS}


def test_courses_of_animals_of_unlike_length():
    measured = [
        {"group": "a", "seed": 1, "courses": {"factor": [0.1, 0.2, 0.3]}},
        {"group": "b", "seed": 1, "courses": {"factor": [0.5], "cAMP": [1.0, 2.0]}},
        {"group": "b", "seed": 2},
    ]
    found = gather_courses(measured, ["a", "b"], [1, 2])
    dims, factor, attrs = found["course_factor"]
    assert dims == ("group", "animal", "hour")
    assert attrs["units"] == "1"
    np.testing.assert_array_equal(factor[0, 0], [0.1, 0.2, 0.3])
    np.testing.assert_array_equal(factor[1, 0], [0.5, np.nan, np.nan])
    assert np.isnan(factor[:, 1]).all()
    assert found["hour"][1].tolist() == [0.5, 1.5, 2.5]
    assert gather_courses([{"group": "a", "seed": 1}], ["a"], [1]) == {}


def test_a_cohort_keeps_them(cohort, tmp_path):
    assert cohort["course_factor"].dims == ("group", "animal", "hour")
    assert cohort["recruited_share"].sel(epoch="recall_1").values == pytest.approx(100 * 4 / ALL)
    cohort.to_netcdf(tmp_path / "cohort.nc", engine="netcdf4")
    assert len(animals(cohort)) == 2 * len(GROUPS)


def test_the_published_rows_are_judged(cohort):
    rows, left_out = report(animals(cohort), "targets_section2")
    table = published_contrasts("targets_section2")
    assert left_out == ""
    told = {row["row"]: row for row in rows}
    assert {row.name for row in table} <= set(told)
    decisive = [row for row in rows if row["decisive"]]
    assert len(decisive) == 5
    assert {row["verdict"] for row in decisive} <= {"met", "order met"}
    assert told["loss freezing recall 2"]["model"] == pytest.approx(-30.0)
    assert told["loss freezing recall 2"]["paper"] is None  # the paper's numbers are not known
    shares = [row for row in rows if row["quantity"] == "recruited_share"]
    assert {row["verdict"] for row in shares} == {"met", "order met", "missed"}  # 11 % recruited


def test_the_published_rows_ask_what_is_measured():
    for row in published_contrasts("targets_section2"):
        assert set(row.groups) <= set(GROUPS)
        assert row.quantity in quantities()
        assert row.epoch in {"all", "conditioning_first", *STAGES}
        assert target(row.expect).rule in ("near", "sign", "above", "below")
        assert row.trust == "P" or not (row.trust or row.decisive or row.value)
    names = [row.name for row in published_contrasts("targets_section2")]
    assert len(set(names)) == len(names)
    for entry, row in zip(
        read_table("targets_section2"), published_contrasts("targets_section2"), strict=True
    ):
        assert row.unit == entry["unit"]


def test_tone_is_the_mean_noradrenaline_of_the_trials_of_an_epoch():
    dataset = with_trace()
    time = dataset["time"].values
    level = np.broadcast_to(time, (ALL, time.size)) + np.arange(ALL)[:, None]
    found = trace_values(Results(dataset.assign(noradrenaline=(("astrocyte", "time"), level))))
    own = labels(dataset["trial_stage"]) == "recall_2"
    start, stop = (dataset[name].values[own] for name in ("trial_start", "trial_stop"))
    within = [time[(time >= a) & (time < b)] for a, b in zip(start, stop, strict=True)]
    expected = np.concatenate(within).mean() + (ALL - 1) / 2
    assert found["noradrenaline", "recall_2"] == pytest.approx(expected)
    assert ("noradrenaline", "recall_2") not in trace_values(Results(dataset))
