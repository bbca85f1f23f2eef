"""Devices on which tests run the same thing."""

import pytest
from brian2.codegen.runtime.cython_rt import extension_manager

#: With the pins of GeNN, Brian2 does not know its way about the newest Cython.
CYTHON = pytest.param(
    "cython",
    marks=pytest.mark.skipif(
        extension_manager.Cython is None, reason="this Brian2 cannot use this Cython"
    ),
)
#: All that need no GeNN.
EVERYWHERE = ["numpy", CYTHON, "cpp"]
