"""The weights of a model folder: one safetensors file, or several with an index."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ternchat.engine.errors import ModelFileError
from ternchat.engine.formats.files import exists, reason
from ternchat.engine.formats.json_file import read_json, shown
from ternchat.engine.formats.safetensors import SafetensorsFile

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"

MAX_INDEX_BYTES = 16_000_000
MAX_FILES = 1_000

# What an index may name: a file right in the folder, with a name every system can have.
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.safetensors", re.ASCII)
_SHARD_NAME = re.compile(r"model-\d+-of-\d+\.safetensors", re.ASCII)


class WeightFiles:
    """The tensors of all weight files of a folder, each found in the file that holds it.

    Attributes:
        path: the one file, or the index.
    """

    def __init__(self, folder: Path) -> None:
        self.path = _main_path(folder)
        self._files: list[SafetensorsFile] = []
        self._holder: dict[str, SafetensorsFile] = {}
        try:
            if self.path.name == SINGLE:
                self._open_single()
            else:
                self._open_shards(_weight_map(self.path))
        except ModelFileError:
            self.close()
            raise

    def __contains__(self, name: str) -> bool:
        return name in self._holder

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tensors, file by file, in the order of their data."""
        return tuple(self._holder)

    def source(self, name: str) -> str:
        """The path of the file with that tensor; the main one for a tensor that is nowhere."""
        holder = self._holder.get(name)
        return str(self.path if holder is None else holder.path)

    def dtype(self, name: str) -> str:
        """The number format of a tensor, as the file names it: "BF16", "U8", ..."""
        return self._holder[name].dtype(name)

    def shape(self, name: str) -> tuple[int, ...]:
        """The dimensions of a tensor."""
        return self._holder[name].shape(name)

    def size(self, name: str) -> int:
        """The bytes of a tensor."""
        return self._holder[name].size(name)

    def read(self, name: str, begin: int, into: npt.NDArray[np.uint8]) -> None:
        """Fill `into` with a tensor's bytes from byte `begin` on."""
        self._holder[name].read(name, begin, into)

    def array(self, name: str) -> npt.NDArray[Any]:
        """A read-only view of a tensor in the mapped file; see SafetensorsFile.array."""
        return self._holder[name].array(name)

    def check_unchanged(self) -> None:
        """Raises when a file has another size than when it was opened."""
        for file in self._files:
            file.check_unchanged()

    def close(self) -> None:
        """Lets go of the files; arrays handed out stay valid."""
        for file in self._files:
            file.close()

    def _open(self, path: Path) -> SafetensorsFile:
        self._files.append(SafetensorsFile(path))
        return self._files[-1]

    def _open_single(self) -> None:
        file = self._open(self.path)
        self._holder = dict.fromkeys(file.names, file)

    def _open_shards(self, weight_map: dict[str, str]) -> None:
        folder = self.path.parent
        wanted = dict.fromkeys(weight_map.values())
        _check_no_stray_shards(self.path, wanted)
        for file_name in wanted:
            if not exists(folder / file_name):
                raise ModelFileError(
                    "{path} is missing; {index} says that it holds weights",
                    path=folder / file_name,
                    index=INDEX,
                )
            file = self._open(folder / file_name)
            for name in file.names:
                if weight_map.get(name) != file_name:
                    place = weight_map.get(name) or "nowhere"
                    raise ModelFileError(
                        f"{file.path} holds tensor {shown(name)}, which {INDEX} expects"
                        f" {place if place == 'nowhere' else f'in {place}'}"
                    )
                self._holder[name] = file
        for name, file_name in weight_map.items():
            if name not in self._holder:
                raise ModelFileError(
                    f"{folder / file_name} lacks tensor {shown(name)}, which {INDEX} expects there"
                )


def _main_path(folder: Path) -> Path:
    for name in (SINGLE, INDEX):
        if exists(folder / name):
            return folder / name
    raise ModelFileError(
        "{path} is missing; expected the model's weights there,"
        " or in several files named by {index}",
        path=folder / SINGLE,
        index=INDEX,
    )


def _weight_map(path: Path) -> dict[str, str]:
    """Tensor -> file, from the index; every file name is one that cannot leave the folder."""
    weight_map = read_json(path, MAX_INDEX_BYTES).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise ModelFileError(
            f"{path}: weight_map is {shown(weight_map)}; expected an object of tensors and files"
        )
    files = set()
    for name, file_name in weight_map.items():
        if not isinstance(file_name, str) or not _FILE_NAME.fullmatch(file_name):
            raise ModelFileError(
                f"{path}: the file of tensor {shown(name)} is {shown(file_name)};"
                " expected the name of a .safetensors file in the same folder"
            )
        files.add(file_name)
    if len(files) > MAX_FILES:
        raise ModelFileError(f"{path} names {len(files):,} files; expected at most {MAX_FILES:,}")
    return weight_map


def _check_no_stray_shards(index: Path, wanted: Iterable[str]) -> None:
    """Raises at a shard that the index does not know: the files are those of two models."""
    known = set(wanted)
    try:
        present = sorted(path.name for path in index.parent.iterdir())
    except OSError as error:
        raise ModelFileError(f"{index.parent} cannot be read: {reason(error)}") from error
    for name in present:
        if _SHARD_NAME.fullmatch(name) and name not in known:
            raise ModelFileError(
                f"{index.parent / name} is not named by {INDEX}:"
                " the folder holds the files of two models"
            )
