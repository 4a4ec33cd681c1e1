"""`ternchat desktop`: what menus and docks of Linux get, and how it goes away again."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from needed import need
from PySide6.QtGui import QImage

from ternchat.app.cli import desktop
from ternchat.app.core import desktop_entry
from ternchat.app.core.desktop_entry import (
    DESKTOP_FILE,
    DESKTOP_ID,
    DesktopEntry,
    DesktopEntryError,
    entry_text,
)
from ternchat.app.workers.taskbar import linux

ROOT = Path(__file__).parents[2]
OWN = Path(str(resources.files("ternchat.resources") / "linux"))
SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's, which GLib's bindings belong to

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="desktop entries are for Linux and its relatives"
)


def keys(text):
    """What stands in an entry, as desktops understand strings."""
    lines = [line.partition("=") for line in text.splitlines() if "=" in line]
    return {name: re.sub(r"\\(.)", r"\1", value) for name, _, value in lines}


def arguments(line):
    """The arguments that an Exec line means."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line)
    return [(re.sub(r"\\(.)", r"\1", a) or b).replace("%%", "%") for a, b in parts]


def files_below(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def validated(path):
    need(shutil.which("desktop-file-validate"), "desktop-file-validate")
    done = subprocess.run(["desktop-file-validate", path], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("", 0)


# ---- The files that packages install -----------------------------------------------------------


def test_the_entry_is_what_the_specification_allows():
    validated(OWN / DESKTOP_FILE)


def test_window_entry_and_progress_go_by_one_name():
    entry = keys((OWN / DESKTOP_FILE).read_text("utf-8"))
    assert (OWN / DESKTOP_FILE).stem == DESKTOP_ID
    assert entry["Icon"] == entry["StartupWMClass"] == entry["Exec"] == DESKTOP_ID
    assert linux.DESKTOP_FILE == DESKTOP_FILE
    main = (ROOT / "app" / "main.py").read_text("utf-8")
    assert "setDesktopFileName(DESKTOP_ID)" in main  # what Qt says to the window manager


def test_the_description_for_software_centres_is_sound():
    need(shutil.which("appstreamcli"), "appstreamcli")
    done = subprocess.run(
        ["appstreamcli", "validate", "--no-net", OWN / "ternchat.metainfo.xml"],
        capture_output=True,
        text=True,
    )
    found = re.findall(r"^([EW]): \S+: (\S+)", done.stdout, re.MULTILINE)
    # There is no domain of ours that the name could begin with.
    assert found == [("W", "cid-desktopapp-is-not-rdns")], done.stdout


def test_the_description_leads_to_the_entry():
    text = (OWN / "ternchat.metainfo.xml").read_text("utf-8")
    assert f'<launchable type="desktop-id">{DESKTOP_FILE}</launchable>' in text
    category = re.search("<category>(.*)</category>", text)[1]
    assert keys((OWN / DESKTOP_FILE).read_text("utf-8"))["Categories"] == f"{category};"


def test_the_drawn_icons_are_those_of_the_picture():
    spec = importlib.util.spec_from_file_location("render", ROOT / "tools" / "render_icons.py")
    render = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(render)
    assert render.SIZES == desktop_entry.ICON_SIZES
    for size in render.SIZES:
        drawn, kept = render.rendered(size), QImage(str(render.picture(size)))
        assert (kept.width(), kept.height()) == (size, size)
        differences = [
            abs(a - b)
            for x in range(0, size, 3)
            for y in range(0, size, 3)
            for a, b in zip(
                drawn.pixelColor(x, y).getRgb(), kept.pixelColor(x, y).getRgb(), strict=True
            )
        ]
        assert sum(differences) / len(differences) < 1  # of 255: another Qt may round otherwise


def test_a_package_installs_entry_description_and_every_icon():
    cmake = (ROOT / "CMakeLists.txt").read_text("utf-8")
    installed = cmake.partition("if(UNIX AND NOT APPLE)")[2]
    for name in ("ternchat.desktop", "ternchat.metainfo.xml", "tern-app.svg"):
        assert name in installed
    assert f"foreach(size {' '.join(map(str, desktop_entry.ICON_SIZES))})" in installed


# ---- The command -------------------------------------------------------------------------------


@pytest.fixture
def share(tmp_path):
    return tmp_path / "share"


def test_install_and_remove_leave_nothing_behind(ternchat, share):
    share.mkdir()
    (share / "icons" / "hicolor").mkdir(parents=True)
    (share / "icons" / "hicolor" / "index.theme").write_text("of others")
    before = files_below(share)
    done = ternchat("desktop", "install")
    assert (done.returncode, done.stderr) == (0, "")
    added = {path for path in files_below(share) - before if (share / path).is_file()}
    sizes = ("48x48", "128x128", "256x256")
    assert added == {
        "applications/ternchat.desktop",
        *(f"icons/hicolor/{size}/apps/ternchat.png" for size in sizes),
        "icons/hicolor/scalable/apps/ternchat.svg",
    }
    assert {(share / path).stat().st_mode & 0o777 for path in added} == {0o644}
    validated(share / "applications" / DESKTOP_FILE)
    assert ternchat("desktop", "install").returncode == 0  # again: the same
    assert str(share / "applications" / DESKTOP_FILE) in ternchat("doctor").stdout
    assert ternchat("desktop", "remove").returncode == 0
    assert files_below(share) == before
    assert "There was no entry." in ternchat("desktop", "remove").stdout
    assert "ternchat desktop install" in ternchat("doctor", XDG_DATA_DIRS="/nowhere").stdout


def test_the_entry_starts_this_installation_on_the_folder_that_was_named(ternchat, share, tmp_path):
    folder = tmp_path / "my data"
    assert ternchat("desktop", "install", "--data-dir", folder).returncode == 0
    entry = keys((share / "applications" / DESKTOP_FILE).read_text("utf-8"))
    program, *rest = arguments(entry["Exec"])
    assert rest[-2:] == ["--data-dir", str(folder)]
    assert entry["TryExec"] == program
    said = subprocess.run([program, *rest, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith("ternchat ")


def test_an_entry_of_a_package_is_left_alone(ternchat, share):
    theirs = share / "applications" / DESKTOP_FILE
    theirs.parent.mkdir(parents=True)
    shutil.copy(OWN / DESKTOP_FILE, theirs)
    before = files_below(share)
    for action in ("install", "remove"):
        done = ternchat("desktop", action)
        assert done.returncode == 1
        assert "is left as it is" in done.stderr
    assert theirs.read_bytes() == (OWN / DESKTOP_FILE).read_bytes()
    assert files_below(share) == before


def test_a_disk_that_refuses_leaves_no_half_of_it(share, monkeypatch):
    written = []

    def write(path, data):
        if path.suffix == ".desktop":
            raise OSError(28, "No space left on device")
        written.append(path)
        path.write_bytes(data)

    monkeypatch.setattr(desktop_entry, "write_atomically", write)
    with pytest.raises(OSError, match="No space"):
        DesktopEntry(share).install(["ternchat"])
    assert len(written) == 4  # the icons came first
    assert files_below(share) == set()


@pytest.mark.parametrize(
    ("argv0", "is_script"), [("bin/ternchat", True), ("app/__main__.py", False)]
)
def test_what_starts_the_program_is_the_script_it_was_started_by(
    tmp_path, monkeypatch, argv0, is_script
):
    started = tmp_path / argv0
    started.parent.mkdir()
    started.write_text("#!/bin/sh\n")
    started.chmod(0o755)
    monkeypatch.setattr(desktop.sys, "argv", [str(started)])
    monkeypatch.setattr(desktop.sysconfig, "get_path", lambda _name: str(tmp_path / "none"))
    expected = [str(started)] if is_script else [sys.executable, "-m", "ternchat.app"]
    assert desktop.own_command() == expected


def test_a_frozen_program_starts_itself(monkeypatch):
    monkeypatch.setattr(desktop.sys, "frozen", True, raising=False)
    assert desktop.own_command() == [sys.executable]


# ---- Whatever the folder is called -------------------------------------------------------------

PRINTABLE = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1
)
PROGRAM = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="=%"), min_size=1)


@given(PROGRAM, st.lists(PRINTABLE, max_size=3))
def test_any_command_is_what_the_exec_line_means(program, rest):
    entry = keys(entry_text([program, *rest]))
    assert arguments(entry["Exec"]) == [program, *rest]
    assert entry["TryExec"] == program


@pytest.mark.parametrize("part", ["a\nExec=rm", "a\0b", "\x1b[2J", "a\u2028b"])
def test_a_command_that_would_be_more_than_a_line_is_refused(part):
    with pytest.raises(DesktopEntryError, match="cannot stand"):
        entry_text(["ternchat", part])


@pytest.mark.parametrize("program", ["/a=b/ternchat", "/100%/ternchat"])
def test_a_program_that_desktops_would_not_find_is_refused(program):
    with pytest.raises(DesktopEntryError, match="cannot stand"):
        entry_text([program])


def test_a_desktop_starts_the_program_from_a_folder_of_almost_any_name(tmp_path):
    bindings = subprocess.run(
        [SYSTEM_PYTHON, "-c", "import gi.repository.Gio"], capture_output=True, check=False
    ).returncode
    need(bindings == 0, "GLib's Python bindings")
    folder = tmp_path / "a \"b\" $HOME `id` \\ 'c' ;&|<>*?#~()"
    folder.mkdir()
    program, said = folder / "ternchat", tmp_path / "said"
    os.mkfifo(said)
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$0" "$@" > "{said}"\n')
    program.chmod(0o755)
    DesktopEntry(tmp_path / "share").install([str(program), "100% %f", str(folder)])
    launch = (
        "import sys, gi.repository.Gio as g;"
        "g.DesktopAppInfo.new_from_filename(sys.argv[1]).launch([], None)"
    )
    path = tmp_path / "share" / "applications" / DESKTOP_FILE
    subprocess.run([SYSTEM_PYTHON, "-c", launch, path], check=True, timeout=60)
    heard = subprocess.run(["cat", said], capture_output=True, text=True, timeout=60).stdout
    assert heard.splitlines() == [str(program), "100% %f", str(folder)]
