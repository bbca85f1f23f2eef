"""A mark in a picture that says which request it shows, so that it is known again."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from astrogram.errors import OutputError
from paradigms.run.output import ASKED, check_name

_KEY = b"astrogram-request\0"
_HEADER = 33
"""Bytes of a PNG before its second chunk: signature and header."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def request_mark(attributes: Mapping[str, Any]) -> str:
    """Return the mark of a dataset with these attributes: the same for the same request."""
    asked = [str(attributes.get(name)) for name in (*ASKED, "request", "asked")]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def check_picture(picture: Path, mark: str, *, overwrite: bool) -> None:
    """Refuse to replace what is no picture of ours and, unless asked, one of another request.

    Raises
    ------
    OutputError
    """
    check_name(picture)
    if not os.path.lexists(picture):
        return
    found = read_mark(picture)
    if found is None:
        raise OutputError(
            f"cannot write {picture}: what is there is no figure of this version; move it, or "
            "choose another --out"
        )
    if found != mark and not overwrite:
        raise OutputError(
            f"{picture} is there already, of another dataset; choose another --out, or replace it "
            "by --overwrite"
        )


def write_mark(picture: Path, mark: str) -> None:
    """Write a mark into a PNG, as a text chunk after its header; its pixels stay as they are."""
    content = picture.read_bytes()
    body = b"tEXt" + _KEY + mark.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    picture.write_bytes(content[:_HEADER] + chunk + content[_HEADER:])


def read_mark(picture: Path) -> str | None:
    """Return the mark of a PNG, None if it has none or is no such picture."""
    start = _HEADER + 8 + len(_KEY)
    try:
        if not picture.is_file():
            return None
        with picture.open("rb") as file:
            content = file.read(start + 64)
    except OSError:
        return None
    marked = content.startswith(_SIGNATURE) and content[_HEADER + 8 : start] == _KEY
    return content[start:].decode("ascii", "replace") if marked else None
