"""Epochs and contrasts of a user's own, read from TOML: data, refused in one line where wrong.

They stand in the protocol, or in a file beside it (``--rows``) that holds nothing else.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

from analysis.dataset.errors import RowsError
from analysis.design.contrasts import WHOLE, Contrast, quantities
from analysis.design.epochs import Design, Own, make_design
from analysis.design.row_values import CONTRAST, EPOCH, Wrong
from analysis.design.targets import target
from analysis.design.trials import Epoch, Trials, check_epoch
from astrogram.text import one_line, shown, suggestion

MOST = 1000
"""Tables of each kind that are accepted."""
_KINDS = ("epoch", "contrast")


def read_rows(text: str, where: str, *, alone: bool = False) -> Own:
    """Read the epochs and contrasts in a TOML text.

    Parameters
    ----------
    text : str
        A protocol, or (`alone`) a text that may hold nothing else.
    where : str
        Names it in messages.

    Returns
    -------
    Own

    Raises
    ------
    RowsError
        If it is no TOML, or a table is refused.
    """
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        reason = one_line(str(error)) or "nested too deep"
        raise RowsError(f"{where}: is not valid TOML: {reason}") from None
    for key in content if alone else ():
        if key not in _KINDS:
            raise RowsError(
                f"{where}: {shown(key)} is not a key here; allowed: [[epoch]] and [[contrast]] "
                f"tables{suggestion(key, _KINDS)}"
            )
    return rows_of(content, where)


def load_rows(path: Path) -> Own:
    """Read a file of epochs and contrasts; see `read_rows`."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise RowsError(f"{path}: is not a text file; give epochs and contrasts in TOML") from None
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise RowsError(f"{path}: {reason}; give a readable file of epochs and contrasts") from None
    return read_rows(text, path.name, alone=True)


def rows_of(content: Mapping[str, Any], where: str) -> Own:
    """Read the tables ``epoch`` and ``contrast`` of parsed content; see `read_rows`."""
    own = Own(
        tuple(_read(Epoch, item, at) for item, at in _tables(content, "epoch", where)),
        tuple(_contrast(item, at) for item, at in _tables(content, "contrast", where)),
    )
    names = [epoch.name for epoch in own.epochs]
    _unique(where, "epoch", names)
    _unique(where, "role", [epoch.role for epoch in own.epochs if epoch.role])
    if WHOLE in names:
        raise RowsError(f"{where}: epoch '{WHOLE}' is the whole experiment; rename it")
    rows = [row.name for row in own.contrasts]
    _unique(where, "contrast", rows)
    for place, row in enumerate(own.contrasts):
        of = target(row.expect).of if row.expect else ""
        if of and of not in rows[:place]:
            raise RowsError(
                f"{where}: contrast {shown(row.name)}: expect speaks of {shown(of)}, which is no "
                f"contrast above it{suggestion(of, rows[:place])}"
            )
    return own


def check_rows(own: Own, trials: Trials, where: str) -> Design:
    """Refuse what an experiment with these trials cannot have, and return its design.

    Raises
    ------
    RowsError
        If an epoch has no trial, or a contrast no epoch.
    """
    for epoch in own.epochs:
        check_epoch(epoch, trials, f"{where}: epoch '{epoch.name}'")
    design = make_design(own, trials)
    for row in own.contrasts:
        _check_contrast(row, design, f"{where}: contrast {shown(row.name)}")
    return design


def check_groups(rows: Iterable[Contrast], groups: Sequence[str]) -> None:
    """Refuse contrasts of groups that there are not."""
    for row in rows:
        for group in row.groups:
            if group not in groups:
                raise RowsError(
                    f"contrast {shown(row.name)}: group {shown(group)} is not among the groups; "
                    f"allowed: {', '.join(groups)}{suggestion(group, groups)}"
                )


def check_found(own: Own, designs: Iterable[Design]) -> None:
    """Refuse epochs of `own` that no animal has."""
    known = {epoch.name for design in designs for epoch in design}
    for epoch in own.epochs:
        if epoch.name not in known:
            raise RowsError(
                f"epoch {shown(epoch.name)} is in no file: none has such trials of stage "
                f"{shown(epoch.stage)} (a cohort's file has the epochs that it was made with)"
            )


def with_rows(text: str, own: Own) -> str:
    """Return a protocol's text with the tables of `own` behind it.

    Raises
    ------
    RowsError
        If it has an epoch, role or contrast of the same name already.
    """
    blocks = [
        f"\n[[{kind}]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in item.items())
        for kind, items in plain(own).items() for item in items
    ]  # fmt: skip
    joined = text.rstrip("\n") + "\n" + "".join(blocks)
    read_rows(joined, "the protocol and the rows beside it")
    return joined


def plain(own: Own | Design) -> dict[str, list[dict[str, Any]]]:
    """Return epochs and contrasts as `rows_of` takes them."""
    return {"epoch": [_plain(row) for row in own.epochs],
            "contrast": [_plain(row) for row in own.contrasts]}  # fmt: skip


