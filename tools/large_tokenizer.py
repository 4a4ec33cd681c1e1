"""A tokenizer.json as large as Llama 3's, of random words: for measurements.

    python tools/large_tokenizer.py FILE

128,000 tokens, 280,000 merges and 256 special tokens; every part of a token is a token too, so that
each of its cuts is a merge, as in vocabularies learned from texts.
"""

import json
import random
import sys
from itertools import chain, islice
from pathlib import Path

TOKENS, MERGES, SPECIAL = 128_000, 280_000, 256
VOCABULARY = TOKENS + SPECIAL
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LETTERS = "etaoinsrhldcumfpgwybvkxjqz"


def main() -> None:
    """Write it."""
    Path(sys.argv[1]).write_text(json.dumps(contents(), ensure_ascii=False, indent=1), "utf-8")


def contents() -> dict[str, object]:
    """What is in the file; the same every time."""
    vocabulary = _vocabulary(random.Random(0))
    names = ("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>")
    special = (*names, *(f"<|reserved_special_token_{i}|>" for i in range(SPECIAL - len(names))))
    split = {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated"}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    parts = [split | {"invert": False}, byte_level | {"use_regex": False}]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(TOKENS + i, text) for i, text in enumerate(special)],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": parts},
        "post_processor": None,
        "decoder": byte_level | {"use_regex": True},
        "model": {
            "type": "BPE",
            "ignore_merges": True,
            "vocab": vocabulary,
            "merges": _merges(vocabulary),
        },
    }


def _vocabulary(rng: random.Random) -> dict[str, int]:
    """The byte alphabet, then words with all their parts, the short ones first."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    alphabet = [*map(chr, printable), *(chr(0x100 + i) for i in range(256 - len(printable)))]
    words: set[str] = set()
    weights = range(len(_LETTERS), 0, -1)
    while len(words) < TOKENS:
        word = "Ġ" + "".join(rng.choices(_LETTERS, weights, k=rng.randint(3, 8)))
        ends = range(2, len(word) + 1)
        words.update(word[begin:end] for end in ends for begin in range(end - 1))
    tokens = [*alphabet, *sorted(words, key=lambda word: (len(word), word))]
    return {token: index for index, token in enumerate(tokens[:TOKENS])}


def _merges(vocabulary: dict[str, int]) -> list[str]:
    longer = (token for token in vocabulary if len(token) > 1)
    cuts = chain.from_iterable(
        (f"{token[:cut]} {token[cut:]}" for cut in range(1, len(token))) for token in longer
    )
    return list(islice(cuts, MERGES))


def _added(token_id: int, content: str) -> dict[str, object]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": token_id, "content": content, "special": True} | flags


if __name__ == "__main__":
    main()
