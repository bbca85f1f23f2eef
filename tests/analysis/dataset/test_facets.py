"""What a file does not speak of is not measured, and nothing else is lost."""

import importlib
import pkgutil
from functools import partial
from inspect import isfunction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis
from analysis.activity.decoding import decode_cs, decode_state
from analysis.activity.ensembles import cs_responses, find_ensembles
from analysis.activity.spikes import rates
from analysis.cohort import results
from analysis.cohort.compare import compare
from analysis.cohort.measures import measure
from analysis.cohort.summary import summarise
from analysis.dataset.facets import NotMeasured, facets_of, require
from analysis.dataset.schema import DatasetError, assemble, read_dataset, validate, write_dataset
from analysis.dataset.table import FACETS, VARIABLES
from analysis.design.windows import epoch_trials
from analysis.figures.sheet import figure_sheet
from astrogram.errors import AstrogramError
from tests.support.synthetic import imaged, synthetic, without


@pytest.fixture(scope="module", autouse=True)
def _few_shuffles():
    """Chance levels are tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "decode_cs", partial(decode_cs, shuffles=3))
        patch.setattr(results, "decode_state", partial(decode_state, shuffles=3))
        yield


@pytest.fixture(scope="module")
def dataset():
    return synthetic(seed=7, bla=20, astrocytes=4)[0]


@pytest.fixture(scope="module")
def whole(dataset):
    """What is said of all of it."""
    return summarise(dataset)


@pytest.fixture(scope="module")
def imaging():
    whole, truth = synthetic(seed=4, bla=80, astrocytes=2)
    return imaged(whole), truth


def analyses():
    """Every function that states what it needs."""
    names = [m.name for m in pkgutil.walk_packages(analysis.__path__, "analysis.")]
    found = {}
    for name in names:
        for value in vars(importlib.import_module(name)).values():
            if isfunction(value) and hasattr(value, "needs"):
                found[value.__name__] = value
    return found


def test_the_table_names_facets_that_there_are():
    assert {row.facet for row in VARIABLES} == set(FACETS)


def test_a_simulation_has_all_but_activity(dataset):
    assert facets_of(dataset) == set(FACETS) - {"activity"}


def test_every_analysis_says_what_it_needs_and_answers_so():
    found = analyses()
    assert {
        "counts", "rates", "cs_responses", "find_ensembles", "measure_drift", "decode_cs",
        "decode_state", "cs_transfer", "state_transfer", "track_state", "cs_information",
        "predict_targets", "judge_populations", "cs_evoked", "us_evoked", "heterogeneity",
        "find_events", "freezing_table",
    } <= set(found)  # fmt: skip
    bare = assemble({"time": [0.0, 1.0], "calcium": [[0.1, 0.2]]}, {"title": "bare"})
    for name, function in found.items():
        assert {word for each in function.needs for word in each.split(" or ")} <= set(FACETS)
        if function.needs == ("calcium",):
            function(bare)
            continue
        with pytest.raises(NotMeasured, match=f"{name} is not measured: it needs") as caught:
            function(bare)
        assert isinstance(caught.value, AstrogramError)
        assert str(caught.value).endswith("the dataset has calcium")


@pytest.mark.parametrize("lacking", sorted(set(FACETS) - {"trials", "activity"}))
def test_a_file_without_a_facet_is_summarised_drawn_and_kept(dataset, whole, tmp_path, lacking):
    facets = (lacking,) if lacking != "neurons" else ("neurons", "spikes")
    partial = without(dataset, *facets)
    path = write_dataset(partial, tmp_path / "partial.nc")
    read = read_dataset(path)
    assert facets_of(read) == facets_of(dataset) - set(facets)
    rows = summarise(read)
    missing = [row for row in rows if row["value"] == "not measured"]
    assert bool(missing) == (lacking not in ("events", "interventions"))
    for row in missing:
        assert row["unit"].startswith("needs ")
    if lacking not in ("phases", "model"):
        assert [row for row in rows if row not in missing] == [
            row for row in whole if row in rows
        ]  # what is there is what it was
    figure_sheet(read, tmp_path / "sheet.png")


def test_without_calcium_only_calcium_is_lost(dataset):
    one, other = measure(dataset).values, measure(without(dataset, "calcium")).values
    lost = {quantity for quantity, _ in set(one) - set(other)}
    # other traces of astrocytes have their times from calcium
    days = {name for name in lost if name.startswith(("recruit", "receptor", "co_expression"))}
    assert lost - days == {
        "calcium_cs", "calcium_us", "calcium_cs_ratio", "calcium_us_ratio", "calcium_us_cs",
        "calcium_gained", "calcium_lost", "calcium_kept", "calcium_never", "calcium_classes",
    }  # fmt: skip
    assert other.keys() <= one.keys()
    # noradrenaline has its times from calcium, too
    same = [key for key in other if key[0] != "noradrenaline"]
    np.testing.assert_equal({key: other[key] for key in same}, {key: one[key] for key in same})
    rows = compare([without(dataset, "calcium")])
    verdicts = {row["row"]: row["verdict"] for row in rows}
    assert verdicts["calcium to CS renewal"] == "not measured"
    assert verdicts["freezing renewal"] == "met"


def test_without_trials_nothing_of_trials_is_asked(dataset, tmp_path):
    bare = without(dataset, "trials", "behaviour")
    validate(bare)
    values = {row["quantity"] for row in summarise(bare) if row["value"] != "not measured"}
    assert values == {"mean rate", "calcium events", "weights at bounds"}
    figure_sheet(bare, tmp_path / "sheet.png")
    with pytest.raises(NotMeasured, match="an animal is not measured: it needs trials"):
        measure(bare)


def test_imaging_goes_through_the_same_functions(imaging, tmp_path):
    recording, truth = imaging
    assert recording.attrs["source"] == "recording"
    assert facets_of(recording) == {"neurons", "activity", "trials", "behaviour"}
    early = cs_responses(recording, epoch_trials(recording, "early_extinction"))
    assert early.excited[truth.fear].mean() > 0.8
    assert early.inhibited[truth.inhibited].mean() > 0.8
    assert early.excited[truth.plain].mean() < 0.1
    found = find_ensembles(recording)
    assert found.fear_cells[truth.fear].mean() > 0.8
    assert found.fear_cells[truth.plain].mean() < 0.1
    assert decode_cs(recording, shuffles=0).accuracy > 0.9
    assert decode_state(recording, shuffles=0).accuracy > 0.9
    rows = summarise(recording)
    assert {row["quantity"] for row in rows if row["value"] == "not measured"} == {
        "output rate", "rates", "regime", "calcium responses", "calcium events",
        "weights at bounds",
    }  # fmt: skip
    values = measure(recording).values
    assert values["cs_excited", "early_extinction"] > 10
    assert not {"cs_information", "handoff_PL", "calcium_cs"} & {name for name, _ in values}
    path = write_dataset(recording, tmp_path / "recording.nc")
    np.testing.assert_equal(measure(read_dataset(path)).values, values)
    figure_sheet(recording, tmp_path / "sheet.png")


def test_activity_is_averaged_or_lies_between_samples():
    dataset = assemble(
        {"population": ["a", "b"], "activity_time": [0.0, 1.0, 2.0, 3.0],
         "activity": [[0.0, 1.0, 2.0, 3.0], [5.0, 5.0, 5.0, 9.0]]},
        {"title": "two cells"},
    )  # fmt: skip
    found = rates(dataset, [0.0, 1.0, 1.2, 3.5, -1.0], [2.0, 3.5, 1.6, 6.0, 1.0], [0, 1])
    np.testing.assert_allclose(found[0], [0.5, 5.0])
    np.testing.assert_allclose(found[1], [2.0, 19.0 / 3])
    np.testing.assert_allclose(found[2], [1.4, 5.0])  # no sample in it
    assert np.isnan(found[3:]).all()  # outside the record


WORDS = st.text("abcXYZ019_", min_size=1, max_size=8)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS, WORDS, st.booleans()), min_size=1, max_size=12), st.data())
def test_labels_are_open(trials, data):
    stages, contexts, sessions, cs = zip(*trials, strict=True)
    populations = data.draw(st.lists(WORDS, min_size=1, max_size=6))
    start = np.arange(len(trials)) * 10.0 + 5.0
    found = assemble(
        {"trial_start": start, "trial_stop": start + 2.0, "trial_cs": cs, "trial_stage": stages,
         "trial_context": contexts, "trial_session": sessions, "population": populations,
         "region": populations, "spike_time": [1.0, 6.0], "spike_neuron": [0, 0]},
        {"title": "anything"},
    )  # fmt: skip
    validate(found)
    expected = [stages[:k].count(stage) for k, stage in enumerate(stages)]
    assert found["trial_index"].values.tolist() == expected
    rows = summarise(found)
    assert {row["stage"] for row in rows if row["quantity"] == "mean rate"} == set(populations)
    assert decode_cs(found) is None  # no cell has the role memory
    assert decode_cs(found, population="nobody") is None


def test_units_are_those_of_the_signal(dataset):
    attrs = {**dataset["calcium"].attrs, "units": "1"}
    ratio = dataset["calcium"].copy(data=dataset["calcium"].values - 0.3).assign_attrs(attrs)
    validate(dataset.assign(calcium=ratio))  # dF/F falls below 0
    concentration = ratio.assign_attrs(units="umol L-1")
    with pytest.raises(DatasetError, match="calcium"):
        validate(dataset.assign(calcium=concentration))
    rows = summarise(dataset.assign(calcium=ratio))
    assert {row["unit"] for row in rows if row["quantity"] == "calcium to CS"} == {"1 s"}


def test_what_is_required_is_named():
    dataset = assemble({"time": [0.0, 1.0], "calcium": [[0.1, 0.2]]}, {"title": "bare"})
    require(dataset, "this", "calcium or spikes")
    with pytest.raises(NotMeasured) as caught:
        require(dataset, "this", "calcium", "spikes or activity")
    assert caught.value.lacks == "spikes or activity"
