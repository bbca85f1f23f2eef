"""One small animal, and the levels that its doses give."""

import pytest

from models.parameters import load_parameters
from paradigms.protocol.doses import dose_levels
from paradigms.protocol.interventions import InterventionError
from tests.support.circuit import blink, draw
from tests.support.doses import SLOW, TIMES

PARAMETERS = load_parameters()


@pytest.fixture(scope="module")
def animal():
    return draw(blink())


@pytest.fixture
def levels(animal):
    def given(*windows, times=TIMES):
        found, scaled, _ = dose_levels(windows, times, SLOW * times, animal.tissue, PARAMETERS)
        # what a label scales goes by a name of its own here, and what is one for all by no column
        scaled = {name.replace("light", "tag").replace("drug", "tag"): level
                  for name, level in scaled.items()}  # fmt: skip
        return {
            name: level[:, 0] if name.startswith("astrocyte.") and level.ndim > 1 else level
            for name, level in {**found, **scaled}.items()
        }

    return given


@pytest.fixture
def refusal(levels):
    def given(*windows):
        with pytest.raises(InterventionError) as caught:
            levels(*windows)
        assert len(str(caught.value).splitlines()) == 1
        return str(caught.value)

    return given
