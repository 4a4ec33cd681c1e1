"""The layers of docs/architecture.md, read from the imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FORBIDDEN = {
    "ext": ("ternchat.engine", "ternchat.app", "PySide6"),
    "engine": ("ternchat.app", "PySide6"),
    "app/core": (
        "ternchat.app.workers",
        "ternchat.app.models",
        "ternchat.app.views",
        "ternchat.app.cli",
        "ternchat.engine",
        "ternchat.ext",
        "PySide6",
    ),
    "app/workers": (
        "ternchat.app.models",
        "ternchat.app.views",
        "ternchat.app.cli",
        "ternchat.ext",
        "PySide6.QtGui",
        "PySide6.QtWidgets",
    ),
    "app/models": (
        "ternchat.app.workers",
        "ternchat.app.views",
        "ternchat.app.cli",
        "ternchat.engine",
        "ternchat.ext",
        "PySide6.QtWidgets",
    ),
    "app/views": ("ternchat.app.workers", "ternchat.app.cli", "ternchat.engine", "ternchat.ext"),
    "app/cli": ("ternchat.app.models", "ternchat.app.views", "ternchat.ext", "PySide6"),
}

# Pure data: what a model is, what memory it takes, how fast it is, and what is wrong with it.
PURE = ("config", "memory", "speed", "errors")
# And how a part of the program is started in a process of its own.
ALLOWED = {"app/core": tuple(f"ternchat.engine.{name}" for name in (*PURE, "child_process"))}


def test_every_folder_with_rules_exists() -> None:
    assert [folder for folder in FORBIDDEN if not (ROOT / folder).is_dir()] == []


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_folder_imports_only_from_layers_below(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in python_files(folder)
        for name in imported(path)
        if is_below(name, FORBIDDEN[folder]) and not is_below(name, ALLOWED.get(folder, ()))
    ]
    assert wrong == []


def test_only_the_backend_imports_the_extensions() -> None:
    importers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("app", "engine")
        for path in python_files(folder)
        for name in imported(path)
        if is_below(name, ("ternchat.ext",))
    }
    assert importers <= {"engine/backend.py"}


def test_only_the_backend_reads_environment_variables_in_the_engine() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in python_files("engine")
        if path.name != "backend.py" and reads_environment(path)
    ]
    assert readers == []


def test_a_relative_import_stays_in_its_folder() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("app", "engine", "ext", "resources")
        for path in python_files(folder)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.level > 1
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import PySide6.QtCore", ["PySide6.QtCore"]),
        ("from ternchat import engine", ["ternchat.engine"]),
        ("from ternchat.engine import session", ["ternchat.engine.session"]),
        ("from . import neighbour", []),
    ],
)
def test_imports_are_found_in_every_form(source: str, names: list[str], tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(source)
    assert list(imported(path)) == names


def python_files(folder: str) -> list[Path]:
    """The Python files below a folder."""
    return sorted((ROOT / folder).rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    """The file as a syntax tree."""
    return ast.parse(path.read_text("utf-8"), str(path))


def imported(path: Path) -> Iterator[str]:
    """The dotted name of everything the file imports from other folders."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_below(name: str, packages: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of the packages or lies in one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def reads_environment(path: Path) -> bool:
    """Whether the file touches os.environ or os.getenv, or names a TERNCHAT_ variable."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv"):
            return True
        if isinstance(node, ast.alias) and node.name in ("environ", "environb", "getenv"):
            return True
        if isinstance(node, ast.Constant) and str(node.value).startswith("TERNCHAT_"):
            return True
    return False
