"""Monotone activations with their slopes and integrals, for arrays and as Brian2 expressions.

The energy of a layer needs the integral of its activation (its Legendre term), so the four belong
together: value, slope, integral and the text that Brian2 reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import ModelError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Shape:
    value: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    integral: Callable[[Floats], Floats]
    text: str


def _log_cosh(u: Floats) -> Floats:
    size = np.abs(u)
    return size + np.log1p(np.exp(-2 * size)) - np.log(2.0)


def _sigmoid(u: Floats) -> Floats:
    return 0.5 * (1 + np.tanh(0.5 * u))


_SHAPES = {
    "identity": _Shape(lambda u: u, np.ones_like, lambda u: 0.5 * u * u, "({u})"),
    "tanh": _Shape(np.tanh, lambda u: 1 - np.tanh(u) ** 2, _log_cosh, "tanh({u})"),
    "clip": _Shape(
        lambda u: np.clip(u, -1.0, 1.0),
        lambda u: (np.abs(u) <= 1).astype(np.float64),
        lambda u: np.where(np.abs(u) <= 1, 0.5 * u * u, np.abs(u) - 0.5),
        "clip({u}, -1, 1)",
    ),
    "logistic": _Shape(
        _sigmoid,
        lambda u: _sigmoid(u) * _sigmoid(-u),
        lambda u: np.logaddexp(0.0, u),
        "1/(1 + exp(-({u})))",
    ),
}
SHAPES = tuple(_SHAPES)


@dataclass(frozen=True)
class Activation:
    """The function ``scale * shape(gain * u)``; rising where `scale` times `gain` is positive.

    Attributes
    ----------
    shape : str
        One of `SHAPES`.
    gain, scale : float
        Dimensionless.
    """

    shape: str
    gain: float = 1.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        if self.shape not in _SHAPES:
            raise ModelError(f"unknown activation '{self.shape}'; allowed: {', '.join(SHAPES)}")
        if not np.isfinite([self.gain, self.scale]).all() or self.gain * self.scale == 0:
            raise ModelError(
                f"activation {self.shape} has gain {self.gain} and scale {self.scale}; "
                "allowed: finite and not 0"
            )

    def __call__(self, u: Floats) -> Floats:
        """Value at `u`."""
        return self.scale * _SHAPES[self.shape].value(self.gain * u)

    def slope(self, u: Floats) -> Floats:
        """Derivative at `u`."""
        return self.scale * self.gain * _SHAPES[self.shape].slope(self.gain * u)

    def integral(self, u: Floats) -> Floats:
        """Integral from 0, but for a constant, up to `u`."""
        return self.scale / self.gain * _SHAPES[self.shape].integral(self.gain * u)

    @property
    def steepest(self) -> float:
        """Largest slope anywhere, in absolute value."""
        top = 0.25 if self.shape == "logistic" else 1.0
        return abs(self.scale * self.gain) * top

    def text(self, variable: str) -> str:
        """The same function of `variable` as a Brian2 expression."""
        inner = f"{self.gain!r}*{variable}"
        return f"{self.scale!r}*{_SHAPES[self.shape].text.format(u=inner)}"
