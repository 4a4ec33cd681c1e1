import dataclasses
import json
import os
from pathlib import Path

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ternchat.engine.chat_template import (
    ChatTemplate,
    Content,
    Special,
    Text,
    encode_prompt,
    stop_ids,
)
from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import TemplateError, TokenizerError
from ternchat.engine.tokenizer import Tokenizer

FLEDGLING = Path(__file__).parents[2] / "resources" / "fledgling"
# tokenizer_config.json of microsoft/bitnet-b1.58-2B-4T
MICROSOFT = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = "
    "message['role'] | capitalize + ': '+ message['content'] | trim + '<|eot_id|>' %}{{ content }}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}"
)
OWN = json.loads((FLEDGLING / "tokenizer_config.json").read_text())["chat_template"]
# written into GGUF files of the same model, and wrong: it never stops
GGUF = (
    "{% for message in messages %}{% if loop.first %}{{ bos_token }}{% endif %}"
    "{% if message['role'] == 'user' %}{{ 'Human: ' + message['content'] + "
    "'\\n\\nBITNETAssistant: ' + eos_token }}"
    "{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token }}"
    "{% endif %}{% endfor %}"
)
BEGIN, END_OF_TEXT, END_OF_TURN = 0, 1, 2


def user(content):
    return {"role": "user", "content": content}


def assistant(content):
    return {"role": "assistant", "content": content}


@pytest.fixture(scope="module")
def template():
    return ChatTemplate.from_folder(FLEDGLING)


@pytest.fixture(scope="module")
def config():
    return ModelConfig.from_folder(FLEDGLING)


@pytest.fixture(scope="module")
def tokenizer(config):
    return Tokenizer.from_folder(FLEDGLING, config)


def text_of(pieces):
    return "".join(piece.text for piece in pieces)


# ---- Rendering -------------------------------------------------------------------------------


def test_a_conversation_is_rendered_in_pieces(template):
    messages = [{"role": "system", "content": " Be kind.\n"}, user("How are you?")]
    assert template.render(messages) == [
        Text("System: "),
        Content(0, "Be kind."),
        Special("<|eot_id|>"),
        Text("User: "),
        Content(1, "How are you?"),
        Special("<|eot_id|>"),
        Text("Assistant: "),
    ]
    assert template.render(messages, add_generation_prompt=False) == template.render(messages)[:-1]


messages_strategy = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["system", "user", "assistant"]),
            "content": st.text()
            | st.text(" \t\n\r\x0b\x0c\x1c\x85\xa0\u2003\u200b{}%a", max_size=20)
            | st.just("<|eot_id|>{{ messages }}{% for %}"),
        }
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("source", [MICROSOFT, OWN])
@given(messages=messages_strategy, add_generation_prompt=st.booleans())
def test_rendering_equals_jinjas(source, messages, add_generation_prompt):
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    expected = environment.from_string(source).render(
        messages=messages, add_generation_prompt=add_generation_prompt
    )
    template = ChatTemplate.from_text(source, "x")
    assert text_of(template.render(messages, add_generation_prompt)) == expected


@pytest.mark.parametrize(
    ("messages", "match"),
    [
        ([], "the conversation has no messages"),
        ([{"role": "tool", "content": "x"}], "message 0 has the role 'tool'; expected system, use"),
        ([{"role": None, "content": "x"}], "has the role None"),
        ([{"role": ["user"], "content": "x"}], "has the role"),
        ([{"content": "x"}], "has the role None"),
        ([user("x"), user(None)], "message 1 has the content None; expected text"),
        ([user(3)], "has the content 3"),
        ([user([{"type": "text", "text": "x"}])], "has the content"),
        ([{"role": "user"}], "has the content None"),
        (["Hello"], "message 0 is 'Hello'; expected role and content"),
        ([None], "message 0 is None"),
    ],
)
def test_messages_that_are_none_are_refused(template, messages, match):
    with pytest.raises(TemplateError, match=match):
        template.render(messages)


# ---- Recognition -----------------------------------------------------------------------------


def test_known_templates_are_recognised_however_they_are_laid_out():
    ChatTemplate.from_text(MICROSOFT, "x")
    ChatTemplate.from_text(OWN, "x")
    ChatTemplate.from_text(f"{MICROSOFT}\n", "x")
    ChatTemplate.from_text(MICROSOFT.replace("{% set content =", "{% set\n    content  ="), "x")


LLAMA3 = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = "
    "'<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim"
    " + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}"
    "{{ content }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content']"
    " + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA3_MARKERS = ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
CHATML_MARKERS = ("<|im_start|>", "<|im_end|>")


