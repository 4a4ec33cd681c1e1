"""`ternchat doctor`: what this machine and this installation can do."""

import os
import platform
import sys
from collections.abc import Iterator
from importlib import import_module, metadata

from ternchat import __version__
from ternchat.app.core import machine, speed_store, thread_choice
from ternchat.app.core.desktop_entry import found_entry
from ternchat.app.core.errors import AppError
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.system_libraries import QT_LIBRARIES, XCB_LIBRARIES, missing_libraries
from ternchat.app.display import why_no_window

from . import console
from .arguments import DEFAULT_MODEL, Options
from .console import EXIT_OK
from .setup import Setup

PACKAGES = ("numpy", "PySide6-Essentials", "tokenizers", "huggingface_hub")
_UNIT = 1 << 30

Row = tuple[str, str]


def run(options: Options) -> int:
    """Print the findings; gives the exit code."""
    return console.guarded(lambda: _run(options))


def _run(options: Options) -> int:
    if options.calibrate:
        _calibrate(options)
    sections = (
        ("Machine", _machine()),
        ("Engine", _engine(options)),
        ("Window", _window()),
        ("Data", _data(options)),
        ("Versions", _versions()),
    )
    for title, rows in sections:
        print(title)
        for name, value in rows:
            print(f"  {name:<16} {value}")
    return EXIT_OK


def _calibrate(options: Options) -> None:
    """Try thread counts, print what each gives, keep the best for this processor."""
    calibration = import_module("ternchat.engine.calibration")
    print("Calibration")
    rates: dict[int, float] = calibration.decode_rates(options.isa)
    best: int = calibration.best_threads(rates)
    for threads, rate in rates.items():
        chosen = " (chosen)" if threads == best else ""
        name = f"{threads} thread" + ("s" if threads > 1 else "")
        print(f"  {name:<16} {rate / 1e9:.1f} GB/s of weights{chosen}")
    cache = DataPaths.from_option(options.data_dir).cache
    thread_choice.save(cache, machine.cpu_name(), best)
    speed = import_module("ternchat.engine.speed_measurement").measure_in_child(options.isa, best)
    if speed is not None:
        print(f"  {'memory':<16} {speed.read_bytes_per_second / 1e9:.1f} GB/s read")
        speed_store.save(cache, machine.cpu_name(), speed)


def _machine() -> Iterator[Row]:
    total, free = machine.memory_bytes()
    cores = machine.physical_cores()
    yield "processor", machine.cpu_name()
    yield "cores", f"{cores or 'unknown'} physical, {os.cpu_count() or 'unknown'} logical"
    yield "memory", f"{total / _UNIT:.1f} GiB, {free / _UNIT:.1f} GiB free"
    yield "system", platform.platform()


def _engine(options: Options) -> Iterator[Row]:
    try:
        found = import_module("ternchat.engine.backend").describe()
    except Exception as error:  # The doctor reports a broken engine; it must not die of it.
        yield "engine", f"does not start: {error}"
        return
    yield "features", " ".join(found["cpu_features"]) or "none detected"
    yield "kernel sets", _marked(found["kernel_sets"], found["default_kernel"])
    yield "compiled in", ", ".join(found["compiled"])
    calibrated = thread_choice.threads_for(None, DataPaths.from_option(options.data_dir).cache)
    if calibrated is None:
        threads = f"{found['threads_default']}, {found['threads_writing']} to write"
        yield "threads", f"{threads} (not calibrated: ternchat doctor --calibrate)"
    else:
        yield "threads", f"{calibrated} (calibrated)"
    openmp = found["openmp"]
    yield "OpenMP", openmp if isinstance(openmp, str) else ("yes" if openmp else "missing")


def _marked(names: list[str], chosen: str) -> str:
    return ", ".join(f"{name} (chosen)" if name == chosen else name for name in names)


def _window() -> Iterator[Row]:
    try:
        qt = import_module("PySide6.QtCore")
        import_module("PySide6.QtWidgets")
        yield "Qt", qt.qVersion()
    except ImportError as error:
        yield "Qt", f"cannot be loaded: {error}"
    missing = missing_libraries({**QT_LIBRARIES, **XCB_LIBRARIES})
    if missing:
        yield "missing", ", ".join(missing)
        yield "on Debian", f"apt-get install {' '.join(missing.values())}"
    elif sys.platform.startswith("linux"):
        yield "libraries", "all found"
    reason = why_no_window()
    yield "window", "can be opened" if reason is None else f"{reason}: the chat is in the terminal"
    if sys.platform.startswith("linux"):
        entry = found_entry()
        yield "menus, docks", str(entry) if entry else "unknown there: ternchat desktop install"


def _data(options: Options) -> Iterator[Row]:
    setup = Setup.of(options)
    paths, store = setup.paths, setup.store()
    yield "data folder", str(paths.root)
    yield "models", str(paths.models)
    yield "cache", str(paths.cache)
    yield "built-in model", str(store.built_in.path)
    try:
        yield "model", str(store.resolve(options.model or DEFAULT_MODEL).path)
    except AppError as error:
        yield "model", str(error)
    for model in store.installed()[1:]:
        yield "installed", f"{model.name}: {model.path}"
    hub = setup.hub_options()
    yield "connections", "none" if hub.offline else hub.endpoint
    yield "proxy", str(hub.proxy)


def _versions() -> Iterator[Row]:
    yield "ternchat", __version__
    yield "python", f"{platform.python_version()} ({sys.executable})"
    for package in PACKAGES:
        try:
            yield package, metadata.version(package)
        except metadata.PackageNotFoundError:
            yield package, "not installed"
