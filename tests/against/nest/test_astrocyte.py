"""NEST's Li-Rinzel astrocyte and ours: same parameters, same input, same traces."""

import pytest

pytest.importorskip(
    "nest", reason="NEST is not installed: pip install nest-simulator==3.10.0 (extra `nest`)"
)

from paradigms.references.nest import nest_checks


def test_calcium_ip3_and_h_agree_with_nest(capfd):
    rows = nest_checks()
    assert capfd.readouterr().out == ""  # a table goes there
    assert len(rows) == 6
    assert [row for row in rows if not row.met] == []
