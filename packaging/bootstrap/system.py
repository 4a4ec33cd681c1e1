"""What the operating system has to bring: a compiler, headers, Qt's libraries, test tools."""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from .console import StartError, run_quietly, say

ROOT = Path(__file__).resolve().parents[2]

APT_ADVICE = "Is the machine online, and do its package sources work (apt-get update)?"


@dataclass(frozen=True)
class Missing:
    """Something that was looked for and not found.

    Attributes:
        what: for a person.
        packages: Debian's packages that bring it.
        required: whether nothing works without it.
    """

    what: str
    packages: tuple[str, ...]
    required: bool


def missing_for_running() -> list[Missing]:
    """What building and running Ternchat lacks here."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = []
    # Debian splits these two out of its own Python; others come whole or not at all.
    if importlib.util.find_spec("ensurepip") is None:
        found.append(Missing("the module venv", (f"{version}-venv",), True))
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        found.append(Missing("Python's headers", (f"{version}-dev",), True))
    if not _has_compiler():
        found.append(Missing("a C compiler", ("gcc", "libc6-dev"), True))
    known = _system_libraries()
    libraries = known.missing_libraries({**known.QT_LIBRARIES, **known.XCB_LIBRARIES})
    if libraries:
        packages = tuple(dict.fromkeys(libraries.values()))
        found.append(Missing("libraries of the window", packages, False))
    return found


def missing_for_testing() -> list[Missing]:
    """What the tests lack here: end-to-end tools, compilers and emulators for the kernels."""
    if not sys.platform.startswith("linux"):
        return []
    tools = {
        "xvfb": shutil.which("Xvfb"),
        "jwm": shutil.which("jwm"),
        "xdotool": shutil.which("xdotool"),
        "x11-utils": shutil.which("xprop"),
        "xclip": shutil.which("xclip"),
        "imagemagick": shutil.which("import"),
        "desktop-file-utils": shutil.which("desktop-file-validate"),
        "appstream": shutil.which("appstreamcli"),
        "dbus": shutil.which("dbus-daemon"),
        "at-spi2-core": Path("/usr/libexec/at-spi-bus-launcher").exists(),
        "python3-pyatspi": _debian_python_has("pyatspi"),
        # Kernels for other processors and systems, compiled and run by tests/ext/test_driver.py.
        "gcc": shutil.which("gcc"),
        "clang": shutil.which("clang"),
        "gcc-aarch64-linux-gnu": shutil.which("aarch64-linux-gnu-gcc"),
        "libc6-dev-arm64-cross": Path("/usr/aarch64-linux-gnu/lib/libc.a").exists(),
        "qemu-user": shutil.which("qemu-aarch64"),
        "mingw-w64-x86-64-dev": Path("/usr/x86_64-w64-mingw32/include/windows.h").exists(),
    }
    packages = tuple(name for name, found in tools.items() if not found)
    return [Missing("tools of the tests", packages, False)] if packages else []


def provide(missing: list[Missing]) -> None:
    """Install what is missing where that is possible, otherwise say how it is done."""
    if not missing:
        return
    packages = [package for item in missing for package in item.packages]
    if can_install():
        install(packages)
        return
    for item in missing:
        say(f"missing: {item.what}")
    advice = how_to_install(packages)
    if any(item.required for item in missing):
        raise StartError(advice)
    say(f"{advice} Going on without.")


def can_install() -> bool:
    """Whether packages can be installed from here: root on Debian or a relative."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def how_to_install(packages: list[str]) -> str:
    """The sentence that tells a person what to do."""
    names = " ".join(packages)
    if shutil.which("apt-get"):
        return f"To install what is missing: sudo apt-get install {names}"
    if sys.platform == "darwin":
        return "To install what is missing: xcode-select --install"
    if sys.platform == "win32":
        return "To install what is missing: the C++ build tools of Visual Studio."
    return f"Install your system's counterparts of these Debian packages: {names}"


def install(packages: list[str]) -> None:
    """Install Debian packages, without questions."""
    apt = ("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run_quietly("Reading the package lists", [*apt, "update"], APT_ADVICE, quiet)
    except StartError as error:
        # One broken source among good ones is enough for this; the install itself decides.
        say(str(error))
    command = [*apt, "install", "-y", "--no-install-recommends", *packages]
    say(f"needed: {' '.join(packages)}")
    run_quietly("Installing them", command, APT_ADVICE, quiet)


def _has_compiler() -> bool:
    if sys.platform == "win32":
        # CMake finds Visual Studio without its compiler being on the path.
        return True
    chosen = os.environ.get("CC", "").split()
    return any(shutil.which(name) for name in [*chosen[:1], "cc", "gcc", "clang"])


def _debian_python_has(module: str) -> bool:
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    try:
        return subprocess.run(["/usr/bin/python3", "-c", code], check=False).returncode == 0
    except OSError:
        return False


def _system_libraries() -> ModuleType:
    # Before the installation the package cannot be imported; this one file can, by its path.
    path = ROOT / "app" / "core" / "system_libraries.py"
    spec = importlib.util.spec_from_file_location("system_libraries", path)
    if spec is None or spec.loader is None:
        raise StartError(f"{path} is missing: the checkout is not whole")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
