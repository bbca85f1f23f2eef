"""Binary latent code of images: a convolutional autoencoder whose code is -1 and 1 (needs torch).

Three strided convolutions, a dense layer and tanh give a code of 768 numbers for 32 x 32 x 3
images; its sign is the pattern (after Kozachkov, Slotine & Krotov 2025, the CIFAR-10
demonstration). Each bit is cut at the median of its unit over the images, so that it is as often 1
as -1, and a penalty on the overlaps of codes keeps those of different images apart: an associative
memory needs both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astrogram.text import shown
from models.parameters import ParameterSet
from paradigms.memory.images import Images, PatternError

SIDE = 32
BITS = 768


def require_torch() -> Any:
    """Return the module torch.

    Raises
    ------
    PatternError
        If it is not installed: how to get it.
    """
    try:
        import torch
    except ImportError:
        raise PatternError(
            "this needs torch, which is not installed; pip install 'astrogram[torch]', or, for "
            "recall, leave out --latent"
        ) from None
    torch.set_num_threads(1)
    return torch


def latent_encoder(
    source: str, parameters: ParameterSet, seed: int
) -> Callable[[Images], NDArray[np.int8]]:
    """Return what trains an autoencoder on the images that it is given, and encodes them.

    Parameters
    ----------
    source : str
        As `paradigms.memory.patterns.choose` takes it.
    parameters, seed
        As in `fit_autoencoder`.

    Raises
    ------
    PatternError
        If the source holds no images, or torch is not installed.
    """
    if source == "random" or source.endswith(".npy"):
        raise PatternError(
            f"--latent encodes images and {shown(source)} holds none; give --patterns digits, "
            "patches, a CIFAR-10 archive or a folder of images"
        )
    require_torch()
    return lambda images: fit_autoencoder(images, parameters, seed).encode(images)


def fit_autoencoder(images: Images, parameters: ParameterSet, seed: int) -> LatentCode:
    """Train on `images` and return the code; deterministic for a seed on one machine.

    Parameters
    ----------
    images : Images
        Any size and 1 or 3 colours; they are scaled to 32 x 32 x 3.
    parameters : ParameterSet
        Group ``autoencoder`` of the circuit ``associative_memory``.
    seed : int

    Raises
    ------
    PatternError
        If torch is not installed.
    """
    torch = require_torch()
    torch.manual_seed(seed)
    model = _autoencoder(torch)
    batch, epochs = (int(parameters.value(f"autoencoder.{name}")) for name in ("batch", "epochs"))
    apart = parameters.value("autoencoder.decorrelation")
    optimiser = torch.optim.Adam(model.parameters(), lr=parameters.value("autoencoder.rate"))
    pixels = _tensor(torch, images.pixels)
    for _ in range(epochs):
        for rows in torch.randperm(len(pixels)).split(batch):
            code = model[0](pixels[rows])
            loss = torch.mean((model[1](code) - pixels[rows]) ** 2)
            loss = loss + apart * _alike(torch, code)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    with torch.no_grad():
        middle = model[0](pixels).median(dim=0).values
    return LatentCode(model, middle)


class LatentCode:
    """A trained autoencoder: images to signs and back."""

    def __init__(self, model: Any, middle: Any) -> None:
        self._model, self._middle = model, middle

    def encode(self, images: Images) -> NDArray[np.int8]:
        """Signs of the code, shape (image, 768)."""
        torch = require_torch()
        with torch.no_grad():
            code = (self._model[0](_tensor(torch, images.pixels)) - self._middle).numpy()
        return np.where(code > 0, 1, -1).astype(np.int8)

    def decode(self, signs: NDArray) -> NDArray[np.float32]:
        """Images of codes, shape (image, 32, 32, 3), between 0 and 1."""
        torch = require_torch()
        with torch.no_grad():
            code = torch.as_tensor(np.asarray(signs, dtype=np.float32))
            decoded: NDArray[np.float32] = self._model[1](code).permute(0, 2, 3, 1).numpy()
        return decoded


def _alike(torch: Any, code: Any) -> Any:
    """Mean squared overlap of different images' codes."""
    overlap = code @ code.T / code.shape[1]
    others = overlap - torch.diag(torch.diag(overlap))
    return torch.mean(others**2)


def _autoencoder(torch: Any) -> Any:
    nn = torch.nn
    down = [
        layer
        for entry, leave in ((3, 12), (12, 24), (24, 48))
        for layer in (nn.Conv2d(entry, leave, 4, stride=2, padding=1), nn.GELU())
    ]
    encoder = nn.Sequential(*down, nn.Flatten(), nn.Linear(BITS, BITS), nn.Tanh())
    decoder = nn.Sequential(
        nn.Linear(BITS, BITS), nn.GELU(), nn.Unflatten(1, (48, 4, 4)),
        nn.ConvTranspose2d(48, 24, 4, stride=2, padding=1), nn.GELU(),
        nn.ConvTranspose2d(24, 12, 4, stride=2, padding=1), nn.GELU(),
        nn.ConvTranspose2d(12, 3, 4, stride=2, padding=1), nn.Sigmoid(),
    )  # fmt: skip
    return nn.ModuleList([encoder, decoder])


def _tensor(torch: Any, pixels: NDArray[np.float32]) -> Any:
    """Images as (image, colour, 32, 32)."""
    given = torch.as_tensor(pixels).permute(0, 3, 1, 2)
    if given.shape[1] == 1:
        given = given.expand(-1, 3, -1, -1)
    size = (SIDE, SIDE)
    return torch.nn.functional.interpolate(given, size=size, mode="bilinear", align_corners=False)
