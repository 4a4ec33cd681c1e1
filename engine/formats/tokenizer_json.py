"""A tokenizer.json of the one kind that is supported: byte-level BPE."""

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ternchat.engine.errors import ModelFileError, TokenizerError
from ternchat.engine.formats.json_file import parse_json, read_bytes, shown

MAX_TOKENIZER_BYTES = 40_000_000
MAX_ADDED_TOKENS = 10_000  # the largest vocabularies known have 6,000 of them
MAX_TOKEN_CHARACTERS = 10_000  # every one of them may come at once in an answer
# Others could blow a text up without bound, and no byte-level tokenizer is known to need them.
_NORMALIZERS = ("NFC",)
_FLAGS = ("special", "lstrip", "rstrip", "single_word")
_AFFIXES = ("unk_token", "continuing_subword_prefix", "end_of_word_suffix")


@dataclass(frozen=True)
class AddedToken:
    """A token that is looked for in a text before the text is cut into pieces.

    Attributes:
        lstrip, rstrip: whether it takes white space on that side along.
        single_word: whether it is one only where no letter or digit touches it.
    """

    content: str
    id: int
    special: bool
    lstrip: bool = False
    rstrip: bool = False
    single_word: bool = False

    @property
    def is_marker(self) -> bool:
        """Whether it may stand for something, marked special or not: no user's text may become it.

        Only runs of white space (as in GPT-NeoX's vocabulary) are ordinary text.
        """
        return self.special or not self.content.isspace()


