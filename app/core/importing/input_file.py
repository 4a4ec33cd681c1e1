"""Opens the JSON of an export, plain or in a ZIP archive, without trusting its size."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from ternchat.app.core.errors import reason_of
from ternchat.app.core.language import sentence

from .errors import ImportFileError
from .json_stream import JsonStream, Read

SIZE_LIMIT_BYTES = 1 << 30

# ChatGPT's archive: one file, or several numbered ones.
_CONVERSATIONS = re.compile(r"conversations(-\d+)?\.json")


@dataclass(frozen=True)
class JsonText:
    """One JSON text of an export.

    Attributes:
        total_bytes: how long all texts of the export are together, as far as can be believed.
        before_bytes: how much of that came before this one.

    """

    stream: JsonStream
    before_bytes: int
    total_bytes: int

    @property
    def done_bytes(self) -> int:
        """How much of the whole export has been read."""
        return min(self.before_bytes + self.stream.done_bytes, self.total_bytes)


def json_texts(path: Path) -> Iterator[JsonText]:
    """The file itself, or all files of conversations in an archive; each is to be read at once."""
    try:
        with open(path, "rb") as file:
            if zipfile.is_zipfile(file):
                yield from _of_archive(path, file)
                return
            size = file.seek(0, 2)
            file.seek(0)
            yield JsonText(JsonStream(_limited(file, path.name), path.name), 0, size)
    except OSError as error:
        raise ImportFileError(
            sentence("{path} cannot be read: {reason}", path=path, reason=reason_of(error))
        ) from error


def _of_archive(path: Path, file: IO[bytes]) -> Iterator[JsonText]:
    with _unpacking(path):
        archive = zipfile.ZipFile(file)
    with archive:
        entries = [
            entry
            for entry in archive.infolist()
            if _CONVERSATIONS.fullmatch(PurePosixPath(entry.filename).name)
        ]
        if not entries:
            raise ImportFileError(sentence("{name} holds no conversations.json", name=path.name))
        total, before = sum(entry.file_size for entry in entries), 0
        for entry in sorted(entries, key=lambda entry: entry.filename):
            with _unpacking(path):
                inner = archive.open(entry)
            with inner:
                read = _unpacked(_limited(inner, entry.filename), path)
                yield JsonText(JsonStream(read, entry.filename), before, total)
            before += entry.file_size


@contextmanager
def _unpacking(path: Path) -> Iterator[None]:
    try:
        yield
    except _unpacking_errors() as error:
        raise ImportFileError(
            sentence("{name} cannot be unpacked: {error}", name=path.name, error=error)
        ) from error


def _unpacked(read: Read, path: Path) -> Read:
    def guarded(size: int) -> bytes:
        with _unpacking(path):
            return read(size)

    return guarded


def _unpacking_errors() -> tuple[type[Exception], ...]:
    """What zipfile and the ways of packing raise; a password is a RuntimeError."""
    import zlib
    from lzma import LZMAError

    return zipfile.BadZipFile, RuntimeError, EOFError, ValueError, zlib.error, LZMAError


def _limited(file: IO[bytes], name: str) -> Read:
    done = 0

    def read(size: int) -> bytes:
        nonlocal done
        data = file.read(size)
        done += len(data)
        # The size an archive states may be a lie.
        if done > SIZE_LIMIT_BYTES:
            raise ImportFileError(
                sentence("{name} is larger than {most} MB", name=name, most=SIZE_LIMIT_BYTES >> 20)
            )
        return data

    return read
