"""``compare`` and ``analyse`` of animals and cohorts on disk, with rows of one's own."""

import json

import numpy as np
import pytest
import xarray as xr
from matplotlib.image import imread

from analysis.cohort.dataset import TITLE, beside, gather, read_any
from analysis.cohort.measures import measure
from analysis.cohort.summary import summarise
from analysis.dataset.errors import DatasetError
from analysis.dataset.schema import write_dataset
from analysis.design.epochs import Design
from analysis.design.own_rows import read_rows
from paradigms.command import cli
from tests.support.synthetic import synthetic

OWN = """
[[epoch]]
name = "last_tones"
stage = "recall"
block = "last"

[[contrast]]
name = "recall is low"
epoch = "last_tones"
expect = "at most 10"

[[contrast]]
name = "drug at recall"
epoch = "last_tones"
group = "drug"
minus_group = "control"
expect = "above 0"
"""


def mine(group, seed, toml=OWN):
    """An animal with one pairing and a test of 25 tones; nothing of extinction by name."""
    dataset = synthetic(seed=seed, bla=20, astrocytes=4)[0]
    names = dataset["trial_stage"].attrs["flag_meanings"].replace("extinction_1", "recall")
    stage = dataset["trial_stage"].assign_attrs(flag_meanings=names)
    trials = np.r_[0:6, 8:33]
    text = dataset.attrs["protocol_toml"] + toml
    return dataset.assign_coords(trial_stage=stage).isel(trial=trials).assign_attrs(
        protocol="mine", group=group, protocol_toml=text
    )  # fmt: skip


@pytest.fixture(scope="module")
def datasets():
    return [mine(group, seed) for seed in (1, 2) for group in ("control", "drug")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, datasets):
    folder = tmp_path_factory.mktemp("files")
    contents = []
    for dataset in datasets:
        group, seed = dataset.attrs["group"], dataset.attrs["seed"]
        write_dataset(dataset, folder / f"{group}{seed}.nc")
        record = json.loads(json.dumps(measure(dataset).record()))
        contents.append({"group": group, "seed": seed, **record})
    gather(contents).to_netcdf(folder / "cohort.nc", engine="netcdf4")
    return folder


def call(capsys, *arguments):
    status = cli.main([str(word) for word in arguments])
    out, err = capsys.readouterr()
    assert status == 0, err
    return out, err


