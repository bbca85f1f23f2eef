"""A run that another machine carries out: the same dataset, or one line that says what is wrong."""

import pytest

from paradigms.export.collect import collect
from paradigms.export.folder import ExportError
from paradigms.export.write import export
from paradigms.protocol.files import parse_protocol
from paradigms.run.simulate import simulate
from tests.support.circuit import SIZE, blink
from tests.support.exports import SEEDS, request, run


@pytest.mark.parametrize("seed", SEEDS)
def test_what_comes_back_is_what_a_run_here_gives(back, seed):
    plan = parse_protocol(blink().text, "blink.toml")
    here = simulate(plan, seed=seed, size=SIZE)
    (there,) = [dataset for asked, dataset in collect(back) if asked.seed == seed]
    assert there.sizes["spike"] > 200
    assert here.equals(there)
    same = set(here.attrs) - {"created", "wall_time_s", "build_time_s"}
    assert {name: here.attrs[name] for name in same} == {name: there.attrs[name] for name in same}
    assert set(there.attrs) - set(here.attrs) == {"machine"}


@pytest.mark.slow
def test_it_is_built_where_there_is_no_python(tmp_path):
    export([request(1)], tmp_path / "one")
    said = run(tmp_path / "one")
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines()[0] == "building"
    ((_, there),) = collect(tmp_path / "one")
    assert simulate(blink(), seed=1, size=SIZE).equals(there)


def test_the_default_animal_is_small_enough_to_travel(tmp_path):
    from paradigms.protocol.files import load_protocol

    plan = load_protocol("fear_extinction")
    size = export([request(1, protocol_toml=plan.text, size=None)], tmp_path / "one")
    assert 1e6 < size < 48 * 2**20  # twelve paces in time are 6 MB of it


def test_called_again_it_goes_on_from_where_it_was(back, copy):
    folder = copy(back)
    (folder / "runs" / "blink_seed2" / "done").unlink()
    said = run(folder)
    assert said.stdout.splitlines()[0] == "blink_seed2 has run"
    assert len(list(collect(folder))) == 2


def not_exported(requests, folder, **options):
    with pytest.raises(ExportError) as caught:
        export(requests, folder, **options)
    assert not list(folder.parent.glob("*")) or folder.exists()
    return str(caught.value)


def test_a_device_that_cannot_travel(tmp_path):
    line = not_exported([request(1)], tmp_path / "x", device="cython")
    assert "device 'cython' cannot be exported; allowed: cpp, genn" in line


def test_a_gpu_without_genn(tmp_path):
    assert "use --device genn --gpu" in not_exported([request(1)], tmp_path / "x", gpu=True)


def test_a_folder_that_is_there(exported):
    assert "is there already" in not_exported([request(1)], exported)


def test_animals_of_different_programs(tmp_path):
    line = not_exported([request(1), request(2, size=SIZE + 40)], tmp_path / "x")
    assert "blink_seed2 and blink_seed1 need different programs" in line


def test_an_intervention_reaches_groups_that_have_a_protocol_of_their_own(tmp_path, monkeypatch):
    from paradigms.command.cli import main
    from paradigms.export import write

    (tmp_path / "own.toml").write_text(blink().text)
    (tmp_path / "groups.toml").write_text(
        '[[group]]\nname = "own"\nprotocol = "own.toml"\nintervene = ["Gi=0.5@test"]\n'
        '[[group]]\nname = "common"\n'
    )
    seen = []
    monkeypatch.setattr(write, "export", lambda requests, *a, **k: seen.extend(requests) or 0)
    status = main(["export", str(tmp_path / "own.toml"), "--groups", str(tmp_path / "groups.toml"),
                   "--intervene", "Gq=1@test", "--out", str(tmp_path / "x")])  # fmt: skip
    assert status == 0
    kinds = {
        asked.group: [item.kind for item in parse_protocol(asked.protocol_toml, "x").interventions]
        for asked in seen
    }
    assert kinds == {"own": ["Gi", "Gq"], "common": ["Gq"]}
