"""How Brian2 comes into this process: without files that lie about, and with what it depends on.

Imported plainly, Brian2 evaluates the text of ``brian_preferences`` in the working folder and of
``.brian/user_preferences`` in the home as Python, leaves a log and a copy of the script in the
folder for temporary files, and takes over Ctrl-C. `import_quietly` is called before anything of
`models` or `paradigms` imports it. Where Brian2 is there already, the user's own Python imported
it; what was set then, or is set by hand later, counts (see `preferences`).
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from astrogram.environment import temporary_files_in
from astrogram.errors import AstrogramError

TESTED = ("2.5.4", "2.9", "2.10", "2.11")
"""Versions of Brian2 that the tests run on; setup.cfg allows none after the last one's minor."""

_OF_NO_MATTER = (
    "logging.", "codegen.runtime.", "codegen.target", "codegen.max_cache_dir_size",
    "core.outdated_dependency_error", "core.stop_on_keyboard_interrupt",
    "devices.cpp_standalone.make_cmd", "devices.cpp_standalone.run_",
    "devices.cpp_standalone.extra_make_args", "devices.genn", "devices.cuda",
)  # fmt: skip


class BrianMisfit(AstrogramError, RuntimeError):
    """A Brian2 whose inside is another than the one that programs lean on; one line."""

    def __init__(self, what: str) -> None:
        import brian2 as b2

        super().__init__(
            f"brian2 {b2.__version__} {what}; install one of those that are tested: "
            f"{', '.join(TESTED)}"
        )


def untested() -> str:
    """Return a remark on the version of Brian2, empty if that is one of `TESTED`."""
    import brian2 as b2

    minor = b2.__version__.split(".")[:2]
    if minor in [name.split(".")[:2] for name in TESTED]:
        return ""
    return f" (with brian2 {b2.__version__}, which is not one of those tested: {', '.join(TESTED)})"


def import_quietly() -> None:
    """See to it that Brian2, when it is imported, reads no file of preferences."""
    if "brian2" not in sys.modules and not any(isinstance(x, _Quiet) for x in sys.meta_path):
        sys.meta_path.insert(0, _Quiet())


def preferences() -> list[str]:
    """Return the preferences that a compiled program depends on, as they are now."""
    import brian2 as b2

    return [
        f"{name} = {b2.prefs[name]!r}".replace(sys.prefix, "")
        for name in sorted(b2.prefs)
        if not name.startswith(_OF_NO_MATTER)
    ]


@contextmanager
def temporary_files(folder: Path) -> Iterator[None]:
    """Let Brian2, and the compilers that it starts itself, put temporary files into `folder`."""
    import brian2 as b2

    with temporary_files_in(folder):
        try:
            yield
        finally:
            # What compilers say is kept in two files, made once for a whole process.
            b2.std_silent.close()
            b2.std_silent.dest_stdout = b2.std_silent.dest_stderr = None


class _Quiet(MetaPathFinder):
    """Finds Brian2 as the others do, and adds a step to the import of two of its modules."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        around = {"brian2": _handlers_kept, "brian2.core.preferences": _without_files}.get(name)
        if around is None:
            return None
        finders = [finder for finder in sys.meta_path if finder is not self]
        found = (finder.find_spec(name, path, target) for finder in finders)
        spec = next((item for item in found if item is not None), None)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module
            spec.loader.exec_module = lambda module: around(execute, module)  # type: ignore[method-assign]
        return spec


def _handlers_kept(execute: Callable[[ModuleType], None], module: ModuleType) -> None:
    """Import, then put back who deals with Ctrl-C and with an exception that nobody caught.

    Brian2's handler calls the one before it, which fails where Ctrl-C is ignored (nohup).
    """
    hook, before = sys.excepthook, signal.getsignal(signal.SIGINT)
    try:
        execute(module)
    finally:
        sys.excepthook = hook
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)


def _without_files(execute: Callable[[ModuleType], None], module: ModuleType) -> None:
    """Import, and let the loading of preferences set ours instead of reading files."""
    execute(module)

    def load_preferences(self) -> None:  # type: ignore[no-untyped-def]
        self["logging.file_log"] = False
        self["logging.save_script"] = False

    module.BrianGlobalPreferences.load_preferences = load_preferences
