"""JSON Schema of a protocol file, and the page of its keys, from the rows that it is read by."""

from __future__ import annotations

from typing import Any

from paradigms.protocol import key as kinds
from paradigms.protocol.key import Key
from paradigms.protocol.keys import TABLES_OF_KEYS
from paradigms.protocol.values import LONGEST_NAME, LONGEST_TEXT, NAME_PATTERN, TIME_UNITS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT, "pattern": r"\S"}
_NAME: Schema = {
    "type": "string", "maxLength": LONGEST_NAME, "pattern": f"^{NAME_PATTERN.pattern}$",
}  # fmt: skip
_NUMBER = r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?"

# Of a session and a phase there are several forms; a key tells which
_FORMS = {
    "session": (("offline", None, "night"), ("kind", "place", "place session")),
    "phase": (("kind", None, "phase of kinds"),),
    "place phase": (("kind", None, "place phase of kinds"),),
}


def protocol_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of a protocol.

    What it refuses, a run refuses. It knows one table at a time: that a stimulus is used, or an
    event ends with its trial, only a run can tell.
    """
    tables = {name: _table(keys) for name, (_, keys) in TABLES_OF_KEYS.items()}
    whole = tables.pop("protocol")
    for name, forms in _FORMS.items():
        own = _place(f"one {name}")
        tables[f"one {name}"] = tables.pop(name)
        for key, value, other in reversed(forms):
            told: Schema = {"required": [key]}
            if value is not None:
                told["properties"] = {key: {"const": value}}
            own = {"if": told, "then": _place(other), "else": own}
        tables[name] = own
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Protocol",
        **whole,
        "$defs": {_definition(name): content for name, content in tables.items()},
    }


def key_rows() -> list[dict[str, str]]:
    """Return a row for each key of each table, for the page of keys."""
    return [
        {
            "table": heading,
            "key": key.name,
            "value": _value(key),
            "left out": _left_out(key),
            "meaning": key.meaning,
            "example": key.line,
        }
        for heading, keys in TABLES_OF_KEYS.values()
        for key in keys
    ]


def _place(name: str) -> Schema:
    return {"$ref": f"#/$defs/{_definition(name)}"}


def _definition(name: str) -> str:
    return name.replace(" ", "_")


def _table(keys: tuple[Key, ...]) -> Schema:
    return {
        "type": "object",
        "properties": {key.name: _schema(key) for key in keys},
        "required": [key.name for key in keys if key.required],
        "additionalProperties": False,
    }


def _schema(key: Key) -> Schema:
    described: Schema = {"description": f"{key.meaning[0].upper()}{key.meaning[1:]}."}
    if key.default is not None:
        described["default"] = key.default
    return {**described, **_holds(key)}


def _holds(key: Key) -> Schema:
    """Return what the value of a key must be."""
    if key.kind == kinds.NAME:
        return _NAME
    if key.kind == kinds.CHOICE:
        return {"enum": list(key.choices)} if key.choices else _TEXT
    if key.kind == kinds.TIME:
        return _time(above=key.above)
    if key.kind == kinds.PAUSE:
        time = _time(above=False)
        return {"oneOf": [time, {"type": "array", "items": time, "minItems": 2, "maxItems": 2}]}
    if key.kind == kinds.COUNT:
        return {"type": "integer", **_bounds(key)}
    if key.kind == kinds.NUMBER:
        return {"type": "number", **_bounds(key)}
    if key.kind == kinds.FLAG:
        return {"type": "boolean"}
    if key.kind == kinds.SIMILAR:
        share = {"type": "number", **_bounds(key)}
        return {"type": "object", "propertyNames": _NAME, "additionalProperties": share}
    if key.kind == kinds.WINDOWS:
        several = {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True}
        return {"oneOf": [_TEXT, several]}
    if key.kind == kinds.NAMED:
        return {
            "type": "object", "propertyNames": _NAME, "additionalProperties": _place(key.of),
            **_counted(key, "Properties"),
        }  # fmt: skip
    if key.kind == kinds.TABLES:
        items = _place(key.of) if key.of else {"type": "object"}
        return {"type": "array", "items": items, **_counted(key, "Items")}
    if key.kind == kinds.SETTINGS:
        return {"type": "object"}
    return _TEXT


def _time(*, above: bool) -> Schema:
    """Return what a time must be: a number with a unit, and a digit above 0 where it must be so."""
    positive = r"(?=[0.]*[1-9])" if above else ""
    units = "|".join(TIME_UNITS)
    return {"type": "string", "pattern": rf"^\s*{positive}{_NUMBER}\s*({units})\s*$"}


def _bounds(key: Key) -> Schema:
    bounds: Schema = {}
    if key.low is not None:
        bounds["exclusiveMinimum" if key.above else "minimum"] = key.low
    if key.high is not None:
        bounds["maximum"] = key.high
    return bounds


def _counted(key: Key, what: str) -> Schema:
    counts = {f"min{what}": key.low, f"max{what}": key.high}
    return {name: count for name, count in counts.items() if count is not None}


def _value(key: Key) -> str:
    """Say in words what a key may hold."""
    if key.choices:
        return " or ".join(f'"{word}"' for word in key.choices)
    if key.kind == kinds.TIME:
        return "time above 0" if key.above else kinds.TIME
    if key.kind in (kinds.COUNT, kinds.NUMBER, kinds.SIMILAR) and key.bounds:
        return f"{key.kind} {key.bounds}"
    if key.kind in (kinds.TABLES, kinds.NAMED) and key.high is not None:
        return f"{key.kind}, at most {key.high:g}"
    return "word" if key.kind == kinds.CHOICE else key.kind


def _left_out(key: Key) -> str:
    """Say what stands for a key that is left out."""
    if key.required:
        return "refused"
    if key.default is None:
        return "nothing"
    return str(key.default).lower() if isinstance(key.default, bool) else f"{key.default}"
