"""On Windows: a job object that bounds what a process may take. Never run there by us.

So it believes nothing: after every step it reads back what holds, and whatever is not as it was
asked for is an OSError. Whoever uses it has bounds of its own that do not depend on this one.
"""

import ctypes
import sys
from typing import Any

_EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
_ACTIVE_PROCESS, _PROCESS_MEMORY = 0x8, 0x100
_DIE_ON_UNHANDLED_EXCEPTION, _KILL_ON_JOB_CLOSE = 0x400, 0x2000
_FLAGS = _ACTIVE_PROCESS | _PROCESS_MEMORY | _DIE_ON_UNHANDLED_EXCEPTION | _KILL_ON_JOB_CLOSE
_TERMINATE, _SET_QUOTA, _QUERY_LIMITED = 0x1, 0x100, 0x1000

# Not ctypes.wintypes: its DWORD has eight bytes where this is tested.
_DWORD, _BOOL, _HANDLE, _SIZE = ctypes.c_uint32, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t


class _BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("flags", _DWORD),
        ("minimum_working_set", _SIZE),
        ("maximum_working_set", _SIZE),
        ("active_processes", _DWORD),
        ("affinity", _SIZE),
        ("priority_class", _DWORD),
        ("scheduling_class", _DWORD),
    )


class _ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", _SIZE),
        ("job_memory", _SIZE),
        ("peak_process_memory", _SIZE),
        ("peak_job_memory", _SIZE),
    )


class Job:
    """Holds one process to so much memory and to no other process; closing the job ends it."""

    def __init__(self, pid: int, memory_bytes: int, kernel: Any = None) -> None:
        self._kernel = kernel if kernel is not None else _kernel32()
        self._job = self._done("CreateJobObjectW", None, None)
        try:
            self._limit(memory_bytes)
            self._assign(pid)
            self._check(memory_bytes)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the job, which ends the process in it."""
        job, self._job = self._job, None
        if job:
            self._kernel.CloseHandle(job)

    def _limit(self, memory_bytes: int) -> None:
        limits = _ExtendedLimits()
        limits.basic.flags = _FLAGS
        limits.basic.active_processes = 1
        limits.process_memory = memory_bytes
        size = ctypes.sizeof(limits)
        self._done(
            "SetInformationJobObject", self._job, _EXTENDED_LIMITS, ctypes.byref(limits), size
        )

    def _assign(self, pid: int) -> None:
        rights = _TERMINATE | _SET_QUOTA | _QUERY_LIMITED
        process = self._done("OpenProcess", rights, False, pid)
        try:
            self._done("AssignProcessToJobObject", self._job, process)
            inside = _BOOL()
            self._done("IsProcessInJob", process, self._job, ctypes.byref(inside))
        finally:
            self._kernel.CloseHandle(process)
        if not inside.value:
            raise OSError(f"process {pid} is not in the job it was assigned to")

    def _check(self, memory_bytes: int) -> None:
        held = _ExtendedLimits()
        size = ctypes.sizeof(held)
        self._done(
            "QueryInformationJobObject",
            self._job,
            _EXTENDED_LIMITS,
            ctypes.byref(held),
            size,
            None,
        )
        found = held.basic.flags & _FLAGS, held.basic.active_processes, held.process_memory
        # The system rounds memory to whole pages.
        if found[:2] != (_FLAGS, 1) or not 0 < found[2] <= memory_bytes + 0xFFFF:
            raise OSError(f"the job's limits are {found}, not {(_FLAGS, 1, memory_bytes)}")

    def _done(self, name: str, *arguments: Any) -> Any:
        result = getattr(self._kernel, name)(*arguments)
        if not result:
            raise OSError(f"{name} failed with error {_last_error()}")
        return result


def _last_error() -> int:
    if sys.platform == "win32":
        return ctypes.get_last_error()
    return 0


def _kernel32() -> Any:
    if sys.platform != "win32":
        raise OSError("there are no job objects on this system")
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    pointer = ctypes.c_void_p
    for name, result, arguments in (
        ("CreateJobObjectW", _HANDLE, (pointer, ctypes.c_wchar_p)),
        ("SetInformationJobObject", _BOOL, (_HANDLE, _BOOL, pointer, _DWORD)),
        ("QueryInformationJobObject", _BOOL, (_HANDLE, _BOOL, pointer, _DWORD, pointer)),
        ("OpenProcess", _HANDLE, (_DWORD, _BOOL, _DWORD)),
        ("AssignProcessToJobObject", _BOOL, (_HANDLE, _HANDLE)),
        ("IsProcessInJob", _BOOL, (_HANDLE, _HANDLE, pointer)),
        ("CloseHandle", _BOOL, (_HANDLE,)),
    ):
        function = getattr(kernel, name)
        function.restype, function.argtypes = result, arguments
    return kernel
