"""Options of the small paradigms: refused in one line before any work, and nothing is left."""

import importlib
from types import SimpleNamespace

import numpy as np
import pytest

from models.checks import ModelError
from paradigms.command import cli
from paradigms.memory import latent_autoencoder
from paradigms.memory.associative_recall import simulate_recall
from paradigms.memory.memory_capacity import measure_capacity
from paradigms.memory.spiking_recall import simulate_spiking
from paradigms.memory.transport_block import simulate_block
from paradigms.parts.options import OptionError, check_count, check_fits, check_seed
from paradigms.parts.table import PARADIGMS

MEMORY = "GB of memory and this machine has"
HUGE = str(10**9)
# What each part draws, builds or runs first: none of it may happen.
WORK = {
    "calcium_wave": ("build_tissue", "run_circuit"),
    "tripartite_synapse": ("draw_afferents", "run_circuit"),
    "associative_recall": ("choose", "run_cues"),
    "memory_capacity": ("largest_load",),
    "masked_completion": ("load_images",),
    "spiking_recall": ("draw_wiring", "run_circuit"),
    "transport_block": ("draw_setting",),
}
REFUSED = [
    *(
        ("spiking_recall", ["--networks", value], f"--networks {value}; allowed: 1 to")
        for value in ("0", "-3")
    ),
    ("spiking_recall", ["--networks", str(10**400)], "...; allowed: 1 to"),
    ("spiking_recall", ["--networks", HUGE], MEMORY),
    ("spiking_recall", ["--set", "spiking.n_neurons=1000", "--networks", "5000"], MEMORY),
    ("spiking_recall", ["--seed", str(2**32 - 1), "--networks", "2"], "--seed 4294967295; allowed"),
    *(
        (part, ["--block", value], f"--block {shown}; allowed: 0 to 1")
        for part in ("spiking_recall", "associative_recall")
        for value, shown in (("nan", "nan"), ("2", "2"), ("-0.1", "-0.1"), ("inf", "inf"))
    ),
    *(
        ("associative_recall", ["--corruption", value], f"--corruption {value}; allowed: 0 to 1")
        for value in ("nan", "inf", "-inf", "-1", "1.01")
    ),
    *(
        ("associative_recall", ["--n-patterns", value], f"--n-patterns {value}; allowed: 1 to")
        for value in ("0", "-1")
    ),
    ("associative_recall", ["--n-patterns", HUGE], MEMORY),
    *(
        ("associative_recall", ["--size", value], f"--size {value}; allowed: 2 to")
        for value in ("0", "1", "-5")
    ),
    ("associative_recall", ["--size", HUGE], MEMORY),
    ("associative_recall", ["--patterns", "digits", "--size", "64"], "--size is for random"),
    ("associative_recall", ["--latent"], "--latent encodes images"),
    ("associative_recall", ["--latent", "--patterns", "own.npy"], "--latent encodes images"),
    *(("calcium_wave", ["--size", value], f"--size {value}; allowed") for value in ("0", "-1")),
    ("calcium_wave", ["--size", "1"], "a ring of 1 astrocytes is too small; allowed: 5"),
    ("calcium_wave", ["--size", "4", "--graph", "cube"], "too few for a cube; allowed: 27"),
    *(("calcium_wave", ["--size", HUGE, "--graph", graph], MEMORY) for graph in ("ring", "cube")),
    ("calcium_wave", ["--size", str(10**400)], "allowed: 1 to"),
    ("calcium_wave", ["--graph", "star"], "unknown graph 'star'; allowed: ring"),
    ("calcium_wave", ["--junction", "star"], "unknown gap junction 'star'; allowed"),
    ("transport_block", ["--set", "storage.n_neurons=1000", "--set", "storage.cues=10000"], MEMORY),
    *((part, ["--seed", value], "--seed") for part in PARADIGMS for value in ("-1", "4294967296")),
    *(
        (part, [f"--{option}", value], f"--{option} means nothing to {part}; allowed: --")
        for part in PARADIGMS
        for option, value in (
            ("block", "0"), ("networks", "1"), ("size", "9"), ("graph", "ring"),
            ("n-patterns", "1"), ("corruption", "0"), ("clock", "published"),
        )
        if option.replace("-", "_") not in {own.name for own in PARADIGMS[part].options}
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "arguments", "said"), REFUSED, ids=lambda value: str(value)[:50].replace("/", "_")
)
def test_options_are_refused_before_any_work(part, arguments, said, tmp_path, monkeypatch, capsys):
    def work(*_, **__):
        raise AssertionError("work was begun")

    module = importlib.import_module(PARADIGMS[part].function.partition(":")[0])
    for name in WORK[part]:
        monkeypatch.setattr(module, name, work)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", part, *arguments]) == 2
    (line,) = [
        line for line in capsys.readouterr().err.splitlines() if line.startswith("astrogram:")
    ]
    assert said in line
    assert len(line) < 300
    assert list(tmp_path.iterdir()) == []