@pytest.mark.parametrize(
    ("source", "markers"), [(LLAMA3, LLAMA3_MARKERS), (CHATML, CHATML_MARKERS)]
)
@settings(deadline=None)
@given(messages=messages_strategy, add_generation_prompt=st.booleans())
def test_every_known_template_is_rendered_as_jinja_does(
    source, markers, messages, add_generation_prompt
):
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    tokens = {"bos_token": "<|begin_of_text|>"}
    expected = environment.from_string(source).render(
        messages=messages, add_generation_prompt=add_generation_prompt, **tokens
    )
    template = ChatTemplate.from_text(source, "x", tokens)
    assert template.is_known
    assert text_of(template.render(messages, add_generation_prompt, markers)) == expected


@pytest.mark.parametrize(
    ("source", "markers"), [(LLAMA3, LLAMA3_MARKERS), (CHATML, CHATML_MARKERS)]
)
def test_a_known_template_gives_the_pieces_of_its_jinja_text(source, markers):
    tokens = {"bos_token": "<|begin_of_text|>"}
    messages = [{"role": "system", "content": "Be <|eot_id|> kind."}, user(" Hi"), assistant("Yo")]
    known = ChatTemplate.from_text(source, "x", tokens).render(messages, True, markers)
    unknown = ChatTemplate.from_text(source + "{# #}", "x", tokens)
    assert not unknown.is_known
    assert unknown.render(messages, True, markers) == known
    unknown.close()


@pytest.mark.parametrize(
    "text",
    [
        GGUF,
        "{{ messages }}",
        MICROSOFT.replace("'Assistant: '", "'Assistant:  '"),
        MICROSOFT.replace("'Assistant: '", "'Assistant:\n'"),
        MICROSOFT.replace("{% endfor %}", " {% endfor %}"),
        "\n" + MICROSOFT,
        MICROSOFT + "\n\n",
        MICROSOFT.replace("| trim", ""),
        MICROSOFT.replace("<|eot_id|>", "<|end|>"),
        MICROSOFT + "{% include '/etc/passwd' %}",
    ],
    ids=lambda text: text[:10],
)
def test_a_template_that_differs_in_anything_is_not_taken_for_a_known_one(text):
    assert not ChatTemplate.from_text(text, "x").is_known


def test_llama_3s_template_is_not_known_where_it_begins_with_another_token():
    assert not ChatTemplate.from_text(LLAMA3, "x", {"bos_token": "<s>"}).is_known
    assert not ChatTemplate.from_text(LLAMA3, "x").is_known


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "the chat template is empty"),
        (" \n", "the chat template is empty"),
        ("x" * 3_000_000, "has 3,000,000 characters; expected at most 200,000"),
    ],
)
def test_a_text_that_can_be_no_template_is_refused(text, match):
    with pytest.raises(TemplateError, match=match) as caught:
        ChatTemplate.from_text(text, "models/x/tokenizer_config.json")
    assert str(caught.value).startswith("models/x/tokenizer_config.json: ")


# ---- Files -----------------------------------------------------------------------------------


def test_the_template_is_found_in_each_of_its_places(tmp_path):
    config = tmp_path / "tokenizer_config.json"
    config.write_text(json.dumps({"chat_template": MICROSOFT}))
    ChatTemplate.from_folder(tmp_path)
    named = [{"name": "rag", "template": "x"}, {"name": "default", "template": MICROSOFT}]
    config.write_text(json.dumps({"chat_template": named}))
    ChatTemplate.from_folder(str(tmp_path))
    config.write_text(json.dumps({"chat_template": "another"}))
    (tmp_path / "chat_template.jinja").write_text(MICROSOFT)
    ChatTemplate.from_folder(tmp_path)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"{}", "chat_template is None; expected a text"),
        (b'{"chat_template": 3}', "chat_template is 3"),
        (b'{"chat_template": []}', "expected a text"),
        (b'{"chat_template": [{"name": "rag", "template": "x"}, 3]}', "expected a text"),
        (b'{"chat_template": [{"name": "default"}]}', "expected a text"),
        (b'{"chat_template": ""}', "the chat template is empty"),
        (b"{", "not valid JSON"),
        (b"[" * 10_000, "nested too deeply"),
        (b'{"chat_template": "\xff"}', "not UTF-8"),
    ],
)
def test_a_folder_without_a_usable_template_is_refused(tmp_path, content, match):
    (tmp_path / "tokenizer_config.json").write_bytes(content)
    with pytest.raises(TemplateError, match=f"tokenizer_config.json.*{match}"):
        ChatTemplate.from_folder(tmp_path)


def test_a_folder_without_tokenizer_config_is_refused(tmp_path):
    with pytest.raises(TemplateError, match=r"has no chat template: tokenizer_config.json is miss"):
        ChatTemplate.from_folder(tmp_path)


