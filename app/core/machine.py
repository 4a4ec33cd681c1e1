"""Facts about this computer and this process; None where the system does not tell."""

import platform
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

QUIET_PERCENT = 25.0  # of all processors, used by whatever runs


def cpu_name() -> str:
    """What the processor calls itself."""
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() in ("model name", "Model"):
                return value.strip()
    except OSError:
        pass
    return platform.processor() or platform.machine() or "unknown"


def physical_cores() -> int | None:
    """Processor cores, without counting hyper-threads."""
    count: int | None = psutil.cpu_count(logical=False)
    return count


def memory_bytes() -> tuple[int, int]:
    """The system's memory and how much of it is free for programs."""
    memory = psutil.virtual_memory()
    return memory.total, memory.available


@dataclass(frozen=True)
class Residence:
    """What of the program is in memory.

    Attributes:
        resident: all of this process.
        mapped: pages of files in it.
        others: what the processes that work for it have for themselves.
    """

    resident: int
    mapped: int | None = None
    others: int = 0


def residence(pids: Iterable[int] = ()) -> Residence:
    """The memory this process has resident, and these that work for it."""
    others = sum(map(private_bytes, pids))
    return Residence(resident_bytes(), _status_bytes("RssFile"), others)


def resident_bytes() -> int:
    """The memory this process has resident, mapped files included."""
    size: int = psutil.Process().memory_info().rss
    return size


def private_bytes(pid: int) -> int:
    """The memory of another process that no file stands for; none when it is gone."""
    size = _status_bytes("RssAnon", pid)
    try:
        return int(psutil.Process(pid).memory_info().rss) if size is None else size
    except psutil.Error:
        return 0


def wait_until_quiet(stopped: threading.Event, patience_seconds: float) -> bool:
    """Wait for a second in which little runs, but not for ever; whether there was one."""
    end = time.monotonic() + patience_seconds
    psutil.cpu_percent()  # what comes next counts from here on
    while time.monotonic() < end and not stopped.wait(1.0):
        if psutil.cpu_percent() < QUIET_PERCENT:
            return True
    return False


def anonymous_bytes() -> int | None:
    """The memory this process has that no file stands for."""
    value = _status_bytes("RssAnon")
    if value is None and sys.platform == "win32":
        value = psutil.Process().memory_info().private
    return value


def peak_rss_bytes() -> int | None:
    """The most memory this process ever had resident, mapped files included (VmHWM)."""
    value = _status_bytes("VmHWM")
    if value is None and sys.platform == "win32":
        value = psutil.Process().memory_info().peak_wset
    if value is None and sys.platform == "darwin":
        import resource

        value = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return value


class AnonymousPeak:
    """Within it, the most memory that no file stands for, looked at 20 times a second."""

    def __init__(self) -> None:
        self.peak_bytes: int | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            self._look()

    def _look(self) -> None:
        value = anonymous_bytes()
        if value is not None:
            self.peak_bytes = max(self.peak_bytes or 0, value)


def _status_bytes(field: str, pid: int | str = "self") -> int | None:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None