def test_what_is_allowed_passes():
    for value in (0, 0.3, 1, np.float32(0.5)):
        PARADIGMS["spiking_recall"].check(block=value)
    check_count("--size", 2, 2)
    check_seed(2**32 - 1)
    check_seed(2**32 - 3, 3)
    check_fits(1e6, "ten things", "them")


@pytest.mark.parametrize("networks", [0, -1, 10**10])
def test_functions_refuse_as_the_command_does(networks):
    with pytest.raises(OptionError) as caught:
        simulate_spiking(networks=networks, device="numpy")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["share", "overlap"])
def test_a_capacity_that_recall_cannot_miss_ends(name):
    """With nothing asked of recall the load doubled for ever."""
    overrides = {
        "capacity.replicates": "2", "capacity.sets": "1", "capacity.cues": "2",
        "capacity.share": "0.001", f"capacity.{name}": "0",
    }  # fmt: skip
    with pytest.raises(ModelError, match="recall cannot fail; ask for more flips"):
        measure_capacity(sizes=(8,), kinds=("pairwise",), overrides=overrides)


@pytest.mark.parametrize("given", [{"storage.eta": "0"}, {"storage.present": "0.01"}])
def test_storage_that_stores_nothing_says_so(given):
    overrides = {"storage.replicates": "2", "storage.n_neurons": "16", "storage.cues": "2", **given}
    with pytest.raises(ModelError, match="nothing was stored with storage.eta"):
        simulate_block(overrides=overrides)


@pytest.mark.parametrize("given", [{"recall.tau_s": "0.001"}, {"recall.g_gain": "-100"}])
def test_recall_that_leaves_all_bounds_is_refused_without_warnings(given):
    overrides = {"recall.cues": "2", "recall.steps": "200", **given}
    with pytest.raises(ModelError, match="left all bounds"):
        simulate_recall("random", 3, 0.2, size=24, overrides=overrides)


def test_a_latent_code_takes_the_place_of_pixels(monkeypatch):
    """The encoder is trained on the images that are asked for, with the seed of the run."""
    trained = []

    def fit(images, parameters, seed):
        trained.append((len(images.pixels), seed))
        signs = np.random.default_rng(seed).choice([-1, 1], (len(images.pixels), 48))
        return SimpleNamespace(encode=lambda images: signs.astype(np.int8))

    monkeypatch.setattr(latent_autoencoder, "require_torch", lambda: None)
    monkeypatch.setattr(latent_autoencoder, "fit_autoencoder", fit)
    overrides = {"recall.cues": "2", "recall.steps": "3", "recall.hold": "2"}
    found = simulate_recall("digits", 4, latent=True, seed=6, overrides=overrides)
    assert trained == [(1000, 6)]  # on many more than are stored
    assert found.sizes["neuron"] == 48
    assert simulate_recall("digits", 4, seed=6, overrides=overrides).sizes["neuron"] != 48
