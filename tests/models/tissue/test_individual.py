"""Animals differ in some parameters, each by its own factor of mean one."""

import numpy as np
import pytest

from models.parameters import load_parameters
from models.tissue.individual import individual

MEAN = load_parameters()
NAMES = [row.name for row in MEAN.rows() if row.group == "individual"]


def test_every_row_names_a_parameter_that_is_not_zero():
    assert len(NAMES) >= 5
    for name in NAMES:
        assert MEAN.value(name) > 0


def test_the_spread_is_that_of_the_table_and_the_mean_is_kept():
    drawn = np.array([[individual(MEAN, seed).value(n) for n in NAMES] for seed in range(400)])
    relative = drawn / [MEAN.value(n) for n in NAMES]
    cv = np.array([MEAN.value(f"individual.{n}") for n in NAMES])
    assert relative.mean(axis=0) == pytest.approx(1, abs=4 * cv.max() / 20)
    assert relative.std(axis=0) == pytest.approx(cv, rel=0.2)
    correlation = np.corrcoef(relative.T) - np.eye(len(NAMES))
    assert abs(correlation).max() < 0.2  # independent: 4 standard errors


def test_an_animal_is_itself_again_and_nothing_else_changes():
    one, again = individual(MEAN, 7), individual(MEAN, 7)
    assert one.hash() == again.hash() != individual(MEAN, 8).hash()
    changed = {row.key for row in one.rows() if row != MEAN[row.key]}
    assert changed == set(NAMES)


def test_a_spread_of_zero_and_bounds_are_kept():
    without = MEAN.with_values({f"individual.{name}": "0" for name in NAMES})
    assert individual(without, 3).hash() == without.hash()
    wide = MEAN.with_values({"individual.afferent.rate_US": "0.5", "afferent.rate_US": "290 Hz"})
    drawn = [individual(wide, seed).value("afferent.rate_US") for seed in range(40)]
    assert max(drawn) == 300
