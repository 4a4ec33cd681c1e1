"""Text to token ids and back, through a byte-level BPE tokenizer.json."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tokenizers

from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import ModelFileError, TokenizerError
from ternchat.engine.formats.files import model_folder
from ternchat.engine.formats.json_file import read_json, shown

MAX_TOKENIZER_BYTES = 40_000_000
MAX_TEXT_CHARACTERS = 4_000_000  # about two seconds' work, and more than any context holds
# Others could blow a text up without bound, and no byte-level tokenizer is known to need them.
_NORMALIZERS = ("NFC",)


class Tokenizer:
    """Encodes text that never becomes a special token, and gives the bytes of each token."""

    def __init__(self, spec: dict[str, Any], vocab_size: int, source: str) -> None:
        self._source = source
        self.vocab_size = vocab_size
        vocabulary, added = _checked(spec, vocab_size, source)
        self._ids = vocabulary | {token["content"]: token["id"] for token in added}
        self._pieces = {token_id: piece for piece, token_id in vocabulary.items()}
        self._added = {token["id"]: token for token in added}
        with _guarded(f"{source} is not a tokenizer that can be loaded"):
            text = json.dumps(_without_side_effects(spec), ensure_ascii=False)
            self._tokenizer = tokenizers.Tokenizer.from_str(text)
            self._tokenizer.encode_special_tokens = True
            self._tokenizer.encode("User: Hello!\n", add_special_tokens=False)

    @classmethod
    def from_folder(cls, path: str | os.PathLike[str], config: ModelConfig) -> "Tokenizer":
        """The tokenizer in a Hugging Face folder."""
        file = model_folder(path) / "tokenizer.json"
        return cls(_read(file), config.vocab_size, str(file))

    def encode(self, text: str) -> list[int]:
        """The ids of a text; what looks like a special token in it is encoded as plain text."""
        if len(text) > MAX_TEXT_CHARACTERS:
            raise TokenizerError(
                f"the text has {len(text):,} characters; expected at most {MAX_TEXT_CHARACTERS:,}"
            )
        with _guarded(f"{self._source} failed on a text of {len(text):,} characters"):
            ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def token_to_id(self, token: str) -> int | None:
        """The id of a token, None where the vocabulary has no such token."""
        return self._ids.get(token)

    def decode_bytes(self, token_id: int) -> bytes:
        """The bytes a token stands for: none for special tokens and ids without a token."""
        if token_id in self._added:
            token = self._added[token_id]
            return b"" if token.get("special") else token["content"].encode("utf-8")
        piece = self._pieces.get(token_id, "")
        try:
            return bytes(_BYTE_OF[character] for character in piece)
        except KeyError:  # not written in the byte alphabet: it stands for itself
            return piece.encode("utf-8")


def _byte_alphabet() -> dict[str, int]:
    """GPT-2's alphabet: printable Latin-1 characters as they are, other bytes from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    shifted = {chr(0x100 + index): byte for index, byte in enumerate(others)}
    return {chr(byte): byte for byte in printable} | shifted


_BYTE_OF = _byte_alphabet()


@contextmanager
def _guarded(what: str) -> Iterator[None]:
    """Turns whatever the tokenizers library raises into a TokenizerError."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # panics of its Rust code are no Exceptions
        raise TokenizerError(f"{what}: {str(error)[:200]}") from error


def _read(file: Path) -> dict[str, Any]:
    try:
        return read_json(file, MAX_TOKENIZER_BYTES)
    except ModelFileError as error:
        raise TokenizerError(str(error)) from error


def _without_side_effects(spec: dict[str, Any]) -> dict[str, Any]:
    """The tokenizer without truncation, padding, dropout and post-processing.

    Added tokens count as special whatever they say, so that none is found in a user's text; only
    runs of white space (as in GPT-NeoX's vocabulary) stay what they are.
    """
    added = [
        token | {"special": bool(token.get("special")) or not token["content"].isspace()}
        for token in spec["added_tokens"]
    ]
    removed = {"truncation": None, "padding": None, "post_processor": None}
    model = spec["model"] | {"dropout": None}
    return spec | removed | {"added_tokens": added, "model": model}


def _checked(
    spec: dict[str, Any], vocab_size: int, source: str
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """The vocabulary and the added tokens of what is known to be a sound byte-level BPE."""

    def wrong(what: str, found: object, expected: str) -> TokenizerError:
        return TokenizerError(f"{source}: {what} is {shown(found)}; expected {expected}")

    model = spec.get("model")
    if not isinstance(model, dict) or model.get("type", "BPE") != "BPE":
        found = model.get("type") if isinstance(model, dict) else model
        raise wrong("the model", found, "byte-level BPE")
    if "ByteLevel" not in _types(spec.get("decoder"), "decoders"):
        raise wrong("the decoder", spec.get("decoder"), "ByteLevel (other kinds are not supported)")
    for kind in _types(spec.get("normalizer"), "normalizers"):
        if kind not in _NORMALIZERS:
            raise wrong("the normalizer", kind, f"none or {' or '.join(_NORMALIZERS)}")
    vocabulary = model.get("vocab")
    if not isinstance(vocabulary, dict) or not vocabulary:
        raise wrong("the vocabulary", vocabulary, "an object of tokens and their ids")
    added = spec.setdefault("added_tokens", [])
    if not isinstance(added, list):
        raise wrong("added_tokens", added, "a list")
    contents: dict[str, Any] = {}
    for token in added:
        if not isinstance(token, dict) or not isinstance(token.get("content"), str):
            raise wrong("an added token", token, "an object with content and id")
        content = token["content"]
        if content in contents or vocabulary.get(content, token.get("id")) != token.get("id"):
            raise wrong("an added token", content, "each token once, with one id")
        contents[content] = token.get("id")
    ids = vocabulary | contents
    for content, token_id in ids.items():
        if not content:
            raise wrong("a token", content, "at least one character in each token")
        if type(token_id) is not int or not 0 <= token_id < vocab_size:
            where = f"the id of token {shown(content)}"
            raise wrong(where, token_id, f"a whole number below vocab_size {vocab_size:,}")
    if len(set(ids.values())) != len(ids):
        raise TokenizerError(f"{source}: two tokens have the same id; expected one id for each")
    return vocabulary, added


def _types(part: object, members: str) -> list[object]:
    """The type of a decoder or normalizer, or the types of those it is a sequence of."""
    if not isinstance(part, dict):
        return [] if part is None else [part]
    nested = part.get(members)
    if part.get("type") != "Sequence" or not isinstance(nested, list):
        return [part.get("type")]
    return [member.get("type") if isinstance(member, dict) else member for member in nested]
