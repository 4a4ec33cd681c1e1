"""Models that are on this computer already: linked, or copied into the models folder."""

import hashlib
import json
import logging
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from .disk_errors import from_os_error
from .download.finish import now_text
from .download.job import Judge
from .download.ledger import Ledger
from .download.staging import Staging
from .download.tools import Moment, Stopped, Tools
from .download.trial import SelfTest, trial
from .errors import AppError
from .file_hash import pieces
from .language import number, sentence
from .model_record import ModelRecord, RecordedFile
from .model_store import ModelStore
from .progress import Progress, State
from .remote_model import INDEX, is_model_file, is_weights
from .remote_names import is_commit, is_model_name, is_repository, is_safe_file_name, model_name
from .runnable import folder_verdict
from .told import told
from .transfer_errors import TransferError
from .transfer_faults import Fault

log = logging.getLogger(__name__)

_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_ARCHIVES = (".zip", ".tar", ".gz", ".7z", ".rar")


@dataclass(frozen=True)
class ImportSource:
    """A folder that can be imported.

    Attributes:
        repository, commit: its place on the hub, for a snapshot of the shared cache; else "".
    """

    folder: Path
    title: str
    repository: str = ""
    commit: str = ""


def find_source(path: Path) -> ImportSource:
    """What is meant by a folder or a file of a model; raises a sentence about what it is not."""
    path = Path(os.path.abspath(path.expanduser()))
    if not path.exists():
        raise Fault.SOURCE_GONE.error(sentence("there is nothing at {path}", path=path))
    if path.is_file():
        path = _folder_of_file(path)
    if not (path / "config.json").is_file():
        for other in sorted(path.glob("*.gguf")):
            raise _gguf(other)
        raise Fault.UNSUPPORTED.error(
            sentence("{path} has no config.json, which every model folder has", path=path)
        )
    if path.parent.name == "snapshots" and path.parent.parent.name.startswith("models--"):
        repository = path.parent.parent.name.removeprefix("models--").replace("--", "/", 1)
        if is_repository(repository) and is_commit(path.name):
            return ImportSource(path, repository.split("/")[1], repository, path.name)
    return ImportSource(path, path.name or "model")


def import_model(
    store: ModelStore,
    path: Path,
    *,
    copy: bool,
    name: str | None = None,
    judge: Judge = folder_verdict,
    self_test: SelfTest | None = None,
    tools: Tools | None = None,
) -> Iterator[Progress]:
    """Make a model of this computer one of ours: copied, or used where it is; and try it."""
    tools = tools or Tools()
    ledger = Ledger(name or model_name(path.name), tools.clock)
    try:
        source = find_source(path)
        if name is not None and not is_model_name(name):
            raise Fault.UNSUPPORTED.error(
                sentence("{name!r} cannot be the name of a model", name=name)
            )
        ledger.name = store.free_name(name or model_name(source.title))
        verdict = judge(source.folder)
        if not verdict.runs:
            raise Fault.UNSUPPORTED.error(verdict.reason)
        staging = Staging(store, ledger.name)
        with staging.locked():
            try:
                staging.delete()
                staging.create()
                yield from _bring(source, staging, copy, tools, ledger)
                staging.publish()
            except BaseException:
                staging.delete()
                raise
        location, said = staging.target if copy else source.folder, ""
        if self_test is not None:
            run = trial(staging.target, location, self_test, tools)
            said = yield from _told(run, ledger)
        yield replace(ledger.progress(Moment(State.READY, said)), path=location)
    except Stopped:
        yield Progress(ledger.name, State.CANCELLED)
    except AppError as error:
        yield ledger.failed(error)
    except OSError as error:
        yield ledger.failed(from_os_error(error))
    except Exception as error:  # a mistake of ours, told like any other
        log.exception("the import of %s broke off", path)
        yield ledger.failed(error)


def _told(run: Generator[Moment, None, str], ledger: Ledger) -> Generator[Progress, None, str]:
    """The moments of a run as reports."""
    while True:
        try:
            yield ledger.progress(next(run))
        except StopIteration as end:
            return str(end.value)


