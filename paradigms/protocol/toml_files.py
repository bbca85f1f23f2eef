"""TOML of a stranger: read within bounds, and put together so that it reads as what is meant.

It is data: nothing in it is executed, and every refusal is one line.
"""

from __future__ import annotations

import io
import os
import re
import stat
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from astrogram.text import one_line
from paradigms.protocol.reading import ProtocolError

MOST_BYTES = 256 * 1024
"""Size of the largest file that is read: the largest that ships has 4 KiB."""

DEEPEST_KEY = 8
"""Words of the longest dotted key. Time and memory of the parser grow with their square."""

_WORD = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_DEEP = re.compile(rf"(?<![A-Za-z0-9_-])(?:{_WORD}[ \t]*+\.[ \t]*+){{{DEEPEST_KEY},}}")
_LONGEST_REASON = 120


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    ProtocolError
        As `read_text` and `parse_toml`.
    """
    return parse_toml(read_text(path), path.name)


def read_text(path: Path) -> str:
    """Read a text file with one kind of line end and without a byte order mark.

    Raises
    ------
    ProtocolError
        If it cannot be read, is no regular file, is larger than `MOST_BYTES` or is not UTF-8.
    """
    where = one_line(str(path))
    try:
        # Not to wait for the writer of a named pipe, which is refused below
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise _unreadable(where, error) from None
    except ValueError:  # a name with a zero character
        raise ProtocolError(f"{where}: is no name of a file; give a TOML file") from None
    try:
        kind = os.fstat(handle).st_mode
        if not stat.S_ISREG(kind):
            what = "a directory" if stat.S_ISDIR(kind) else "a pipe, socket or device"
            raise ProtocolError(f"{where}: is {what}; give a TOML file")
        with open(handle, "rb", closefd=False) as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise _unreadable(where, error) from None
    finally:
        os.close(handle)
    _check_size(where, len(content))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProtocolError(f"{where}: is not a text file; give TOML in UTF-8") from None
    return io.StringIO(text, newline=None).read()


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """Read TOML `text`; `where` names it in messages.

    Raises
    ------
    ProtocolError
        If it is not valid TOML, or more than anybody writes.
    """
    where = one_line(where)
    try:
        _check_size(where, len(text.encode()))
    except UnicodeEncodeError:
        raise ProtocolError(f"{where}: holds half characters; give TOML in UTF-8") from None
    if _DEEP.search(text):
        raise ProtocolError(
            f"{where}: has more than {DEEPEST_KEY} words joined by dots, as no key here has; "
            "shorten them"
        )
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        reason = one_line(str(error))
    except RecursionError:
        reason = "nested too deep"
    except ValueError:
        reason = "a number of thousands of digits"
    if len(reason) > _LONGEST_REASON:
        reason = reason[: _LONGEST_REASON // 2] + " ... " + reason[-_LONGEST_REASON // 2 :]
    raise ProtocolError(f"{where}: is not valid TOML: {reason}")


def with_tables(text: str, key: str, tables: Sequence[Mapping[str, Any]]) -> str:
    """Append ``[[key]]`` tables to a TOML text.

    They are written below the text. Where TOML does not allow that, as after ``key = []``, the
    whole is written anew: the same content, without its comments.

    Parameters
    ----------
    text : str
        Valid TOML.
    key : str
    tables : sequence of mapping
        Values that TOML knows.

    Returns
    -------
    str
        Reads as the content of `text` with `tables` at the end of ``[[key]]``.

    Raises
    ------
    ProtocolError
        If `tables` hold what TOML cannot say.
    """
    wanted = tomllib.loads(text)
    wanted[key] = [*wanted.get(key, []), *(dict(table) for table in tables)]
    for write in (lambda: _appended(text, key, tables), lambda: tomli_w.dumps(wanted)):
        try:
            made = write()
            if tomllib.loads(made) == wanted:
                return made
        except (ValueError, TypeError):
            continue
    raise ProtocolError(f"[[{key}]] tables cannot be written as TOML; check their values")


def _unreadable(where: str, error: OSError) -> ProtocolError:
    reason = one_line(error.strerror or "cannot be read")
    return ProtocolError(f"{where}: {reason}; give a readable TOML file")


def _appended(text: str, key: str, tables: Sequence[Mapping[str, Any]]) -> str:
    blocks = [
        f"\n[[{key}]]\n" + "".join(f"{name} = {_value(item)}\n" for name, item in table.items())
        for table in tables
    ]
    return text.rstrip("\n") + "\n" + "".join(blocks)


def _value(item: object) -> str:
    """Write one value on one line: text, a number, a flag, or a list of them."""
    if isinstance(item, list):
        return "[" + ", ".join(map(_value, item)) + "]"
    return tomli_w.dumps({"_": item}).removeprefix("_ = ").removesuffix("\n")


def _check_size(where: str, size: int) -> None:
    if size > MOST_BYTES:
        raise ProtocolError(
            f"{where}: is larger than {MOST_BYTES // 1024} KiB, the most that is read; shorten it"
        )
