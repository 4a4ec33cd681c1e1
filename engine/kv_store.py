"""Blocks of keys and values on disk, within a limit: a cache, of which every file may be lost."""

import contextlib
import logging
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from ternchat.engine.formats.kv_file import KVFile
from ternchat.engine.kv_block import KEY_BYTES, Block, block_key, common_prefix

KEPT_FREE_BYTES = 2 << 30
"""What is left of the disk for others."""

_NAME = re.compile(rf"([0-9a-f]{{{2 * KEY_BYTES}}})-([0-9a-f]{{{2 * KEY_BYTES}}})\.kv")

log = logging.getLogger(__name__)


class KVStore:
    """One folder per model, one file per block, named `parent-key.kv`; least used out first.

    A file is written under another name, renamed when it is whole, and checked before it is used.
    What fails makes the store forget, never raise.
    """

    def __init__(
        self, folder: Path, limit_bytes: int, kept_free_bytes: int = KEPT_FREE_BYTES
    ) -> None:
        self._whole = folder
        self._limit = limit_bytes
        self._kept_free = kept_free_bytes
        self._folder: Path | None = None  # of the model in use
        self._files: dict[bytes, Path] = {}
        self._children: dict[bytes, dict[bytes, tuple[int, ...] | None]] = {}
        self._covered: set[bytes] = set()  # keys whose tokens a longer block on disk has too
        self._total = 0  # bytes of all models

    def open(self, file_format: KVFile) -> None:
        """Look up what there is of a model."""
        self._format = file_format
        self._folder = self._whole / file_format.root.hex()
        self._files, self._children, self._covered = {}, {}, set()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in self._folder.glob("*.tmp"):
                path.unlink(missing_ok=True)
            for path in self._folder.glob("*.kv"):
                self._list(path)
            self._total = sum(path.stat().st_size for path in self._whole.glob("*/*.kv"))
        except OSError as error:
            log.info("%s is not used for keys and values: %s", self._folder, error)
            self._folder = None

    def holds(self, key: bytes) -> bool:
        """Whether nothing would be gained by saving that block."""
        return key in self._files or key in self._covered

    def find(
        self, parent: bytes, token_ids: Sequence[int], more_than: int
    ) -> tuple[Block | None, int]:
        """The block behind `parent` with most of these tokens, if with `more_than` so many."""
        lengths = [
            (common_prefix(ids, token_ids), key) for key, ids in self._siblings(parent).items()
        ]
        for common, key in sorted(lengths, reverse=True):
            if common <= more_than:
                break
            block = self._format.read(self._files[key])
            if block is not None and block.key == key:
                return block, common
            self._remove(key, parent)
        return None, 0

    def save(self, block: Block, used_ns: int) -> bool:
        """Write a block last used then, unless it is there or there is no room for it."""
        for key, ids in self._siblings(block.parent).items():
            if ids[: len(block.token_ids)] == block.token_ids:
                self._covered.add(block.key)
                return False
            if block.token_ids[: len(ids)] == ids:
                self._remove(key, block.parent)
        pieces = self._format.pieces(block)
        size = sum(map(len, pieces))
        if self._folder is None or not self._has_room(size, used_ns):
            return False
        path = self._folder / f"{block.parent.hex()}-{block.key.hex()}.kv"
        try:
            _write(path, pieces, used_ns)
        except OSError as error:
            log.info("%s cannot be written: %s", path, error)
            self._folder = None
            return False
        self._total += size
        self._list(path)
        self._children[block.parent][block.key] = block.token_ids
        return True

    def touch(self, key: bytes, used_ns: int) -> None:
        """Used then: the files used longest ago are removed first."""
        if key in self._files:
            with contextlib.suppress(OSError):
                os.utime(self._files[key], ns=(used_ns, used_ns))

    def clear(self) -> None:
        """Remove the files of all models."""
        shutil.rmtree(self._whole, ignore_errors=True)
        if self._folder is not None:
            self.open(self._format)

    def _siblings(self, parent: bytes) -> dict[bytes, tuple[int, ...]]:
        """The blocks behind a key with their tokens; files that have none are removed."""
        known = {}
        for key, ids in [*self._children.get(parent, {}).items()]:
            found = ids or self._format.token_ids(self._files[key])
            if found is None or block_key(parent, found) != key:
                self._remove(key, parent)
            else:
                known[key] = self._children[parent][key] = found
        return known

    def _list(self, path: Path) -> None:
        keys = _keys(path)
        if keys is not None:
            parent, key = keys
            self._files[key] = path
            self._children.setdefault(parent, {})[key] = None

    def _remove(self, key: bytes, parent: bytes) -> None:
        path = self._files.pop(key)
        del self._children[parent][key]
        self._covered.clear()  # perhaps by this one
        with contextlib.suppress(OSError):
            self._total -= path.stat().st_size
            path.unlink()

    def _has_room(self, size: int, used_ns: int) -> bool:
        try:
            if self._total + size > self._limit:
                self._make_room(size, used_ns)
            is_within = self._total + size <= self._limit
            return is_within and shutil.disk_usage(self._whole).free - size >= self._kept_free
        except OSError:
            return False

    def _make_room(self, size: int, used_ns: int) -> None:
        """Remove files used before that, the oldest first, of whichever model."""
        oldest = sorted((path.stat().st_mtime_ns, path) for path in self._whole.glob("*/*.kv"))
        for file_ns, path in oldest:
            if self._total + size <= self._limit or file_ns >= used_ns:
                return
            keys = _keys(path)
            if keys is not None and keys[1] in self._files:
                self._remove(keys[1], keys[0])
            else:
                with contextlib.suppress(OSError):
                    self._total -= path.stat().st_size
                    path.unlink()
                    path.parent.rmdir()  # when it was the last one


def _keys(path: Path) -> tuple[bytes, bytes] | None:
    """The keys in a file's name."""
    match = _NAME.fullmatch(path.name)
    return (bytes.fromhex(match[1]), bytes.fromhex(match[2])) if match else None


def _write(path: Path, pieces: Sequence[bytes], used_ns: int) -> None:
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.writelines(pieces)
        os.utime(draft, ns=(used_ns, used_ns))
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
