import copy
import json
import os
from pathlib import Path

import pytest
import tokenizers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import decoders, models, pre_tokenizers

from ternchat.engine import tokenizer as tokenizer_module
from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import TokenizerError
from ternchat.engine.formats.tokenizer_json import MAX_ADDED_TOKENS, TokenizerFile
from ternchat.engine.tokenizer import MAX_TEXT_CHARACTERS, Tokenizer, TokenizerStart
from ternchat.engine.tokenizer_library import LibraryTokenizer
from ternchat.engine.tokenizer_library import build as build_library

FLEDGLING = Path(__file__).parents[2] / "resources" / "fledgling"
SPEC = json.loads((FLEDGLING / "tokenizer.json").read_text())
SOURCE = "models/x/tokenizer.json"
END_OF_TURN = 2
# the pattern of the LLaMA 3 tokenizer, which BitNet b1.58 2B4T uses
LLAMA_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def spec_with(**changes):
    return copy.deepcopy(SPEC) | changes


def with_model(**changes):
    return spec_with(model=copy.deepcopy(SPEC["model"]) | changes)


def added(content, token_id, special=True, **flags):
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {"id": token_id, "content": content, "special": special} | plain | flags


def with_added(*tokens):
    return spec_with(added_tokens=[*SPEC["added_tokens"], *tokens])