def test_a_template_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "chat_template.jinja"
    path.write_bytes(b"abc\xff")
    with pytest.raises(TemplateError, match=r"chat_template.jinja is not UTF-8 at byte 3"):
        ChatTemplate.from_folder(tmp_path)
    path.unlink()
    if hasattr(os, "mkfifo"):
        os.mkfifo(path)
        with pytest.raises(TemplateError, match="is a named pipe"):
            ChatTemplate.from_folder(tmp_path)


# ---- Prompt to tokens ------------------------------------------------------------------------


def test_a_prompt_has_one_bos_its_runs_as_one_string_and_its_own_ends(tokenizer, template):
    ids = encode_prompt(tokenizer, template, [user("How are you?")], BEGIN)
    assert ids == [
        BEGIN,
        *tokenizer.encode("User: How are you?"),
        END_OF_TURN,
        *tokenizer.encode("Assistant: "),
    ]
    assert ids.count(BEGIN) == 1
    assert b"".join(map(tokenizer.decode_bytes, ids)) == b"User: How are you?Assistant: "


def test_a_prompt_without_bos_begins_with_its_text(tokenizer, template):
    ids = encode_prompt(tokenizer, template, [user("Hi")], None)
    assert ids[0] == tokenizer.encode("User: Hi")[0]


@given(messages_strategy)
def test_a_prompt_has_as_many_ends_as_messages_whatever_they_say(tokenizer, template, messages):
    ids = encode_prompt(tokenizer, template, messages, BEGIN)
    assert ids.count(END_OF_TURN) == len(messages)
    assert ids.count(BEGIN) == 1
    assert not {END_OF_TEXT, 3} & set(ids)
    expected = text_of(p for p in template.render(messages) if not isinstance(p, Special))
    assert b"".join(map(tokenizer.decode_bytes, ids)).decode() == expected


def test_kept_ids_stand_for_the_answer_they_came_from(tokenizer, template):
    answer = "Fine, thanks."
    kept = [token for word in answer for token in tokenizer.encode(word)]
    assert kept != tokenizer.encode(answer)
    asked = []

    def kept_ids(content):
        asked.append(content)
        return kept if content == answer else None

    messages = [user("Hi"), assistant(answer), user(answer), assistant(" Bye. "), user("?")]
    assert encode_prompt(tokenizer, template, messages, BEGIN, kept_ids) == [
        BEGIN,
        *tokenizer.encode("User: Hi"),
        END_OF_TURN,
        *tokenizer.encode("Assistant: "),
        *kept,
        END_OF_TURN,
        *tokenizer.encode(f"User: {answer}"),
        END_OF_TURN,
        *tokenizer.encode("Assistant: Bye."),
        END_OF_TURN,
        *tokenizer.encode("User: ?"),
        END_OF_TURN,
        *tokenizer.encode("Assistant: "),
    ]
    assert asked == [answer, " Bye. "]  # assistant messages alone, as they were given


def test_a_prompt_and_its_answer_begin_the_next_prompt(tokenizer, template):
    messages = [user("Hi")]
    prompt = encode_prompt(tokenizer, template, messages, BEGIN)
    answer = tokenizer.encode("Hello") + tokenizer.encode("!")
    messages += [assistant("Hello!"), user("Why?")]
    longer = encode_prompt(tokenizer, template, messages, BEGIN, {"Hello!": answer}.get)
    assert longer[: len(prompt) + len(answer) + 1] == [*prompt, *answer, END_OF_TURN]


def test_an_answer_of_no_tokens_is_kept_as_such(tokenizer, template):
    messages = [user("Hi"), assistant(""), user("?")]
    ids = encode_prompt(tokenizer, template, messages, BEGIN, {"": ()}.get)
    assert ids == encode_prompt(tokenizer, template, messages, BEGIN)


def other_template(source, **tokens):
    return ChatTemplate.from_text(source, "x", tokens)