class TokenizerFile:
    """The contents of a tokenizer.json whose every id is below the model's vocabulary size.

    Attributes:
        adds_bos: whether its post-processor puts a special token in front of a text.
        digest: a hash of the file; "" for contents that come from none.
    """

    def __init__(
        self, contents: dict[str, Any], vocab_size: int, source: str, digest: str = ""
    ) -> None:
        self.source = source
        self.vocab_size = vocab_size
        self.digest = digest
        self._contents = contents
        self._check_kind()
        self.vocabulary: dict[str, int] = self._vocabulary()
        self.added_tokens = self._added_tokens()
        self.adds_bos = _begins_with_special(contents.get("post_processor"))
        self._check_ids()

    @classmethod
    def read(cls, path: Path, vocab_size: int) -> "TokenizerFile":
        """The file at the path."""
        try:
            data = read_bytes(path, MAX_TOKENIZER_BYTES)
            contents = parse_json(data, str(path))
        except ModelFileError as error:
            raise TokenizerError(error.words or str(error)) from error
        return cls(contents, vocab_size, str(path), blake2b(data, digest_size=16).hexdigest())

    @property
    def is_plain(self) -> bool:
        """Whether it asks for byte-level BPE alone: no pattern, no affix, no steps of its own."""
        model, normalizer = self._contents["model"], self._contents.get("normalizer")
        parts = (self._contents.get(name) for name in ("pre_tokenizer", "decoder"))
        return (
            normalizer in (None, {"type": "NFC"})
            and all(isinstance(part, dict) and part.get("type") == "ByteLevel" for part in parts)
            and not any(model.get(name) for name in _AFFIXES)
        )

    def without_side_effects(self) -> dict[str, Any]:
        """The contents without truncation, padding, dropout, post-processing; markers special."""
        added = [
            raw | {"special": token.is_marker}
            for raw, token in zip(self._raw_added_tokens(), self.added_tokens, strict=True)
        ]
        removed = {"truncation": None, "padding": None, "post_processor": None}
        model = self._contents["model"] | {"dropout": None}
        return self._contents | removed | {"added_tokens": added, "model": model}

    def _check_kind(self) -> None:
        model = self._contents.get("model")
        kind = model.get("type", "BPE") if isinstance(model, dict) else model
        if kind != "BPE":
            raise self._wrong("the model", kind, "byte-level BPE")
        decoder = self._contents.get("decoder")
        if "ByteLevel" not in _types(decoder, "decoders"):
            raise self._wrong("the decoder", decoder, "ByteLevel (others are not supported)")
        for kind in _types(self._contents.get("normalizer"), "normalizers"):
            if kind not in _NORMALIZERS:
                raise self._wrong("the normalizer", kind, f"none or {' or '.join(_NORMALIZERS)}")

    def _vocabulary(self) -> dict[str, int]:
        vocabulary = self._contents["model"].get("vocab")
        if not isinstance(vocabulary, dict) or not vocabulary:
            raise self._wrong("the vocabulary", vocabulary, "an object of tokens and their ids")
        return vocabulary

    def _raw_added_tokens(self) -> Any:
        raw_tokens = self._contents.get("added_tokens")
        return [] if raw_tokens is None else raw_tokens

    def _added_tokens(self) -> tuple[AddedToken, ...]:
        raw_tokens = self._raw_added_tokens()
        if not isinstance(raw_tokens, list):
            raise self._wrong("added_tokens", raw_tokens, "a list")
        if len(raw_tokens) > MAX_ADDED_TOKENS:
            raise self._wrong(
                "the number of added tokens", len(raw_tokens), f"at most {MAX_ADDED_TOKENS:,}"
            )
        tokens: dict[str, AddedToken] = {}
        for raw in raw_tokens:
            if not isinstance(raw, dict) or not isinstance(raw.get("content"), str):
                raise self._wrong("an added token", raw, "an object with content and id")
            flags = (bool(raw.get(name)) for name in _FLAGS)
            token = AddedToken(raw["content"], raw.get("id", -1), *flags)
            known_id = self.vocabulary.get(token.content, token.id)
            if token.content in tokens or known_id != token.id:
                raise self._wrong("an added token", token.content, "each token once, with one id")
            tokens[token.content] = token
        return tuple(tokens.values())

    def _check_ids(self) -> None:
        ids = self.vocabulary | {token.content: token.id for token in self.added_tokens}
        for content, token_id in ids.items():
            if not content:
                raise self._wrong("a token", content, "at least one character in each token")
            if len(content) > MAX_TOKEN_CHARACTERS:
                raise self._wrong(
                    "a token", content, f"at most {MAX_TOKEN_CHARACTERS:,} characters in each"
                )
            if type(token_id) is not int or not 0 <= token_id < self.vocab_size:
                expected = f"a whole number below vocab_size {self.vocab_size:,}"
                raise self._wrong(f"the id of token {shown(content)}", token_id, expected)
        if len(set(ids.values())) != len(ids):
            raise TokenizerError(f"{self.source}: two tokens have the same id; expected one each")

    def _wrong(self, what: str, found: object, expected: str) -> TokenizerError:
        return TokenizerError(
            "{source}: {what} is {found}; expected {expected}",
            source=self.source,
            what=what,
            found=shown(found),
            expected=expected,
        )


def _types(part: object, members: str) -> list[object]:
    """The type of a decoder or normalizer, or the types of those it is a sequence of."""
    if not isinstance(part, dict):
        return [] if part is None else [part]
    nested = part.get(members)
    if part.get("type") != "Sequence" or not isinstance(nested, list):
        return [part.get("type")]
    return [member.get("type") if isinstance(member, dict) else member for member in nested]


def _begins_with_special(post_processor: object) -> bool:
    if not isinstance(post_processor, dict):
        return False
    nested = post_processor.get("processors")
    if isinstance(nested, list):
        return any(isinstance(one, dict) and _first_of_single(one) is not None for one in nested)
    return _first_of_single(post_processor) is not None


def _first_of_single(processor: dict[str, Any]) -> object:
    """The special token at the beginning of a TemplateProcessing's form for one text."""
    single = processor.get("single")
    first = single[0] if isinstance(single, list) and single else None
    return first.get("SpecialToken") if isinstance(first, dict) else None