@pytest.fixture(scope="module", params=["small ones in the program", "all in processes"])
def way(request):
    """How tokenizers are made: both ways give the same."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "all in processes":
            patch.setattr(tokenizer_module, "SMALL_FILE_BYTES", -1)
        yield request.param


@pytest.fixture(scope="module")
def build(way, tmp_path_factory):
    """Makes a tokenizer of the contents of a file."""
    path = tmp_path_factory.mktemp("models") / "tokenizer.json"

    def build(spec=SPEC, vocab_size=4096):
        path.write_text(json.dumps(spec), "utf-8")
        return TokenizerStart(path, vocab_size).result()

    return build


@pytest.fixture(scope="module")
def fledgling(way):
    return Tokenizer.from_folder(FLEDGLING, ModelConfig.from_folder(FLEDGLING))


def decoded(tokenizer, ids):
    return b"".join(map(tokenizer.decode_bytes, ids)).decode("utf-8")


# ---- Text to ids -----------------------------------------------------------------------------

texts = st.text() | st.text("<|eot_id|>begin_of_text \n'sUser:", max_size=60)


def test_ids_are_those_of_the_library(fledgling):
    oracle = tokenizers.Tokenizer.from_file(str(FLEDGLING / "tokenizer.json"))
    for text in ("", "User: How are you?", "  a\n\n\tb  ", "don't 12345 世界 🙂", "é" * 300):
        assert fledgling.encode(text) == oracle.encode(text, add_special_tokens=False).ids


@given(texts)
def test_encoded_text_comes_back_and_holds_no_special_token(fledgling, text):
    ids = fledgling.encode(text)
    assert decoded(fledgling, ids) == text
    assert not {0, 1, 2, 3} & set(ids)


@pytest.mark.parametrize("token", [token["content"] for token in SPEC["added_tokens"]])
def test_what_looks_like_a_special_token_is_plain_text(fledgling, token):
    token_id = fledgling.token_to_id(token)
    for text in (token, f"a{token}b", f" {token} ", token * 3, f"<|{token}|>"):
        ids = fledgling.encode(text)
        assert token_id not in ids
        assert decoded(fledgling, ids) == text


def test_added_tokens_that_are_not_marked_special_are_plain_text_too(build):
    tokenizer = build(with_added(added("<think>", 4096, special=False)), 4097)
    ids = tokenizer.encode("a<think>b")
    assert 4096 not in ids
    assert decoded(tokenizer, ids) == "a<think>b"


def test_special_tokens_that_take_white_space_with_them_are_plain_text(build):
    tokenizer = build(with_added(added("<|x|>", 4096, lstrip=True, rstrip=True)), 4097)
    assert decoded(tokenizer, tokenizer.encode("a <|x|> b")) == "a <|x|> b"


def test_a_tokenizer_that_makes_special_tokens_of_whole_words_is_caught(build):
    model = copy.deepcopy(SPEC["model"]) | {"ignore_merges": True}
    byte_level = SPEC["pre_tokenizer"] | {"use_regex": False}
    tokenizer = build(spec_with(model=model, pre_tokenizer=byte_level))
    with pytest.raises(TokenizerError, match="makes special tokens of plain text"):
        tokenizer.encode("<|eot_id|>")
    assert tokenizer.encode("Hello")


def test_added_runs_of_white_space_stay_what_they_are(build):
    tokenizer = build(with_added(added("    ", 4096, special=False)), 4097)
    assert tokenizer.encode("    ") == [4096]
    assert tokenizer.decode_bytes(4096) == b"    "


def test_an_added_run_of_white_space_that_the_library_numbers_otherwise_is_refused(build):
    with pytest.raises(TokenizerError, match="the id of the added token '    ' leaves a gap"):
        build(with_added(added("    ", 5000, special=False)), 6000)


def test_the_post_processor_truncation_and_padding_of_the_file_are_not_used(build):
    tokenizer = build(
        spec_with(
            post_processor={
                "type": "TemplateProcessing",
                "single": [
                    {"SpecialToken": {"id": "<|begin_of_text|>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                ],
                "pair": [],
                "special_tokens": {
                    "<|begin_of_text|>": {"id": "b", "ids": [0], "tokens": ["<|begin_of_text|>"]}
                },
            },
            truncation={
                "direction": "Right",
                "max_length": 2,
                "strategy": "LongestFirst",
                "stride": 0,
            },
            padding={
                "strategy": {"Fixed": 50},
                "direction": "Right",
                "pad_to_multiple_of": None,
                "pad_id": 3,
                "pad_type_id": 0,
                "pad_token": "<|pad|>",
            },
        )
    )
    text = "User: How are you today?"
    assert tokenizer.encode(text) == build().encode(text)


def test_dropout_is_switched_off(build):
    tokenizer = build(with_model(dropout=0.9))
    assert len({tuple(tokenizer.encode("Hello, how are you?")) for _ in range(20)}) == 1


def test_the_pattern_of_llama_3_is_understood(build):
    split = {
        "type": "Split",
        "pattern": {"Regex": LLAMA_PATTERN},
        "behavior": "Isolated",
        "invert": False,
    }
    byte_level = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": False,
    }
    sequence = {"type": "Sequence", "pretokenizers": [split, byte_level]}
    tokenizer = build(spec_with(pre_tokenizer=sequence))
    text = "I'LL don't  12345\n\n 世界 🙂 x"
    assert decoded(tokenizer, tokenizer.encode(text)) == text


# ---- Ids to bytes ----------------------------------------------------------------------------


def test_every_byte_has_its_character_in_the_byte_alphabet(build):
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    vocab = {character: index for index, character in enumerate(sorted(alphabet))}
    library = tokenizers.Tokenizer(models.BPE(vocab, []))
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    library.decoder = decoders.ByteLevel()
    tokenizer = build(json.loads(library.to_str()), 256)
    assert sorted(tokenizer.decode_bytes(token_id) for token_id in range(256)) == [
        bytes([byte]) for byte in range(256)
    ]
    text = "".join(map(chr, range(0x800)))
    assert decoded(tokenizer, tokenizer.encode(text)) == text


def test_special_tokens_and_ids_without_a_token_have_no_bytes(fledgling):
    for token_id in (0, 1, 2, 3, 4096, 1 << 40, -1):
        assert fledgling.decode_bytes(token_id) == b""


def test_added_tokens_that_are_not_marked_special_are_shown(build):
    tokenizer = build(with_added(added("<think>世", 4096, special=False)), 4097)
    assert tokenizer.decode_bytes(4096).decode() == "<think>世"


def test_a_piece_outside_the_byte_alphabet_stands_for_itself(build):
    spec = with_model(vocab=SPEC["model"]["vocab"] | {"世 界": 4096})
    assert build(spec, 4097).decode_bytes(4096).decode() == "世 界"


def test_ids_of_tokens_are_known(fledgling):
    assert fledgling.token_to_id("<|eot_id|>") == END_OF_TURN
    assert fledgling.token_to_id("<|absent|>") is None
    assert fledgling.vocab_size == 4096


def test_a_vocabulary_may_have_holes(build):
    tokenizer = build(with_model(vocab=SPEC["model"]["vocab"] | {"Ġhole": 5000}), 6000)
    assert tokenizer.decode_bytes(5000) == b" hole"
    assert tokenizer.decode_bytes(4999) == b""


# ---- What is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "match"),
    [
        (spec_with(model=None), "the model is None; expected byte-level BPE"),
        (with_model(type="Unigram"), "the model is 'Unigram'; expected byte-level BPE"),
        (with_model(type="WordPiece"), "the model is 'WordPiece'"),
        (spec_with(decoder=None), "the decoder is None; expected ByteLevel"),
        (spec_with(decoder={"type": "Metaspace"}), "the decoder is .*Metaspace"),
        (spec_with(decoder={"type": "Sequence", "decoders": 3}), "the decoder is .*Sequence"),
        (spec_with(decoder=[{"type": "ByteLevel"}]), "the decoder is"),
        (spec_with(normalizer={"type": "NFKC"}), "the normalizer is 'NFKC'; expected none or NFC"),
        (
            spec_with(normalizer={"type": "Sequence", "normalizers": [{"type": "Replace"}]}),
            "the normalizer is 'Replace'",
        ),
        (spec_with(normalizer="NFKC"), "the normalizer is 'NFKC'"),
        (with_model(vocab=None), "the vocabulary is None"),
        (with_model(vocab={}), "the vocabulary is {}"),
        (with_model(vocab=[["a", 0]]), "the vocabulary is"),
        (with_model(vocab=SPEC["model"]["vocab"] | {"Ġx": 4096}), "id of token 'Ġx' is 4096; "
         "expected a whole number below vocab_size 4,096"),
        (with_model(vocab=SPEC["model"]["vocab"] | {"Ġx": (1 << 32) - 1}), "is 4294967295"),
        (with_model(vocab=SPEC["model"]["vocab"] | {"Ġx": -1}), "is -1"),
        (with_model(vocab=SPEC["model"]["vocab"] | {"Ġx": 1.0}), "is 1.0"),
        (with_model(vocab=SPEC["model"]["vocab"] | {"Ġx": True}), "is True"),
        (with_model(vocab=SPEC["model"]["vocab"] | {"Ġx": "5"}), "is '5'"),
        (with_model(vocab=SPEC["model"]["vocab"] | {"Ġx": 4000}), "two tokens have the same id"),
        (with_model(vocab=SPEC["model"]["vocab"] | {"": 4095}), "expected at least one character"),
        (with_added(added("<|x|>", 4096)), "the id of token '<|x|>' is 4096"),
        (with_added(added("<|x|>", None)), "the id of token '<|x|>' is None"),
        (with_added(added("<|x|>", 2)), "two tokens have the same id"),
        (with_added(added("", 4095)), "expected at least one character"),
        (with_added(added("<|eot_id|>", 2)), "an added token is '<|eot_id|>'; expected each token "
         "once"),
        (with_added(added("<|eot_id|>", 4000)), "an added token is '<|eot_id|>'; expected each"),
        (with_added(added("e", 4095)), "an added token is 'e'; expected each token once"),
        (with_added(added("  ", 4095)), "two tokens have the same id"),
        (with_added(*[3] * MAX_ADDED_TOKENS), "the number of added tokens is 10004; expected at"),
        (with_model(vocab=SPEC["model"]["vocab"] | {"a" * 10_001: 4095}), "at most 10,000 charac"),
        (with_added(3), "an added token is 3"),
        (with_added({"id": 7}), "an added token is {'id': 7}"),
        (spec_with(added_tokens={}), "added_tokens is {}; expected a list"),
        (spec_with(pre_tokenizer={"type": "Nonsense"}), "not a tokenizer that can be loaded"),
        (spec_with(pre_tokenizer={"type": "Split", "pattern": {"Regex": "(("}, "behavior":
         "Isolated", "invert": False}), "not a tokenizer that can be loaded"),
        (with_model(merges=[["a", "nowhere"]]), "not a tokenizer that can be loaded"),
        (with_model(merges="a b"), "not a tokenizer that can be loaded"),
        (with_model(continuing_subword_prefix="##"), "not a tokenizer that can be loaded"),
        (spec_with(version="9.9"), "not a tokenizer that can be loaded"),
    ],
)  # fmt: skip
def test_an_impossible_tokenizer_is_refused(build, spec, match):
    with pytest.raises(TokenizerError, match=match.replace("|", r"\|")) as caught:
        build(spec)
    assert "tokenizer.json: " in str(caught.value) or "tokenizer.json is not a" in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_a_deeply_nested_normalizer_is_refused():
    normalizer = {"type": "NFC"}
    for _ in range(900):
        normalizer = {"type": "Sequence", "normalizers": [normalizer]}
    with pytest.raises(TokenizerError):
        TokenizerFile(SPEC | {"normalizer": normalizer}, 4096, SOURCE)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "not valid JSON"),
        (b'{"model": ', "not valid JSON"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": "\xff\xfe"}', "not UTF-8"),
        (b"[" * 10_000, "nested too deeply"),
        (b'{"model": {}, "model": {}}', "occurs twice"),
        (b'{"model": {"vocab": {"\\ud800": 1}}}', "half of a surrogate pair"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, content, match):
    (tmp_path / "tokenizer.json").write_bytes(content)
    with pytest.raises(TokenizerError, match=f"tokenizer.json.*{match}"):
        Tokenizer.from_folder(tmp_path, ModelConfig.from_folder(FLEDGLING))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(TokenizerError, match=r"tokenizer.json cannot be read: no such file"):
        Tokenizer.from_folder(tmp_path, ModelConfig.from_folder(FLEDGLING))


def test_a_huge_file_is_not_even_read(tmp_path):
    with (tmp_path / "tokenizer.json").open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(TokenizerError, match="has 100,000,000 bytes; expected at most"):
        Tokenizer.from_folder(tmp_path, ModelConfig.from_folder(FLEDGLING))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "tokenizer.json")
    with pytest.raises(TokenizerError, match="is a named pipe"):
        Tokenizer.from_folder(tmp_path, ModelConfig.from_folder(FLEDGLING))


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$"])
def test_a_pattern_that_explodes_ends_in_an_error_in_time(build, pattern):
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated"}
    tokenizer = build(spec_with(pre_tokenizer=split | {"invert": False}))
    with pytest.raises(TokenizerError, match="failed on a text of 1,000,001 characters"):
        tokenizer.encode("a" * 1_000_000 + "b")


@pytest.mark.parametrize("text", ["a", " ", "\n", "!", "1", "ש", "Hello, world. "])
def test_long_texts_are_encoded(fledgling, text):
    whole = text * (100_000 // len(text))
    assert decoded(fledgling, fledgling.encode(whole)) == whole


def test_endless_texts_are_refused(fledgling):
    with pytest.raises(TokenizerError, match="4,000,001 characters; expected at most 4,000,000"):
        fledgling.encode("a" * (MAX_TEXT_CHARACTERS + 1))


def test_half_of_a_surrogate_pair_is_refused(fledgling):
    with pytest.raises(TokenizerError, match="failed on a text of 3 characters"):
        fledgling.encode("a\ud83db")


def test_a_key_press_is_not_taken_for_a_panic(monkeypatch):
    class Interrupted:
        def encode(self, *_, **__):
            raise KeyboardInterrupt

    library = LibraryTokenizer(TokenizerFile(copy.deepcopy(SPEC), 4096, SOURCE))
    monkeypatch.setattr(library, "_tokenizer", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        library.encode("a")


# ---- Small mutations -------------------------------------------------------------------------


def small_spec():
    """A tokenizer of every byte and a few merges, small enough to be changed at random."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {character: index for index, character in enumerate(alphabet)}
    library = tokenizers.Tokenizer(
        models.BPE(vocab | {"th": 256, "the": 257}, [("t", "h"), ("th", "e")])
    )
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    library.decoder = decoders.ByteLevel()
    library.add_special_tokens(["<|eot_id|>"])
    return json.loads(library.to_str())


