"""What a published row needs by label is a column of the table of quantities."""

import numpy as np
import pytest

from analysis.activity.cells import with_label
from analysis.cohort.measures import measure
from analysis.dataset.table import BY_NAME
from analysis.design.contrasts import family, quantities
from tests.support.synthetic import synthetic


def test_families_ask_one_question_of_several_kinds_of_cells():
    assert list(family("cs_responsive")) == [
        "cs_responsive_PL", "cs_responsive_not_PL", "cs_responsive_IL",
    ]  # fmt: skip
    cells = [list(family(name).values()) for name in ("handoff", "handoff_lead", "handoff_rank")]
    assert cells == [["population=PL_P", "population=IL_P"]] * 3
    assert family("nothing") == {}


def test_every_condition_is_of_a_label_of_neurons():
    for row in quantities().values():
        assert bool(row["family"]) == bool(row["cells"])
        if row["cells"]:
            name = row["cells"].partition("=")[0].removesuffix("!")
            assert BY_NAME[name].dims == ("neuron",)
            assert BY_NAME[name].flags is not None


@pytest.mark.parametrize(
    ("quantity", "tested"), [("cs_responsive_PL", "=PL"), ("cs_responsive_not_PL", "!=PL")]
)
def test_shares_are_of_the_memory_cells_that_carry_the_label(quantity, tested):
    dataset, truth = synthetic(seed=6, bla=60, astrocytes=2)
    share = measure(dataset).values[quantity, "early_extinction"]
    cells = with_label(dataset, f"projection{tested}")
    answering = np.concatenate([truth.fear, truth.always, truth.inhibited])
    expected = 100 * np.isin(cells[cells < 60], answering).mean()
    assert share == pytest.approx(expected, abs=8)
