"""`ternchat doctor`: complete on a sound machine, and helpful on a broken one."""

import ctypes

import pytest

from ternchat.app.core import system_libraries


def test_the_doctor_reports_machine_engine_window_data_and_versions(ternchat, tmp_path):
    result = ternchat("doctor", "--data-dir", tmp_path / "data")
    assert result.returncode == 0
    assert result.stderr == ""
    for word in (
        "processor",
        "kernel sets",
        "(chosen)",
        "threads",
        "OpenMP",
        "numpy",
        "tokenizers",
    ):
        assert word in result.stdout
    assert str(tmp_path / "data") in result.stdout
    assert "the chat is in the terminal" in result.stdout


def test_the_doctor_needs_no_qt(ternchat, tmp_path):
    broken = tmp_path / "broken" / "PySide6"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('libEGL.so.1: cannot open')")
    result = ternchat("doctor", PYTHONPATH=str(tmp_path / "broken"))
    assert result.returncode == 0
    assert "libEGL.so.1: cannot open" in result.stdout


@pytest.mark.skipif(not hasattr(ctypes, "RTLD_GLOBAL"), reason="needs a POSIX loader")
def test_missing_libraries_are_named_with_their_packages(monkeypatch):
    monkeypatch.setattr(system_libraries.sys, "platform", "linux")
    found = system_libraries.missing_libraries({"libnowhere.so.9": "libnowhere9"})
    assert found == {"libnowhere.so.9": "libnowhere9"}
