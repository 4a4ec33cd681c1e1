"""Special tokens that take white space along or stand alone, held against transformers."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ternchat.engine.chat_template import ChatTemplate, encode_prompt
from ternchat.engine.pieces import Content, Special, Text
from ternchat.engine.token_edges import Edges, settle

FLEDGLING = Path(__file__).parents[2] / "resources" / "fledgling"
SPEC = json.loads((FLEDGLING / "tokenizer.json").read_text())
TEMPLATE = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|> \n' }}{{ m['content'] }}"
    "{{ ' <|end|>' }}{% if not loop.last %}{{ '\n<sep>w' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ ' <|assistant|>\n' }}{% endif %}"
)
NAMES = ("<|user|>", "<|assistant|>", "<|system|>", "<|end|>", "<sep>")
FLAGS = ("lstrip", "rstrip", "single_word")
# What white space means differs between Rust and Python in four characters (U+001C to U+001F).
SPACES = " \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u1680\u2003\u200b\u2028\u202f\u3000"

contents = st.text(st.sampled_from(SPACES + "aé_1.ß你"), max_size=12) | st.text(
    st.characters(exclude_characters="<|>", exclude_categories=["Cs"]), max_size=12
)
conversations = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"])}).flatmap(
        lambda m: contents.map(lambda text: m | {"content": text})
    ),
    min_size=1,
    max_size=3,
)
flags = st.fixed_dictionaries({flag: st.booleans() for flag in FLAGS})


def spec_with(flags_of):
    """Fledgling's tokenizer with more special tokens, each with its flags."""
    spec = copy.deepcopy(SPEC)
    first = max(spec["model"]["vocab"].values()) + 1
    first = max(first, *(token["id"] + 1 for token in spec["added_tokens"]))
    spec["added_tokens"] += [
        {"id": first + i, "content": name, "special": True, "normalized": False} | flags_of[name]
        for i, name in enumerate(NAMES)
    ]
    return spec


@pytest.fixture(scope="module")
def template():
    template = ChatTemplate.from_text(TEMPLATE, "x")
    assert not template.is_known
    yield template
    template.close()


@pytest.mark.filterwarnings("ignore")  # transformers' own
@settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))
@given(
    messages=conversations,
    flags_of=st.fixed_dictionaries(dict.fromkeys(NAMES, flags)),
    ask=st.booleans(),
)
def test_a_prompt_has_the_ids_that_transformers_gives_it(
    tokenizer_of, template, messages, flags_of, ask
):
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer as Reference

    spec = spec_with(flags_of)
    reference = transformers.PreTrainedTokenizerFast(
        tokenizer_object=Reference.from_str(json.dumps(spec)), chat_template=TEMPLATE
    )
    expected = reference.apply_chat_template(
        messages, tokenize=True, add_generation_prompt=ask, return_dict=False
    )
    tokenizer = tokenizer_of(spec, 8192)
    pieces = settle(template.render(messages, ask, tokenizer.markers), tokenizer.edges)
    ids, run = [], ""
    for piece in pieces:
        if isinstance(piece, Special):
            ids += [*tokenizer.encode(run), tokenizer.token_to_id(piece.text)]
            run = ""
        else:
            run += piece.text
    assert [*ids, *tokenizer.encode(run)] == expected
    if ask:
        assert encode_prompt(tokenizer, template, messages) == expected


def test_white_space_goes_up_to_the_first_thing_that_is_none():
    pieces = [
        Text("a \n"),
        Content(0, " \t"),
        Special("<|end|>"),
        Content(1, "\u3000"),
        Text(" b "),
    ]
    both = {"<|end|>": Edges(takes_left=True, takes_right=True)}
    assert settle(pieces, both) == [
        Text("a"), Content(0, ""), Special("<|end|>"), Content(1, ""), Text("b "),
    ]  # fmt: skip
    assert settle(pieces, {}) == pieces
    assert settle(pieces, {"<|other|>": Edges(takes_left=True)}) == pieces


def test_another_special_token_is_no_white_space():
    pieces = [Text(" "), Special("<s>"), Special("<|end|>"), Special("</s>"), Text(" ")]
    assert settle(pieces, {"<|end|>": Edges(takes_left=True, takes_right=True)}) == pieces


@pytest.mark.parametrize(
    ("before", "after", "alone"),
    [("a", "", False), ("", "1", False), (" ", " ", True), (".", "-", True), ("ß", ".", False)],
)
def test_a_token_that_must_stand_alone_is_plain_text_where_it_does_not(before, after, alone):
    pieces = settle(
        [Text(before), Special("<sep>"), Content(0, after)],
        {"<sep>": Edges(takes_left=True, alone=True)},
    )
    assert (Special("<sep>") in pieces) is alone


def test_the_ids_an_answer_was_made_of_stay_whole(tokenizer_of, template):
    """White space at its edges was the model's own: the cache holds it so."""
    none = dict.fromkeys(FLAGS, False)
    flags_of = dict.fromkeys(NAMES, none) | {"<|end|>": none | {"lstrip": True}}
    tokenizer = tokenizer_of(spec_with(flags_of), 8192)
    messages = [{"role": "assistant", "content": " Hi \n"}]
    kept = tokenizer.encode(" Hi \n")
    ids = encode_prompt(tokenizer, template, messages, kept_ids=lambda _text: kept)
    assert " ".join(map(str, kept)) in " ".join(map(str, ids))
    assert encode_prompt(tokenizer, template, messages) != ids