# Fledgling's special tokens stand for those of other vocabularies here.
TURNS = (
    "{% if bos_token is defined %}{{ bos_token }}{% endif %}{% for m in messages %}"
    "{{ m.role }}: {{ m.content }}<|eot_id|>\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)


def test_an_unknown_template_is_encoded_with_its_special_tokens(tokenizer):
    template = other_template(TURNS)
    messages = [user("say <|eot_id|>"), assistant("No."), user("?")]
    assert encode_prompt(tokenizer, template, messages, BEGIN, {"No.": [77, 78]}.get) == [
        *tokenizer.encode("user: say <|eot_id|>"),
        END_OF_TURN,
        *tokenizer.encode("\nassistant: "),
        77,
        78,
        END_OF_TURN,
        *tokenizer.encode("\nuser: ?"),
        END_OF_TURN,
        *tokenizer.encode("\nassistant: "),
    ]
    template.close()


def test_bos_stands_in_front_once_where_template_or_tokenizer_want_it(
    tokenizer, config, tokenizer_of
):
    spec = json.loads((FLEDGLING / "tokenizer.json").read_text())
    begin = next(t["content"] for t in spec["added_tokens"] if t["id"] == BEGIN)
    single = [{"SpecialToken": {"id": begin, "type_id": 0}}, {"Sequence": {"id": "A"}}]
    adding = {"type": "TemplateProcessing", "single": single, "pair": [], "special_tokens": {}}
    byte_level = {"type": "ByteLevel"}
    for processor, adds in (
        (adding, True),
        ({"type": "Sequence", "processors": [byte_level, adding]}, True),
        (byte_level, False),
        ({**adding, "single": single[1:]}, False),
        (None, False),
    ):
        tokenizer = tokenizer_of(spec | {"post_processor": processor}, 4096)
        for named, count in (({}, int(adds)), ({"bos_token": begin}, 1)):
            template = other_template(TURNS, **named)
            ids = encode_prompt(tokenizer, template, [user("Hi")], BEGIN)
            assert [token for token in ids if token == BEGIN] == [BEGIN] * count
            assert BEGIN not in ids[1:]
            template.close()


def test_the_settings_can_ask_for_bos(tmp_path, tokenizer):
    settings = {"chat_template": TURNS, "add_bos_token": True}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    template = ChatTemplate.from_folder(tmp_path)
    assert encode_prompt(tokenizer, template, [user("Hi")], BEGIN)[0] == BEGIN
    template.close()


def test_named_tokens_reach_the_template_in_either_form(tmp_path, tokenizer):
    settings = {
        "chat_template": "{{ bos_token }}{{ eos_token }}{{ unk_token }}{{ messages[0].content }}",
        "bos_token": "<|eot_id|>",
        "eos_token": {"content": "<|end_of_text|>", "lstrip": False},
        "unk_token": None,
    }
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    template = ChatTemplate.from_folder(tmp_path)
    pieces = template.render([user("Hi")], markers=tokenizer.markers)
    assert pieces == [Special("<|eot_id|>"), Special("<|end_of_text|>"), Content(0, "Hi")]
    template.close()


def test_a_template_whose_tokens_the_vocabulary_lacks_is_written_as_text(tokenizer):
    template = ChatTemplate.from_text(CHATML, "x")
    ids = encode_prompt(tokenizer, template, [user("Hi")])
    expected = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    assert ids == tokenizer.encode(expected)
    template.close()


def test_an_answer_ends_where_the_template_ends_it(tokenizer, config):
    template = other_template(TURNS.replace("<|eot_id|>", "{{ eos_token }}"), eos_token="<|end|>")
    assert template.end_of_turn(["<|end|>"]) == "<|end|>"
    assert template.end_of_turn([]) is None
    template.close()
    template = other_template(TURNS.replace("<|eot_id|>", "<|begin_of_text|>"))
    plain = dataclasses.replace(config, eos_token_ids=())
    assert stop_ids(tokenizer, plain, template) == {END_OF_TEXT, END_OF_TURN, BEGIN}
    template.close()
    refusing = other_template("{{ raise_exception('no') }}")
    assert stop_ids(tokenizer, plain, refusing) == {END_OF_TEXT, END_OF_TURN}
    refusing.close()


def test_words_after_an_answer_do_not_end_it():
    template = other_template("{% for m in messages %}{{ m.content }} and <|end|>{% endfor %}")
    assert template.end_of_turn(["<|end|>"]) is None
    template.close()


def test_a_tokenizer_without_the_templates_end_is_refused(template, tokenizer_of):
    spec = json.loads((FLEDGLING / "tokenizer.json").read_text())
    spec["added_tokens"] = [t for t in spec["added_tokens"] if t["content"] != "<|eot_id|>"]
    del spec["model"]["vocab"]["<|eot_id|>"]
    tokenizer = tokenizer_of(spec, 4096)
    with pytest.raises(TokenizerError, match=r"needs the token <\|eot_id\|>, which the tokenizer"):
        encode_prompt(tokenizer, template, [user("Hi")], BEGIN)


def test_an_answer_ends_at_the_vocabularys_ends_and_at_the_configs(tokenizer, config):
    assert stop_ids(tokenizer, config) == {END_OF_TEXT, END_OF_TURN}
    config = dataclasses.replace(config, eos_token_ids=(77,))
    assert stop_ids(tokenizer, config) == {END_OF_TEXT, END_OF_TURN, 77}
