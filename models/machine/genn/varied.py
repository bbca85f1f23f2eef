"""Animals that differ in a constant, in one program: the constant becomes a variable of cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from models.machine.circuit import Circuit, Tables


def varied(circuit: Circuit, names: Iterable[str]) -> Circuit:
    """Return `circuit` with the constants `names` as variables of the cells that use them.

    So animals that differ in a constant can stand in one program. Links read it of their target.

    Parameters
    ----------
    circuit : Circuit
    names : iterable of str
        Constants. Their tables serve as the variables' initial values (`varied_tables`).
    """
    names = sorted(names)
    if not names:
        return circuit
    units, initial = circuit.constants, list(circuit.initial)
    cells = []
    for group in circuit.cells:
        texts = [group.equations, group.threshold, group.reset, group.refractory]
        for links in circuit.links:
            if links.target == group.name:
                texts += [links.model, links.on_pre]
        mine = [name for name in circuit.used(*texts) if name in names]
        lines = "".join(f"\n{name} : {units[name]} (constant)" for name in mine)
        cells.append(replace(group, equations=group.equations + lines))
        initial += [f"initial.{group.name}.{name}" for name in mine]
    word = re.compile(rf"\b({'|'.join(names)})\b")
    renamed = tuple(
        replace(
            item,
            model=word.sub(r"\1_post", item.model), on_pre=word.sub(r"\1_post", item.on_pre),
        )
        for item in circuit.links
    )  # fmt: skip
    constants = {name: unit for name, unit in units.items() if name not in names}
    return replace(
        circuit, cells=tuple(cells), links=renamed, constants=constants, initial=tuple(initial)
    )


def varied_tables(circuit: Circuit, tables: Tables) -> Tables:
    """Return `tables` with what the circuit of `varied` asks for beside them."""
    missing = [name for name in circuit.initial if name not in tables]
    return {**tables, **{name: tables[f"constant.{name.split('.')[2]}"] for name in missing}}
