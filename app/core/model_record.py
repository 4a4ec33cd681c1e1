"""What is written down beside an installed model: its origin, and what its files must be."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from .atomic_file import write_atomically
from .remote_names import is_safe_file_name, is_sha256

FILE_NAME = "ternchat-model.json"
MAX_BYTES = 4_000_000

_TEXTS = ("name", "title", "repository", "revision", "commit", "licence", "installed_at")


@dataclass(frozen=True)
class RecordedFile:
    """A file of an installed model.

    Attributes:
        blocks: CRC-32 of each block, eight hexadecimal digits each; they find the place of a
            damage, the SHA-256 says that there is none.
    """

    name: str
    size_bytes: int
    sha256: str
    blocks: str = ""


@dataclass(frozen=True)
class ModelRecord:
    """The record of one model.

    Attributes:
        repository, revision, commit: its place on the hub; "" for models from elsewhere.
        block_bytes: the size of the blocks that have a checksum of their own.
        location: the folder it is used from in place; None when it is the record's own.
        installed_at: when, as an ISO time in UTC.
        tested: whether it answered on this computer; None when it was not tried.
    """

    name: str
    title: str
    repository: str = ""
    revision: str = ""
    commit: str = ""
    licence: str = ""
    files: tuple[RecordedFile, ...] = ()
    block_bytes: int = 0
    location: Path | None = None
    installed_at: str = ""
    tested: bool | None = None

    def write(self, folder: Path) -> None:
        """Write the record into the model's folder."""
        values = asdict(self) | {"format": 1}
        if self.location is not None:
            values["location"] = str(self.location)
        write_atomically(folder / FILE_NAME, json.dumps(values, indent=1).encode("utf-8"))

    @classmethod
    def read(cls, folder: Path) -> "ModelRecord | None":
        """The record in a model's folder; None when there is none that can be understood."""
        try:
            with (folder / FILE_NAME).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            values = json.loads(data) if len(data) <= MAX_BYTES else None
            return _record(values)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def with_test(self, passed: bool) -> "ModelRecord":
        """The record after the model was tried."""
        return replace(self, tested=passed)


def _record(values: Any) -> ModelRecord:
    texts = {key: values[key] for key in _TEXTS}
    if values["format"] != 1 or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("not a record of this format")
    location = values["location"]
    if location is not None and not Path(location).is_absolute():
        raise ValueError("a location that depends on where one stands")
    if values["tested"] not in (None, True, False):
        raise ValueError("a test with an unknown result")
    if type(values["block_bytes"]) is not int or values["block_bytes"] < 0:
        raise ValueError("blocks of an impossible size")
    return ModelRecord(
        **texts,
        block_bytes=values["block_bytes"],
        files=tuple(_file(file) for file in values["files"]),
        location=None if location is None else Path(location),
        tested=values["tested"],
    )


def _file(values: Any) -> RecordedFile:
    file = RecordedFile(values["name"], values["size_bytes"], values["sha256"], values["blocks"])
    if not (
        is_safe_file_name(file.name)
        and type(file.size_bytes) is int
        and file.size_bytes >= 0
        and is_sha256(file.sha256)
        and isinstance(file.blocks, str)
        and len(file.blocks) % 8 == 0
    ):
        raise ValueError("not a file of a model")
    bytes.fromhex(file.blocks)
    return file
