"""The text of PDF and DOCX files, read by a child process that may fail in every way."""

import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from typing import NamedTuple

import psutil

from .attachment_error import MAX_CHARACTERS, AttachmentError, Refusal
from .document_child import DOCX, MAX_OUTPUT_BYTES, MAX_SECONDS, PDF, REFUSED
from .language import sentence

MAX_MEMORY_BYTES = 1024**3
LOOK_SECONDS = 0.05


class Marks(NamedTuple):
    """How a kind of file is recognised; no ending: by its first bytes alone."""

    start: bytes
    ending: str | None


DOCUMENTS = {PDF: Marks(b"%PDF-", None), DOCX: Marks(b"PK\x03\x04", ".docx")}


def read_document(
    data: bytes,
    media_type: str,
    name: str,
    cancel: threading.Event | None = None,
    *,
    max_seconds: float = MAX_SECONDS,
    max_memory_bytes: int = MAX_MEMORY_BYTES,
) -> str:
    """The document's text; AttachmentError when it is refused, hangs, or takes too much memory."""
    from ternchat.engine.child_process import module_command

    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as answer:
        source.write(data)
        source.seek(0)
        child = subprocess.Popen(
            module_command("document_child", media_type, package=__package__),
            stdin=source,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        try:
            _watch(child, name, cancel, max_seconds, max_memory_bytes)
        finally:
            child.kill()
            child.wait()
        answer.seek(0)
        text = answer.read(MAX_OUTPUT_BYTES).decode("utf-8", "replace")
    if child.returncode == REFUSED:
        refusal = next((each for each in Refusal if each == text), Refusal.BROKEN)
        raise AttachmentError(sentence(refusal, name=name, most=MAX_CHARACTERS))
    if child.returncode:
        raise AttachmentError(
            sentence(
                "{name} is damaged: reading it ended with code {returncode}",
                name=name,
                returncode=child.returncode,
            )
        )
    return text


def _watch(
    child: subprocess.Popen[bytes],
    name: str,
    cancel: threading.Event | None,
    max_seconds: float,
    max_memory_bytes: int,
) -> None:
    """Wait for the child's end, or raise; no system but Linux limits memory by itself."""
    process = psutil.Process(child.pid)
    end = time.monotonic() + max_seconds
    while True:
        with suppress(subprocess.TimeoutExpired):
            child.wait(LOOK_SECONDS)
            return
        if cancel is not None and cancel.is_set():
            raise AttachmentError(sentence("{name} was not read to its end", name=name))
        if time.monotonic() > end:
            raise AttachmentError(
                sentence(
                    "{name} takes longer than {max_seconds} seconds to read",
                    name=name,
                    max_seconds=max_seconds,
                )
            )
        with suppress(psutil.Error):
            if process.memory_info().rss > max_memory_bytes:
                raise AttachmentError(sentence("{name} takes too much memory to read", name=name))
