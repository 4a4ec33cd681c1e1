"""Parts of the engine in processes of their own end with whoever started them."""

import subprocess
import sys

import psutil
import pytest

from ternchat.engine.child_process import call

CHILD = """
import os, sys, threading
from ternchat.engine.child_process import end_with_parent
end_with_parent()
print(os.getpid(), file=open(sys.argv[1], "w"), flush=True)
threading.Event().wait()
"""
PARENT = """
import sys
from ternchat.engine.child_process import call
call([sys.executable, "-c", *sys.argv[1:]])
"""


def test_a_child_does_not_outlive_a_parent_that_is_killed(tmp_path):
    told = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILD, str(told)])
    child = child_of(parent, told)
    parent.kill()
    parent.wait()
    psutil.wait_procs([child], timeout=60)
    assert not child.is_running()


def child_of(parent, told):
    """The process that wrote its number into the file."""
    while not (told.exists() and told.read_text().strip()):
        assert parent.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            parent.wait(0.05)
    return psutil.Process(int(told.read_text()))


def test_a_child_ends_by_itself_and_what_it_says_is_given():
    script = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    done = call([sys.executable, "-c", script])
    assert (done.returncode, done.stdout.split(), done.stderr.split()) == (3, [b"out"], [b"err"])


def test_a_child_that_a_person_starts_without_input_does_its_work():
    script = "from ternchat.engine.child_process import end_with_parent as e; e(); print('done')"
    done = subprocess.run(
        [sys.executable, "-c", script], stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    assert done.stdout.split() == [b"done"]


def test_a_cancelled_child_is_ended():
    assert call([sys.executable, "-c", "input()"], lambda: True) is None
