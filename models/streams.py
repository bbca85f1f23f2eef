"""Named random streams: one seed, one independent generator for each use.

A stream's numbers depend on the seed and on its own name alone, so a new use of randomness never
shifts the numbers of an old one.
"""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of the stream `name` of animal `seed`.

    Parameters
    ----------
    seed : int
        The animal's seed, not negative.
    name : str
        What the numbers are for, such as ``"wiring/BLA_P_to_PL_P"``.

    Returns
    -------
    numpy.random.Generator
        Spawned from ``SeedSequence(seed)`` with a spawn key made of the name.
    """
    key = zlib.crc32(name.encode())
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key,)))