def refused(capsys, *arguments):
    assert cli.main([str(word) for word in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = [line for line in err.splitlines() if line.startswith("astrogram: ")]
    return line


def test_one_pairing_is_judged_by_what_it_has(folder, capsys):
    out, err = call(capsys, "compare", folder / "control1.nc", "--json")
    rows = {row["row"]: row for row in json.loads(out)}
    assert list(rows)[:2] == ["recall is low", "drug at recall"]
    assert rows["recall is low"]["verdict"] == "missed"
    assert rows["recall is low"]["model"] == pytest.approx(50.0, abs=9)
    assert rows["drug at recall"]["verdict"] == "not run"
    assert rows["freezing first pairing"]["paper"] == 34.3
    assert "freezing third pairing" not in rows
    assert {row["stage"] for row in rows.values()} == {
        "last_tones", "before_conditioning", "conditioning_first"
    }  # fmt: skip
    (line,) = [line for line in err.splitlines() if line.startswith("left out")]
    assert line == (
        "left out, as the protocol has no early extinction, extinction retrieval, renewal, "
        "more trials in conditioning, late extinction, extinction block 2: 36 rows"
    )


def test_the_summary_speaks_of_what_there_is(datasets):
    rows = summarise(datasets[0])
    named = {row["quantity"] for row in rows}
    assert not named & {"fear cells", "extinction cells", "retrieval ensemble", "astrocytes never"}
    assert not named & {"cells excited early and at retrieval"}
    freezing = [row["stage"] for row in rows if row["quantity"] == "freezing"]
    assert freezing == ["before_conditioning", "conditioning_first", "last_tones"]
    plain = summarise(mine("control", 1, ""))
    freezing = [row["stage"] for row in plain if row["quantity"] == "freezing"]
    assert freezing == [
        "before_conditioning", "conditioning_first", "recall", "recall_first", "recall_last"
    ]  # fmt: skip
    excited = [row["stage"] for row in plain if row["quantity"] == "CS-excited"]
    assert excited == ["before_conditioning", "recall"]


def test_a_cohort_compares_as_its_animals_do(folder, capsys):
    files = [folder / f"{group}{seed}.nc" for group in ("control", "drug") for seed in (1, 2)]
    apart, _ = call(capsys, "compare", *files, "--json")
    whole, said = call(capsys, "compare", folder / "cohort.nc", "--json")
    assert json.loads(whole) == json.loads(apart)
    assert "left out" in said
    rows = {row["row"]: row for row in json.loads(whole)}
    assert rows["drug at recall"]["n"] == 2
    assert rows["drug at recall"]["paired"]


def test_a_cohort_and_further_animals(folder, capsys, tmp_path):
    further = mine("control", 3)
    write_dataset(further, tmp_path / "further.nc")
    out, _ = call(capsys, "compare", folder / "cohort.nc", tmp_path / "further.nc", "--json")
    rows = {row["row"]: row for row in json.loads(out)}
    assert rows["recall is low"]["n"] == 3


def test_analyse_of_a_cohort_draws_its_figure_and_table(folder, capsys, tmp_path):
    out, err = call(capsys, "analyse", folder / "cohort.nc", "--out", tmp_path, "--json")
    compared, _ = call(capsys, "compare", folder / "cohort.nc", "--json")
    assert json.loads(out) == json.loads(compared)
    assert json.loads((tmp_path / "cohort_summary.json").read_text()) == json.loads(out)
    assert "left out" in err
    image = imread(tmp_path / "cohort_sheet.png")
    for part in np.array_split(image[..., :3], 4):
        assert part.std() > 0.03


def test_analyse_of_an_animal_with_stages_of_its_own(folder, capsys, tmp_path):
    out, _ = call(capsys, "analyse", folder / "drug1.nc", "--out", tmp_path, "--json")
    assert ("freezing", "last_tones") in {(r["quantity"], r["stage"]) for r in json.loads(out)}
    assert (tmp_path / "drug1_sheet.png").stat().st_size > 50_000


BESIDE = """
[[epoch]]
name = "second_tone"
stage = "recall"
trial = 2
[[contrast]]
name = "beside"
epoch = "second_tone"
expect = "80 within 10"
"""


def test_rows_may_stand_beside_the_protocol(folder, capsys, tmp_path):
    (tmp_path / "rows.toml").write_text(BESIDE)
    given = ("--rows", tmp_path / "rows.toml")
    out, _ = call(capsys, "compare", folder / "control1.nc", *given, "--json")
    (row,) = [row for row in json.loads(out) if row["row"] == "beside"]
    assert (row["stage"], row["verdict"]) == ("second_tone", "met")
    out, _ = call(capsys, "analyse", folder / "control1.nc", *given, "--out", tmp_path, "--json")
    assert "second_tone" in {row["stage"] for row in json.loads(out)}
    # in a cohort nothing new is measured, but what was can be compared
    line = refused(capsys, "compare", folder / "cohort.nc", *given)
    assert "epoch 'second_tone' is in no file" in line
    (tmp_path / "rows.toml").write_text('[[contrast]]\nname = "new"\nepoch = "recall"\n')
    out, err = call(capsys, "compare", folder / "cohort.nc", *given, "--json")
    assert "no recall" in err
    (tmp_path / "rows.toml").write_text(
        '[[contrast]]\nname = "new"\nepoch = "last_tones"\nminus_epoch = "conditioning_first"\n'
    )
    out, err = call(capsys, "compare", folder / "cohort.nc", *given, "--json")
    assert json.loads(out)[0]["row"] == "new"
    assert json.loads(out)[0]["verdict"] == "no target"


@pytest.mark.parametrize("command", ["compare", "analyse"])
def test_wrong_rows_are_refused_in_one_line(folder, capsys, tmp_path, command):
    path = tmp_path / "rows.toml"
    for text, why in (
        (BESIDE.replace('"recall"', '"recal"'), "epoch 'second_tone' is in no file"),
        (OWN, "is given twice"), ("x = 1", "'x' is not a key here"), ("[[", "not valid TOML"),
    ):  # fmt: skip
        path.write_text(text)
        assert why in refused(capsys, command, folder / "control1.nc", "--rows", path)
    assert "No such file" in refused(
        capsys, command, folder / "control1.nc", "--rows", tmp_path / "none.toml"
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rows.toml"]


def old(found):
    del found.attrs["cohort_version"]
    return found


DAMAGE = {
    "version 1": old,
    "version 99": lambda found: found.assign_attrs(cohort_version=99),
    "lacks 'freezing'": lambda found: found.drop_vars("freezing"),
    "lacks 'design'": lambda found: found.drop_vars("design"),
    "has a animal twice": lambda found: found.assign_coords(animal=[1, 1]),
    "its epochs cannot be read": lambda found: found.assign_coords(
        design=("group", np.array(["{", "{"], dtype=object))),
    "'freezin' is not measured": lambda found: found.assign_coords(
        design=("group", np.array(
            ['{"stages": {}, "contrast": [{"name": "x", "quantity": "freezin"}]}'] * 2,
            dtype=object))),
    "holds no numbers": lambda found: found.assign(
        cs_excited=found["freezing"].astype(str).astype(object)),
    "lacks the attribute": lambda found: found.drop_attrs().assign_attrs(
        title=TITLE, cohort_version=2),
    "title": lambda found: found.assign_attrs(title="something else"),
}  # fmt: skip


@pytest.mark.parametrize("why", DAMAGE)
def test_a_damaged_cohort_is_refused_in_one_line(folder, tmp_path, why):
    with xr.open_dataset(folder / "cohort.nc", decode_timedelta=False) as opened:
        found = DAMAGE[why](opened.load())
    found.to_netcdf(tmp_path / "cohort.nc", engine="netcdf4")
    with pytest.raises(DatasetError) as caught:
        read_any(tmp_path / "cohort.nc")
    assert len(str(caught.value).splitlines()) == 1
    assert why in str(caught.value) or why == "title"


def test_groups_with_different_protocols_are_gathered(datasets):
    other = datasets[1].isel(trial=np.r_[0:6, 6:21])  # ten tones fewer
    contents = []
    for group, dataset in (("control", datasets[0]), ("short", other)):
        contents.append({"group": group, "seed": 1, **measure(dataset).record()})
    found = gather(contents)
    assert found["trial_stage"].values.tolist() == (
        ["before_conditioning"] * 5 + ["conditioning"] + ["recall"] * 25
    )
    freezing = found["trial_freezing"].sel(animal=1)
    assert np.isfinite(freezing.sel(group="control")).all()
    assert np.isfinite(freezing.sel(group="short")).sum() == 21
    np.testing.assert_array_equal(
        freezing.sel(group="short").values[:21], other["freezing"].values
    )
    sooner = other.assign_coords(
        trial_stage=other["trial_stage"].assign_attrs(
            flag_meanings=other["trial_stage"].attrs["flag_meanings"].replace("recall", "rest")
        )
    ).assign_attrs(protocol_toml="")
    contents[1] = {"group": "short", "seed": 1, **measure(sooner).record()}
    found = gather(contents)
    assert list(dict.fromkeys(found["trial_stage"].values)) == [
        "before_conditioning", "conditioning", "rest", "recall"
    ]  # fmt: skip
    assert found["epoch"].values.tolist() == [
        "before_conditioning", "conditioning_first", "rest", "rest_first", "rest_last",
        "last_tones", "all",
    ]  # fmt: skip


def test_own_rows_beside_a_cohort_keep_its_epochs(folder):
    found = read_any(folder / "cohort.nc")
    own = read_rows('[[contrast]]\nname = "x"\nepoch = "last_tones"\n', "x")
    assert beside(found, own)["epoch"].values.tolist() == found["epoch"].values.tolist()
    assert Design() != beside(found, own)
