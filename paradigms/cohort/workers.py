"""Worker processes for a list of items: what dies with one costs that item and no other.

Local workers open no port: they hang on pipes of the process that started them, and end with it. A
dask cluster is used only where its scheduler's address is given; who may connect to that one is the
business of whoever runs it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import psutil

from astrogram.environment import set_for_children
from astrogram.errors import AstrogramError
from astrogram.text import one_line, shown
from paradigms.display.remarks import show_remarks

Item = TypeVar("Item")
Work = Callable[[Any], None]

DIED = "its process was killed or died (out of memory? fewer --jobs)"
PATIENCE = 20.0
"""Seconds that a scheduler has to answer, and to have a worker."""
FAREWELL = 5.0
"""Seconds that a worker has to clear its temporary files away when its parent is gone."""
# One core for each worker, unless the user says otherwise: results must not depend on their number.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}

_busy = threading.Event()


class WorkerError(AstrogramError, RuntimeError):
    """Workers that cannot be started or reached; one line."""


def attempt(work: Work, item: Any) -> str:
    """Do `work` for one item and return why it failed, ``""`` if it did not."""
    _busy.set()
    try:
        work(item)
    except _Leave:
        return DIED
    except (AstrogramError, MemoryError) as error:
        return one_line(str(error)) or type(error).__name__
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return one_line(f"{place}{error.strerror or error}")
    finally:
        _busy.clear()
    return ""


def locally(
    work: Work, items: Sequence[Item], jobs: int
) -> Generator[tuple[Item, str], None, None]:
    """Do `work` for every item in up to `jobs` processes of this machine.

    Parameters
    ----------
    work : callable
        Of a module, so that another process finds it.
    items : sequence
    jobs : int

    Yields
    ------
    item, reason
        Each as it ends, and why it failed, ``""`` if it did not.

    Raises
    ------
    WorkerError
        If no process can be started.
    """
    waiting = deque(items)
    busy: dict[Future[str], tuple[_Worker, Item]] = {}
    workers = [_Worker() for _ in range(min(jobs, len(items)))]

    def give(worker: _Worker) -> None:
        if waiting:
            item = waiting.popleft()
            busy[worker.begin(work, item)] = worker, item

    try:
        for worker in workers:
            give(worker)
        while busy:
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                worker, item = busy.pop(future)
                try:
                    reason = future.result()
                except BrokenProcessPool:
                    reason = DIED
                    worker.replace()
                give(worker)
                yield item, reason
    finally:
        for worker in workers:
            worker.let_go()
        for worker in workers:
            worker.end()


class _Worker:
    """One process, made anew when it dies."""

    def __init__(self) -> None:
        self._start()

    def begin(self, work: Work, item: Any) -> Future[str]:
        try:
            return self.pool.submit(attempt, work, item)
        except BrokenProcessPool:  # it died with nothing to do
            self.replace()
            return self.pool.submit(attempt, work, item)

    def replace(self) -> None:
        self.let_go()
        self.end()
        if self.ready.exception() is not None:
            raise WorkerError(
                "a worker process ended before it began; a script that simulates cohorts must do "
                'so below `if __name__ == "__main__":`, and memory must be free'
            )
        self._start()

    def let_go(self) -> None:
        """Tell the process that nobody waits for it any more."""
        self.lifeline.close()

    def end(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> None:
        given, self.lifeline = Pipe(duplex=False)
        self.pool = ProcessPoolExecutor(1, get_context("spawn"), _begin, (given,))
        with set_for_children(ONE_THREAD):
            self.ready = self.pool.submit(os.getpid)
        self.ready.add_done_callback(lambda _: given.close())


def _begin(lifeline: Connection) -> None:
    """Prepare a worker: it ends with its parent, and Ctrl-C is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) is not signal.SIG_IGN:  # as under nohup
            signal.signal(ending, _leave)
    threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()
    show_remarks()


class _Leave(BaseException):
    """The worker is to end, and clears its temporary files away before."""


def _leave(*_: object) -> None:
    if _busy.is_set():
        raise _Leave
    os._exit(1)


def _end_with_parent(lifeline: Connection) -> None:
    """Wait until the other end is closed, by will or by death, and end this process."""
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv_bytes()
    if _busy.is_set():  # let it remove its temporary files
        os.kill(os.getpid(), signal.SIGTERM)
        until = time.monotonic() + FAREWELL
        while _busy.is_set() and time.monotonic() < until:
            time.sleep(0.05)
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()
    os._exit(1)


def on_cluster(
    work: Work, items: Sequence[Item], address: str
) -> Generator[tuple[Item, str], None, None]:
    """Do `work` for every item on the workers of a dask scheduler; otherwise as `locally`.

    Raises
    ------
    WorkerError
        If nothing answers at `address`, it has no workers, or it goes away.
    """
    try:
        from distributed import Client, as_completed
        from distributed.client import FutureCancelledError
        from distributed.comm import CommClosedError
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise WorkerError(
            "--scheduler needs dask, which is not installed; install the extra "
            "'astrogram[cluster]', or leave it out"
        ) from None

    for name in logging.root.manager.loggerDict:  # what goes wrong is told below, in one line
        if name.split(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)
    where = f"the dask scheduler {shown(address)}"
    try:
        # Not the default one: else a scheduler that does not answer is asked whenever xarray writes
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        raise WorkerError(
            f"{where} does not answer ({one_line(str(error))[:80]}); give an address such as "
            "tcp://127.0.0.1:8786 of one that runs, or leave --scheduler out"
        ) from None
    with contextlib.closing(client):
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
            futures = {client.submit(attempt, work, item, pure=False): item for item in items}
            for future in as_completed(futures, loop=client.loop):
                try:
                    reason = future.result()
                except KilledWorker:
                    reason = DIED
                yield futures[future], reason
        except (FutureCancelledError, CommClosedError, TimeoutError, ImportError) as error:
            raise WorkerError(
                f"{where} is gone, has no workers, or they lack this project "
                f"({type(error).__name__}); start them again, and call again to go on"
            ) from None
