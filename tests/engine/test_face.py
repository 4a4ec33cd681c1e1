"""The engine's names are there for whoever asks, and cost nothing before."""

import subprocess
import sys

import pytest

from ternchat import engine
from ternchat.engine import loader, session


def test_every_name_of_the_face_is_there():
    assert all(getattr(engine, name) is not None for name in engine.__all__)
    assert engine.load is loader.load
    assert engine.Session is session.Session


def test_other_names_are_not():
    with pytest.raises(AttributeError, match="has no attribute 'unload'"):
        engine.unload  # noqa: B018


def test_a_process_that_needs_one_module_does_not_wait_for_the_others():
    code = (
        "import sys; import ternchat.engine.tokenizer_child;"
        "print([name for name in ('numpy', 'psutil', 'ternchat.ext') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
