"""Paradigm ``masked_completion``: a network trained to fill in masked images (needs torch).

    dx/dt = -x + W (g(s) phi(x)),   ds/dt = -s + a psi(p) + phi(x),   dp/dt = -p + T psi(p) + b g(s)

One process and one synaptic efficacy for each neuron's output; W, T, a and b are trained by
backpropagation through time, with neurons of visible pixels held at them (Kozachkov, Slotine &
Krotov 2025, the masked Tiny ImageNet demonstration). T is trained free or as (A + A^T)/2: without
symmetry there is no energy, and the question is whether completion needs one.
"""

from __future__ import annotations

import time as wall_clock
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.random import Generator
from numpy.typing import NDArray

from analysis.dataset.parts import assemble_parts
from models.parameters import ParameterSet, load_parameters
from models.streams import stream
from paradigms.memory.latent_autoencoder import require_torch
from paradigms.memory.patterns import PatternError, load_images
from paradigms.parts.options import check_fits, check_seed
from paradigms.run.provenance import run_provenance

NAME = "masked_completion"
CIRCUIT = "associative_memory"
KINDS = ("symmetric", "free")
SHOWN = 6
"""Held-out images in the dataset."""


def train_completion(
    patterns: str = "patches",
    *,
    seed: int = 0,
    overrides: Mapping[str, str] | None = None,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Train with symmetric and with free T, and complete held-out images.

    Parameters
    ----------
    patterns : str
        Source of images, see `paradigms.memory.patterns.load_images`.
    seed : int
        Images, masks, initial weights and batches follow from it.
    overrides : mapping of str to str, optional
        ``{"completion.epochs": "3"}``.
    progress : callable, optional
        Called with the completed fraction.

    Returns
    -------
    xarray.Dataset
        See `analysis.dataset.memory_tables`. ``error`` is the mean squared error of the masked
        pixels over held-out images after each time step; step 0 shows the mean image there.

    Raises
    ------
    PatternError
        For a source without images, or if torch is not installed.
    OptionError, ParameterError
        For what cannot be simulated.
    """
    torch = require_torch()
    check_seed(seed)
    parameters = load_parameters(overrides, circuit=CIRCUIT)
    side, images = (int(parameters.value(f"completion.{name}")) for name in ("side", "images"))
    check_fits(
        4 * 3 * side**2 * (10 * 3 * side**2 + 4 * images),  # weights and their moments; pixels
        f"{images} images of {side} x {side} pixels and their weights",
        "completion.side or completion.images",
    )
    began = wall_clock.perf_counter()
    if patterns == "random" or patterns.endswith(".npy"):
        raise PatternError(f"masked_completion needs images, not '{patterns}'; try patches")
    given = load_images(patterns, stream(seed, "patterns"), images).pixels
    if len(given) < 10:
        raise PatternError(f"{patterns} has {len(given)} images; allowed: 10 or more")
    pixels = _scaled(torch, given, side)
    rng = stream(seed, "masks")
    masks = draw_masks(len(pixels), pixels.shape[1:3], parameters, rng)
    held_out = max(1, len(pixels) // 5)
    found = []
    for row, kind in enumerate(KINDS):

        def report(fraction: float, row: int = row) -> None:
            if progress is not None:
                progress((row + fraction) / len(KINDS))

        torch.manual_seed(seed)
        found.append(_train(torch, kind, pixels, masks, held_out, parameters, report))
    shown = slice(0, SHOWN)
    return assemble_parts(
        NAME,
        {
            "kind": KINDS,
            "step": np.arange(len(found[0]["error"])),
            "epoch": np.arange(len(found[0]["loss"])),
            "image": pixels[:held_out][shown],
            "mask": masks[:held_out][shown],
            **{
                name: np.array([trained[name] for trained in found])
                for name in ("error", "loss", "asymmetry", "completed")
            },
        },
        {
            "title": f"Completion of masked {patterns}",
            "patterns": patterns,
            "masked_share": float(masks.mean()),
            "summary": f"{NAME}: symmetric and free transport, {len(pixels)} images",
            **run_provenance(parameters, seed, "torch cpu", began),
        },
    )


def draw_masks(
    count: int, shape: tuple[int, int], parameters: ParameterSet, rng: Generator
) -> NDArray[np.int8]:
    """Masks of random squares, shape (count, height, width); 1 where a pixel is masked."""
    side = min(int(parameters.value("completion.square")), *shape)
    masks = np.zeros((count, *shape), dtype=np.int8)
    for mask in masks:
        for _ in range(int(parameters.value("completion.squares"))):
            row, column = (int(rng.integers(length - side + 1)) for length in shape)
            mask[row : row + side, column : column + side] = 1
    return masks


def _scaled(torch: Any, pixels: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    size = {"size": (side, side)}
    given = torch.as_tensor(pixels).permute(0, 3, 1, 2)
    larger = given.shape[2] > side
    mode = {"mode": "area"} if larger else {"mode": "bilinear", "align_corners": False}
    scaled: NDArray[np.float32] = (
        torch.nn.functional.interpolate(given, **size, **mode).permute(0, 2, 3, 1).numpy()
    )
    return scaled


def _train(
    torch: Any,
    kind: str,
    pixels: NDArray[np.float32],
    masks: NDArray[np.int8],
    held_out: int,
    parameters: ParameterSet,
    report: Callable[[float], None],
) -> dict[str, Any]:
    """Train one network; its error by step, loss by epoch, asymmetry and completed images."""
    flat = torch.as_tensor(pixels.reshape(len(pixels), -1))
    hidden = torch.as_tensor(np.repeat(masks.reshape(len(masks), -1), pixels.shape[3], axis=1))
    mean = flat[held_out:].mean(dim=0)
    flat, hidden = flat - mean, hidden.bool()
    network = _Completion(torch, flat.shape[1], kind, parameters)
    optimiser = torch.optim.Adam(network.weights, lr=parameters.value("completion.rate"))
    epochs, batch = (int(parameters.value(f"completion.{name}")) for name in ("epochs", "batch"))
    losses = []
    for epoch in range(epochs):
        total = 0.0
        order = torch.randperm(len(flat) - held_out) + held_out
        for rows in order.split(batch):
            last = network.run(flat[rows], hidden[rows])[-1]
            loss = ((last - flat[rows])[hidden[rows]] ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.weights, 1.0)
            optimiser.step()
            total += float(loss.detach()) * len(rows) / len(order)
        losses.append(total)
        report((epoch + 1) / epochs)
    test, unseen = flat[:held_out], hidden[:held_out]
    with torch.no_grad():
        states = network.run(test, unseen)
        transport = network.transport()
        odd = float(torch.linalg.norm(transport - transport.T) / torch.linalg.norm(transport))
    errors = [float(((state - test)[unseen] ** 2).mean()) for state in states]
    images = [(state[:SHOWN] + mean).reshape(-1, *pixels.shape[1:]).numpy() for state in states]
    return {"error": errors, "loss": losses, "asymmetry": odd, "completed": np.array(images)}


class _Completion:
    """The trained network: weights and its run from a masked image."""

    def __init__(self, torch: Any, n: int, kind: str, parameters: ParameterSet) -> None:
        self._torch, self._symmetric = torch, kind == "symmetric"
        self._dt = parameters.value("completion.dt")
        self._steps = int(parameters.value("completion.steps"))
        self._w, self._t = (
            torch.nn.Parameter(torch.randn(n, n) * scale / n**0.5) for scale in (0.5, 0.3)
        )
        self._a, self._b = (torch.nn.Parameter(torch.full((n,), value)) for value in (0.5, 0.5))
        self.weights = [self._w, self._t, self._a, self._b]

    def transport(self) -> Any:
        """T as it acts."""
        return (self._t + self._t.T) / 2 if self._symmetric else self._t

    def run(self, pixels: Any, hidden: Any) -> list[Any]:
        """States x of every step; visible pixels stay, hidden ones start at 0, the mean image."""
        torch, transport = self._torch, self.transport()
        x = torch.where(hidden, torch.zeros_like(pixels), pixels)
        s, p = torch.zeros_like(x), torch.zeros_like(x)
        states = [x]
        for _ in range(self._steps):
            phi, g, psi = torch.tanh(x), 1 + torch.tanh(s), torch.tanh(p)
            dx = -x + (g * phi) @ self._w.T
            ds = -s + self._a * psi + phi
            dp = -p + psi @ transport.T + self._b * (g - 1)
            x = torch.where(hidden, x + self._dt * dx, pixels)
            s, p = s + self._dt * ds, p + self._dt * dp
            states.append(x)
        return states
