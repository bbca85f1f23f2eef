"""Patterns to store: where they come from, how they become -1 and 1, and how a cue loses bits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from paradigms.memory.images import Images, PatternError

EMBEDDED = ("random", "digits", "patches")
PATCH = 16
"""Side of a photograph patch, pixels."""


def load_images(source: str, rng: Generator, limit: int = 1000) -> Images:
    """Images of a source.

    Parameters
    ----------
    source : str
        ``"digits"`` or ``"patches"`` (of scikit-learn), or a file or folder that
        `paradigms.memory.pattern_files.read_images` reads.
    rng : Generator
        Draws which images, and where patches are cut.
    limit : int
        At most so many.

    Raises
    ------
    PatternError
        For a source that is unknown, absent or damaged.
    """
    if source == "digits":
        from sklearn.datasets import load_digits

        pixels = load_digits().images.astype(np.float32)[..., np.newaxis] / 16
    elif source == "patches":
        pixels = _photograph_patches(rng, limit)
    else:
        from paradigms.memory.pattern_files import read_images

        pixels = read_images(Path(source), limit, rng)
    if len(pixels) > limit:
        pixels = pixels[np.sort(rng.choice(len(pixels), limit, replace=False))]
    return Images(pixels, source)


def _photograph_patches(rng: Generator, number: int) -> NDArray[np.float32]:
    from sklearn.datasets import load_sample_images

    photographs = load_sample_images().images
    cut = np.empty((number, PATCH, PATCH, 3), dtype=np.float32)
    for place in cut:
        picture = photographs[rng.integers(len(photographs))]
        row, column = (rng.integers(side - PATCH + 1) for side in picture.shape[:2])
        place[...] = picture[row : row + PATCH, column : column + PATCH] / 255
    return cut


def binarise(pixels: NDArray[np.floating]) -> NDArray[np.int8]:
    """Plain binarisation: each image against its own median, or each pixel against that of all.

    The median of an image keeps half of its bits at 1, so that no bit is common to all patterns;
    where half of the image or more is of one value, as in drawings, the median of each pixel over
    the images is taken instead.

    Parameters
    ----------
    pixels : ndarray, shape (image, ...)

    Returns
    -------
    ndarray of int8, shape (image, bits)
    """
    flat = np.asarray(pixels).reshape(len(pixels), -1)
    level = np.median(flat, axis=1, keepdims=True)
    if abs(np.mean(flat > level) - 0.5) > 0.05:
        level = np.median(flat, axis=0, keepdims=True)
    return np.where(flat > level, 1, -1).astype(np.int8)


def corrupt(
    patterns: NDArray[np.integer], share: float, rng: Generator
) -> NDArray[np.int8]:
    """Flip the sign of exactly a share of each pattern's bits, rounded.

    Raises
    ------
    PatternError
        If the share is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise PatternError(f"--corruption {share:g}; allowed: 0 to 1, the share of flipped bits")
    cues = np.array(patterns, dtype=np.int8)
    number = round(share * cues.shape[1])
    rank = rng.random(cues.shape).argsort(axis=1)
    cues[rank < number] *= -1
    return cues


def choose(
    source: str,
    n_patterns: int,
    n_neurons: int,
    rng: Generator,
    encode: Callable[[Images], NDArray[np.int8]] | None = None,
) -> tuple[NDArray[np.int8], Images | None]:
    """Patterns to store and, of images, the images.

    Parameters
    ----------
    source : str
        ``"random"``, an ``.npy`` file of -1 and 1 with shape (pattern, neuron), or a source of
        `load_images`.
    n_patterns, n_neurons : int
        How many; `n_neurons` is for random patterns only.
    rng : Generator
    encode : callable, optional
        Images to -1 and 1, shape (image, bits); `binarise` by default.

    Returns
    -------
    patterns : ndarray of int8, shape (K, N)
        All different, unless random.
    images : Images or None

    Raises
    ------
    PatternError
        If the source has too few different patterns, or cannot be used.
    """
    images = None
    if n_patterns < 1 or n_neurons < 2:
        raise PatternError(
            f"{n_patterns} patterns of {n_neurons} neurons; allowed: at least 1 of at least 2"
        )
    if source == "random":
        return rng.integers(0, 2, (n_patterns, n_neurons), dtype=np.int8) * 2 - 1, None
    if source.endswith(".npy"):
        from paradigms.memory.pattern_files import read_patterns

        bits = read_patterns(Path(source))
    else:
        images = load_images(source, rng)
        bits = (encode or (lambda given: binarise(given.pixels)))(images)
    _, first = np.unique(bits, axis=0, return_index=True)
    if len(first) < n_patterns:
        raise PatternError(
            f"{source} has {len(first)} different patterns; allowed: --n-patterns up to that"
        )
    taken = np.sort(rng.choice(first, n_patterns, replace=False))
    if images is not None:
        images = Images(images.pixels[taken], images.source)
    return bits[taken], images
