"""A file is whole or absent, in either format, and damage to it is noticed."""

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
from analysis.dataset.schema import DatasetError, read_dataset, write_dataset
from analysis.dataset.storage import is_checked
from tests.support.datasets import changed


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


def test_long_attributes_fit(dataset, tmp_path):
    long = json.dumps({f"group.parameter_{k}": {"value": k, "unit": "s"} for k in range(5000)})
    assert len(long) > 200_000
    write_dataset(dataset.assign_attrs(parameters=long), tmp_path / "run.nc")
    assert read_dataset(tmp_path / "run.nc").attrs["parameters"] == long
