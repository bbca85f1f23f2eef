"""Where a circuit runs: Brian2 C++ standalone, Cython or NumPy at run time, or GeNN.

The circuit and the protocol do not know the device; what differs between devices is decided here.
"""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass

from astrogram.environment import cuda_folder, genn_folder
from astrogram.errors import AstrogramError
from astrogram.text import one_line
from models.machine.compiling import compiler

DEVICES = ("cpp", "cython", "numpy", "genn")


class DeviceError(AstrogramError, RuntimeError):
    """A device that is unknown, missing or failed; the message is one line."""


def check_known(device: str) -> None:
    """Refuse a device that does not exist or whose Python package is missing."""
    if device not in DEVICES:
        raise DeviceError(f"unknown device '{device}'; allowed: {', '.join(DEVICES)}")
    if device == "genn" and importlib.util.find_spec("brian2genn") is None:
        raise DeviceError(
            "device 'genn' needs brian2genn, which is not installed; install the extra "
            "'astrogram[genn]' in a Python 3.11, or use --device cpp"
        )


def check_device(device: str, *, gpu: bool = False) -> None:
    """Refuse, before any work, a device that cannot run here.

    Parameters
    ----------
    device : str
    gpu : bool
        Whether a GPU is asked for, which is GeNN's alone.

    Raises
    ------
    DeviceError
        For an unknown device, or one whose compiler or library is missing.
    """
    check_known(device)
    if gpu and device != "genn":
        raise DeviceError(f"device '{device}' cannot use a GPU; use --device genn --gpu")
    if device == "numpy":
        return
    if compiler() is None:
        raise DeviceError(
            f"device '{device}' needs a C++ compiler and none was found on PATH; "
            "install g++ or clang++, or use --device numpy (slow)"
        )
    if device in ("cpp", "genn") and shutil.which("make") is None:
        raise DeviceError(
            f"device '{device}' needs make and none was found on PATH; "
            "install make, or use --device cython or numpy (slow)"
        )
    if device == "genn":
        given = genn_folder()
        if given is None or not (given / "bin" / "genn-buildmodel.sh").is_file():
            raise DeviceError(
                f"device 'genn' needs GeNN 4 in the folder that GENN_PATH names, which is "
                f"'{given or ''}'; set it to a folder with bin/genn-buildmodel.sh, or use "
                "--device cpp"
            )
        version = given / "version.txt"
        found = one_line(version.read_text(errors="replace")) if version.is_file() else ""
        found = found[:20] or "an unknown version"
        if not found.startswith("4."):
            raise DeviceError(
                f"GENN_PATH holds GeNN {found}, and brian2genn needs GeNN 4 (tested: 4.9.0); "
                "install that beside it and set GENN_PATH, or use --device cpp"
            )
        if gpu and not _cuda():
            raise DeviceError(
                "a GPU needs the CUDA toolkit and a driver, and nvcc or the driver was not found; "
                "install CUDA and let CUDA_PATH name it, or use --no-gpu"
            )


@dataclass(frozen=True)
class Ability:
    """Whether a device can run here, and what is missing if not."""

    device: str
    ready: bool
    good_for: str
    missing: str


def describe_devices() -> list[Ability]:
    """Return what this machine can do, one row for each device and GeNN's GPU."""
    result = []
    for device, gpu, good_for in (
        ("cpp", False, "everything: compiled once, run many times, the fastest on a processor"),
        ("cython", False, "a look inside a run from Python"),
        ("numpy", False, "small circuits where there is no compiler"),
        ("genn", False, "GeNN's code on the processor: the check of what a GPU will do"),
        ("genn", True, "large networks on an NVIDIA GPU; not bit for bit: sums in another order"),
    ):
        missing = ""
        try:
            check_device(device, gpu=gpu)
        except DeviceError as error:
            missing = str(error)
        name = f"{device} --gpu" if gpu else device
        result.append(Ability(name, not missing, good_for, missing))
    return result


def _cuda() -> bool:
    """Whether a CUDA compiler and a driver are here."""
    home = cuda_folder()
    compiles = shutil.which("nvcc") or (home is not None and (home / "bin" / "nvcc").is_file())
    return bool(compiles) and bool(shutil.which("nvidia-smi"))
