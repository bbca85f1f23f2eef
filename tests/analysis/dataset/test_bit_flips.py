"""One flipped bit anywhere in a dataset or source of patterns: refused in a line, or no effect."""

import random
from collections import Counter

import numpy as np
import pytest

from analysis.dataset.schema import DatasetError, read_dataset, write_dataset
from paradigms.memory.images import PatternError
from paradigms.memory.pattern_files import read_images, read_patterns
from tests.support.archives import SOURCES
from tests.support.damaged import small


def flipped(files, read, same, error, number, seed):
    """Flip one bit of one file `number` times; count what came of it."""
    whole = {file: file.read_bytes() for file in files}
    draw = random.Random(seed)
    result = Counter()
    for at in range(number):
        # by turns each byte alike, and each file alike, for small ones hold the metadata
        weights = [len(whole[file]) if at % 2 else bool(whole[file]) for file in files]
        file = draw.choices(files, weights)[0]
        bit = draw.randrange(8 * len(whole[file]))
        changed = bytearray(whole[file])
        changed[bit // 8] ^= 1 << bit % 8
        _anew(file, changed)
        try:
            outcome = "same" if same(read()) else f"silent: {file.name}, bit {bit}"
        except error as caught:
            outcome = "refused" if "\n" not in str(caught) else "more than a line"
        result[outcome] += 1
        _anew(file, whole[file])
    assert set(result) <= {"same", "refused"}, result
    assert same(read())
    return result


def _anew(file, data):
    """Write another file of that name: HDF5 may hold on to one that it could not open."""
    file.unlink()
    file.write_bytes(data)


def store_files(path):
    return [path] if path.is_file() else sorted(f for f in path.rglob("*") if f.is_file())


def flipped_dataset(path, number, seed):
    write_dataset(small(), path)
    return flipped(
        store_files(path), lambda: read_dataset(path), small().identical, DatasetError, number, seed
    )


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_a_few_flips_in_a_dataset(tmp_path, suffix):
    assert flipped_dataset(tmp_path / f"animal{suffix}", 20, 1)["refused"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_two_hundred_flips_in_a_dataset(tmp_path, suffix):
    assert flipped_dataset(tmp_path / f"animal{suffix}", 200, 2)["refused"] > 10


def flipped_source(name, tmp_path, number):
    path, file = SOURCES[name](tmp_path)
    rng = np.random.default_rng

    def read():
        return read_patterns(path) if path.suffix == ".npy" else read_images(path, 10, rng(0))

    sound = read()
    return flipped([file], read, lambda found: np.array_equal(found, sound), PatternError,
                   number, 3)  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_flips_in_a_source_of_patterns(name, tmp_path):
    assert flipped_source(name, tmp_path, 60)["refused"] > 40


@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_a_thousand_flips_in_a_source_of_patterns(name, tmp_path):
    assert flipped_source(name, tmp_path, 1000)["refused"] > 700
