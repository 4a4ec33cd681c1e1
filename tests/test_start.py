"""The bootstrap: what it decides, without installing anything."""

import ast
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def bootstrap() -> SimpleNamespace:
    """The modules of the bootstrap, imported the way start.py does."""
    sys.path.insert(0, str(ROOT / "packaging"))
    try:
        from bootstrap import checks, commands, console, dev_tree, environment, system
    finally:
        sys.path.remove(str(ROOT / "packaging"))
    return SimpleNamespace(
        checks=checks,
        commands=commands,
        console=console,
        dev_tree=dev_tree,
        environment=environment,
        system=system,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in miniature."""
    root = tmp_path / "checkout"
    for folder in ("ext/kernels", "packaging", "app", "engine", "resources"):
        (root / folder).mkdir(parents=True)
    (root / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"))
    (root / "CMakeLists.txt").write_text("project(x)\n")
    (root / "packaging/package_init.py").write_text('__version__ = "1"\n')
    (root / "ext/kernels/matmul.c").write_text("int x;\n")
    (root / "app/main.py").write_text("")
    return root


def test_a_changed_kernel_means_a_new_build(bootstrap, checkout):
    before = bootstrap.environment.sources_fingerprint(checkout, "3.11")
    (checkout / "ext/kernels/matmul.c").write_text("int y;\n")
    assert bootstrap.environment.sources_fingerprint(checkout, "3.11") != before


def test_a_new_dependency_means_a_new_installation(bootstrap, checkout):
    before = bootstrap.environment.sources_fingerprint(checkout, "3.11")
    with (checkout / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert bootstrap.environment.sources_fingerprint(checkout, "3.11") != before


def test_changed_python_code_needs_no_installation(bootstrap, checkout):
    before = bootstrap.environment.sources_fingerprint(checkout, "3.11")
    (checkout / "app/main.py").write_text("print('new')\n")
    (checkout / "ext/__init__.py").write_text("")
    assert bootstrap.environment.sources_fingerprint(checkout, "3.11") == before


def test_a_prepared_environment_is_left_alone(bootstrap, checkout, monkeypatch):
    environment = bootstrap.environment.Environment(checkout)
    environment.folder.mkdir()
    fingerprint = bootstrap.environment.sources_fingerprint(checkout, "3.11")
    (environment.folder / "program.stamp").write_text(fingerprint)
    monkeypatch.setattr(environment, "_interpreter", lambda: "3.11")
    monkeypatch.setattr(
        bootstrap.system, "missing_for_running", lambda: pytest.fail("nothing is to be looked for")
    )
    environment.prepare(tests=False)


def test_the_environment_is_made_built_and_stamped(bootstrap, checkout, monkeypatch):
    ran: list[list[str]] = []
    module = bootstrap.environment

    def run(what: str, command: list[str], *advice: object) -> None:
        ran.append(command)
        environment.folder.mkdir(exist_ok=True)

    monkeypatch.setattr(module, "run_quietly", run)
    monkeypatch.setattr(bootstrap.system, "missing_for_running", list)
    environment = module.Environment(checkout)
    versions = iter([None, "3.11"])
    monkeypatch.setattr(environment, "_interpreter", lambda: next(versions))
    environment.prepare(tests=False)
    assert ran[0][1:3] == ["-m", "venv"]
    assert "--no-build-isolation" in ran[-1]
    assert (environment.folder / "program.stamp").exists()
    assert not (environment.folder / "tests.stamp").exists()


def test_a_failed_build_is_tried_again(bootstrap, checkout, monkeypatch):
    def fail(*arguments: object) -> None:
        raise bootstrap.console.StartError("no")

    module = bootstrap.environment
    monkeypatch.setattr(module, "run_quietly", fail)
    monkeypatch.setattr(bootstrap.system, "missing_for_running", list)
    environment = module.Environment(checkout)
    with pytest.raises(bootstrap.console.StartError):
        environment.prepare(tests=False)
    assert not (environment.folder / "program.stamp").exists()


def test_what_is_missing_is_installed_by_root(bootstrap, monkeypatch):
    installed: list[str] = []
    monkeypatch.setattr(bootstrap.system, "can_install", lambda: True)
    monkeypatch.setattr(bootstrap.system, "install", installed.extend)
    missing = bootstrap.system.Missing("a C compiler", ("gcc", "libc6-dev"), required=True)
    bootstrap.system.provide([missing])
    assert installed == ["gcc", "libc6-dev"]


def test_a_user_is_told_the_command_that_installs_what_is_missing(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap.system, "can_install", lambda: False)
    monkeypatch.setattr(bootstrap.system.shutil, "which", lambda name: f"/usr/bin/{name}")
    missing = bootstrap.system.Missing("a C compiler", ("gcc", "libc6-dev"), required=True)
    with pytest.raises(bootstrap.console.StartError, match="sudo apt-get install gcc libc6-dev"):
        bootstrap.system.provide([missing])


def test_missing_libraries_of_the_window_do_not_stop_the_terminal(bootstrap, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap.system, "can_install", lambda: False)
    missing = bootstrap.system.Missing("libraries of the window", ("libegl1",), required=False)
    bootstrap.system.provide([missing])
    assert "libegl1" in capsys.readouterr().err


def test_a_failing_command_shows_its_last_words_and_the_advice(bootstrap, capsys):
    command = [sys.executable, "-c", "import sys; print('the reason'); sys.exit(3)"]
    with pytest.raises(bootstrap.console.StartError, match=r"exit code 3.*Are you online"):
        bootstrap.console.run_quietly("Fetching", command, "Are you online?")
    assert "the reason" in capsys.readouterr().err


def test_the_tree_shows_the_installed_layout(bootstrap, checkout):
    tree = bootstrap.dev_tree.make_tree(checkout)
    assert (tree / "ternchat/app/main.py").samefile(checkout / "app/main.py")
    assert (tree / "ternchat/__init__.py").is_file()


@pytest.mark.parametrize(("failing", "code"), [(None, 0), ("ruff", 1), ("mypy", 1), ("pytest", 1)])
def test_one_failed_check_fails_all_and_pytest_comes_last(
    bootstrap, checkout, monkeypatch, failing, code
):
    ran: list[str] = []

    def run(command: list[str], **options: object) -> SimpleNamespace:
        ran.append(command[2])
        return SimpleNamespace(returncode=int(command[2] == failing))

    monkeypatch.setattr(bootstrap.checks.subprocess, "run", run)
    environment = bootstrap.environment.Environment(checkout)
    assert bootstrap.checks.run_checks(environment, []) == code
    assert ran == ["ruff", "ruff", "mypy", "pytest"]


def test_start_py_can_be_read_by_every_python_3():
    ast.parse((ROOT / "start.py").read_text("utf-8"), feature_version=(3, 4))


def test_start_py_needs_the_standard_library_alone():
    modules = ["start.py", *(ROOT / "packaging/bootstrap").glob("*.py")]
    modules.append("app/core/system_libraries.py")
    names = set()
    for path in modules:
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(str(node.module).partition(".")[0])
    assert names - {"bootstrap"} <= sys.stdlib_module_names


def test_an_old_python_gets_a_sentence():
    code = (
        "import runpy, sys; sys.version_info = (3, 9, 2)\n"
        f"runpy.run_path({str(ROOT / 'start.py')!r}, run_name='__main__')"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr == "start.py: Ternchat needs Python 3.11 or newer; this is 3.9.2\n"
