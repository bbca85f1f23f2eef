"""TOML of a stranger: every malformed file is one line, soon, and what is put together reads."""

import os
import time
import tomllib

import pytest

from paradigms.cohort.groups import load_groups
from paradigms.protocol.files import load_protocol, parse_protocol
from paradigms.protocol.reading import ProtocolError
from paradigms.protocol.toml_files import MOST_BYTES, parse_toml, read_toml, with_tables

GOOD = load_protocol("quick_conditioning").text

MALFORMED = {
    "nested arrays": b"a = " + b"[" * 5000,
    "nested tables": b"a = " + b"{a = " * 5000,
    "whole number": b"a = " + b"1" * 5000,
    "underscores": b"a = 1" + b"_1" * 5000,
    "dotted key": b".".join([b"a"] * 50_000) + b" = 1",
    "dotted header": b"[" + b".".join([b"a"] * 50_000) + b"]",
    "quoted header": b"[" + b" . ".join([b'"\\""'] * 20_000) + b"]",
    "duplicate of a long key": (b"k" * 5000 + b" = 1\n") * 2,
    "not UTF-8": b'a = "\xff"',
    "UTF-16": "a = 1".encode("utf-16"),
    "zero bytes": bytes(1000),
    "control character": b'a = "\x1b[31m"',
    "half character": b'a = "\\ud800"',
    "date of no day": b"a = 1979-02-31",
    "large": b"#" * (MOST_BYTES + 1),
    "open string": b'a = "' + b"x" * 9000,
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("read", [read_toml, load_protocol, load_groups])
def test_every_malformed_file_is_one_short_line_at_once(read, content, tmp_path):
    path = tmp_path / "file.toml"
    path.write_bytes(content)
    began = time.process_time()
    line = refusal(read, path)
    assert time.process_time() - began < 2
    assert "file.toml" in line


def refusal(read, *arguments):
    with pytest.raises(ProtocolError) as caught:
        read(*arguments)
    line = str(caught.value)
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert len(line) < 500
    return line


def no_file(path):
    pass


def pipe(path):
    os.mkfifo(path)


def folder(path):
    path.mkdir()


def loop(path):
    path.symlink_to(path.name)


def device(path):
    path.symlink_to("/dev/zero")


def unreadable_place(path):
    path.symlink_to("/proc/self/mem")


@pytest.mark.parametrize(
    ("make", "part"),
    [(no_file, "No such file"), (pipe, "a pipe, socket or device"), (folder, "a directory"),
     (loop, "symbolic links"), (device, "a pipe, socket or device"),
     (unreadable_place, "give a readable TOML file")],
)  # fmt: skip
@pytest.mark.parametrize("read", [read_toml, load_protocol, load_groups])
def test_what_is_no_readable_file_is_refused_and_never_waited_for(make, part, read, tmp_path):
    path = tmp_path / "file.toml"
    make(path)
    assert part in refusal(read, path)


def test_names_of_files_are_shown_safely(tmp_path):
    assert "no name of a file" in refusal(read_toml, tmp_path / "a\0.toml")
    assert "\\x1b" in refusal(read_toml, tmp_path / "a\x1b[31m\n.toml")


def test_a_byte_order_mark_and_any_line_end_are_read(tmp_path):
    plain = load_protocol("quick_conditioning")
    for encoding, end in (("utf-8-sig", "\n"), ("utf-8", "\r\n"), ("utf-8-sig", "\r")):
        path = tmp_path / "mine.toml"
        path.write_bytes(GOOD.replace("\n", end).encode(encoding))
        assert load_protocol(path) == plain
    assert parse_protocol("\ufeff" + GOOD, "mine.toml") == plain
    assert "half characters" in refusal(parse_toml, "# \ud800", "mine.toml")


def test_the_largest_file_is_read(tmp_path):
    path = tmp_path / "file.toml"
    path.write_bytes(b"a = 1\n#" + b"x" * (MOST_BYTES - 7))
    assert read_toml(path) == {"a": 1}


def test_tables_are_written_below_and_leave_the_text_as_it_is():
    text = with_tables("a = 1  # one\n\n", "t", [{"x": 1.0, "y": ["b", 'c"\\\n']}])
    assert text == 'a = 1  # one\n\n[[t]]\nx = 1.0\ny = ["b", "c\\"\\\\\\n"]\n'
    assert tomllib.loads(text) == {"a": 1, "t": [{"x": 1.0, "y": ["b", 'c"\\\n']}]}


@pytest.mark.parametrize(
    "text",
    ["t = []", "t = [ {x = 1}, ]\n[other]", "# only\n[u.v]\nt.x = 1", "[[t]]\nx = 1\n[[u]]", "",
     "#", "[u]  # end", "a = '''\n[[t]]\n'''", "[[t]]\n[t.deep]\nx = 2"],
)  # fmt: skip
def test_tables_put_together_read_as_meant(text):
    extra = [{"x": 2}, {"y": "quoted \" ' \\ \0 ]"}]
    made = tomllib.loads(with_tables(text, "t", extra))
    wanted = tomllib.loads(text)
    assert made.pop("t") == wanted.pop("t", []) + extra
    assert made == wanted


@pytest.mark.parametrize("value", [float("nan"), object(), None])
def test_what_toml_cannot_say_is_refused(value):
    refusal(with_tables, "", "t", [{"x": value}])
