"""`ternchat doctor`: complete on a sound machine, and helpful on a broken one."""

import ctypes

import pytest

from ternchat.app.core import machine, speed_store, system_libraries, thread_choice


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


def test_a_calibration_is_kept_and_used_for_this_processor(ternchat, tmp_path):
    data = tmp_path / "data"
    result = ternchat("doctor", "--calibrate", "--data-dir", data)
    assert result.returncode == 0
    assert "GB/s of weights (chosen)" in result.stdout
    found = thread_choice.load(data / "cache", machine.cpu_name())
    assert found is not None
    assert f"{found} (calibrated)" in result.stdout
    speed = speed_store.load(data / "cache", machine.cpu_name())
    assert speed is not None
    assert speed.threads == found
    assert f"{speed.read_bytes_per_second / 1e9:.1f} GB/s read" in result.stdout
    assert f"{found} (calibrated)" in ternchat("doctor", "--data-dir", data).stdout


def test_a_calibration_of_another_processor_or_a_damaged_one_is_not_used(tmp_path):
    thread_choice.save(tmp_path, "Some CPU", 3)
    assert thread_choice.load(tmp_path, "Some CPU") == 3
    assert thread_choice.load(tmp_path, "Another CPU") is None
    for damaged in ("", "[]", "{", '{"processor": "Some CPU", "threads": 0}', "[" * 100_000):
        (tmp_path / thread_choice.FILE_NAME).write_text(damaged)
        assert thread_choice.load(tmp_path, "Some CPU") is None


def test_a_wish_stands_above_the_calibration_and_the_environment_too(tmp_path, monkeypatch):
    thread_choice.save(tmp_path, machine.cpu_name(), 7)
    assert thread_choice.threads_for(None, tmp_path) == 7
    assert thread_choice.threads_for(2, tmp_path) == 2
    monkeypatch.setenv("TERNCHAT_THREADS", "1")
    assert thread_choice.threads_for(None, tmp_path) is None
