"""A model as the hub describes it: one commit, and the files of it that the engine needs."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from .language import sentence
from .remote_names import is_commit, is_safe_file_name, is_sha1, is_sha256
from .transfer_faults import Fault

MAX_FILES = 10_000
MAX_FILE_BYTES = 1 << 40

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
_SHARD = re.compile(r"model-\d{5}-of-(\d{5})\.safetensors")
_NEEDED = ("config.json", "tokenizer.json")
_USED = frozenset(
    {
        *_NEEDED,
        "generation_config.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "chat_template.jinja",
        "chat_template.json",
        "README.md",
    }
)
_LICENCES = ("license", "licence", "notice", "copying", "use_policy")
# In words that follow "the repository holds its weights as".
_OTHER_WEIGHTS = {
    ".gguf": "GGUF, which this version cannot read",
    ".bin": "PyTorch pickles, which may run foreign code when they are read",
    ".pt": "PyTorch pickles, which may run foreign code when they are read",
    ".pth": "PyTorch pickles, which may run foreign code when they are read",
    ".onnx": "ONNX, which is for another engine",
    ".h5": "TensorFlow, which is for another engine",
}


class Hash(Protocol):
    """What hashlib makes."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Take more bytes in."""

    def hexdigest(self) -> str:
        """The hash so far."""


@dataclass(frozen=True)
class Digest:
    """What a file must hash to: large files have a SHA-256, small ones Git's SHA-1."""

    kind: str
    hex: str

    def start(self, size_bytes: int) -> Hash:
        """A hash to feed with a file of this size."""
        if self.kind == "sha256":
            return hashlib.sha256()
        return hashlib.sha1(b"blob %d\0" % size_bytes, usedforsecurity=False)


@dataclass(frozen=True)
class RemoteFile:
    """A file of the model, with what it must be."""

    name: str
    size_bytes: int
    digest: Digest


@dataclass(frozen=True)
class RemoteModel:
    """A model at one commit.

    Attributes:
        files: those a download fetches, the weights last.
        gated: whether its terms must be accepted before its files are handed out.
    """

    repository: str
    revision: str
    commit: str
    files: tuple[RemoteFile, ...]
    licence: str = ""
    languages: tuple[str, ...] = ()
    gated: bool = False

    @property
    def total_bytes(self) -> int:
        """The size of all files together."""
        return sum(file.size_bytes for file in self.files)

    def file(self, name: str) -> RemoteFile | None:
        """The file of that name."""
        return next((file for file in self.files if file.name == name), None)


@dataclass(frozen=True)
class ListedFile:
    """An entry of the hub's list, not looked at yet: every value may be anything."""

    name: Any
    size: Any
    blob: Any
    sha256: Any


def chosen_files(listed: Iterable[ListedFile], repository: str) -> tuple[RemoteFile, ...]:
    """The files that are needed, each with a safe name, a size and a hash; weights come last."""
    found: dict[str, RemoteFile] = {}
    names: list[str] = []
    for index, entry in enumerate(listed):
        if index >= MAX_FILES:
            raise Fault.SERVER_ANSWER.error(
                sentence(
                    "{repository} lists more than {max_files} files",
                    repository=repository,
                    max_files=MAX_FILES,
                )
            )
        if not isinstance(entry.name, str):
            raise Fault.SERVER_ANSWER.error(
                sentence("{repository} lists a file without a name", repository=repository)
            )
        names.append(entry.name)
        if not is_model_file(entry.name):
            continue
        if not is_safe_file_name(entry.name):
            raise Fault.UNSAFE_NAME.error(
                sentence(
                    "{repository} has a file named {name!r:.120}",
                    repository=repository,
                    name=entry.name,
                )
            )
        # "LICENSE" and "License" would be one file on Windows and macOS: the first one counts.
        found.setdefault(entry.name.casefold(), _file(entry, repository))
    files = _without_second_weights(list(found.values()))
    _check_complete(files, names, repository)
    return tuple(sorted(files, key=lambda file: (is_weights(file.name), file.size_bytes)))


def is_weights(name: str) -> bool:
    """Whether a file of that name holds weights: by far the largest part of a model."""
    return name == WEIGHTS or _SHARD.fullmatch(name) is not None


def checked_commit(commit: object, repository: str) -> str:
    """The commit, once it is known to be one."""
    if not isinstance(commit, str) or not is_commit(commit):
        raise Fault.SERVER_ANSWER.error(
            sentence(
                "the hub names {commit!r:.80} as the commit of {repository}",
                commit=commit,
                repository=repository,
            )
        )
    return commit


def is_model_file(name: str) -> bool:
    """Whether a file of that name belongs to what the engine or a person needs of a model."""
    lower = name.lower()
    licence = any(lower.startswith(word) for word in _LICENCES) and "/" not in name
    return name in _USED or name in (WEIGHTS, INDEX) or bool(_SHARD.fullmatch(name)) or licence


def _file(entry: ListedFile, repository: str) -> RemoteFile:
    size = entry.size
    if type(size) is not int or not 0 <= size <= MAX_FILE_BYTES:
        raise Fault.SERVER_ANSWER.error(
            sentence(
                "{repository}: {name} has the size {size!r:.80}",
                repository=repository,
                name=entry.name,
                size=size,
            )
        )
    if entry.sha256 is not None:
        digest = Digest("sha256", entry.sha256)
        valid = is_sha256(entry.sha256)
    else:
        digest = Digest("git-sha1", entry.blob)
        valid = is_sha1(entry.blob)
    if not valid:
        raise Fault.SERVER_ANSWER.error(
            sentence(
                "{repository}: {name} has the hash {hex!r:.80}",
                repository=repository,
                name=entry.name,
                hex=digest.hex,
            )
        )
    return RemoteFile(entry.name, size, digest)


def _without_second_weights(files: list[RemoteFile]) -> list[RemoteFile]:
    """One file with all the weights makes parts of them superfluous."""
    if not any(file.name == WEIGHTS for file in files):
        return files
    return [file for file in files if file.name != INDEX and not _SHARD.fullmatch(file.name)]


def _check_complete(files: list[RemoteFile], names: list[str], repository: str) -> None:
    have = {file.name for file in files}
    if not any(map(is_weights, have)):
        for ending, what in _OTHER_WEIGHTS.items():
            if any(name.lower().endswith(ending) for name in names):
                raise Fault.UNSUPPORTED.error(
                    sentence(
                        "{repository} holds its weights as {what}", repository=repository, what=what
                    )
                )
        raise Fault.UNSUPPORTED.error(
            sentence("{repository} holds no weights in safetensors format", repository=repository)
        )
    if WEIGHTS not in have:
        _check_parts(have, repository)
    for name in _NEEDED:
        if name not in have:
            raise Fault.UNSUPPORTED.error(
                sentence(
                    "{repository} has no {name}, which the engine needs",
                    repository=repository,
                    name=name,
                )
            )


def _check_parts(have: set[str], repository: str) -> None:
    """Weights in several files need all of them, by the number in their names, and an index."""
    if INDEX not in have:
        raise Fault.UNSUPPORTED.error(
            sentence(
                "{repository} has parts of weights, but no {index}",
                repository=repository,
                index=INDEX,
            )
        )
    counted = Counter(int(match[1]) for name in have if (match := _SHARD.fullmatch(name)))
    for total, found in counted.items():
        if found != total:
            raise Fault.UNSUPPORTED.error(
                sentence(
                    "{repository} holds {found} of the {total} files of its weights",
                    repository=repository,
                    found=found,
                    total=total,
                )
            )