SMALL = small_spec()
values = st.sampled_from(
    [None, True, False, 0, 1, -1, 258, 1 << 32, 1 << 70, 0.5, "", "a", "##", "<|eot_id|>", "\0",
     [], {}, ["a", "b"], [["t", "h"], ["t", "h"]], {"type": "NFC"}, {"Regex": "("}, "世",
     {"type": "ByteLevel"}, {"type": "Sequence"}, {"type": "Fuse"}, {"a": {"b": 1}}]
).map(copy.deepcopy)  # fmt: skip


def places(value, path=()):
    """The paths of all values inside a JSON value, big tables left whole."""
    if isinstance(value, dict) and len(value) < 50:
        for key, inner in value.items():
            yield (*path, key)
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield (*path, index)
            yield from places(inner, (*path, index))


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutations_end_in_a_tokenizer_that_works_or_in_a_named_error(build, data):
    spec = copy.deepcopy(SMALL)
    for _ in range(data.draw(st.integers(1, 2))):
        *path, last = data.draw(st.sampled_from(sorted(places(spec), key=repr)))
        part = spec
        for key in path:
            part = part[key]
        if data.draw(st.booleans()) or not isinstance(part, dict):
            part[last] = copy.deepcopy(data.draw(values))
        elif isinstance(part.setdefault("vocab", {}), dict):  # not one that was mutated already
            part["vocab"][data.draw(st.text(max_size=3))] = data.draw(values)
    try:
        tokenizer = build(spec, 300)
        ids = tokenizer.encode("the <|eot_id|> other\nthing, 世界 🙂")
    except TokenizerError as error:
        message = str(error)
    else:
        message = "tokenizer.json"
        assert all(0 <= token_id < 300 for token_id in ids)
        assert tokenizer.token_to_id("<|eot_id|>") not in ids or not spec["added_tokens"]
        b"".join(map(tokenizer.decode_bytes, ids)).decode("utf-8", "replace")
    assert "tokenizer.json" in message
    assert "process" not in message  # it named what is wrong, and did not end of it


