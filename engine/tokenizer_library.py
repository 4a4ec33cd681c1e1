"""The tokenizers library's own object, made of a file's contents in steps."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import tokenizers
from tokenizers import models

_OPTIONS = (
    "unk_token",
    "continuing_subword_prefix",
    "end_of_word_suffix",
    "fuse_unk",
    "byte_fallback",
    "ignore_merges",
)


def build(contents: dict[str, Any], pause: Callable[[], object]) -> Any:
    """The tokenizer of a tokenizer.json; `pause` is called between the steps.

    The library holds the interpreter while it works, and with it the window. Read as one text, a
    vocabulary of 128,000 takes it twice as long as handed over in parts; nothing shortens the
    longest part, the merges.
    """
    model = contents["model"]
    small = contents | {"model": model | {"vocab": {}, "merges": []}}
    # Everything but the vocabulary is read, and judged, by the library itself.
    rest = tokenizers.Tokenizer.from_str(json.dumps(small, ensure_ascii=False))
    options = {name: model[name] for name in _OPTIONS if model.get(name) is not None}
    merges = list(_pairs(model.get("merges", [])))
    pause()
    built = tokenizers.Tokenizer(models.BPE(model["vocab"], merges, **options))
    pause()
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
