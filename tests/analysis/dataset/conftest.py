"""What tests of dataset files share."""

import pytest

from tests.support.synthetic import synthetic


@pytest.fixture(scope="module")
def dataset():
    return synthetic(bla=40, astrocytes=4)[0]
