"""Single parameters at a bound of their table, and what becomes of an animal that has them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.dataset.schema import validate
from astrogram.errors import AstrogramError
from models.parameters import Parameter, load_parameters
from paradigms.protocol.files import Protocol
from paradigms.run.simulate import simulate
from tests.support.circuit import draw

MEASURED = ("spike_time", "calcium", "ip3", "gate", "noradrenaline", "cAMP", "weight", "freezing")


@dataclass(frozen=True)
class Outcome:
    """What became of one animal: ``sound``, ``told``, ``refused`` or ``another program``.

    `lines` are the cautions or the refusal.
    """

    kind: str
    lines: tuple[str, ...] = ()


def bounds() -> list[tuple[str, float]]:
    """Every parameter at each of its bounds, but for those that are there already."""
    rows: list[Parameter] = load_parameters().rows()
    return [(row.key, end) for row in rows for end in (row.low, row.high) if end != row.value]


def choose(number: int, seed: int) -> list[tuple[str, float]]:
    """Return `number` of `bounds`, the same for the same seed."""
    everything = bounds()
    chosen = np.random.default_rng(seed).choice(len(everything), number, replace=False)
    return [everything[index] for index in chosen]


def live(protocol: Protocol, overrides: Mapping[str, float], size: int = 250) -> Outcome:
    """Simulate one animal and judge what comes of it.

    An error that is no `AstrogramError`, any warning, a refusal of several lines and numbers that
    are not finite are raised, as they are what must not happen.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            if _program(protocol, overrides, size) != _program(protocol, {}, size):
                return Outcome("another program")
            dataset = simulate(protocol, seed=1, size=size, overrides=overrides)
        except AstrogramError as error:
            lines = str(error).splitlines()
            assert len(lines) == 1, lines
            return Outcome("refused", tuple(lines))
    validate(dataset)
    for name in MEASURED:
        assert np.isfinite(dataset[name].values).all(), name
    told = tuple(json.loads(dataset.attrs["cautions"]))
    return Outcome("told" if told else "sound", told)


def _program(protocol: Protocol, overrides: Mapping[str, float], size: int) -> str:
    """Return the hash of the circuit that the animal runs by."""
    animal = draw(protocol, seed=1, size=size, overrides=overrides)
    recorder, _ = animal.circuit(animal.clocks("cpp"))
    return recorder.circuit.fingerprint()
