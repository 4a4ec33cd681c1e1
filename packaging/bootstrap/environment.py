"""The environment in .venv: made once, brought up to date when its sources changed."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import system
from .console import StartError, run_quietly, say

ROOT = Path(__file__).resolve().parents[2]

PIP_ADVICE = (
    "Is the machine online? Everything comes from the Python package index, or from where"
    " pip's configuration points."
)
BUILD_ADVICE = "The messages of the compiler are above."
# scikit-build-core asks for these at build time where the system has none; without build
# isolation they have to be there before.
BUILD_TOOLS = ("cmake>=3.24", "ninja>=1.10")
# On Linux the package index carries torch with 2 GB of CUDA; the tests need none of it.
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


class Environment:
    """The virtual environment below a checkout."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.folder = root / ".venv"
        self._scripts = self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.program("python")

    def program(self, name: str) -> Path:
        """A command installed in it."""
        return self._scripts / (f"{name}.exe" if os.name == "nt" else name)

    def prepare(self, *, tests: bool) -> None:
        """Bring everything that is missing or out of date, and nothing else."""
        stamp = self.folder / ("tests.stamp" if tests else "program.stamp")
        interpreter = self._interpreter()
        if interpreter and _read(stamp) == sources_fingerprint(self.root, interpreter):
            return
        start = time.monotonic()
        missing = system.missing_for_running()
        if tests:
            missing += system.missing_for_testing()
        system.provide(missing)
        if not interpreter:
            interpreter = self._make()
        fingerprint = sources_fingerprint(self.root, interpreter)
        if _read(self.folder / "program.stamp") != fingerprint:
            self._install_program()
            (self.folder / "program.stamp").write_text(fingerprint)
        if tests:
            self._install_tests()
            stamp.write_text(fingerprint)
        say(f"ready after {time.monotonic() - start:.0f} s")

    def _interpreter(self) -> str | None:
        """The version of the environment's Python; None when it is missing or broken."""
        # After an upgrade of the system's Python the old libraries, pip too, are out of reach.
        code = "import importlib.util, sys; print(importlib.util.find_spec('pip') and sys.version)"
        try:
            result = subprocess.run(
                [self.python, "-c", code], check=True, capture_output=True, text=True
            )
        except (OSError, subprocess.CalledProcessError):
            return None
        version = result.stdout.strip()
        return None if version == "None" else version

    def _make(self) -> str:
        shutil.rmtree(self.folder, ignore_errors=True)
        advice = "Remove the folder .venv and try again."
        run_quietly(
            f"Making the environment {self.folder}",
            [sys.executable, "-m", "venv", self.folder],
            advice,
        )
        interpreter = self._interpreter()
        if interpreter is None:
            raise StartError(f"the environment {self.folder} does not work. {advice}")
        return interpreter

    def _install_program(self) -> None:
        project = read_project(self.root)
        self._pip(
            "Fetching the build tools",
            [*project["build-system"]["requires"], *BUILD_TOOLS],
            PIP_ADVICE,
        )
        self._pip(
            "Fetching the libraries (Qt is the large one, 80 MB)",
            project["project"]["dependencies"],
            PIP_ADVICE,
        )
        # Editable: the checkout is what runs, so that a change to Python code needs no
        # installation and one to the kernels is caught by the fingerprint.
        self._pip(
            "Compiling the kernels",
            ["--no-deps", "--no-build-isolation", "-e", str(self.root)],
            BUILD_ADVICE,
        )

    def _install_tests(self) -> None:
        requirements = read_project(self.root)["project"]["optional-dependencies"]["test"]
        index: list[str] = (
            ["--extra-index-url", TORCH_CPU_INDEX] if _answers(TORCH_CPU_INDEX) else []
        )
        self._pip("Fetching the test tools, torch among them", [*index, *requirements], PIP_ADVICE)

    def _pip(self, what: str, arguments: Sequence[str], advice: str) -> None:
        command = [str(self.python), "-m", "pip", "install", "-q", *arguments]
        settings = {
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
            "PIP_NO_INPUT": "1",
            "PIP_USER": "0",
            "PIP_RETRIES": os.environ.get("PIP_RETRIES", "2"),
            # A build started from another project's environment must not see its packages.
            "PYTHONPATH": "",
        }
        run_quietly(what, command, advice, settings)


def read_project(root: Path) -> dict[str, Any]:
    """The contents of pyproject.toml."""
    with (root / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def sources_fingerprint(root: Path, interpreter: str) -> str:
    """A hash of all that decides what has to be installed or compiled."""
    files = [root / "pyproject.toml", root / "CMakeLists.txt", root / "packaging/package_init.py"]
    files += sorted(
        path
        for path in (root / "ext").rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyi", ".pyc")
    )
    digest = hashlib.sha256(f"{interpreter} {root}".encode())
    for path in files:
        digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False


def require_program(path: Path) -> Path:
    """The path, if a program is there."""
    if not path.exists():
        raise StartError(f"{path} is missing: remove the folder .venv and try again")
    return path
