"""Files given to a chat as text: what is attached, how it is read, how the model gets to see it."""

import re
import stat
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from .attachment_error import MAX_CHARACTERS, AttachmentError
from .document import DOCUMENTS, read_document
from .errors import reason_of
from .language import sentence

MAX_FILE_BYTES = 32 * 1024 * 1024
PASTED_NAME = "pasted text.txt"
_MARKDOWN = (".md", ".markdown", ".mdown")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_UNWANTED = re.compile(r"[\0-\x08\x0b\x0e-\x1f\x7f]")  # control characters but tab, line, page
_OFFICE = b"\xd0\xcf\x11\xe0"  # old Word, Excel


@dataclass(frozen=True)
class Attachment:
    """A text that goes to the model with a message.

    Attributes:
        name: the file's name without its folder.
        media_type: what it was made from, as MIME names it.
        text: what the model reads.
        tokens: how many tokens that is; None as long as nobody counted.
    """

    name: str
    media_type: str
    text: str
    tokens: int | None = None


def pasted(text: str) -> Attachment:
    """A long text from the clipboard."""
    return Attachment(PASTED_NAME, "text/plain", text)


def read_attachment(path: Path, cancel: threading.Event | None = None) -> Attachment:
    """The text of a text, Markdown, code, PDF or DOCX file; AttachmentError says why not."""
    data = _read(path)
    if not data:
        raise AttachmentError(sentence("{name} is empty", name=path.name))
    for media_type, marks in DOCUMENTS.items():
        if data.startswith(marks.start) and marks.ending in (None, path.suffix.lower()):
            text = read_document(data, media_type, path.name, cancel)
            return Attachment(path.name, media_type, text)
    media_type = "text/markdown" if path.suffix.lower() in _MARKDOWN else "text/plain"
    return Attachment(path.name, media_type, _decode(data, path.name))


def prompt_text(text: str, attachments: Iterable[Attachment]) -> str:
    """A message as the model reads it: each file, fenced and named, then the words."""
    files = [_fenced(attachment) for attachment in attachments]
    return "\n\n".join([*files, text] if text else files) if files else text


def _read(path: Path) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise AttachmentError(
                sentence("{name} is a folder; only files can be attached", name=path.name)
            )
        if not stat.S_ISREG(status.st_mode):  # a pipe or a device may never end
            raise AttachmentError(sentence("{name} is no regular file", name=path.name))
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise AttachmentError(
            sentence("{name} cannot be read: {reason}", name=path.name, reason=reason)
        ) from error
    if len(data) > MAX_FILE_BYTES:
        raise AttachmentError(
            sentence(
                "{name} is too large: at most {most} MB can be attached",
                name=path.name,
                most=MAX_FILE_BYTES // 1024**2,
            )
        )
    return data


def _decode(data: bytes, name: str) -> str:
    """The text of a file: its encoding by a mark at its start, else UTF-8, else Windows-1252."""
    encoding = next((e for bom, e in _BOMS if data.startswith(bom)), None)
    if encoding is None and (b"\0" in data or data.startswith((_OFFICE, b"{\\rtf"))):
        raise AttachmentError(
            sentence(
                "{name} is no text: text, Markdown, code, PDF and DOCX files can be attached",
                name=name,
            )
        )
    if encoding is not None:
        text = data.decode(encoding, "replace").removeprefix("\ufeff")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    text = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        raise AttachmentError(sentence("{name} holds no text", name=name))
    if len(text) > MAX_CHARACTERS:
        raise AttachmentError(
            sentence(
                "{name} has {count} characters; at most {most} can be attached",
                name=name,
                count=len(text),
                most=MAX_CHARACTERS,
            )
        )
    return text


def _fenced(attachment: Attachment) -> str:
    """The file between fences longer than any in it, so that its end cannot be feigned."""
    runs = re.findall(r"`{3,}", attachment.text)
    fence = "`" * max(3, 1 + max(map(len, runs), default=0))
    name = " ".join(PurePath(attachment.name).name.split())
    return f"{name}:\n{fence}\n{attachment.text.strip(chr(10))}\n{fence}"
