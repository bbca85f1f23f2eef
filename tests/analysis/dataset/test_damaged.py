"""Whatever a file holds, `analyse` and `compare` end in one line and leave nothing behind."""

import os
import signal

import pytest

from analysis.dataset.schema import DatasetError, read_dataset, write_dataset
from paradigms.command.cli import main
from tests.support.damaged import CONTENT, READ_OUT, raw, small
from tests.support.damaged_files import FILES, RAN


@pytest.fixture(autouse=True)
def in_time():
    """What waits for a pipe for ever is a failure, not a hang."""

    def late(*_):
        raise AssertionError("hangs")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def refused_in_one_line(path, capfd, commands=("analyse", "compare")):
    before = sorted(os.walk(path.parent))
    for command in commands:
        status = main([command, str(path)])
        out, err = capfd.readouterr()
        assert (status, out) == (2, ""), (status, out, err)
        assert err.startswith("astrogram: "), err
        assert err.count("\n") == 1, err
        assert len(err) < 700, err
        assert err.rstrip("\n").isprintable(), err
        assert ";" in err or "allowed" in err, err  # how to mend it
    assert sorted(os.walk(path.parent)) == before


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_the_sound_dataset_is_read_with_and_without_a_digest(tmp_path, suffix):
    assert read_dataset(raw(small(), tmp_path / f"raw{suffix}")).identical(small())
    assert read_dataset(write_dataset(small(), tmp_path / f"own{suffix}")).identical(small())


@pytest.mark.parametrize("name", CONTENT)
def test_content_that_cannot_be(name, tmp_path, capfd):
    refused_in_one_line(raw(CONTENT[name](small()), tmp_path / "animal.nc"), capfd)


@pytest.mark.parametrize("name", [*CONTENT][::9])
def test_content_that_cannot_be_in_zarr(name, tmp_path, capfd):
    refused_in_one_line(raw(CONTENT[name](small()), tmp_path / "animal.zarr"), capfd)


@pytest.mark.parametrize("name", READ_OUT)
def test_read_out_that_cannot_score(name, tmp_path, capfd):
    path = raw(READ_OUT[name](small()), tmp_path / "animal.nc")
    refused_in_one_line(path, capfd, ["analyse"])


@pytest.mark.parametrize("name", CONTENT)
def test_it_is_not_written_either(name, tmp_path):
    with pytest.raises(DatasetError) as caught:
        write_dataset(CONTENT[name](small()), tmp_path / "animal.nc")
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_no_dataset(name, tmp_path, capfd):
    suffix, make = FILES[name]
    path = make(tmp_path / f"animal{suffix}")
    refused_in_one_line(path, capfd)
    assert RAN == []
