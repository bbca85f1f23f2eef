"""What a printed table must hold: every number whole, or its column named as left out."""

import re
from collections import Counter

from paradigms.display.rendering import formatted, is_number


def left_out(text):
    """Names of the columns that a table says it leaves out."""
    found = re.findall(r"left out[^:]*: (.*?); see --json", " ".join(text.split()))
    return {name for names in found for name in names.split(", ")}


def missing(rows, text):
    """Numbers of rows that are not whole in a table and not in a column that it names."""
    gone = left_out(text)
    wanted = Counter(
        formatted(value) for row in rows for key, value in row.items()
        if is_number(value) and key not in gone
    )  # fmt: skip
    return wanted - Counter(text.split())
