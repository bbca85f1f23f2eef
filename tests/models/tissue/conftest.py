"""Tissues of several sizes."""

import pytest

from models.parameters import load_parameters
from models.tissue.drawing import draw_tissue

PARAMETERS = load_parameters()


@pytest.fixture(scope="session", params=[(250, 1), (1000, 2), (4000, 3)], ids=lambda p: f"{p[0]}")
def tissue(request):
    size, seed = request.param
    return draw_tissue(PARAMETERS, size, seed)


@pytest.fixture(scope="session")
def large():
    return draw_tissue(PARAMETERS, 4000, 3)