# ---- Made in steps ---------------------------------------------------------------------------

VARIANTS = {
    "as it is": {},
    "of the other spelling": {
        "model": SPEC["model"]
        | {
            "merges": [
                "#version: 0.2",
                *(m if isinstance(m, str) else " ".join(m) for m in SPEC["model"]["merges"]),
            ]
        }
    },
    "whole words first": {"model": SPEC["model"] | {"ignore_merges": True}},
    "with a normalizer": {"normalizer": {"type": "NFC"}},
    "with more added tokens": {
        "added_tokens": [
            *SPEC["added_tokens"],
            added("   ", 4000 + len(SPEC["added_tokens"]), special=False, normalized=True),
        ]
    },
}


@pytest.fixture(scope="module", params=VARIANTS)
def two_ways(request):
    """A tokenizer made in steps, and the library's own reading of the same contents."""
    highest = max(SPEC["model"]["vocab"].values())
    spec = spec_with(**copy.deepcopy(VARIANTS[request.param]))
    for token in spec["added_tokens"][len(SPEC["added_tokens"]) :]:
        token["id"] = 1 + max(highest, *(t["id"] for t in SPEC["added_tokens"]))
    contents = TokenizerFile(spec, 5000, SOURCE).without_side_effects()
    whole = tokenizers.Tokenizer.from_str(json.dumps(contents))
    in_steps = build_library(contents)
    for tokenizer in (whole, in_steps):
        tokenizer.encode_special_tokens = True
    return in_steps, whole


@settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=60) | st.text("ab <|>_ 12\n.é\u0301", max_size=80))
def test_what_is_made_in_steps_is_what_the_library_reads(two_ways, text):
    in_steps, whole = two_ways
    ids = whole.encode(text, add_special_tokens=False).ids
    assert in_steps.encode(text, add_special_tokens=False).ids == ids
    assert in_steps.decode(ids) == whole.decode(ids)


def test_both_know_the_same_tokens_by_the_same_numbers(two_ways):
    in_steps, whole = two_ways
    assert in_steps.get_vocab() == whole.get_vocab()
    assert str(in_steps.get_added_tokens_decoder()) == str(whole.get_added_tokens_decoder())
