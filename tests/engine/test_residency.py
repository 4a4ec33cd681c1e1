"""How much of given memory is in memory, told by the system."""

import gc
import mmap
import subprocess
import sys
import weakref

import numpy as np
import pytest

from ternchat.engine import residency
from ternchat.engine.residency import Holdings, resident_bytes, spans

PAGE = mmap.PAGESIZE


@pytest.fixture
def fresh():
    """64 pages that nobody has written yet."""
    memory = mmap.mmap(-1, 64 * PAGE)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory, np.uint8)


def test_memory_counts_once_it_was_written(fresh):
    assert resident_bytes(spans([fresh])) == 0
    fresh[5 * PAGE] = fresh[9 * PAGE] = 1
    assert resident_bytes(spans([fresh])) == 2 * PAGE
    fresh[:] = 1
    assert resident_bytes(spans([fresh])) == 64 * PAGE


def test_of_a_page_only_what_belongs_to_the_array_counts(fresh):
    fresh[:] = 1
    for begin, end in [(0, 10), (100, PAGE), (PAGE - 1, PAGE + 1), (7, 5 * PAGE + 3)]:
        assert resident_bytes(spans([fresh[begin:end]])) == end - begin
    assert resident_bytes(spans([fresh[:10], fresh[PAGE : PAGE + 20]])) == 30
    assert resident_bytes(spans([fresh[:0]])) == 0
    assert resident_bytes([]) == 0


def test_knowing_where_an_array_lies_does_not_keep_it():
    array = np.ones(100)
    gone = weakref.ref(array)
    known = spans([array])
    del array
    gc.collect()
    assert gone() is None
    assert known[0].size == 800


def test_memory_that_is_no_longer_there_is_unknown():
    memory = mmap.mmap(-1, 64 * PAGE)
    known = spans([np.frombuffer(memory, np.uint8)])
    memory.close()
    assert resident_bytes(known) in (None, 0, 64 * PAGE)  # another thread may have taken it


def test_where_the_system_does_not_tell_nothing_is_measured(fresh, monkeypatch):
    part = spans([fresh])
    assert Holdings(part, part, (), part).measured() is not None
    monkeypatch.setattr(residency, "_present", lambda address, pages: None)
    assert resident_bytes(part) is None
    assert Holdings(part, part, (), part).measured() is None
    assert Holdings((), (), (), part).measured() is None


def test_a_process_of_its_own_counts_as_long_as_it_runs():
    command = [sys.executable, "-c", "x = bytearray(30_000_000); print(flush=True); input()"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        child.stdout.readline()
        held = Holdings((), (), (), (), lambda: (child.pid,)).measured()
        assert 30_000_000 < held.tokenizer < 80_000_000
        assert held.total == held.loading == held.tokenizer
        child.communicate("\n")
    assert Holdings((), (), (), (), lambda: (child.pid,)).measured().tokenizer == 0
