"""Functions of equations that brian2genn would compute less exactly than the C++ device."""

from __future__ import annotations

import brian2 as b2

# brian2genn's own takes its arguments in single precision, whatever the model's: a weight would be
# rounded at every presynaptic spike.
_CLIP = """
SUPPORT_CODE_FUNC double _clip(const double value, const double a_min, const double a_max)
{
    return value < a_min ? a_min : value > a_max ? a_max : value;
}
"""


def register() -> None:
    """Let Brian2 know GeNN, and these functions instead of brian2genn's, which must be there."""
    from brian2genn.genn_generator import GeNNCodeGenerator  # registers the device, too

    b2.DEFAULT_FUNCTIONS["clip"].implementations.add_implementation(
        GeNNCodeGenerator, code=_CLIP, name="_clip"
    )
