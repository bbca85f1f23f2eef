"""What equations may call beside Brian2's own functions, written for every device."""

from __future__ import annotations

from collections.abc import Callable

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

# Between two presynaptic spikes next to nothing of what is slow decays. There five terms of the
# series are exact to the last digit, at a fifth of the cost of an exponential.
_DECAYED = """
{inline} double decayed(const double x)
{{
    if (x > -1e-3 && x < 1e-3) return x*(1 - x/2*(1 - x/3*(1 - x/4*(1 - x/5))));
    return -expm1(-x);
}}
"""
_DECAYED_CYTHON = """
cdef double decayed(double x):
    return -expm1(-x)
"""
# The Laplace transform of a gamma distribution. Next to nothing of its mean is left between spikes.
_SURVIVED = """
{inline} double survived(const double mean, const double variance)
{{
    if (mean < 1e-4) return 1 - mean + (mean*mean + variance)/2;
    const double ratio = variance/mean;
    return exp(ratio < 1e-6 ? -mean*(1 - ratio/2) : -mean/ratio*log1p(ratio));
}}
"""
# The same in the words of Cython (chosen: the same branches).
_SURVIVED_CYTHON = """
cdef double survived(double mean, double variance):
    cdef double ratio
    if mean < 1e-4:
        return 1 - mean + (mean*mean + variance)/2
    ratio = variance/mean
    if ratio < 1e-6:
        return exp(-mean*(1 - ratio/2))
    return exp(-mean/ratio*log1p(ratio))
"""


def decayed(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share that has decayed after `x` time constants, 1 - exp(-x)."""
    return -np.expm1(-x)


def survived(mean: NDArray[np.float64], variance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of exp(-x) where `x` has this mean and variance: (1 + variance/mean)^(-mean^2/variance).

    Exact if `x` is gamma distributed: it is the Laplace transform of that distribution.
    """
    mean, variance = np.broadcast_arrays(mean, variance)
    some = mean >= 1e-4
    ratio = np.divide(variance, mean, out=np.zeros(mean.shape), where=some)
    spread = ratio >= 1e-6
    rate = np.divide(np.log1p(ratio), ratio, out=1 - ratio / 2, where=spread)
    return np.where(some, np.exp(-mean * rate), 1 - mean + (mean**2 + variance) / 2)


def functions() -> dict[str, b2.Function]:
    """The functions by the name that equations call them by."""
    return {
        name: _function(python, arguments, code, cython)
        for name, python, arguments, code, cython in (
            ("decayed", decayed, 1, _DECAYED, _DECAYED_CYTHON),
            ("survived", survived, 2, _SURVIVED, _SURVIVED_CYTHON),
        )
    }


def _function(
    python: Callable[..., NDArray[np.float64]], arguments: int, code: str, cython: str
) -> b2.Function:
    result = b2.Function(python, arg_units=[1] * arguments, return_unit=1)
    add = result.implementations.add_implementation
    add("numpy", python)
    add("cython", cython)
    add("cpp", code.format(inline="static inline"))
    add("genn", code.format(inline="SUPPORT_CODE_FUNC"))
    return result