def _bring(
    source: ImportSource, staging: Staging, copy: bool, tools: Tools, ledger: Ledger
) -> Iterator[Progress]:
    """Read every file once, copy it if wanted, and write the record."""
    files = _files(source.folder)
    total = sum(path.stat().st_size for path in files)
    free = tools.free_bytes(staging.folder)
    if copy and total + tools.policy.reserve_bytes > free:
        raise Fault.NO_DISK.error(
            sentence(
                "{total} GB are to come, but only {free} GB are free",
                total=number(total / 1e9, 2),
                free=number(free / 1e9, 2),
            )
        )
    ledger.begin(total, ())
    recorded = []
    for path in files:
        target = staging.folder / path.name if copy else None
        recorded.append((yield from _read(path, target, tools, ledger)))
    ModelRecord(
        name=staging.name,
        title=source.title,
        repository=source.repository,
        revision=source.commit,
        commit=source.commit,
        files=tuple(recorded),
        location=None if copy else source.folder,
        installed_at=now_text(),
    ).write(staging.folder)


def _read(
    path: Path, target: Path | None, tools: Tools, ledger: Ledger
) -> Generator[Progress, None, RecordedFile]:
    """Hash the file, and copy it on the way."""
    digest, read = hashlib.sha256(), 0
    copy = None if target is None else target.open("xb")
    try:
        for piece in pieces(path):
            tools.check_stopped()
            digest.update(piece)
            if copy is not None:
                copy.write(piece)
            read += len(piece)
            ledger.put(path.name, read)
            ledger.meter.add(tools.clock.now(), len(piece))
            yield ledger.progress(Moment(State.VERIFYING if copy is None else State.COPYING))
        if copy is not None:
            copy.flush()
            os.fsync(copy.fileno())
    finally:
        if copy is not None:
            copy.close()
    return RecordedFile(path.name, read, digest.hexdigest())


def _files(folder: Path) -> list[Path]:
    """The files of the model, small ones first; others in the folder are left alone."""
    shards = _indexed(folder / INDEX)
    found = [
        path
        for path in folder.iterdir()
        if is_safe_file_name(path.name)
        and (is_model_file(path.name) or path.name in shards)
        and path.is_file()
    ]
    if not any(is_weights(path.name) or path.name in shards for path in found):
        raise Fault.UNSUPPORTED.error(
            sentence("{folder} holds no weights in safetensors format", folder=folder)
        )
    return sorted(found, key=lambda path: (path.stat().st_size, path.name))


def _indexed(index: Path) -> set[str]:
    """The names of the weight files that an index lists."""
    try:
        values = json.loads(index.read_bytes())["weight_map"].values()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set()
    return {name for name in values if isinstance(name, str) and name.endswith(".safetensors")}


def _folder_of_file(path: Path) -> Path:
    ending = path.suffix.lower()
    if ending == ".gguf":
        raise _gguf(path)
    if ending in _PICKLES:
        raise Fault.UNSUPPORTED.error(
            sentence("{name} is a pickle, which may run foreign code when read", name=path.name)
        )
    if ending in _ARCHIVES:
        raise Fault.UNSUPPORTED.error(
            sentence("{name} is an archive; unpack it and import the folder", name=path.name)
        )
    if ending != ".safetensors" and path.name != "config.json":
        raise Fault.UNSUPPORTED.error(
            sentence("{name} is no file of a model that Ternchat can read", name=path.name)
        )
    if not (path.parent / "config.json").is_file():
        raise Fault.UNSUPPORTED.error(
            sentence(
                "{name} holds weights alone: config.json and tokenizer.json of the same model"
                " must lie beside it",
                name=path.name,
            )
        )
    return path.parent


def _gguf(path: Path) -> TransferError:
    with path.open("rb") as file:
        is_gguf = file.read(4) == b"GGUF"
    if not is_gguf:
        return Fault.UNSUPPORTED.error(
            sentence("{name} is called GGUF, but does not begin like one", name=path.name)
        )
    from ternchat.engine.errors import gguf_answer  # NumPy comes with it

    return Fault.UNSUPPORTED.error(told(gguf_answer(path.name)))
