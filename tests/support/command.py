"""Commands that must fail."""

from paradigms.command import cli

ROWS = [
    {"quantity": "freezing", "value": 12.345678, "n": 5},
    {"quantity": "rate", "value": float("nan"), "n": 0},
]


def failure(capsys, *arguments, status=2):
    """Run a command that must fail; return its one line."""
    assert cli.main(list(arguments)) == status
    out, err = capsys.readouterr()
    assert out == ""
    lines = [line for line in err.splitlines() if line.startswith("astrogram: ")]
    assert len(lines) == 1
    assert "Traceback" not in err
    return lines[0]
