"""Which steps resolve which rates of the amygdala circuit, and what a refusal says."""

import re
from dataclasses import replace

import brian2 as b2
import numpy as np
import pytest

from models import compose
from models.checks import ModelError
from models.circuits.amygdala_checks import check_constants, check_membranes, check_weights
from models.circuits.amygdala_mechanisms import MECHANISMS, composed
from models.circuits.amygdala_prefrontal import namespace
from models.machine.clocks import choose_clocks
from models.parameters import load_parameters
from models.time_step import fastest_rates
from models.tissue.individual import individual
from models.tissue.wiring import Edges
from paradigms.cohort.robustness import plan_draws
from tests.support.circuit import blink, draw


@pytest.fixture(scope="module")
def animal():
    return draw(blink())


def check(animal, overrides=(), *, speed=10.0, doses=(), static=1.0):
    """Check the steps of an animal whose parameters are changed after it was wired."""
    parameters = animal.parameters.with_values(dict(overrides))
    clocks = choose_clocks(parameters, speed, "cpp")
    tissue = animal.tissue
    if static != 1.0:
        stronger = {
            key: Edges(edges.source, edges.target, edges.weight * static)
            for key, edges in tissue.static.items()
        }
        tissue = replace(tissue, static=stronger)
    levels = {name: np.array([0.0, level]) for name, level in dict(doses).items()}
    check_constants(parameters, namespace(parameters, speed), levels,
                    cell=clocks.neuron, astrocyte=clocks.astrocyte)  # fmt: skip
    check_membranes(parameters, tissue, (levels,), clocks.neuron)


def refusal(animal, overrides=(), **given):
    with pytest.raises(ModelError) as caught:
        check(animal, overrides, **given)
    line = str(caught.value)
    assert "\n" not in line
    assert len(line) < 300
    return line


@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_defaults_pass_on_both_clocks(animal, speed):
    check(animal, speed=speed)


def test_every_variable_that_has_a_rate_is_known():
    given = namespace(load_parameters(), 1.0)
    rates = fastest_rates(composed("astrocyte"), given, known=compose.rates(MECHANISMS))
    without = {"h", "gate_integral", "tag"}  # part of C; nothing pulls on an integral
    assert set(rates) == b2.Equations(composed("astrocyte")).diff_eq_names - without
    cells = b2.Equations(composed("principal")).diff_eq_names
    membrane = {"v", "g_ampa", "g_gaba", "g_ahp"}
    receptors = {"D", "eCB", "cort", "GR", "primed"}
    protein = {"effort", "signal", "protein", "P_0", "P_1", "P_2"}
    saved = {"restored", "strengthened"}
    assert cells == membrane | receptors | protein | saved | {"y", "theta"}


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"gliotransmission.O_G": 1000}, ("Gamma_S", "a lower gliotransmission.O_G")),
        ({"gliotransmission.Omega_A": 100}, ("x_A", "up to 14 ms", "gliotransmission.Omega_A")),
        ({"gliotransmission.Omega_ser": 100}, ("Ser", "gliotransmission.Omega_ser")),
        ({"gliotransmission.Omega_ado": 100}, ("A_d", "gliotransmission.Omega_ado")),
        ({"noradrenaline.Omega_NA": 100}, ("N_A", "noradrenaline.Omega_NA")),
        ({"noradrenaline.Omega_cAMP": 100}, ("cAMP", "noradrenaline.Omega_cAMP")),
        ({"synapse.Omega_c": 1000}, ("Y_S", "synapse.Omega_c")),
        ({"synapse.Y_T": 5000, "receptors.O_N": 1}, ("Gamma_A", "receptors.O_N", "synapse.Y_T")),
        ({"ip3.K_3K": 0.0001}, ("I,", "a higher ip3.K_3K")),
        ({"ip3.Omega_5P": 1000}, ("I,", "a lower ip3.Omega_5P")),
        ({"calcium.O_P": 1000}, ("C,", "a lower calcium.O_P")),
        ({"calcium.K_P": 0.0001}, ("C,", "a higher calcium.K_P")),
        ({"calcium.Omega_S": 100}, ("C_tot", "a lower calcium.Omega_S")),
        ({"lif.C_m": 10}, ("numerics.dt = 0.2 ms", "v of ", "lif.C_m = 10 pF", "up to 0.0")),
        ({"plasticity.G_CS": 10000}, ("v of BLA_P cells", "plasticity.G_*")),
    ],
)
def test_a_rate_beyond_the_step_is_refused_with_what_to_change(animal, overrides, words):
    line = refusal(animal, overrides)
    assert "is too coarse for" in line
    for word in words:
        assert word in line


def test_the_step_that_a_refusal_allows_is_allowed(animal):
    fast = {"gliotransmission.Omega_A": 100}
    assert "up to 14 ms" in refusal(animal, fast)  # of 15 a whole number of the cells' steps
    check(animal, fast | {"numerics.dt_astrocyte": 14})
    line = refusal(animal, {"numerics.dt_astrocyte": 16} | fast)
    assert "dt_astrocyte = 16 ms" in line
    light = {"lif.C_m": 10}
    (allowed,) = re.findall(r"up to ([\d.]+) ms", refusal(animal, light))
    check(animal, light | {"numerics.dt": float(allowed)})


def test_the_clock_counts(animal):
    clearing = {"dopamine.Omega_DA": 70}  # slow enough for astrocytes, which hear of it, too
    check(animal, clearing)
    assert "D, whose" in refusal(animal, clearing, speed=100.0)


@pytest.mark.xfail(
    strict=True, raises=ModelError,
    reason="since a new place drives LC, three times its conductances are beyond the step",
)
def test_three_times_the_fixed_conductances_pass(animal):
    check(animal, static=3.0)


def test_conductances_and_light_count(animal):
    check(animal, static=2.5)
    line = refusal(animal, static=30.0)
    assert "v of " in line
    assert "projection.*.total" in line
    light = {"principal.g_light": 2e-6}
    assert "optogenetics.g_* or the dose" in refusal(animal, doses=light)


def test_doses_count(animal):
    check(animal, doses={"astrocyte.drug_IP3_phosphatase": 100.0})
    line = refusal(animal, doses={"astrocyte.drug_IP3_phosphatase": 1000.0})
    assert "I, whose" in line
    assert "a lower dose (drug_IP3_phosphatase)" in line


def test_nothing_that_a_robustness_map_draws_is_refused(animal):
    draws = plan_draws(24, 15)
    for number in range(24):
        # each weight a fifth larger, and its background as much again
        check(animal, draws.overrides(number), static=1.44)


def test_no_animal_of_the_defaults_is_refused(animal):
    for seed in range(24):
        own = individual(load_parameters(), seed)
        check(replace(animal, parameters=own))


def test_weights_above_their_bound_are_refused(animal):
    check_weights(animal.parameters, animal.tissue)
    less = animal.parameters.with_values({"plasticity.w_max": 1})
    with pytest.raises(ModelError, match=r"naive weights reach .*, above plasticity.w_max = 1; "):
        check_weights(less, animal.tissue)
    assert "w_min = 10 is not below" in refusal(
        animal, {"plasticity.w_min": 10, "plasticity.w_max": 10}
    )
