"""Whether two datasets, or two folders of them, are the same: every variable, bit for bit.

``python -m benchmarks.same ONE OTHER [VARIABLE ...]``: with variables only these are compared, for
example ``spike_time spike_neuron``. What says how and when a dataset was made (its attributes) is
not compared. Ends with status 1 at any difference.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import xarray as xr


def pairs(one: Path, other: Path) -> list[tuple[Path, Path]]:
    """Return the datasets to be compared: two files, or those of equal names in two folders."""
    if one.is_file() and other.is_file():
        return [(one, other)]
    names = [{str(file.relative_to(folder)) for file in folder.rglob("*.nc")}
             for folder in (one, other)]  # fmt: skip
    if names[0] != names[1] or not names[0]:
        raise SystemExit(f"not the same files: {sorted(names[0])} and {sorted(names[1])}")
    return [(one / name, other / name) for name in sorted(names[0])]


def differences(one: xr.Dataset, other: xr.Dataset, names: list[str]) -> list[str]:
    """Return a line for each variable that differs; NaN equals NaN."""
    lines = []
    for name in names or sorted({str(name) for name in (*one.variables, *other.variables)}):
        if name not in one.variables or name not in other.variables:
            lines.append(f"{name}: only in one of them")
            continue
        first, second = one[name].values, other[name].values
        if first.shape != second.shape or first.dtype != second.dtype:
            lines.append(f"{name}: {first.dtype}{first.shape}, {second.dtype}{second.shape}")
        elif first.tobytes() != second.tobytes():
            unequal = (first != second) & ~((first != first) & (second != second))
            if unequal.any():
                lines.append(f"{name}: {int(unequal.sum())} of {first.size} values differ")
        flags = [item[name].attrs.get("flag_meanings") for item in (one, other)]
        if flags[0] != flags[1]:
            lines.append(f"{name}: labels {flags[0]!r}, {flags[1]!r}")
    return lines


def main(arguments: list[str]) -> int:
    """Compare and print one line, or one for each difference."""
    wrong, values, found = 0, 0, pairs(Path(arguments[0]), Path(arguments[1]))
    for first, second in found:
        with (
            xr.open_dataset(first, decode_timedelta=False) as one,
            xr.open_dataset(second, decode_timedelta=False) as other,
        ):
            names = arguments[2:] or [str(name) for name in one.variables]
            values += sum(int(np.prod(one[name].shape)) for name in names)
            for line in differences(one, other, arguments[2:]):
                print(f"{first.name}: {line}")
                wrong += 1
    if not wrong:
        print(f"equal: {len(found)} datasets, {values} values")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
