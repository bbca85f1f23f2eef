"""What equations may call beside Brian2's own functions, written for every device."""

from __future__ import annotations

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


def decayed(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share that has decayed after `x` time constants, 1 - exp(-x)."""
    return -np.expm1(-x)


def functions() -> dict[str, b2.Function]:
    """The functions by the name that equations call them by."""
    result = b2.Function(decayed, arg_units=[1], return_unit=1)
    add = result.implementations.add_implementation
    add("numpy", decayed)
    add("cython", _DECAYED_CYTHON)
    add("cpp", _DECAYED.format(inline="static inline"))
    add("genn", _DECAYED.format(inline="SUPPORT_CODE_FUNC"))
    return {"decayed": result}
