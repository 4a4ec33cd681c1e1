"""Reading JSON strictly: what two readers could understand differently is refused."""

import json
import math
import os
import re
import reprlib
from pathlib import Path
from typing import Any

from ternchat.engine.errors import ModelFileError
from ternchat.engine.formats.files import open_regular, reason

# More would take seconds to build; the largest tokenizers have half as much.
MAX_MARKS = {"[": 1_000_000, "{": 1_000_000, ",": 3_000_000}

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = 80


def shown(value: object) -> str:
    """The value as an error message shows it: escaped and of bounded length."""
    return _repr.repr(value)


def read_json(path: Path, max_bytes: int) -> dict[str, Any]:
    """The JSON object in a file of at most `max_bytes`."""
    return parse_json(read_bytes(path, max_bytes), str(path))


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """The whole of a regular file of at most `max_bytes`."""
    with open_regular(path) as file:
        size_bytes = os.fstat(file.fileno()).st_size
        if size_bytes > max_bytes:
            raise ModelFileError(
                f"{path} has {size_bytes:,} bytes; expected at most {max_bytes:,} in such a file"
            )
        try:
            return file.read(max_bytes)
        except OSError as error:
            raise ModelFileError(f"{path} cannot be read: {reason(error)}") from error


def parse_json(data: bytes, source: str) -> dict[str, Any]:
    """The JSON object in `data`; `source` names it in errors."""
    if data.startswith(_BYTE_ORDER_MARKS):
        raise ModelFileError(f"{source} starts with a byte order mark; expected plain UTF-8")
    for mark, maximum in MAX_MARKS.items():
        if data.count(mark.encode()) > maximum:
            raise ModelFileError(
                f"{source} has {mark!r} more than {maximum:,} times: too many values"
            )
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_finite,
            parse_constant=_finite,
        )
        if _SURROGATE.search(data):  # only an escape can name half of a pair
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelFileError(
            f"{source} is not UTF-8: byte {data[error.start]:#04x} at offset {error.start:,}"
        ) from error
    except UnicodeEncodeError as error:
        raise ModelFileError(f"{source} holds half of a surrogate pair in a string") from error
    except RecursionError as error:
        raise ModelFileError(f"{source} is nested too deeply to be read") from error
    except ValueError as error:
        raise ModelFileError(
            "{source} is not valid JSON: {error}", source=source, error=error
        ) from error
    if not isinstance(value, dict):
        raise ModelFileError(f"{source} holds {shown(value)}; expected a JSON object")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the key {shown(key)} occurs twice in one object")
            seen.add(key)
    return fields


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{shown(text)} is not a finite number")
    return value
