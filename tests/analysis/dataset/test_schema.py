"""The dataset: what it holds, and what is refused."""

import numpy as np
import pytest
import xarray as xr

from analysis.dataset.schema import (
    DatasetError,
    assemble,
    flag_variable,
    labels,
    parameter,
    validate,
)
from analysis.dataset.table import ATTRIBUTES, ROLES, VARIABLES
from tests.support.datasets import changed
from tests.support.synthetic import without


def place_test(dataset):
    """The dataset with a box, in which the body was for its first 100 s, and stimuli by name."""
    count = dataset.sizes["trial"]
    further = assemble(
        {
            "trial_start": dataset["trial_start"].values,
            "trial_stop": dataset["trial_stop"].values,
            "trial_cs": np.zeros(count, int), "trial_valence": ["none"] * count,
            "position_time": np.arange(100.0), "position": np.linspace(0, 1, 100),
        },
        {"title": "box"},
    )  # fmt: skip
    names = ["trial_valence", "position_time", "position"]
    return dataset.assign({name: further[name].variable for name in names})


def test_table_is_consistent():
    assert len({row.name for row in VARIABLES}) == len(VARIABLES)
    assert all(row.units and row.long_name for row in VARIABLES)
    assert all(row.dtype == "int8" for row in VARIABLES if row.flags is not None)
    assert len({row.name for row in ATTRIBUTES}) == len(ATTRIBUTES)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.drop_vars("calcium"), ("calcium", "umol L-1", "astrocyte, time")),
        (lambda d: changed(d, "calcium", attrs={"units": "mmol"}), ("mmol", "umol L-1")),
        (lambda d: changed(d, "calcium", dtype="float64"), ("float64", "float32")),
        (lambda d: changed(d, "freezing", dims=("neuron",), values=np.zeros(146)),
         ("freezing(neuron)", "freezing(trial)")),
        (lambda d: d.assign_attrs(schema_version="99"), ("version 99", "reads 4")),
        (lambda d: d.assign_attrs(seed="three"), ("seed", "integer")),
        (lambda d: d.assign_attrs(speed=0.0), ("speed", "1e-09 to")),
        (lambda d: d.assign_attrs(parameters="{"), ("parameters", "json")),
        (lambda d: d.assign_attrs(note=None), ("note", "NoneType")),
        (lambda d: d.assign_attrs(note={"a": 1}), ("note", "dict")),
        (lambda d: d.assign_attrs(note=True), ("note", "bool")),
        (lambda d: changed(d, "population", values=np.full(146, 77), dtype="int8"),
         ("population", "flag_values")),
        (lambda d: changed(d, "population", attrs={"flag_meanings": "BLA_P"}),
         ("population", "flag_meanings")),
        (lambda d: changed(d, "role", attrs={
            "flag_meanings": "none memory output modulator approach chief"}),
         ("role", "'chief'", "none, memory, output, modulator")),
        (lambda d: changed(d, "trial_context", attrs={"flag_meanings": "A B/C"}),
         ("trial_context", "'B/C'", "letters, digits")),
        (lambda d: d.assign_attrs(source="dream"), ("source", "'dream'", "simulation, recording")),
        (lambda d: without(d, "trials", "behaviour", "calcium", "model"),
         ("nothing of time", "trial_start")),
        (lambda d: changed(d, "spike_neuron", values=d["spike_neuron"] + 500, dtype="int32"),
         ("spike_neuron", "0 to 145")),
        (lambda d: changed(d, "spike_time", values=d["spike_time"].values[::-1]),
         ("spike_time", "rise")),
        (lambda d: changed(d, "trial_stop", values=d["trial_start"] - 1.0),
         ("trial_stop", "before")),
        (lambda d: place_test(d).drop_vars("position_time"), ("position", "position_time")),
        (lambda d: changed(place_test(d), "position", values=np.full(100, 1.5), dtype="float64"),
         ("position", "0 to 1")),
        (lambda d: changed(place_test(d), "trial_valence", attrs={
            "flag_meanings": "none bad good"}),
         ("trial_valence", "'bad'", "none, aversive, appetitive")),
        (lambda d: place_test(d).drop_vars("freezing"), ("freezing", "run the experiment again")),
        (lambda d: d.assign(extra=("trial", np.zeros(68))), ("extra", "units")),
        (lambda d: d.assign(extra=("trial", ["a"] * 68, {"units": "1", "long_name": "x"})),
         ("extra", "<U1", "flag_meanings")),
        (lambda d: d.assign_attrs(title="cut\0here"), ("title", "'\\x00'")),
    ],
)  # fmt: skip
def test_what_is_refused(dataset, change, words):
    with pytest.raises(DatasetError) as caught:
        validate(change(dataset), "run.nc")
    message = str(caught.value)
    assert message.startswith("run.nc: ")
    assert "\n" not in message
    for word in words:
        assert word in message, message


def test_further_variables_are_welcome(dataset):
    validate(dataset.assign(extra=("trial", np.zeros(68), {"units": "1", "long_name": "x"})))


def test_flags():
    variable = flag_variable("trial_stage", ["rest", "", "rest"])
    assert variable.dims == ("trial",)
    assert variable.dtype == "int8"
    assert variable.attrs["flag_meanings"] == "rest none"
    assert labels(xr.DataArray(variable)).tolist() == ["rest", "none", "rest"]
    assert flag_variable("role", ["output"]).values.tolist() == [2]
    assert flag_variable("population", ["BLA_X"]).attrs["flag_meanings"] == "BLA_X"  # open
    with pytest.raises(DatasetError, match="chief"):
        flag_variable("role", ["chief"])
    with pytest.raises(DatasetError, match="two words"):
        flag_variable("trial_stage", ["two words"])


def test_assemble_says_what_does_not_fit(dataset):
    with pytest.raises(DatasetError, match="unknown variable 'brain'"):
        assemble({"brain": [1]}, {})
    with pytest.raises(DatasetError, match="shape"):
        assemble({"calcium": [1.0]}, dataset.attrs)
    with pytest.raises(DatasetError, match="lengths"):
        assemble({"spike_time": [1.0], "spike_neuron": [1, 2]}, dataset.attrs)


def test_parameters_travel(dataset):
    assert parameter(dataset, "readout.bin", "s") == 5.0
    assert parameter(dataset, "readout.tau", "s") == 0.05  # stored in ms
    with pytest.raises(DatasetError, match="expected a value in Hz"):
        parameter(dataset, "readout.bin", "Hz")
    with pytest.raises(DatasetError, match="is None"):
        parameter(dataset, "readout.nothing", "s")


def test_places_alone_are_behaviour():
    """Freezing that nobody saw is NaN."""
    found = assemble(
        {"trial_start": [0.0, 20.0], "trial_stop": [10.0, 30.0], "trial_cs": [0, 0],
         "position_time": [1.0, 2.0], "position": [0.2, np.nan]},
        {"title": "box"},
    )  # fmt: skip
    assert np.isnan(found["freezing"].values).tolist() == [True, True]
    assert set(found.coords) >= {"position_time"}
    bare = assemble({"trial_start": [0.0], "trial_stop": [1.0], "trial_cs": [0]}, {"title": "none"})
    assert "freezing" not in bare


def test_what_was_there_keeps_its_number():
    assert ROLES[:4] == ("none", "memory", "output", "modulator")
    assert flag_variable("role", ["code", "approach"]).values.tolist() == [5, 4]
