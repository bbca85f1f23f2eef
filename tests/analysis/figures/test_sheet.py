"""The summary and the figure sheet are made whatever the dataset lacks."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.image import imread

from analysis.cohort import results as shared_results
from analysis.cohort.summary import summarise, weights_at_bounds
from analysis.figures.sheet import DPI, SIZE, figure_sheet
from analysis.figures.style import page, powers_of_ten, tidy
from tests.support.paths import ROOT
from tests.support.synthetic import synthetic


@pytest.fixture(scope="module")
def dataset():
    return synthetic(seed=7, bla=40, astrocytes=8)[0]


def poor(dataset):
    """Eight trials, no astrocytes, no synapses, no events."""
    dataset = dataset.isel(
        trial=slice(0, 8), astrocyte=slice(0, 0), synapse=slice(0, 0), event=slice(0, 0)
    )
    dataset["domain"].values[:] = -1
    return dataset


def test_summary(dataset):
    rows = summarise(dataset)
    assert all(tuple(row) == ("quantity", "stage", "value", "unit") for row in rows)
    assert all(np.isfinite(row["value"]) for row in rows)
    names = [(row["quantity"], row["stage"]) for row in rows]
    assert len(set(names)) == len(names)
    assert len(rows) <= 60  # one screen
    value = {(row["quantity"], row["stage"]): row["value"] for row in rows}
    assert value["freezing", "renewal"] == pytest.approx(83.33, abs=0.01)
    assert value["state decoder accuracy", "all"] > value["state decoder shuffled 95 %", "all"]
    assert value["weights at bounds", "sensory"] == 0.0


def test_summary_of_little(dataset):
    names = {row["quantity"] for row in summarise(poor(dataset))}
    assert {"freezing", "mean rate"} <= names
    assert "calcium to CS" not in names


def test_stages_of_ones_own_are_summarised(dataset):
    own = dataset.copy()
    text = own["trial_stage"].attrs["flag_meanings"].replace("retrieval", "my_test")
    own["trial_stage"] = own["trial_stage"].assign_attrs(flag_meanings=text)
    stages = {row["stage"] for row in summarise(own) if row["quantity"] == "freezing"}
    assert "my_test" in stages
    assert "retrieval" not in stages


def test_weights_at_bounds(dataset):
    pinned = dataset.copy(deep=True)
    pathway = pinned["synapse_pathway"].values
    pinned["weight"].values[pathway == 0, -1] = 6.0
    assert weights_at_bounds(pinned)["sensory"] == 100.0
    assert weights_at_bounds(pinned)["BLA_P"] == 0.0


@pytest.mark.parametrize("change", [lambda d: d, poor])
def test_sheet_is_drawn(dataset, tmp_path, change):
    path = tmp_path / "sheet.part"  # PNG whatever the suffix
    figure_sheet(change(dataset), path)
    image = imread(path, format="png")
    assert image.shape[:2] == (round(SIZE[1] * DPI), round(SIZE[0] * DPI))
    assert image[..., :3].std() > 0.05


def empty(dimension):
    return lambda dataset: dataset.isel({dimension: slice(0, 0)})


def all_nan(dataset):
    dataset = dataset.copy(deep=True)
    for name in ("calcium", "noradrenaline", "gate", "freezing", "freezing_bin", "weight", "us_on"):
        dataset[name].values[...] = np.nan
    return dataset


def staged(names):
    """Stages of these names, one trial after the other."""

    def change(dataset):
        place = np.arange(dataset.sizes["trial"]) % len(names)
        stage = dataset["trial_stage"]
        flags = np.arange(len(names), dtype=stage.dtype)
        stage = stage.copy(data=place.astype(stage.dtype))
        attrs = {"flag_values": flags, "flag_meanings": " ".join(names)}
        return dataset.assign(trial_stage=stage.assign_attrs(attrs))

    return change


def titled(text):
    names = ("title", "protocol", "clock", "device", "git_commit", "created")
    return lambda dataset: dataset.assign_attrs(dict.fromkeys(names, text))


@pytest.mark.parametrize(
    "change",
    [
        empty("trial"), empty("phase"), empty("spike"), all_nan,
        staged([f"a_stage_with_a_very_long_name_number_{k}" for k in range(68)]),
        staged(["$\\frac{$", "$x_", "\x1b[2J", "你好"]),
        titled("$\\frac{$"), titled("a$_b^" * 2000), titled("\x1b[31m\n你好 \ud800 \x00"),
    ],
)  # fmt: skip
def test_a_sheet_of_anything_is_drawn(dataset, tmp_path, monkeypatch, change):
    for name in ("decode_cs", "decode_state"):  # slow, and tested above
        monkeypatch.setattr(shared_results, name, lambda dataset: None)
    figure_sheet(change(dataset), tmp_path / "sheet.png")
    image = imread(tmp_path / "sheet.png")
    assert image.shape[:2] == (round(SIZE[1] * DPI), round(SIZE[0] * DPI))


THEIRS = {
    "text.usetex": True, "text.parse_math": True, "figure.dpi": 31, "savefig.dpi": 17,
    "savefig.bbox": "tight", "axes.facecolor": "red", "font.family": "no such font",
    "font.size": 40, "axes.formatter.use_mathtext": True, "lines.linewidth": 9,
    "figure.autolayout": True,
    "axes.unicode_minus": False, "savefig.transparent": True,
}  # fmt: skip


def small(path):
    with page(path, figsize=(3, 2), dpi=60) as figure:
        axes = figure.subplots()
        axes.plot([0.1, 1, 10], [-1, 2e6, 3e6])
        axes.set_xscale("log")
        powers_of_ten(axes.xaxis)
        tidy(axes, "$\\frac{$ 5 $ and 6 $", "Ca²⁺ (µmol L⁻¹)")
    return imread(path, format="png")


def test_the_users_settings_decide_nothing(tmp_path):
    ours = small(tmp_path / "ours.part")
    with mpl.rc_context(THEIRS):
        theirs = small(tmp_path / "theirs.part")
        assert mpl.rcParams["font.size"] == 40  # and are theirs again
    assert ours.shape[:2] == (120, 180)
    np.testing.assert_array_equal(ours, theirs)


def test_decades_are_written_without_a_formula(tmp_path):
    with page(tmp_path / "x.png", figsize=(3, 2)) as figure:
        axes = figure.subplots()
        axes.set_yscale("symlog")
        axes.set_ylim(0, 100)
        powers_of_ten(axes.yaxis)
        figure.canvas.draw()
        seen = [label.get_text() for label in axes.get_yticklabels()]
    assert {"0", "10⁰", "10¹", "10²"} <= set(seen)


def test_a_page_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(OSError, match="absent"):
        small(tmp_path / "absent" / "x.png")


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"text.usetex: True\n", b"nonsense: 1\nfigure.dpi: many\n"]
)
def test_settings_lying_about_are_not_read(tmp_path, content):
    """The command line hears neither a file ``matplotlibrc`` nor a backend that there is not."""
    (tmp_path / "matplotlibrc").write_bytes(content)
    code = (
        "import sys; from paradigms.command.cli import main; status = main(['parameters', 'nix']);"
        "import matplotlib; print(status, matplotlib.rcParams['text.usetex'],"
        "matplotlib.get_backend().lower())"
    )
    environment = {"PYTHONPATH": str(ROOT), "MPLBACKEND": "nonsense", "HOME": str(tmp_path),
                   "MATPLOTLIBRC": str(tmp_path), "PATH": "/usr/bin:/bin",
                   "MPLCONFIGDIR": str(tmp_path)}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.stdout == "2 False agg\n", done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "unknown circuit" in done.stderr
