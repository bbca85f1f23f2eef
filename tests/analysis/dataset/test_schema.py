"""The dataset: what is refused, and that a file is whole or absent."""

import json
import os
import shutil
import subprocess
import sys
import warnings

import netCDF4
import numpy as np
import pytest
import xarray as xr

from analysis.dataset import storage
from analysis.dataset.content import DIGEST
from analysis.dataset.schema import (
    DatasetError,
    assemble,
    flag_variable,
    labels,
    parameter,
    read_dataset,
    validate,
    write_dataset,
)
from analysis.dataset.storage import is_checked
from analysis.dataset.table import ATTRIBUTES, VARIABLES
from tests.support.synthetic import synthetic, without


@pytest.fixture(scope="module")
def dataset():
    return synthetic(bla=40, astrocytes=4)[0]


def assert_same(one, other):
    assert set(one.variables) == set(other.variables)
    for name, variable in one.variables.items():
        read = other.variables[name]
        assert read.dims == variable.dims
        assert read.dtype == variable.dtype, name
        np.testing.assert_array_equal(read.values, variable.values)
        assert set(read.attrs) == set(variable.attrs)
        for key, value in variable.attrs.items():
            np.testing.assert_array_equal(read.attrs[key], value)
    assert other.attrs == one.attrs


def test_table_is_consistent():
    assert len({row.name for row in VARIABLES}) == len(VARIABLES)
    assert all(row.units and row.long_name for row in VARIABLES)
    assert all(row.dtype == "int8" for row in VARIABLES if row.flags is not None)
    assert len({row.name for row in ATTRIBUTES}) == len(ATTRIBUTES)


