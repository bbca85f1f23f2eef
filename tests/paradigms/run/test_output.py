"""Places of results: what cannot be written, and what may be replaced."""

import json
import os

import netCDF4
import pytest

from astrogram.errors import OutputError
from paradigms.command.marks import check_picture, read_mark, request_mark, write_mark
from paradigms.run.output import attributes, check_beside, check_place, check_writable, unlike

ASKED = {"protocol_toml": "text", "seed": 5, "size": 250, "group": None}


def dataset(path, **attrs):
    """A file with the attributes of a dataset, and nothing in it."""
    if path.suffix == ".zarr":
        path.mkdir()
        (path / ".zgroup").write_text('{"zarr_format": 2}')
        (path / ".zattrs").write_text(json.dumps(attrs))
        return path
    with netCDF4.Dataset(path, "w") as file:
        file.setncatts(attrs)
    return path


def refusal(check, *arguments, **options):
    with pytest.raises(OutputError) as caught:
        check(*arguments, **options)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_the_same_request_is_replaced_and_another_only_if_asked(suffix, tmp_path):
    path = tmp_path / f"animal{suffix}"
    check_place(path, unlike(ASKED), overwrite=False)  # nothing is there
    mine = {name: value for name, value in ASKED.items() if value is not None}
    dataset(path, **mine, created="yesterday")
    check_place(path, unlike(ASKED), overwrite=False)
    for changed in ({"seed": 6}, {"protocol_toml": "other"}, {"size": 2500}, {"group": "Gq"}):
        line = refusal(check_place, path, unlike({**ASKED, **changed}), overwrite=False)
        assert f"({', '.join(changed)})" in line
        assert "--overwrite" in line
        assert "--out" in line
        check_place(path, unlike({**ASKED, **changed}), overwrite=True)


def foreign_text(path):
    path.write_text("my thesis")


def foreign_folder(path):
    path.mkdir()
    (path / "thesis.tex").write_text("my thesis")


def foreign_netcdf(path):
    with netCDF4.Dataset(path, "w") as file:
        file.title = "somebody's"


def truncated(path):
    dataset(path, **{name: str(value) for name, value in ASKED.items()})
    path.write_bytes(path.read_bytes()[:200])


def pipe(path):
    os.mkfifo(path)


def dangling(path):
    path.symlink_to(path.parent / "absent")


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.nc", foreign_text), ("a.nc", foreign_folder), ("a.nc", foreign_netcdf),
        ("a.nc", truncated), ("a.nc", pipe), ("a.nc", dangling), ("a.zarr", foreign_text),
        ("a.zarr", foreign_folder), ("a.zarr", pipe),
    ],
)  # fmt: skip
def test_what_is_not_ours_is_never_replaced(name, make, overwrite, tmp_path):
    make(tmp_path / name)
    line = refusal(check_place, tmp_path / name, unlike(ASKED), overwrite=overwrite)
    assert "cannot write" in line
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_stranger_above_the_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "absent")
    for name in ("file", "link"):
        line = refusal(check_writable, tmp_path / name / "deep" / "x.nc")
        assert f"{tmp_path / name} is no folder" in line


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x" * 253 + ".nc", "256 bytes; allowed: 255"),
        ("ä" * 127 + ".nc", "257 bytes; allowed: 255"),
        ("d" * 256 + "/x.nc", "256 bytes; allowed: 255"),
        ("/".join(40 * ["y" * 100]) + "/x.nc", "its whole path has"),
        ("\udcff.nc", "no text in UTF-8"),
        ("a\0b.nc", "cannot hold NUL"),
    ],
)
def test_names_that_cannot_be_are_refused(name, words, tmp_path):
    assert words in refusal(check_writable, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 252 + ".nc", "/".join(38 * ["y" * 100]) + "/x.nc"])
def test_names_that_just_can_be_are_written(name, tmp_path):
    from astrogram.files import replacing

    check_writable(tmp_path / name)
    with replacing(tmp_path / name) as temporary:
        dataset(temporary, seed=5)
    found = attributes(tmp_path / name)
    assert found is not None
    assert found["seed"] == 5


def test_what_belongs_to_a_dataset_is_replaced_only_beside_it(tmp_path):
    picture, data = tmp_path / "a.png", tmp_path / "a.nc"
    check_beside(picture, data, overwrite=False)
    picture.write_text("my holiday")
    assert "a.nc, to which it would belong" in refusal(
        check_beside, picture, data, overwrite=False
    )
    check_beside(picture, data, overwrite=True)
    dataset(data)
    check_beside(picture, data, overwrite=False)


def test_a_picture_is_known_by_its_mark(tmp_path):
    from matplotlib.image import imread, imsave

    picture = tmp_path / "sheet.png"
    mine, other = (request_mark({**ASKED, "seed": seed}) for seed in (5, 6))
    check_picture(picture, mine, overwrite=False)
    imsave(picture, [[0.0, 1.0], [1.0, 0.0]])
    pixels = imread(picture)
    assert read_mark(picture) is None
    for overwrite in (False, True):
        assert "no figure" in refusal(check_picture, picture, mine, overwrite=overwrite)
    write_mark(picture, mine)
    assert (imread(picture) == pixels).all()
    assert read_mark(picture) == mine
    check_picture(picture, mine, overwrite=False)
    assert "of another dataset" in refusal(check_picture, picture, other, overwrite=False)
    check_picture(picture, other, overwrite=True)
