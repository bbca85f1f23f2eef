"""The tables of an anatomy: every faulty row is one line that names file and row."""

from importlib import resources

import pytest

from models.parameters import ParameterError, load_parameters
from models.tissue.anatomy_tables import TABLES, load_anatomy, read_anatomy

FOLDER = resources.files("models") / "tables" / "amygdala_prefrontal" / "anatomy"
ADDRESSES = load_parameters().table


def shipped():
    return {name: (FOLDER / name).read_text(encoding="utf-8") for name in TABLES}


def test_the_shipped_tables_are_read_whole():
    anatomy = load_anatomy()
    assert anatomy == read_anatomy(shipped(), ADDRESSES)
    assert len(anatomy.populations) == 19
    assert anatomy.names[:3] == ("BLA_P", "BLA_PV", "BLA_SOM")
    assert anatomy.labels == ("none", "PL", "IL", "NAc", "CeA")
    assert anatomy.memory.name == "BLA_P"
    assert [row.name for row in anatomy.of_role("output")] == ["CeM"]
    assert [row.name for row in anatomy.of_role("modulator")] == ["LC", "VTA", "BF", "DRN", "PVN"]
    assert [row.name for row in anatomy.of_role("approach")] == ["NAc"]
    assert [row.name for row in anatomy.of_role("code")] == ["DG"]
    assert [row.name for row in anatomy.afferents if row.when == "place"] == ["turns"]
    assert len(anatomy.projections) == 66
    assert ("US", "VTA") in anatomy.pathways()
    assert ("LC", "astrocytes") in anatomy.pathways()


@pytest.mark.parametrize(
    ("name", "group", "index"),
    [
        ("BLA_P", "principal", ("population", 0)), ("CeM", "other", ("population", 10)),
        ("BLA_IL", "principal", ("projection", 2)),
    ],
)  # fmt: skip
def test_cells_are_found_by_population_and_by_class(name, group, index):
    anatomy = load_anatomy()
    assert anatomy.group(name) == group
    assert anatomy.index(name) == index


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("sensory", "afferent"), ("entorhinal", "drive"), ("US", "drive"),
        ("astrocytes", "astrocyte"),
    ],
)  # fmt: skip
def test_what_is_no_neuron_has_a_group_too(name, group):
    assert load_anatomy().group(name) == group


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("sensory", "afferent.code_sensory"), ("entorhinal", "afferent.code_DG"),
        ("DG", "afferent.code_DG"), ("BLA_P", ""), ("US", ""),
    ],
)  # fmt: skip
def test_cells_with_a_fibre_each_code_what_these_do(source, code):
    assert load_anatomy().coded(source) == code


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("populations.csv", "CeM,CeM,other", "CeM,CeM,some", "populations.csv, line 12: cells"),
        ("populations.csv", ",output", ",leader", "populations.csv, line 12: role"),
        ("populations.csv", "lif.b_ahp_other,output", "lif.b_ahp_none,output",
         "populations.csv, line 12: adaptation"),
        ("populations.csv", ",memory", ",", "its one population of the role memory"),
        ("populations.csv", "LC,LC", "VTA,LC", "populations.csv, line 14: 'VTA' stands twice"),
        ("populations.csv", ",region,", ",where,", "populations.csv has columns"),
        ("populations.csv", "noradrenaline", "adrenaline", "populations.csv, line 13: transmitter"),
        ("classes.csv", "BLA_IL,BLA_P", "BLA_IL,BLA_X", "classes.csv, line 3: population 'BLA_X'"),
        ("projections.csv", "CeM,LC,ampa", "CeM,LX,ampa", "target 'LX'; allowed: BF, "),
        ("projections.csv", "CeM,LC,ampa", "CeX,LC,ampa", "source 'CeX'; allowed: BF, "),
        ("projections.csv", "CeM,LC,ampa", "CeM,LC,nmda", "receptor 'nmda'; allowed: ampa, gaba"),
        ("projections.csv", "CeM,LC,ampa", "CeM,LC,ampa,,,,,", "more or fewer than 7 columns"),
        ("afferents.csv", "conditioned,afferent", "noise,afferent", "line 2: when"),
        ("afferents.csv", "afferent.n_sensory", "n_CS", "afferents.csv, line 2: number 'n_CS'"),
        ("afferents.csv", "afferent.code_DG", "code_DG", "line 3: code 'code_DG'"),
        ("afferents.csv", "_US,sensory", "_US,ears", "line 3: hears 'ears'; allowed: US"),
        ("projections.csv", "gaba,cannabinoid", "gaba,opioid",
         "terminal 'opioid'; allowed: nothing, cannabinoid, habituating"),
        ("projections.csv", "one_to_one", "one", "wiring 'one'; allowed: nothing, one_to_one"),
        ("populations.csv", ",approach", ",leader", "line 16: role 'leader'"),
        ("plastic.csv", "sensory,BLA_P", "sensory,CeM", "line 2: target 'CeM'; allowed: BLA_P"),
        ("modulators.csv", "LC,astrocytes", "LC,microglia", "line 2: target 'microglia'"),
        ("modulators.csv", "VTA,BLA_P", "VTB,BLA_P", "modulators.csv, line 3: source 'VTB'"),
    ],
)  # fmt: skip
def test_a_faulty_row_is_one_line_with_file_and_row(file, old, new, said):
    texts = shipped()
    assert old in texts[file]
    texts[file] = texts[file].replace(old, new, 1)
    with pytest.raises(ParameterError) as caught:
        read_anatomy(texts, ADDRESSES)
    (line,) = str(caught.value).splitlines()
    assert said in line
    assert len(line) < 400
