"""One program at a time on a data folder."""

import os
import sys
from pathlib import Path

from .errors import AppError
from .language import sentence


class DataFolderInUseError(AppError):
    """Another Ternchat works on this data folder."""


class DataLock:
    """Held from `acquire` to `release`; the system lets go of it when the program dies."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the folder for this process."""
        path = self._root / "lock"
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return  # a folder that cannot be written to needs no lock: nothing is changed in it
        if not _lock(file):
            os.close(file)
            raise DataFolderInUseError(
                sentence("Ternchat is already running with the folder {root}", root=self._root)
            )
        self._file = file

    def release(self) -> None:
        """Let others have the folder."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import errno
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # Some network file systems have no locks: better none than no program.
            return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)
        return True
