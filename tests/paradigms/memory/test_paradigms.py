"""The associative-memory paradigms: datasets, command line, refusals, figures."""

import json
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from analysis.dataset.memory_tables import MEMORY_TABLES
from analysis.dataset.parts import read_parts, write_parts
from analysis.figures.memory import memory_figure, memory_measured
from analysis.memory.capacity import capacity_exponents, fit_exponent, theory
from models.checks import ModelError
from models.memory.network import memory_network
from models.memory.storage import ConduitTransport, lose, store
from models.memory.transport import pattern_transport
from models.parameters import load_parameters
from paradigms.command import cli
from paradigms.memory.images import PatternError
from paradigms.memory.memory_capacity import measure_capacity
from paradigms.memory.transport_block import simulate_block

PARAMETERS = load_parameters(circuit="associative_memory")


def test_capacity_grows_as_the_kind_of_network():
    dataset = measure_capacity(
        sizes=(20, 40, 60), seed=9, overrides={"capacity.replicates": "2", "capacity.sets": "4"}
    )
    found = capacity_exponents(dataset)
    assert found["balanced"].slope > 2.7
    assert 1.9 < found["astrocyte"].slope < 2.7
    assert 0.5 < found["pairwise"].slope < 1.3


@pytest.mark.slow
def test_reported_exponents():
    """The reported seed, looked at once: 1210."""
    found = capacity_exponents(measure_capacity(seed=1210))
    assert found["balanced"].slope >= 2.7
    assert found["balanced"].low > 2.3
    assert abs(found["pairwise"].slope - 1) <= 0.2


def test_exponent_of_a_power_law_is_found():
    sizes = np.array([10.0, 20, 40])
    noise = np.random.default_rng(0).normal(1, 0.05, (3, 6))
    fit = fit_exponent(sizes, sizes[:, np.newaxis] ** 2.5 * noise)
    assert abs(fit.slope - 2.5) < 0.05
    assert 0 < fit.high - fit.low < 0.1
    np.testing.assert_allclose(theory("pairwise", sizes), [1.4, 2.8, 5.6])


def test_storage_needs_transport_and_recall_does():
    dataset = simulate_block(
        seed=10, overrides={"storage.replicates": "2", "storage.n_neurons": "32"}
    )
    never, recall, unblocked, storage = dataset["overlap"].mean("replicate").values
    assert never == unblocked > 0.95
    assert max(recall, storage) < 0.6
    assert np.all(dataset["stored"].values[3] == 0)
    assert np.all(dataset["synaptic_drive"].values > 0.8)
    for name in ("dose_recall", "dose_storage", "loss_recall"):
        curve = dataset[name].mean("replicate").values
        assert curve[0] > 0.95
        assert curve[-1] < 0.6
        assert np.all(np.diff(curve) < 0.05)


def test_conduits_learn_the_outer_product_of_the_pattern():
    pattern = np.random.default_rng(0).choice([-1, 1], 12)
    network = memory_network(PARAMETERS, pattern_transport(pattern[np.newaxis], 0.0))
    options = {"eta": 0.5, "tau_c": 0.2, "dt": 0.01}
    conduits = store(network, pattern, open_share=1.0, steps=3000, **options)
    wanted = -np.outer(pattern, pattern)  # a falling psi: the sign drops out of W W^T
    assert np.corrcoef(conduits.ravel(), wanted.ravel())[0, 1] > 0.999
    half = store(network, pattern, open_share=0.5, steps=100, **options)
    full = store(network, pattern, open_share=1.0, steps=100, **options)
    assert 0.3 < np.linalg.norm(half) / np.linalg.norm(full) < 0.7
    assert not store(network, pattern, open_share=0.0, steps=100, **options).any()


def test_conduits_of_patterns_are_the_factorised_transport():
    rng = np.random.default_rng(1)
    stored, psi = rng.choice([-1, 1], (4, 9)), rng.normal(size=(2, 9, 9))
    conduits = np.einsum("mi,mj->mij", stored, stored).astype(float)
    one, other = ConduitTransport(conduits, 1.3, 0.5), pattern_transport(stored, 0.65)
    np.testing.assert_allclose(one.flow(psi), other.flow(psi), atol=1e-14)
    np.testing.assert_allclose(one.interaction(psi), other.interaction(psi), atol=1e-13)
    kept = lose(conduits, 0.3, rng) != 0
    assert 0.6 < kept.mean() < 0.8
    with pytest.raises(ModelError, match="allowed: 0 to 1"):
        lose(conduits, 1.1, rng)
    with pytest.raises(ModelError, match="allowed: 0 to 1"):
        ConduitTransport(conduits, 1.0, -0.1)


