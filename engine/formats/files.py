"""Opening the files of a model without being led astray by what the path really is."""

import os
import stat
from io import FileIO
from pathlib import Path

from ternchat.engine.errors import ModelFileError, UnsupportedModelError, Words, gguf_answer


def model_folder(path: str | os.PathLike[str]) -> Path:
    """The path, once it is known to be a folder that may hold a Hugging Face model."""
    folder = Path(path)
    expected = Words("expected a folder with config.json, model.safetensors and tokenizer.json")
    if folder.suffix.lower() == ".gguf":
        raise UnsupportedModelError(gguf_answer(folder.name))
    try:
        mode = os.stat(folder).st_mode
    except (OSError, ValueError) as error:
        raise ModelFileError(
            "{path} cannot be opened: {reason}; {expected}",
            path=folder,
            reason=reason(error),
            expected=expected,
        ) from error
    if not stat.S_ISDIR(mode):
        raise ModelFileError(
            "{path} is {kind}; {expected}", path=folder, kind=_kind(mode), expected=expected
        )
    if not exists(folder / "config.json"):
        for file in sorted(folder.glob("*.gguf")):
            raise UnsupportedModelError(gguf_answer(file.name))
    return folder


def open_regular(path: Path) -> FileIO:
    """The file opened for reading; anything but a regular file is refused without waiting on it."""
    try:
        _require_regular(path, os.stat(path).st_mode)
        # O_NONBLOCK: a FIFO put there since the check must not make open() wait for a writer.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(path, flags), "rb", buffering=0)
    except (OSError, ValueError) as error:
        raise ModelFileError(
            "{path} cannot be read: {reason}", path=path, reason=reason(error)
        ) from error
    try:
        _require_regular(path, os.fstat(file.fileno()).st_mode)
    except ModelFileError:
        file.close()
        raise
    return file


def exists(path: Path) -> bool:
    """Whether something is at the path (a broken link counts: it is an error, not an absence)."""
    return os.path.lexists(path)


def reason(error: Exception) -> str:
    """What went wrong, as the operating system words it."""
    strerror = getattr(error, "strerror", None)
    return (strerror or str(error)).lower()


def _require_regular(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise ModelFileError(f"{path} is {_kind(mode)}; expected a regular file")


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFREG: "a file",
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a character device",
        stat.S_IFBLK: "a block device",
    }
    return kinds.get(stat.S_IFMT(mode), "neither a file nor a folder")
