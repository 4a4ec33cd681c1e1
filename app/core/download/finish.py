"""The record of a model whose files are all there and right."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from ternchat.app.core.model_record import ModelRecord, RecordedFile
from ternchat.app.core.remote_model import RemoteFile, RemoteModel


def recorded(file: RemoteFile, folder: Path, blocks: str) -> RecordedFile:
    """The file as the record knows it."""
    if file.digest.kind == "sha256":
        sha256 = file.digest.hex
    else:
        sha256 = hashlib.sha256((folder / file.name).read_bytes()).hexdigest()
    return RecordedFile(file.name, file.size_bytes, sha256, blocks)


def record_of(
    model: RemoteModel, name: str, title: str, files: Iterable[RecordedFile], block_bytes: int
) -> ModelRecord:
    """What is written down beside the model."""
    return ModelRecord(
        name=name,
        title=title,
        repository=model.repository,
        revision=model.revision,
        commit=model.commit,
        licence=model.licence,
        files=tuple(files),
        block_bytes=block_bytes,
        installed_at=now_text(),
    )


def now_text() -> str:
    """The time as records have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
