"""The tokenizers library's own object, made of a file's contents, and what it may be asked."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import tokenizers
from tokenizers import models

from ternchat.engine.errors import TokenizerError
from ternchat.engine.formats.json_file import shown
from ternchat.engine.formats.tokenizer_json import TokenizerFile

_MAX_MESSAGE = 200
_OPTIONS = (
    "unk_token",
    "continuing_subword_prefix",
    "end_of_word_suffix",
    "fuse_unk",
    "byte_fallback",
    "ignore_merges",
)


class LibraryTokenizer:
    """Encodes text that never becomes a special token; several threads can use it at once."""

    def __init__(self, file: TokenizerFile) -> None:
        self._source = file.source
        self._marker_ids = frozenset(token.id for token in file.added_tokens if token.is_marker)
        with _guarded(f"{self._source} is not a tokenizer that can be loaded"):
            self._tokenizer = build(file.without_side_effects())
            self._tokenizer.encode_special_tokens = True
            self._tokenizer.encode("User: Hello!\n", add_special_tokens=False)
        for token in file.added_tokens:  # the library numbers them itself where ids have gaps
            if not token.is_marker and self._tokenizer.token_to_id(token.content) != token.id:
                raise TokenizerError(
                    f"{self._source}: the id of the added token {shown(token.content)} leaves a"
                    " gap; expected the ids of added tokens to follow those of the vocabulary"
                )

    def encode(self, text: str) -> list[int]:
        """The ids of a text; no other thread runs meanwhile."""
        with self._encoding(text):
            return self._checked(self._tokenizer.encode(text, add_special_tokens=False))

    def encode_beside(self, text: str) -> list[int]:
        """The same while other threads run; sooner done with long texts, later with short ones."""
        with self._encoding(text):
            [encoding] = self._tokenizer.encode_batch_fast([text], add_special_tokens=False)
            return self._checked(encoding)

    def _encoding(self, text: str) -> AbstractContextManager[None]:
        return _guarded(f"{self._source} failed on a text of {len(text):,} characters")

    def _checked(self, encoding: Any) -> list[int]:
        ids: list[int] = encoding.ids
        if not self._marker_ids.isdisjoint(ids):
            raise TokenizerError(f"{self._source} makes special tokens of plain text")
        return ids


def build(contents: dict[str, Any]) -> Any:
    """The tokenizer of a tokenizer.json.

    Read as one text, a vocabulary of 128,000 takes the library twice as long as handed over in
    parts.
    """
    model = contents["model"]
    small = contents | {"model": model | {"vocab": {}, "merges": []}}
    # Everything but the vocabulary is read, and judged, by the library itself.
    rest = tokenizers.Tokenizer.from_str(json.dumps(small, ensure_ascii=False))
    options = {name: model[name] for name in _OPTIONS if model.get(name) is not None}
    merges = list(_pairs(model.get("merges", [])))
    built = tokenizers.Tokenizer(models.BPE(model["vocab"], merges, **options))
    for part in ("normalizer", "pre_tokenizer", "decoder"):
        if getattr(rest, part) is not None:
            setattr(built, part, getattr(rest, part))
    # In the order of the file; those the vocabulary has keep its numbers.
    built.add_tokens([token for _, token in sorted(rest.get_added_tokens_decoder().items())])
    return built


def _pairs(merges: list[Any]) -> Iterator[tuple[str, str]]:
    """Merges in either spelling, "a b" or ["a", "b"]."""
    for merge in merges:
        if isinstance(merge, str) and merge.startswith("#version"):
            continue
        left, right = merge.split(" ") if isinstance(merge, str) else merge
        yield left, right


@contextmanager
def _guarded(what: str) -> Iterator[None]:
    """Turns whatever the library raises into a TokenizerError."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, TokenizerError):
        raise
    except BaseException as error:  # panics of its Rust code are no Exceptions
        reason = str(error)[:_MAX_MESSAGE] or type(error).__name__
        raise TokenizerError(f"{what}: {reason}") from error
