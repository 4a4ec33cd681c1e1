"""Moves the models folder to another place: whatever happens meanwhile, nothing is lost.

On the same disk every entry is renamed. To another disk everything is copied first and read
back, then `moved` is called (it changes the setting), and only then the old files are deleted.
A move that was interrupted is simply started again: nothing is copied twice.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import filelock

from .atomic_file import write_atomically
from .disk_errors import from_os_error
from .download.ledger import Ledger
from .download.staging import LOCK_PREFIX, sync_folder
from .download.tools import Moment, Stopped, Tools
from .errors import AppError
from .file_hash import pieces
from .language import number, sentence
from .model_store import DOWNLOADS
from .paths import DataPaths
from .progress import Progress, State
from .transfer_faults import Fault
from .translatable import QT_TRANSLATE_NOOP

NAME = "models"  # what the reports are about, in place of one model
_PART = ".moving"
_MARK = "moving-models.json"


class MoveError(AppError):
    """The models cannot be moved there."""

    code = "move"
    title = QT_TRANSLATE_NOOP("Problem", "The models cannot be moved there")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Choose another folder; it should be empty, and not inside the present one."
    )


def move_models(
    paths: DataPaths, target: Path, moved: Callable[[Path], None], tools: Tools | None = None
) -> Iterator[Progress]:
    """Move the models folder to `target`; `moved` is told when the new place counts."""
    tools = tools or Tools()
    ledger = Ledger(NAME, tools.clock)
    try:
        old, new = Path(os.path.realpath(paths.models)), Path(os.path.realpath(target.expanduser()))
        _check(old, new)
        new.mkdir(mode=0o700, parents=True, exist_ok=True)
        paths.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(paths.root / _MARK, json.dumps({"to": str(new)}).encode("utf-8"))
        with _nothing_running(old):
            names = sorted(path.name for path in old.iterdir()) if old.is_dir() else []
            if _same_disk(old, new):
                _rename(old, new, names)
                moved(new)
            else:
                yield from _copy_all(old, new, tools, ledger)
                moved(new)
        for name in names:  # without the locks, which lie there too
            _remove(old / name)
        (paths.root / _MARK).unlink(missing_ok=True)
        yield replace(ledger.progress(Moment(State.READY)), path=new)
    except Stopped:
        yield ledger.progress(Moment(State.PAUSED))
    except AppError as error:
        yield ledger.failed(error)
    except OSError as error:
        yield ledger.failed(from_os_error(error))


def unfinished_move(paths: DataPaths) -> Path | None:
    """Where a move was going that did not get to its end; starting it again ends it."""
    try:
        values = json.loads((paths.root / _MARK).read_bytes())
        target = Path(values["to"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return target if target.is_absolute() else None


def give_up_move(paths: DataPaths) -> None:
    """Forget an interrupted move; the models stay where they are, copies of some lie there too."""
    (paths.root / _MARK).unlink(missing_ok=True)


def _check(old: Path, new: Path) -> None:
    if new == old:
        raise MoveError(sentence("the models are in {old} already", old=old))
    if old in new.parents or new in old.parents:
        raise MoveError(sentence("{new} and {old} lie one inside the other", new=new, old=old))
    if new.exists() and not new.is_dir():
        raise MoveError(sentence("{new} is a file, not a folder", new=new))
    if not new.is_dir() or not old.is_dir():
        return
    for path in new.iterdir():
        ours = old / path.name
        # What an interrupted move left looks exactly like what it was copied from.
        if not path.name.startswith(".") and ours.exists() and not _alike(ours, path):
            raise MoveError(
                sentence(
                    "there is something named {name} in {new} already", name=path.name, new=new
                )
            )


def _alike(ours: Path, theirs: Path) -> bool:
    """Whether one may be the beginning of a copy of the other."""
    if not ours.is_dir():
        return theirs.is_file()
    return theirs.is_dir() and all(
        (ours / path.name.removesuffix(_PART)).exists() for path in theirs.iterdir()
    )


def _rename(old: Path, new: Path, names: list[str]) -> None:
    for name in names:
        if (new / name).exists():
            _merge(old / name, new / name)
        else:
            os.rename(old / name, new / name)
    sync_folder(new)


def _merge(old: Path, new: Path) -> None:
    """What lies in a folder of ours goes into the one of the same name."""
    if not old.is_dir():
        os.replace(old, new)
        return
    for path in old.iterdir():
        if (new / path.name).exists():
            _merge(path, new / path.name)
        else:
            os.rename(path, new / path.name)
    old.rmdir()


def _copy_all(old: Path, new: Path, tools: Tools, ledger: Ledger) -> Iterator[Progress]:
    files = [path for path in sorted(old.rglob("*")) if path.is_file() or path.is_symlink()]
    sizes = {path: path.lstat().st_size for path in files}
    there = {path: _is_copied(path, new / path.relative_to(old)) for path in files}
    missing = sum(size for path, size in sizes.items() if not there[path])
    free = tools.free_bytes(new)
    if missing + tools.policy.reserve_bytes > free:
        raise Fault.NO_DISK.error(
            sentence(
                "{missing} GB are to be moved, but only {free} GB are free there",
                missing=number(missing / 1e9, 2),
                free=number(free / 1e9, 2),
            )
        )
    ledger.begin(sum(sizes.values()), ())
    for path in old.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            (new / path.relative_to(old)).mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in files:
        name = str(path.relative_to(old))
        if not there[path]:
            yield from _copy(path, new / name, name, tools, ledger)
        ledger.put(name, sizes[path])
        yield ledger.progress(Moment(State.COPYING))


def _copy(
    source: Path, target: Path, name: str, tools: Tools, ledger: Ledger
) -> Iterator[Progress]:
    """Copy one file and read the copy back; it has its name only when it is right."""
    if source.is_symlink():
        target.unlink(missing_ok=True)
        target.symlink_to(os.readlink(source))
        return
    part = target.with_name(target.name + _PART)
    written, done = hashlib.sha256(), 0
    with part.open("wb") as copy:
        for piece in pieces(source):
            tools.check_stopped()
            copy.write(piece)
            written.update(piece)
            done += len(piece)
            ledger.put(name, done)
            ledger.meter.add(tools.clock.now(), len(piece))
            yield ledger.progress(Moment(State.COPYING))
        copy.flush()
        os.fsync(copy.fileno())
    read = hashlib.sha256()
    for piece in pieces(part):
        tools.check_stopped()
        read.update(piece)
        yield ledger.progress(Moment(State.VERIFYING))
    if read.digest() != written.digest():
        part.unlink()
        raise Fault.BAD_HASH.error(
            sentence("the copy of {name} is not what it was copied from", name=name)
        )
    shutil.copystat(source, part)
    os.replace(part, target)


def _is_copied(source: Path, target: Path) -> bool:
    """Whether an earlier run copied the file: it then has the same size and time."""
    try:
        ours, theirs = source.lstat(), target.lstat()
    except OSError:
        return False
    return ours.st_size == theirs.st_size and ours.st_mtime_ns == theirs.st_mtime_ns


def _same_disk(old: Path, new: Path) -> bool:
    return not old.exists() or os.stat(old).st_dev == os.stat(new).st_dev


@contextmanager
def _nothing_running(folder: Path) -> Iterator[None]:
    """Holds the locks of all downloads, so that none goes on meanwhile."""
    with ExitStack() as stack:
        try:
            for path in sorted((folder / DOWNLOADS).glob(f"{LOCK_PREFIX}*")):
                stack.enter_context(filelock.FileLock(path, timeout=0))
        except filelock.Timeout:
            raise Fault.BUSY.error(sentence("a download is at work in this folder")) from None
        yield


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
