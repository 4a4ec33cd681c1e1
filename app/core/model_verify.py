"""Are the files of an installed model still what they were? And if not: what must come again."""

import hashlib
import os
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

from .access_token import AccessToken
from .disk_errors import from_os_error
from .download.block_sums import encoded
from .download.ledger import Ledger
from .download.request import DownloadRequest
from .download.staging import Staging
from .download.tools import Moment, Stopped, Tools
from .errors import AppError
from .file_hash import pieces
from .language import sentence
from .model_record import FILE_NAME, ModelRecord, RecordedFile
from .model_store import ModelNotFoundError, ModelStore
from .progress import Progress, State
from .transfer_faults import Fault
from .translatable import QT_TRANSLATE_NOOP

_SUM_DIGITS = 8


class NoChecksumsError(AppError):
    """Nothing was written down that the model could be held against."""

    code = "no_checksums"
    title = QT_TRANSLATE_NOOP("Problem", "There are no checksums of this model")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Only models that were downloaded or imported by Ternchat can be verified."
    )


def verify(store: ModelStore, name: str, tools: Tools | None = None) -> Iterator[Progress]:
    """Read every file of the model and hold it against its record; ends ready or failed."""
    tools = tools or Tools()
    ledger = Ledger(name, tools.clock)
    try:
        model = store.find(name)
        if model is None:
            raise ModelNotFoundError(sentence("no model named {name!r} is installed", name=name))
        record = ModelRecord.read(store.folder / name)
        if record is None or not record.files:
            raise NoChecksumsError(sentence("{title} came without checksums", title=model.title))
        ledger.begin(sum(file.size_bytes for file in record.files), ())
        damaged = []
        for file in record.files:
            if not (yield from _is_sound(model.path / file.name, file, tools, ledger)):
                damaged.append(file.name)
        if damaged:
            raise Fault.BAD_HASH.error(
                sentence(
                    "{names} in {path} is not what it was",
                    names=", ".join(damaged),
                    path=model.path,
                )
            )
        yield replace(ledger.progress(Moment(State.READY)), path=model.path)
    except Stopped:
        yield ledger.progress(Moment(State.CANCELLED))
    except AppError as error:
        yield ledger.failed(error)
    except FileNotFoundError as error:
        yield ledger.failed(
            Fault.SOURCE_GONE.error(sentence("{filename} is missing", filename=error.filename))
        )
    except OSError as error:
        yield ledger.failed(from_os_error(error))


def begin_repair(store: ModelStore, name: str, token: AccessToken | None = None) -> DownloadRequest:
    """Turn the model into an unfinished download; running it fetches only what is damaged."""
    record = ModelRecord.read(store.folder / name)
    if record is None or not record.repository:
        raise NoChecksumsError(sentence("{name} did not come from a hub", name=name))
    if record.location is not None:
        raise Fault.DISK.error(
            sentence(
                "{name} lies in {location}, which Ternchat does not change",
                name=name,
                location=record.location,
            )
        )
    request = DownloadRequest(
        name, record.title, record.repository, record.revision, token, use_cache=False
    )
    staging = Staging(store, name)
    with staging.locked():
        staging.delete()
        os.rename(staging.target, staging.folder)
        for file in record.files:
            _write_sums(staging.folder, file)
        staging.note(request, sum(file.size_bytes for file in record.files), paused=True)
        (staging.folder / FILE_NAME).unlink()
    return request


def _is_sound(
    path: Path, file: RecordedFile, tools: Tools, ledger: Ledger
) -> Generator[Progress, None, bool]:
    digest, read = hashlib.sha256(), 0
    for piece in pieces(path):
        tools.check_stopped()
        digest.update(piece)
        read += len(piece)
        ledger.put(file.name, min(read, file.size_bytes))
        yield ledger.progress(Moment(State.VERIFYING))
    return read == file.size_bytes and digest.hexdigest() == file.sha256


def _write_sums(folder: Path, file: RecordedFile) -> None:
    """Lay the checksums of the blocks where a download looks for them."""
    whole = file.blocks[: len(file.blocks) // _SUM_DIGITS * _SUM_DIGITS]
    sums = [whole[at : at + _SUM_DIGITS] for at in range(0, len(whole), _SUM_DIGITS)]
    data = encoded(int(text, 16) for text in sums)
    (folder / f"{file.name}.{file.sha256[:16]}.sums").write_bytes(data)