@pytest.mark.parametrize("name", ["run.nc", "run.zarr"])
def test_round_trip_without_a_warning(dataset, tmp_path, name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert write_dataset(dataset, tmp_path / name) == tmp_path / name
        read = read_dataset(tmp_path / name)
    assert_same(dataset, read)
    write_dataset(read, tmp_path / f"again{name[3:]}")  # what was read can be written
    assert_same(dataset, read_dataset(tmp_path / f"again{name[3:]}"))


@pytest.mark.parametrize("name", ["run.nc", "run.zarr"])
def test_round_trip_without_astrocytes_spikes_or_events(dataset, tmp_path, name):
    empty = dataset.isel(
        astrocyte=slice(0, 0), event=slice(0, 0), spike=slice(0, 0), synapse=slice(0, 0)
    )
    empty["domain"].values[:] = -1
    write_dataset(empty, tmp_path / name)
    assert_same(empty, read_dataset(tmp_path / name))


def test_file_is_smaller_than_memory_and_survives_replacement(dataset, tmp_path):
    path = write_dataset(dataset, tmp_path / "run.nc")
    assert path.stat().st_size < dataset.nbytes
    write_dataset(dataset.assign_attrs(seed=7), path)
    assert read_dataset(path).attrs["seed"] == 7
    assert os.listdir(tmp_path) == ["run.nc"]


def test_zarr_is_replaced_whole(dataset, tmp_path):
    path = write_dataset(dataset, tmp_path / "run.zarr")
    write_dataset(dataset.assign_attrs(seed=7), path)
    assert read_dataset(path).attrs["seed"] == 7
    assert os.listdir(tmp_path) == ["run.zarr"]


def test_opens_in_plain_xarray(dataset, tmp_path):
    path = write_dataset(dataset, tmp_path / "run.nc")
    code = (
        "import sys, xarray; d = xarray.open_dataset(sys.argv[1]);"
        "assert d['trial_start'].dtype == 'float64' and d['us_on'].dtype == 'float64';"
        "assert d['calcium'].attrs['units'] == 'umol L-1';"
        "assert 'BLA_P' in d['population'].attrs['flag_meanings']"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=tmp_path)


@pytest.mark.parametrize("name", ["run.nc", "run.zarr"])
@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_failure_leaves_the_old_file_and_nothing_else(
    dataset, tmp_path, monkeypatch, name, failure
):
    path = write_dataset(dataset, tmp_path / name)
    written = storage._write

    def fail(data, temporary):
        written(data, temporary)
        raise failure

    monkeypatch.setattr(storage, "_write", fail)
    expected = KeyboardInterrupt if failure is KeyboardInterrupt else DatasetError
    with pytest.raises(expected) as caught:
        write_dataset(dataset.assign_attrs(seed=7), path)
    if expected is DatasetError:
        assert "No space left" in str(caught.value)
    assert os.listdir(tmp_path) == [name]
    assert read_dataset(path).attrs["seed"] == dataset.attrs["seed"]


def test_interrupt_between_the_two_renames_keeps_the_old_store(dataset, tmp_path, monkeypatch):
    path = write_dataset(dataset, tmp_path / "run.zarr")
    rename = os.replace

    def interrupt(source, target):
        if str(target) == str(path) and "old" not in str(source):
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_dataset(dataset.assign_attrs(seed=7), path)
    assert os.listdir(tmp_path) == ["run.zarr"]
    assert read_dataset(path).attrs["seed"] == dataset.attrs["seed"]


@pytest.mark.parametrize(
    ("name", "message"),
    [("run.h5", "allowed: .nc"), ("gone/run.nc", "does not exist"), ("home.nc", "is a folder"),
     ("home.zarr", "is a folder"), ("file.zarr", "is a file")],
)  # fmt: skip
def test_target_that_cannot_be_written(dataset, tmp_path, name, message):
    (tmp_path / "home.nc").mkdir()
    (tmp_path / "home.zarr").mkdir()
    (tmp_path / "home.zarr" / "letter.txt").write_text("mine")
    (tmp_path / "file.zarr").write_text("mine")
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(DatasetError, match=message):
        write_dataset(dataset, tmp_path / name)
    assert sorted(os.listdir(tmp_path)) == before
    assert (tmp_path / "home.zarr" / "letter.txt").read_text() == "mine"


def refuses(path, *words):
    with pytest.raises(DatasetError) as caught:
        read_dataset(path)
    message = str(caught.value)
    assert "\n" not in message
    for word in (*words, ";"):
        assert word in message, message


def test_missing_foreign_and_truncated_files(dataset, tmp_path):
    refuses(tmp_path / "none.nc", "no dataset at", "none.nc")
    refuses(tmp_path / "none.txt", "allowed: .nc")
    (tmp_path / "text.nc").write_text("not a dataset")
    refuses(tmp_path / "text.nc", "cannot read", "text.nc")
    (tmp_path / "empty.nc").touch()
    refuses(tmp_path / "empty.nc", "cannot read")
    (tmp_path / "folder.zarr").mkdir()
    refuses(tmp_path / "folder.zarr", "no zarr group")
    (tmp_path / "folder.nc").mkdir()
    refuses(tmp_path / "folder.nc", "cannot read")
    with netCDF4.Dataset(tmp_path / "foreign.nc", "w") as foreign:
        foreign.title = "sea temperature"
    refuses(tmp_path / "foreign.nc", "schema_version", "astrogram run")
    whole = write_dataset(dataset, tmp_path / "run.nc").read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        cut = tmp_path / "cut.nc"
        cut.write_bytes(whole[: int(len(whole) * share)])
        refuses(cut, "cannot read", "truncated")


def test_damaged_bytes_are_noticed(dataset, tmp_path):
    path = write_dataset(dataset, tmp_path / "run.nc")
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 64] = bytes(64)
    path.write_bytes(raw)
    refuses(path, "cannot read")


