"""The small paradigms: what each is, what it can be asked for, and who runs, measures and draws it.

A paradigm more is a row here and the file of its function. Nothing heavy is imported: the command
line reads this table to show its help and to refuse what is not allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from paradigms.parts.options import LARGEST_COUNT, Option


@dataclass(frozen=True)
class Paradigm:
    """A paradigm that ``astrogram run`` knows beside the protocols.

    Attributes
    ----------
    name : str
    summary : str
        What happens, in one line.
    function : str
        ``module:name`` of the function that runs it; it returns the dataset.
    options : tuple of Option
        Parameters of the function, beside ``seed``, ``overrides`` and ``progress``.
    measured, figure : str
        ``module:name`` of the functions that measure its dataset and draw it.
    """

    name: str
    summary: str
    function: str
    options: tuple[Option, ...]
    measured: str
    figure: str

    def option(self, name: str) -> Option:
        """Return the option of a name."""
        return next(option for option in self.options if option.name == name)

    def check(self, **given: float) -> None:
        """Refuse numbers outside the bounds of their options.

        Raises
        ------
        OptionError
        """
        for name, value in given.items():
            self.option(name).check(value)


def resolve(address: str) -> Callable[..., Any]:
    """Import the function at ``module:name``."""
    module, name = address.split(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


_PARTS = ("analysis.figures.parts:measured", "analysis.figures.parts:parts_figure")
_MEMORY = ("analysis.figures.memory:memory_measured", "analysis.figures.memory:memory_figure")

_COUNT = (1, LARGEST_COUNT)
_DEVICE = Option("device", str, "numpy", "see astrogram devices")
_BLOCK = Option("block", float, 0.0, "share of calcium transport that is blocked", (0, 1))
_IMAGES = "digits, patches, a CIFAR-10 .tar.gz or a folder of images"

_ROWS = (
    Paradigm(
        "calcium_wave", "One stimulated astrocyte, and how far its neighbours carry the wave.",
        "paradigms.parts.calcium_wave:simulate_wave",
        (
            Option(
                "graph", str, "ring", "who is coupled with whom", names=(
                    "ring", "grid", "dense_grid", "random_grid", "cube", "dense_cube",
                    "random_cube",
                ),
            ),
            Option(
                "junction", str, "threshold", "gap junctions",
                names=("threshold", "linear", "none"),
            ),
            Option("size", int, None, "number of astrocytes, about", _COUNT),
            _DEVICE,
        ),
        *_PARTS,
    ),
    Paradigm(
        "tripartite_synapse", "One astrocyte and the terminals of its domain, in a closed loop.",
        "paradigms.parts.tripartite_synapse:simulate_loop", (_DEVICE,), *_PARTS,
    ),
    Paradigm(
        "associative_recall", "Patterns stored in the transport of calcium, cued and recalled.",
        "paradigms.memory.associative_recall:simulate_recall",
        (
            Option("patterns", str, "random", f"what is stored: random, a .npy file, {_IMAGES}"),
            Option("n_patterns", int, 25, "number of patterns", _COUNT),
            Option("corruption", float, 0.2, "share of flipped bits in a cue", (0, 1)),
            Option("size", int, None, "number of neurons, of random patterns", (2, LARGEST_COUNT)),
            _BLOCK,
            Option("latent", bool, False, "encode images by an autoencoder (needs torch)"),
        ),
        *_MEMORY,
    ),
    Paradigm(
        "memory_capacity", "How many random patterns networks of growing size recall.",
        "paradigms.memory.memory_capacity:measure_capacity", (), *_MEMORY,
    ),
    Paradigm(
        "masked_completion", "A network trained to fill in masked images (needs torch).",
        "paradigms.memory.masked_completion:train_completion",
        (Option("patterns", str, "patches", f"images: {_IMAGES}"),), *_MEMORY,
    ),
    Paradigm(
        "spiking_recall", "Recall from a partial cue by spiking neurons and astrocytes.",
        "paradigms.memory.spiking_recall:simulate_spiking",
        (
            Option("networks", int, 3, "number of networks, each with a seed of its own", _COUNT),
            _BLOCK,
            Option("device", str, "cpp", "see astrogram devices"),
        ),
        *_MEMORY,
    ),
    Paradigm(
        "transport_block", "Calcium transport blocked in recall, in storage, and by degrees.",
        "paradigms.memory.transport_block:simulate_block", (), *_MEMORY,
    ),
)  # fmt: skip

PARADIGMS = {row.name: row for row in _ROWS}
"""The small paradigms by name."""
