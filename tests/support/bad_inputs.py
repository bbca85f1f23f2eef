"""Bad inputs by kind, drawn by a seed: what a careless or hostile user may hand to any command."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from analysis.dataset.schema import write_dataset
from tests.support.paths import ROOT
from tests.support.stimuli import WRONG, wrong
from tests.support.synthetic import synthetic

PROTOCOL = (ROOT / "paradigms/protocols/quick_conditioning.toml").read_text(encoding="utf-8")
GROUPS = (ROOT / "paradigms/groups/amygdala_astrocytes.toml").read_text(encoding="utf-8")

DEEP = "[" * 5000 + "]" * 5000
LONG = "9" * 5000
VALUES = (
    '""', '" "', '"x\\u001b[31m"', '"a b"', '"' + "n" * 400 + '"', LONG, f"-{LONG}", DEEP, "nan",
    "inf", "-1", "-1.5", "0", "1e400", "1" + "0" * 400, "true", "[]", "{}", "[[1]]", "1979-05-27",
    '"10000 h"', '"1e300 s"', '"0 s"', '"-3 s"', '"3 parsecs"', '"1e-300 ms"', '["9 s", "1 s"]',
    '"\\u0000"', "{ a = 1 }", "'''", '"../../x"', "99999",
)  # fmt: skip
"""What a value of a TOML file may be replaced by."""

NUMBERS = ("", "-1", "0", "nan", "inf", "1e400", LONG, "x", "1;2", "٣", "0x10", str(2**64), "1.5")
PARAMETERS = (
    "", "=", "=1", "plasticity.eta", "plasticity.eta=", "plasticity=1", "plasticity.etta=1",
    "plasticity.eta=1 parsec", "plasticity.eta=1e400", f"plasticity.eta={LONG}",
    "plasticity.eta=nan", "plasticity.eta=-1", "lif.C_m=0", "lif.C_m=200 mV", "lif.tau_ref=0",
    "calcium.K_P=0", "ip3.K_3K=0", "calcium.d_1=0", "calcium.C_T=0", "numerics.dt=0",
    "numerics.dt=1 h", "population.BLA_P=0", "population.share_PL=2", "afferent.n_sensory=-1",
    "plasticity.eta=__import__('os')", "plasticity.eta=1**9999", "plasticity.eta=1 s**99",
    "a.b.c=1", "\x1b[31m=1", "plasticity.eta=1\n[x]", "projection.CeL_off_to_CeM.total=1e9",
    "gliotransmission.O_G=1e9", "lif.V_th=1e9", "individual.eta=99", "afferent.drift=-1",
    "afferent.drift=1 Hz", "afferent.drift=1 days",
)  # fmt: skip
INTERVENTIONS = (
    "", "@", "Gq", "Gq@", "@extinction", "Gq=@extinction", "Gq=x@extinction", "Gq=nan@extinction",
    "Gq=-1@extinction", "Gq=1e400@extinction", f"Gq={LONG}@extinction", "Gq=11@extinction",
    "Gq@nowhere", "Gq@extinction.nowhere", "Qq@extinction", "Gq:CeM@extinction", "lesion@always",
    "lesion:CeM@always", "lesion:BLA_P-CeM@extinction", "opto_excite@extinction",
    "opto_excite:x@extinction", "opto_excite:tagged@conditioning", "Gq:@extinction",
    "Gq@extinction,extinction", "Gq\x00@extinction", "Gq=1@extinction@always",
    "Gq@extinction,in_zone=true", "opto_excite:CeM@extinction,in_zone=true",
    "opto_excite:CeM@extinction,in_zone=1", "opto_excite:CeM@extinction,in_zone=",
    "Gs:tagged_astrocytes@extinction", "Gq:tagged_astrocytes=0.5@always", "Gq:tagged@extinction",
    "tagging:tagged_astrocytes@conditioning", "tagging@conditioning",
    "Gi:astrocytes=1.1@extinction", "beta_uncoupling:astrocyte@extinction",
    "opto_excite:astrocytes@extinction", "CalEx:astrocytes@extinction",
    "Gs:astrocytes@extinction,in_zone=true",
)  # fmt: skip
CHANGES = (
    "3", "[]", '"night.offline"', '{ "night.offline" = "3 parsecs" }', '{ "night.offline" = 1 }',
    '{ "night.offlin" = "2 h" }', '{ "night.name" = "x" }', '{ "" = 1 }', '{ "night" = {}, a = 1 }',
    '{ "conditioning.pairings.trials" = 0 }', '{ "conditioning.phase" = [] }',
    f"{{ {'a.' * 7}a = 1 }}", '{ "night.simulated" = "1 ms" }', '{ "conditioning.context" = "Z" }',
    f'{{ "night.offline" = {LONG} }}', '{ "\\u001b[31m" = 1 }',
    '{ "night.offline" = "2 h", night.offline = "3 h" }',
    f'{{ "night.offline" = {"[" * 400}{"]" * 400} }}',
)  # fmt: skip
"""What the change of a group may not be."""
PLACES = (
    "x" * 300, "x" * 300 + ".nc", "a/" * 3000, "taken.nc", "file.nc/below", "v1.2", "bad\x00name",
    "/proc/none/x", "foreign.zarr", "link.nc/x", "/dev/null/x",
)  # fmt: skip


@dataclass
class Case:
    """One call of a command; `make` lays out what it needs in the working folder."""

    kind: str
    arguments: list[str]
    make: Callable[[Path], None] = lambda folder: None
    environment: dict[str, str] = field(default_factory=dict)


def cases(seed: int) -> Iterator[Case]:
    """Yield 500 and more cases, the same for the same seed."""
    rng = np.random.default_rng(seed)
    yield from _protocols(rng, 130)
    yield from _groups(rng, 60)
    for text in PARAMETERS:
        yield Case("parameter", ["run", "quick_conditioning", "--set", text])
        yield Case("parameter of groups", *_cohort_with(f"set = {{ {text} }}"))
    for text in INTERVENTIONS:
        yield Case("intervention", ["run", "quick_conditioning", "--intervene", text])
    for text in CHANGES:
        yield Case("change of a group", *_cohort_with(f"change = {text}"))
    yield from _arguments()
    yield from _datasets(rng, 60)
    yield from _archives(rng)


def _write(name: str, content: str | bytes) -> Callable[[Path], None]:
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(data) and None


def _mutants(text: str, rng: np.random.Generator, count: int) -> Iterator[bytes]:
    """Yield faulty versions of a TOML text: values, keys, lines and bytes."""
    lines = text.splitlines()
    valued = [i for i, line in enumerate(lines) if re.match(r"\w+ = ", line)]
    for number in range(count):
        own = list(lines)
        if number % 4:
            i = int(rng.choice(valued))
            value = VALUES[int(rng.integers(len(VALUES)))]
            own[i] = f"{own[i].split(' = ')[0]} = {value}"
        else:
            i = int(rng.integers(len(own)))
            change = int(rng.integers(6))
            if change == 0:
                own.insert(i, own[i])
            elif change == 1:
                own[i] = own[i].replace("=", ":=").replace("[[", "[")
            elif change == 2:
                own[i] = own[i][: len(own[i]) // 2]
            elif change == 3:
                own.insert(i, "strange = 1")
            elif change == 4:
                own[i] = re.sub(r"^(\w)", "\x1b\\1", own[i]) + "\x00"
            else:
                own = [*own[:i], "x = " + DEEP]
        data = "\n".join(own).encode()
        if number % 10 == 9:
            at = int(rng.integers(len(data)))
            data = data[:at] + bytes([int(rng.integers(128, 256))]) + data[at + 1 :]
        yield data


def _protocols(rng: np.random.Generator, count: int) -> Iterator[Case]:
    for number, data in enumerate(_mutants(PROTOCOL, rng, count)):
        command = (["run", "p.toml"], ["protocols", "p.toml"])[number % 5 == 0]
        yield Case("protocol", command, _write("p.toml", data))
    for number, name in enumerate(WRONG):
        command = (["run", "p.toml"], ["protocols", "p.toml"])[number % 5 == 0]
        yield Case("stimuli", command, _write("p.toml", wrong(name)))
    yield Case("protocol", ["run", "absent.toml"])
    yield Case("protocol", ["run", "p.toml"], lambda folder: (folder / "p.toml").mkdir())
    yield Case("protocol", ["run", "p.toml"], lambda folder: os.mkfifo(folder / "p.toml"))
    yield Case("protocol", ["run", "p.toml"], lambda folder: _loop(folder / "p.toml"))
    yield Case("protocol", ["run", "p.toml"], _write("p.toml", b"\x00" * 5_000_000))
    yield Case("protocol", ["run", "p.toml"], _write("p.toml", PROTOCOL.encode("utf-16")))
    yield Case("protocol", ["run", "quick_conditionin"])
    yield Case("protocol", ["run", ""])
    yield Case("protocol", ["run", "\x1b[31m.toml"])


def _groups(rng: np.random.Generator, count: int) -> Iterator[Case]:
    call = ["cohort", "quick_conditioning", "--groups", "g.toml", "--animals", "1"]
    for data in _mutants(GROUPS, rng, count):
        yield Case("groups", call, _write("g.toml", data))
    yield Case("groups", call)
    yield Case("groups", call, lambda folder: os.mkfifo(folder / "g.toml"))
    yield Case("groups", call, _write("g.toml", ""))
    yield Case("groups", call, _write("g.toml", b"\xff\xfe"))


def _cohort_with(line: str) -> tuple[list[str], Callable[[Path], None]]:
    call = ["cohort", "quick_conditioning", "--groups", "g.toml", "--animals", "1"]
    return call, _write("g.toml", f'[[group]]\nname = "a"\n{line}\n')


def _arguments() -> Iterator[Case]:
    run, cohort = ["run", "quick_conditioning"], [
        "cohort", "quick_conditioning", "--groups", "amygdala_astrocytes", "--animals", "1",
    ]  # fmt: skip
    for value in NUMBERS:
        if value not in ("0", "٣"):  # which are seeds
            yield Case("argument", [*run, "--seed", value])
            yield Case("argument", [*cohort, "--seed", value])
        yield Case("argument", [*run, "--size", value])
        yield Case("argument", [*cohort, "--jobs", value])
        if value != "0":
            yield Case("argument", ["run", "associative_recall", "--block", value])
        yield Case("argument", ["run", "spiking_recall", "--networks", value])
        yield Case("argument", ["run", "calcium_wave", "--size", value])
        yield Case("argument", ["run", "associative_recall", "--n-patterns", value])
    yield Case("argument", [*cohort, "--animals", "1000000000"])
    yield Case("argument", ["reproduce", "robustness", "--draws", "1000000000"])
    yield Case("argument", ["reproduce", "robustness", "--draws", "0"])
    yield Case("argument", ["reproduce", "amygdala_astrocytes", "--animals", "0"])
    for name in ("", "x", "published ", "\x1b[31m"):
        yield Case("argument", [*run, "--clock", name])
        yield Case("argument", [*run, "--device", name])
        yield Case("argument", [*cohort, "--clock", name])
        yield Case("argument", [*cohort, "--scheduler", f"tcp://{name}:x"])
        yield Case("argument", ["run", "calcium_wave", "--graph", name])
        yield Case("argument", ["parameters", name or "none"])
        yield Case("argument", [name or "none"])
    for option in ("--graph", "--junction", "--patterns", "--corruption", "--strange"):
        yield Case("argument", [*run, option, "0.5"])
    yield Case("argument", [*run, "--gpu"])
    yield Case("argument", ["analyse"])
    yield Case("argument", ["compare"])
    for place in PLACES:
        yield Case("place", [*run, "--out", place], _taken)
        yield Case("place", [*cohort, "--out", place], _taken)
        yield Case("place", ["run", "calcium_wave", "--out", place], _taken)


@cache
def _sound_dataset() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write_dataset(synthetic()[0], Path(folder) / "d.nc").read_bytes()


def _taken(folder: Path) -> None:
    (folder / "taken.nc").mkdir()
    (folder / "file.nc").write_text("")
    (folder / "v1.2").write_text("")
    (folder / "foreign.zarr").mkdir()
    (folder / "foreign.zarr" / "thesis.tex").write_text("mine")
    _loop(folder / "link.nc")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _datasets(rng: np.random.Generator, count: int) -> Iterator[Case]:
    commands = (["analyse", "d.nc"], ["compare", "d.nc"])

    def spoiled(cut: float, flips: int, seed: int) -> Callable[[Path], None]:
        def make(folder: Path) -> None:
            data = bytearray(_sound_dataset())
            own = np.random.default_rng(seed)
            for at in own.integers(len(data), size=flips):
                data[at] ^= 1 << int(own.integers(8))
            (folder / "d.nc").write_bytes(bytes(data[: int(cut * len(data))]))

        return make

    for number in range(count):
        cut, flips = (float(rng.random()), 0) if number % 2 else (1.0, 3)
        yield Case("dataset", commands[number % 4 < 2], spoiled(cut, flips, number))
    for content in (b"", b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"text", b"\x00" * 100_000):
        for command in commands:
            yield Case("dataset", command, _write("d.nc", content))
    for command in commands:
        yield Case("dataset", command)
        yield Case("dataset", command, lambda folder: (folder / "d.nc").mkdir())
        yield Case("dataset", command, lambda folder: os.mkfifo(folder / "d.nc"))
        yield Case("dataset", command, lambda folder: _loop(folder / "d.nc"))
        yield Case("dataset", [command[0], "d.zarr"], lambda folder: (folder / "d.zarr").mkdir())
        yield Case("dataset", [command[0], "d.txt"], _write("d.txt", "text"))
        yield Case("dataset", [command[0], "\x00.nc"])


def _archives(rng: np.random.Generator) -> Iterator[Case]:
    def call(name: str) -> list[str]:
        return ["run", "associative_recall", "--patterns", name]

    header = b"\x93NUMPY\x01\x00v\x00{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
    for descr, shape in (
        (b"<f8", b"9999999999,9999999999"), (b"<f8", b"-1,2"), (b"|O", b"2,2"), (b"<f8", b"2,"),
        (b"<U9", b"2,2"), (b"<f8", b""), (b"<f8", b"2,2,2,2,2,2,2"), (b"<c16", b"2,2"),
    ):  # fmt: skip
        data = (header % (descr, shape)).ljust(127) + b"\n" + b"\x00" * 64
        yield Case("archive", call("p.npy"), _write("p.npy", data))
    for name in ("p.npy", "p.bin", "p.tar.gz", "p.zip", "p.png", "p.npz"):
        for content in (b"", b"PK\x03\x04", b"\x1f\x8b", b"text", bytes(rng.bytes(5000))):
            yield Case("archive", call(name), _write(name, content))
        yield Case("archive", call(name))
        yield Case("archive", call(name), lambda folder, name=name: os.mkfifo(folder / name))
        yield Case("archive", call(name), lambda folder, name=name: _loop(folder / name))
    yield Case("archive", call("empty"), lambda folder: (folder / "empty").mkdir())