def test_store_with_lost_or_truncated_chunk(dataset, tmp_path):
    path = write_dataset(dataset, tmp_path / "run.zarr")
    chunk = path / "weight_early" / "c" / "0" / "0"
    whole = chunk.read_bytes()
    chunk.write_bytes(whole[: len(whole) // 2])
    refuses(path, "cannot read")
    chunk.unlink()
    refuses(path, DIGEST, "damaged")
    shutil.rmtree(path / "weight_early")
    refuses(path, DIGEST)


def resaved(dataset, path):
    """Read with plain xarray, save with plain xarray."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".nc":
            dataset.to_netcdf(path)
        else:
            dataset.to_zarr(path)
    return path


@pytest.mark.parametrize("source", ["run.nc", "run.zarr"])
@pytest.mark.parametrize("target", ["again.nc", "again.zarr"])
def test_saved_again_by_plain_xarray_it_is_no_damage(dataset, tmp_path, source, target):
    # chunks of nothing but the fill value are not stored then
    zeros = changed(dataset, "weight_late", values=np.zeros((100, 11)), dtype="float32")
    path = write_dataset(zeros.assign(domain=zeros["domain"] * 0), tmp_path / source)
    again = resaved(xr.load_dataset(path, decode_timedelta=False), tmp_path / target)
    assert xr.load_dataset(again, decode_timedelta=False).attrs[DIGEST]
    assert_same(read_dataset(path), read_dataset(again))
    assert is_checked(read_dataset(again))
    third = resaved(xr.load_dataset(again, decode_timedelta=False), tmp_path / f"3{target}")
    assert_same(read_dataset(path), read_dataset(third))


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_changed_by_hand_it_asks_for_a_new_digest(dataset, tmp_path, suffix):
    path = write_dataset(dataset, tmp_path / f"run{suffix}")
    mine = xr.load_dataset(path, decode_timedelta=False)
    mine["freezing"][0] = 42.0
    refuses(resaved(mine, tmp_path / f"mine{suffix}"), DIGEST, "write_dataset")
    refuses(resaved(xr.load_dataset(path).assign_attrs(seed=8), tmp_path / f"seed{suffix}"), DIGEST)
    del mine.attrs[DIGEST]
    without = read_dataset(resaved(mine, tmp_path / f"without{suffix}"))
    assert float(without["freezing"][0]) == 42.0
    assert not is_checked(without)
    renewed = read_dataset(write_dataset(without, tmp_path / f"renewed{suffix}"))
    assert is_checked(renewed)
    assert float(renewed["freezing"][0]) == 42.0


def test_a_store_without_digest_that_may_have_lost_a_chunk(dataset, tmp_path):
    path = tmp_path / "old.zarr"  # as versions before the digest wrote it
    dataset.to_zarr(
        path, zarr_format=2, consolidated=True, write_empty_chunks=True,
        encoding={name: {"_FillValue": None} for name in dataset.variables},
    )  # fmt: skip
    assert_same(dataset, read_dataset(path))
    (path / "weight_early" / "0.0").unlink()
    refuses(path, "weight_early", "lost", "write_empty_chunks")


def changed(dataset, name, **changes):
    variable = dataset[name]
    new = dataset.copy()
    new[name] = (
        changes.get("dims", variable.dims),
        np.asarray(changes.get("values", variable.values), changes.get("dtype")),
        {**variable.attrs, **changes.get("attrs", {})},
    )
    return new


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.drop_vars("calcium"), ("calcium", "umol L-1", "astrocyte, time")),
        (lambda d: changed(d, "calcium", attrs={"units": "mmol"}), ("mmol", "umol L-1")),
        (lambda d: changed(d, "calcium", dtype="float64"), ("float64", "float32")),
        (lambda d: changed(d, "freezing", dims=("neuron",), values=np.zeros(146)),
         ("freezing(neuron)", "freezing(trial)")),
        (lambda d: d.assign_attrs(schema_version="99"), ("version 99", "reads 3")),
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
        (lambda d: changed(d, "role", attrs={"flag_meanings": "none memory output chief"}),
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


def test_long_attributes_fit(dataset, tmp_path):
    long = json.dumps({f"group.parameter_{k}": {"value": k, "unit": "s"} for k in range(5000)})
    assert len(long) > 200_000
    write_dataset(dataset.assign_attrs(parameters=long), tmp_path / "run.nc")
    assert read_dataset(tmp_path / "run.nc").attrs["parameters"] == long
