"""The program as it is started: which way it goes, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ternchat.app import children
from ternchat.app import main as program
from ternchat.app.core.data_lock import DataLock
from ternchat.app.core.model_store import InstalledModel
from ternchat.app.core.turn import ModelFacts
from ternchat.app.workers.system_probe import SystemProbe


@pytest.fixture
def ways(monkeypatch):
    """Which way the program went."""
    ways = []
    monkeypatch.setattr("ternchat.app.cli.chat.run", lambda _options: ways.append("chat") or 0)
    monkeypatch.setattr(program, "_run_window", lambda _options: ways.append("window") or 0)
    return ways


def test_without_a_command_the_window_opens(ways):
    assert program.main([]) == 0
    assert ways == ["window"]


def test_without_a_display_the_chat_opens_in_the_terminal(ways, monkeypatch, capsys):
    monkeypatch.setattr(program, "why_no_window", lambda: "there is no display")
    assert program.main([]) == 0
    assert ways == ["chat"]
    message = capsys.readouterr().err
    assert message == "ternchat: there is no display; chatting in the terminal instead\n"


def test_the_program_can_be_a_child_of_itself():
    """What a frozen program does, which has no other Python to start."""
    done = subprocess.run(
        [sys.executable, "-m", "ternchat.app", children.FLAG, "template_child"],
        input=b"",
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stdout[8:].startswith(b'{"pid": ')
    from ternchat.engine import child_process

    assert children.FLAG == child_process.FLAG
    with pytest.raises(ValueError, match="there is no child 'chat'"):
        children.be("chat")


def test_wrong_arguments_end_with_2():
    with pytest.raises(SystemExit) as ended:
        program.main(["--nonsense"])
    assert ended.value.code == 2


@pytest.mark.parametrize("error", ["AppError", "EngineError", "ImportError"])
def test_an_error_is_one_line_and_exit_code_1(monkeypatch, capsys, error):
    from ternchat.app.core.errors import AppError
    from ternchat.engine.errors import EngineError

    kind = {"AppError": AppError, "EngineError": EngineError, "ImportError": ImportError}[error]

    def fail(_options):
        raise kind("it went wrong")

    monkeypatch.setattr(program, "_run_window", fail)
    assert program.main([]) == 1
    assert capsys.readouterr().err == "ternchat: it went wrong\n"


def start(*args, **environ):
    return subprocess.Popen(
        [sys.executable, "-m", "ternchat.app", *args],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"} | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(child):
    out, err = child.communicate(timeout=20)
    return child.returncode, out, err


def test_without_a_display_a_pipe_is_answered(tmp_path):
    environ = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run(
        [sys.executable, "-m", "ternchat.app", "--data-dir", str(tmp_path)],
        env=environ | {"QT_QPA_PLATFORM": ""},
        input="Hello!",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "ternchat: there is no display; chatting in the terminal instead" in done.stderr
    assert done.stdout.strip()


def started(folder, *args):
    """The program, once its window is shown."""
    child = start("--data-dir", str(folder), *args)
    log = folder / "logs" / "ternchat.log"
    deadline = time.monotonic() + 20
    while not (log.exists() and "window shown" in log.read_text()):
        assert time.monotonic() < deadline
        assert child.poll() is None
    return child


def test_a_second_start_shows_the_window_of_the_first(tmp_path):
    first = started(tmp_path)
    second = start("--data-dir", str(tmp_path))
    assert ended(second) == (0, "", "ternchat: already running: its window is shown\n")
    assert first.poll() is None
    first.terminate()
    code, out, err = ended(first)
    # Without a window manager there is nothing to come forward from.
    assert (code, out, err.replace("This plugin does not support raise()\n", "")) == (0, "", "")


def test_a_folder_in_use_by_a_program_that_does_not_answer_is_one_line(tmp_path):
    lock = DataLock(tmp_path)
    lock.acquire()
    code, _, err = ended(start("--data-dir", str(tmp_path)))
    lock.release()
    assert code == 1
    assert err == f"ternchat: Ternchat is already running with the folder {tmp_path}\n"


def test_damaged_chats_are_rescued_and_told_in_the_window(tmp_path):
    (tmp_path / "chats.db").write_bytes(b"no database" * 100)
    child = started(tmp_path)
    child.terminate()
    assert ended(child) == (0, "", "")
    log = (tmp_path / "logs" / "ternchat.log").read_text()
    assert "the chats are damaged" in log
    assert len(list(tmp_path.glob("chats.db.corrupt-*"))) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_window_cleanly(tmp_path, number):
    child = started(tmp_path, "--model", "fledgling")
    child.send_signal(number)
    code, out, err = ended(child)
    assert (code, out, err) == (0, "", "")


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    code, _, err = ended(start("--data-dir", str(tmp_path / "file" / "data")))
    assert code == 1
    assert err.startswith("ternchat: the data folder")
    assert err.count("\n") == 1


def test_logs_are_kept_and_bounded(tmp_path):
    code = (
        "import logging, pathlib, sys; from ternchat.app import logs; logs.MAX_BYTES = 1000;"
        "logs.start_logging(pathlib.Path(sys.argv[1]));"
        "[logging.getLogger('test').info('line %d', number) for number in range(100)]"
    )
    folder = tmp_path / "logs"
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["crash.log", *(f"ternchat.log{end}" for end in ("", ".1", ".2", ".3"))]
    assert all((folder / name).stat().st_size <= 1000 for name in names)
    assert "line 99" in (folder / "ternchat.log").read_text()


def test_a_crash_leaves_a_trace(tmp_path):
    code = (
        "import os, pathlib, signal, sys; from ternchat.app.logs import start_logging;"
        "start_logging(pathlib.Path(sys.argv[1])); os.kill(os.getpid(), signal.SIGSEGV)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True)
    assert done.returncode == -signal.SIGSEGV
    assert "Segmentation fault" in (tmp_path / "crash.log").read_text()


def test_the_probe_measures_while_it_is_active(qapp, qtbot, monkeypatch):
    monkeypatch.setattr("ternchat.app.workers.system_probe.INTERVAL_MS", 10)
    probe = SystemProbe()
    samples = []
    probe.sampled.connect(samples.append)
    probe.set_active(True)
    assert samples[0] > 1_000_000
    with qtbot.waitSignal(probe.sampled):
        pass
    probe.set_active(False)
    assert not probe._timer.isActive()


def test_the_probe_counts_the_processes_that_work_for_the_model(qapp):
    code = "large = b'x' * 60_000_000; print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        child.stdout.readline()
        facts = ModelFacts(
            InstalledModel("m", "M", Path("m")), "avx2", 1, 100, 0, 0, pids=lambda: (child.pid,)
        )
        probe, samples = SystemProbe(), []
        probe.sampled.connect(samples.append)
        probe.sample()
        probe.use_model(facts)
        probe.sample()
        child.communicate(b"\n")
    probe.sample()  # it has ended
    assert samples[1] - samples[0] > 50_000_000
    assert samples[1] - samples[2] > 50_000_000


def test_the_engine_is_not_imported_before_it_is_needed():
    code = (
        "import sys; import ternchat.app.main, ternchat.app.context;"
        "print([m for m in ('numpy', 'tokenizers', 'ternchat.engine') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
