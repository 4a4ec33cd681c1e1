"""What a repository holds and whether the engine can run it, before anything large is fetched."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .download.connection import Source, open_body
from .language import sentence
from .runnable import Verdict, folder_verdict
from .transfer_errors import TransferError
from .transfer_faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from .access_token import AccessToken
    from .hub import Hub
    from .hub_address import RepositoryRef
    from .remote_model import RemoteModel

_READ_FIRST = (
    "config.json",
    "generation_config.json",
    "tokenizer_config.json",
    "chat_template.jinja",
)
_MAX_BYTES = 4_000_000


@dataclass(frozen=True)
class Inspection:
    """The answer about a repository.

    Attributes:
        model: what would be fetched; None when the repository holds no model of a known kind.
    """

    verdict: Verdict
    model: RemoteModel | None = None


def inspect(
    hub: Hub,
    ref: RepositoryRef,
    token: AccessToken | None = None,
    judge: Callable[[Path], Verdict] = folder_verdict,
) -> Inspection:
    """Read the model's small files from the hub and let `judge` look at them."""
    try:
        model = hub.model(ref, token)
    except TransferError as error:
        if error.fault is not Fault.UNSUPPORTED:
            raise
        return Inspection(Verdict(False, f"{str(error).rstrip('.')}."))
    with tempfile.TemporaryDirectory(prefix="ternchat-") as folder:
        for name in _READ_FIRST:
            file = model.file(name)
            if file is not None and file.size_bytes <= _MAX_BYTES:
                content = _read(Source(hub, model, file, token))
                (Path(folder) / name).write_bytes(content)
        return Inspection(judge(Path(folder)), model)


def _read(source: Source) -> bytes:
    """The whole of a small file, held against its hash."""
    file, content = source.file, bytearray()
    with open_body(source, 0, file.size_bytes) as body:
        for chunk in body.chunks():
            content += chunk
            if len(content) > file.size_bytes:
                break
    digest = file.digest.start(file.size_bytes)
    digest.update(bytes(content))
    if digest.hexdigest() != file.digest.hex:
        raise Fault.CHANGED.error(
            sentence("{name} is not the file that the hub announced", name=file.name)
        )
    return bytes(content)
