"""On Windows a job object bounds what a process may take; here its system calls are ours."""

import ctypes
import sys

import pytest

from ternchat.engine import windows_job
from ternchat.engine.windows_job import Job

MB = 1 << 20


class Kernel:
    """Keeps the limits it is given, and says so; `faults` name calls that fail or lie."""

    def __init__(self, *faults):
        self.faults, self.calls, self.limits, self.open = faults, [], None, set()

    def _called(self, name):
        self.calls.append(name)
        return name not in self.faults

    def _opened(self, name, handle):
        if not self._called(name):
            return None
        self.open.add(handle)
        return handle

    def CreateJobObjectW(self, security, name):
        return self._opened("create", 7)

    def SetInformationJobObject(self, job, kind, limits, size):
        assert (job, kind, size) == (7, 9, 144)
        self.limits = ctypes.string_at(limits, size)
        return self._called("set")

    def OpenProcess(self, rights, inherit, pid):
        assert (inherit, pid) == (False, 4321)
        return self._opened("open", 8)

    def AssignProcessToJobObject(self, job, process):
        assert (job, process) == (7, 8)
        return self._called("assign")

    def IsProcessInJob(self, process, job, inside):
        inside._obj.value = "outside" not in self.faults
        return self._called("inside")

    def QueryInformationJobObject(self, job, kind, limits, size, returned):
        held = bytearray(self.limits)
        if "forgets" in self.faults:
            held[16] = 0  # the lowest byte of the flags
        ctypes.memmove(limits, bytes(held), size)
        return self._called("query")

    def CloseHandle(self, handle):
        self.open.discard(handle)
        return True


def test_the_structures_have_the_sizes_that_windows_expects():
    assert ctypes.sizeof(windows_job._BasicLimits) == 64
    assert ctypes.sizeof(windows_job._ExtendedLimits) == 144


def test_a_job_bounds_memory_and_allows_one_process():
    kernel = Kernel()
    job = Job(4321, 300 * MB, kernel)
    limits = windows_job._ExtendedLimits.from_buffer_copy(kernel.limits)
    assert limits.process_memory == 300 * MB
    assert limits.basic.active_processes == 1
    assert limits.basic.flags == 0x2508
    assert kernel.calls == ["create", "set", "open", "assign", "inside", "query"]
    assert kernel.open == {7}  # as long as it is open, it holds
    job.close()
    job.close()
    assert kernel.open == set()


@pytest.mark.parametrize(
    "fault", ["create", "set", "open", "assign", "inside", "query", "outside", "forgets"]
)
def test_a_job_that_does_not_hold_is_an_error_and_leaves_nothing_open(fault):
    kernel = Kernel(fault)
    with pytest.raises(OSError, match=r"failed with error|not in the job|limits are"):
        Job(4321, 300 * MB, kernel)
    assert kernel.open == set()


@pytest.mark.skipif(sys.platform == "win32", reason="this is about other systems")
def test_elsewhere_there_are_no_jobs():
    with pytest.raises(OSError, match="no job objects"):
        Job(1, MB)
