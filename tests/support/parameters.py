"""Parameters that are refused."""

import pytest

from models.parameters import ParameterError, load_parameters


def refusal(overrides):
    with pytest.raises(ParameterError) as caught:
        load_parameters(overrides)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)
