"""Reads the JSON of an export, plain or in a ZIP archive, without trusting its size or depth."""

import json
import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from ternchat.app.core.errors import reason_of
from ternchat.app.core.language import sentence

from .errors import ImportFileError

SIZE_LIMIT_BYTES = 1 << 30

# ChatGPT's archive: one file, or several numbered ones.
_CONVERSATIONS = re.compile(r"conversations(-\d+)?\.json")


def read_json(path: Path) -> list[Any]:
    """What the file holds: one value, or those of all conversation files of an archive."""
    try:
        with open(path, "rb") as file:
            if zipfile.is_zipfile(file):
                return _read_archive(path, file)
            file.seek(0)
            return [_parse(_read(file, path.name), path.name)]
    except OSError as error:
        raise ImportFileError(
            sentence("{path} cannot be read: {reason}", path=path, reason=reason_of(error))
        ) from error


def _read_archive(path: Path, file: BinaryIO) -> list[Any]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [
                entry
                for entry in archive.infolist()
                if _CONVERSATIONS.fullmatch(PurePosixPath(entry.filename).name)
            ]
            if not entries:
                raise ImportFileError(
                    sentence("{name} holds no conversations.json", name=path.name)
                )
            values = []
            for entry in sorted(entries, key=lambda entry: entry.filename):
                with archive.open(entry) as inner:
                    values.append(_parse(_read(inner, entry.filename), entry.filename))
            return values
    except _unpacking_errors() as error:
        raise ImportFileError(
            sentence("{name} cannot be unpacked: {error}", name=path.name, error=error)
        ) from error


def _unpacking_errors() -> tuple[type[Exception], ...]:
    """What zipfile and the ways of packing raise; a password is a RuntimeError."""
    import zlib
    from lzma import LZMAError

    return zipfile.BadZipFile, RuntimeError, EOFError, ValueError, zlib.error, LZMAError


def _read(file: Any, name: str) -> bytes:
    # The size an archive states may be a lie.
    data: bytes = file.read(SIZE_LIMIT_BYTES + 1)
    if len(data) > SIZE_LIMIT_BYTES:
        raise ImportFileError(
            sentence("{name} is larger than {most} MB", name=name, most=SIZE_LIMIT_BYTES >> 20)
        )
    return data


def _parse(data: bytes, name: str) -> Any:
    try:
        return json.loads(data.decode(json.detect_encoding(data)))
    except UnicodeDecodeError as error:
        raise ImportFileError(
            sentence(
                "{name} is no text: {reason} at byte {start}",
                name=name,
                reason=error.reason,
                start=error.start,
            )
        ) from error
    except ValueError as error:
        raise ImportFileError(
            sentence("{name} is no JSON: {error}", name=name, error=error)
        ) from error
    except RecursionError as error:
        raise ImportFileError(sentence("{name} is nested too deeply", name=name)) from error
