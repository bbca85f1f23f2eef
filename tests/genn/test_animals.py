"""Animals side by side in one network of GeNN: each is bit for bit what it is alone."""

import os
import subprocess

import pytest

from astrogram.environment import genn_folder
from paradigms.export.collect import collect
from paradigms.export.folder import Request
from paradigms.export.write import export
from tests.support.circuit import SIZE, blink

pytestmark = [
    pytest.mark.genn,
    pytest.mark.skipif("GENN_PATH" not in os.environ, reason="GENN_PATH is not set"),
]
pytest.importorskip("brian2genn", reason="brian2genn is not installed: make test-genn")

SEEDS = (1, 2, 3, 4)


def requests(seeds):
    gq = ("Gq=0.5@test",)
    from paradigms.protocol.files import parse_intervention

    plan = blink()
    drugged = plan.with_interventions([parse_intervention(item, plan) for item in gq])
    return [
        Request(f"seed{seed}", "Gq" if seed % 2 else "", seed, (drugged if seed % 2 else plan).text,
                {}, SIZE, None)
        for seed in seeds
    ]  # fmt: skip


def run(folder):
    environment = {"PATH": "/usr/bin:/bin", "GENN_PATH": str(genn_folder())}
    said = subprocess.run(
        [str(folder / "run.sh"), "2"], env=environment, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    return {request.name: dataset for request, dataset in collect(folder)}


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    folder = tmp_path_factory.mktemp("together") / "four"
    export(requests(SEEDS), folder, device="genn")
    return run(folder)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_is_what_it_is_alone(together, seed, tmp_path):
    export(requests([seed]), tmp_path / "one", device="genn")
    (alone,) = run(tmp_path / "one").values()
    one = together[f"seed{seed}"]
    assert alone.sizes["spike"] > 200
    for name in alone.variables:
        assert alone[name].equals(one[name]), name


def test_they_are_different_animals(together):
    spikes = {name: dataset["spike_neuron"].values for name, dataset in together.items()}
    assert len({values.tobytes() for values in spikes.values()}) == len(SEEDS)
    # The groups had their own drug within one program
    levels = {name: dataset.attrs.get("group", "") for name, dataset in together.items()}
    assert levels == {"seed1": "Gq", "seed2": "", "seed3": "Gq", "seed4": ""}
    assert together["seed1"].sizes["intervention"] == 1
    assert together["seed2"].sizes["intervention"] == 0


def test_what_is_collected_can_be_written(together, tmp_path):
    from analysis.dataset.schema import read_dataset, write_dataset

    write_dataset(together["seed1"], tmp_path / "one.nc")
    assert read_dataset(tmp_path / "one.nc").attrs["device"] == "genn"