def stand_in(paradigm):
    """A dataset of the right form filled with plausible noise."""
    rng, sizes = np.random.default_rng(0), {"neuron": 64, "colour": 1, "picture": 0, "replicate": 3}
    variables = {}
    for row in MEMORY_TABLES[paradigm]:
        if row.flags is not None:
            sizes[row.name] = len(row.flags)
    for row in MEMORY_TABLES[paradigm]:
        shape = tuple(sizes.get(dim, 4) for dim in row.dims)
        if row.flags is not None:
            values = np.arange(len(row.flags))
        elif row.role == "coord" and row.dtype == "float64":
            values = np.linspace(10, 20, shape[0])
        elif row.dtype.startswith("int"):
            values = np.zeros(shape) if "pattern" not in row.name else rng.choice([-1, 1], shape)
        else:
            values = rng.uniform(0.1, 1, shape)
        attrs = {"units": row.units}
        if row.flags is not None:
            attrs["flag_values"] = np.arange(len(row.flags), dtype=row.dtype)
            attrs["flag_meanings"] = " ".join(row.flags)
        variables[row.name] = (row.dims, np.asarray(values).astype(row.dtype), attrs)
    coords = {row.name for row in MEMORY_TABLES[paradigm] if row.role == "coord"}
    return xr.Dataset(
        {name: value for name, value in variables.items() if name not in coords},
        {name: value for name, value in variables.items() if name in coords},
        {"paradigm": paradigm, "title": paradigm},
    )


@pytest.mark.parametrize("paradigm", MEMORY_TABLES)
def test_every_paradigm_has_a_figure_and_a_table(paradigm, tmp_path):
    dataset = stand_in(paradigm)
    memory_figure(dataset, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
    rows = memory_measured(dataset)
    assert len(rows) > 3
    assert all(np.isfinite(row["value"]) for row in rows)


def test_the_command_writes_dataset_figure_and_table(tmp_path, capsys):
    arguments = ["run", "associative_recall", "--patterns", "digits", "--n-patterns", "5"]
    arguments += ["--corruption", "0.1", "--set", "recall.cues=6", "--out", str(tmp_path / "a.nc")]
    assert cli.main([*arguments, "--json"]) == 0
    rows = {row["quantity"]: row["value"] for row in json.loads(capsys.readouterr().out)}
    assert rows["mean overlap of recall"] > 0.98
    dataset = read_parts(tmp_path / "a.nc")
    assert dataset.sizes["picture"] == 5
    assert (tmp_path / "a.png").stat().st_size > 10_000
    write_parts(dataset, tmp_path / "again.zarr")
    xr.testing.assert_identical(read_parts(tmp_path / "again.zarr"), dataset)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["associative_recall", "--patterns", "absent.npy"], "cannot read absent.npy"),
        (["associative_recall", "--corruption", "2"], "allowed: 0 to 1"),
        (["associative_recall", "--n-patterns", "10000000000"], "GB of memory"),
        (["associative_recall", "--junction", "none"], "--junction means nothing"),
        (["memory_capacity", "--patterns", "digits"], "--patterns means nothing"),
        (["calcium_wave", "--patterns", "digits"], "--patterns means nothing to calcium_wave"),
        (["quick_conditioning", "--block", "0"], "--block belongs to associative_recall"),
        (["masked_completion", "--patterns", "random"], "needs"),
    ],
)
def test_bad_input_is_one_line(arguments, part, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", *arguments]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("astrogram:")]
    assert len(said) == 1
    assert part in said[0]
    assert list(tmp_path.iterdir()) == []


def test_missing_torch_is_one_line():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from paradigms.command.cli import main\n"
        "for call in (['masked_completion'], ['associative_recall', '--patterns', 'digits',\n"
        "             '--latent']): print(main(['run', *call]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "2"]
    lines = [line for line in done.stderr.splitlines() if line.startswith("astrogram:")]
    assert len(lines) == 2
    assert all("pip install 'astrogram[torch]'" in line for line in lines)


@pytest.mark.slow
def test_completion_halves_the_held_out_error():
    pytest.importorskip("torch", reason="torch is not installed: pip install 'astrogram[torch]'")
    from paradigms.memory.masked_completion import train_completion

    dataset = train_completion("digits", seed=11, overrides={"completion.epochs": "8"})
    error = dataset["error"].values
    assert np.all(error[:, -1] <= 0.5 * error[:, 0])
    assert dataset["asymmetry"].values[0] < 1e-6 < 0.1 < dataset["asymmetry"].values[1]


def test_completion_and_latent_code_train_on_few_images():
    pytest.importorskip("torch", reason="torch is not installed: pip install 'astrogram[torch]'")
    from paradigms.memory.latent_autoencoder import fit_autoencoder
    from paradigms.memory.masked_completion import train_completion
    from paradigms.memory.patterns import load_images

    overrides = {
        "completion.epochs": "20", "completion.images": "300", "completion.side": "8",
        "completion.square": "1", "completion.squares": "20", "completion.rate": "0.01",
        "completion.batch": "16", "completion.steps": "6",
    }  # fmt: skip
    dataset = train_completion("digits", seed=12, overrides=overrides)
    error = dataset["error"].values
    assert np.all(error[:, -1] < 0.9 * error[:, 0])
    assert dataset.sizes["height"] == 8
    images = load_images("digits", np.random.default_rng(0), limit=60)
    parameters = load_parameters({"autoencoder.epochs": "1"}, circuit="associative_memory")
    code = fit_autoencoder(images, parameters, 3)
    signs = code.encode(images)
    assert signs.shape == (60, 768)
    assert abs(np.mean(signs)) < 0.1
    assert np.array_equal(fit_autoencoder(images, parameters, 3).encode(images), signs)
    assert code.decode(signs).shape == (60, 32, 32, 3)
    with pytest.raises(PatternError, match="needs images"):
        train_completion("random")