def design_text(design: Design) -> str:
    """Return a design as JSON text."""
    return json.dumps({**plain(design), "stages": dict(design.stages)})


def read_design(text: str, where: str) -> Design:
    """Read what `design_text` wrote.

    Raises
    ------
    RowsError
        If it is not that.
    """
    try:
        content = json.loads(text)
        stages = tuple((str(name), int(count)) for name, count in content["stages"].items())
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        raise RowsError(f"{where}: its epochs cannot be read; make it again") from None
    own = rows_of(content, where)
    return Design(own.epochs, own.contrasts, stages)


def _check_contrast(row: Contrast, design: Design, at: str) -> None:
    names = [epoch.name for epoch in design]
    named = {
        "epoch": row.epoch, "minus_epoch": row.minus_epoch, "beside_epoch": row.beside_epoch
    }  # fmt: skip
    for key, name in named.items():
        if name and name != WHOLE and name not in names:
            raise RowsError(
                f"{at}: {key} = {shown(name)} is no epoch of the protocol; allowed: "
                f"{', '.join(names)}, {WHOLE}{suggestion(name, names)}"
            )
    asked = {row.quantity: (row.epoch, row.minus_epoch)}
    if row.beside:
        asked[row.beside] = (*asked.get(row.beside, ()), row.other.epoch, row.minus_epoch)
    for quantity, epochs in asked.items():
        table = quantities()[quantity]
        lacking = [role for role in table["roles"].split() if not design.role(role)]
        if lacking:
            raise RowsError(
                f"{at}: {quantity} needs epochs with the roles {', '.join(lacking)}; give them, "
                f'such as role = "{lacking[0]}", in [[epoch]] tables'
            )
        allowed = _places(table["at"].split(), design)
        for name in epochs:
            if name and name not in allowed:
                raise RowsError(
                    f"{at}: {quantity} is not measured in {shown(name)}; allowed: "
                    f"{', '.join(allowed)}{suggestion(name, allowed)}"
                )


def _places(kinds: Sequence[str], design: Design) -> list[str]:
    """Where a quantity is measured."""
    found = {"epoch": tuple(epoch.name for epoch in design), "tested": design.tested,
             WHOLE: (WHOLE,)}  # fmt: skip
    return [name for kind in kinds for name in found.get(kind, design.roles(kind))]


def _contrast(item: Mapping[str, Any], at: str) -> Contrast:
    between = "minus_group" in item or "minus_epoch" in item
    row: Contrast = _read(Contrast, {"form": "difference" if between else "value", **item}, at)
    if row.form == "value" and between:
        _refuse(at, "form", row.form, "has nothing to subtract; write difference, or leave it out")
    if row.form == "difference" and not between:
        _refuse(at, "form", row.form, "needs minus_epoch or minus_group")
    if row.form == "ratio" and (row.minus_epoch or not row.minus_group):
        _refuse(at, "form", row.form, "is one of groups: it needs minus_group, and no minus_epoch")
    if (row.form == "correlation") != bool(row.beside):
        _refuse(at, "form", row.form, "goes with beside: a correlation of quantity with another")
    if row.beside_epoch and not row.beside:
        _refuse(at, "beside_epoch", row.beside_epoch, "is that of beside, which is missing")
    return row


def _read(kind: type, item: Mapping[str, Any], at: str) -> Any:
    checks = EPOCH if kind is Epoch else CONTRAST
    named = item.get("name")
    at = f"{at} {shown(named)}" if isinstance(named, str) else at
    for key in ("name", *(("stage",) if kind is Epoch else ())):
        if key not in item:
            raise RowsError(f'{at}: {key} is missing; add a line such as {key} = "my_test"')
    values = {}
    for key, value in item.items():
        if key not in checks:
            raise RowsError(
                f"{at}: {shown(key)} is not a key here; allowed: {', '.join(checks)}"
                f"{suggestion(key, checks)}"
            )
        try:
            values[key] = checks[key](value)
        except Wrong as must:
            _refuse(at, key, value, str(must))
    return kind(**values)


def _refuse(at: str, key: str, value: object, must: str) -> NoReturn:
    raise RowsError(f"{at}: {key} = {shown(value)} {must}")


def _tables(content: Mapping[str, Any], kind: str, where: str) -> list[tuple[dict[str, Any], str]]:
    found = content.get(kind, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise RowsError(f"{where}: {kind} = {shown(found)} must be written as [[{kind}]] tables")
    if len(found) > MOST:
        raise RowsError(f"{where}: has {len(found)} [[{kind}]] tables; at most {MOST} are allowed")
    return [(item, f"{where}: {kind}") for item in found]


def _unique(where: str, what: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise RowsError(f"{where}: {what} {shown(name)} is given twice; give it once")


def _plain(row: Epoch | Contrast) -> dict[str, Any]:
    return {field.name: value for field in fields(row)
            if (value := getattr(row, field.name)) != field.default}  # fmt: skip


def _toml(value: object) -> str:
    # A basic string of TOML is one of JSON, but for characters that JSON writes as surrogates
    return json.dumps(value, ensure_ascii=False)
