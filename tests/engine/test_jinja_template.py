"""Chat templates of unknown origin: rendered as Jinja does, and kept in their place."""

import gc
import json
import os
import sys
import time
from pathlib import Path

import jinja2
import jinja2.ext
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ternchat import engine
from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import llama_config
from ternchat.engine import child_process, template_process
from ternchat.engine.errors import TemplateError
from ternchat.engine.jinja_template import JinjaTemplate
from ternchat.engine.pieces import Content, Special, Text
from ternchat.engine.template_process import TemplateProcess

MARKERS = frozenset(
    ("<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|end|>", "[INST]", "[/INST]", "<|user|>")
)
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}

TEMPLATES = {
    "chatml": (
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
        "{{ message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    ),
    "roles in brackets, the end where there is no next turn": (
        "{% for message in messages %}{% if message['role'] == 'assistant' and not loop.last %}"
        "{{ '<|assistant|>\n' + message['content'] + eos_token + '\n' }}"
        "{% elif message['role'] == 'assistant' %}"
        "{{ '<|assistant|>\n' + message['content'] + eos_token }}"
        "{% else %}{{ '<|' + message['role'] + '|>\n' + message['content'] + '\n' }}{% endif %}"
        "{% if loop.last and add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
        "{% endfor %}"
    ),
    "system moved into the first question": (
        "{%- if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}"
        "{% set rest = messages[1:] %}{% else %}{% set system = '' %}{% set rest = messages %}"
        "{% endif -%}\n{{ bos_token }}{% for message in rest %}"
        "{% if message.role == 'user' %}[INST] {% if loop.first and system %}"
        "<<SYS>>\n{{ system | trim }}\n<</SYS>>\n\n{% endif %}{{ message.content | trim }} [/INST]"
        "{% else %} {{ message.content | trim }} {{ eos_token }}{% endif %}{% endfor %}"
    ),
    "a multi-line one with a macro, a namespace and white space control": """
{%- macro turn(message) -%}
    <|im_start|>{{ message.role }}
{{ message.content.strip() }}<|im_end|>
{% endmacro -%}
{%- set space = namespace(count=0) -%}
{%- for message in messages -%}
    {%- if message.role == 'tool' %}{% continue %}{% endif -%}
    {{- turn(message) }}
    {%- set space.count = space.count + 1 -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {% generation %}<|im_start|>assistant ({{ space.count }})
{% endgeneration %}
{%- endif -%}
""",
    "thoughts left out of earlier answers": (
        "{% for message in messages %}{{ '<|user|>' if message.role == 'user' else '<s>' }}"
        "{% if message.role == 'assistant' %}"
        "{{ message.content.split('</thought>')[-1].lstrip('\n') }}"
        "{% else %}{{ message.content }}{% endif %}<|end|>{% endfor %}"
    ),
    "contents changed": (
        "{% for m in messages %}<|user|>{{ m.content | upper | replace('\n', ' ') }}<|end|>"
        "{% endfor %}"
    ),
    "contents told about": (
        "{% for m in messages %}{{ m.content | length }}{{ m.content[:3] }}"
        "{{ m | tojson }}{% if 'x' in m.content %}!{% endif %}</s>{% endfor %}"
    ),
    "no contents at all": "{{ bos_token }}{% for m in messages %}<|end|>{% endfor %}",
}

messages_strategy = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["system", "user", "assistant"]),
            "content": st.text()
            | st.text(" \t\n\r\x0b\x1c\x85\xa0\u2003{}%a<|", max_size=20)
            | st.sampled_from(
                [
                    "",
                    "  ",
                    "{{ messages }}{% for %}",
                    "0",
                    "\U000f0000" + "0" + "\U000f0000",
                    "".join(map(chr, range(0xF0000, 0xF0010))),
                ]
            )
            | st.lists(st.sampled_from([*sorted(MARKERS), "</thought>", "a", " "])).map("".join),
        }
    ),
    min_size=1,
    max_size=4,
)


def user(content):
    return {"role": "user", "content": content}


def assistant(content):
    return {"role": "assistant", "content": content}


def text_of(pieces):
    return "".join(piece.text for piece in pieces)


def specials(pieces):
    return [piece.text for piece in pieces if isinstance(piece, Special)]


class Generation(jinja2.ext.Extension):
    """transformers' tag, as a block without a meaning."""

    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def jinja_says(source, messages, add_generation_prompt):
    environment = jinja2.Environment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment.from_string(source).render(
        messages=messages, add_generation_prompt=add_generation_prompt, **TOKENS
    )


@pytest.fixture(scope="module")
def process():
    process = TemplateProcess()
    yield process
    process.close()


@pytest.fixture
def hasty():
    """A process that is given half a second."""
    process = TemplateProcess(0.5)
    yield process
    process.close()


def template_of(source, process):
    return JinjaTemplate(source, "x/tokenizer_config.json", TOKENS, process)


# ---- What comes out --------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEMPLATES)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(messages=messages_strategy, add_generation_prompt=st.booleans())
def test_the_text_is_that_of_jinja(process, name, messages, add_generation_prompt):
    source = TEMPLATES[name]
    expected = jinja_says(source, messages, add_generation_prompt)
    pieces = template_of(source, process).render(messages, add_generation_prompt, ())
    assert text_of(pieces) == expected


@pytest.mark.parametrize("name", TEMPLATES)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(messages=messages_strategy)
def test_no_content_becomes_a_special_token(process, name, messages):
    template = template_of(TEMPLATES[name], process)
    plain = [m | {"content": "plain" if m["content"] else ""} for m in messages]
    expected = specials(template.render(plain, True, MARKERS))
    assert specials(template.render(messages, True, MARKERS)) == expected


def test_it_is_known_where_each_content_stands(process):
    messages = [{"role": "system", "content": " Be kind. "}, user("Hi\n"), assistant("  Hello")]
    assert template_of(TEMPLATES["chatml"], process).render(messages, True, MARKERS) == [
        Special("<|im_start|>"),
        Text("system\n"),
        Content(0, " Be kind. "),
        Special("<|im_end|>"),
        Text("\n"),
        Special("<|im_start|>"),
        Text("user\n"),
        Content(1, "Hi\n"),
        Special("<|im_end|>"),
        Text("\n"),
        Special("<|im_start|>"),
        Text("assistant\n"),
        Content(2, "  Hello"),
        Special("<|im_end|>"),
        Text("\n"),
        Special("<|im_start|>"),
        Text("assistant\n"),
    ]


def test_a_content_that_is_trimmed_and_moved_is_still_found(process):
    messages = [{"role": "system", "content": " Be kind. "}, user(" Hi "), assistant("Hello\n")]
    source = TEMPLATES["system moved into the first question"]
    pieces = template_of(source, process).render(messages, True, MARKERS)
    contents = [piece for piece in pieces if isinstance(piece, Content)]
    assert contents == [Content(0, "Be kind."), Content(1, "Hi"), Content(2, "Hello")]


def test_contents_that_are_changed_are_plain_text_with_their_markers(process):
    messages = [user("say <|end|>"), assistant("[INST]")]
    pieces = template_of(TEMPLATES["contents changed"], process).render(messages, True, MARKERS)
    assert pieces == [
        Special("<|user|>"),
        Text("SAY <|END|>"),
        Special("<|end|>"),
        Special("<|user|>"),
        Text("[INST]"),
        Special("<|end|>"),
    ]


def test_a_marker_cut_in_two_by_the_contents_is_none(process):
    source = "{% for m in messages %}{{ m.content | replace('-', '') }}{% endfor %}<|end|>"
    pieces = template_of(source, process).render(
        [user("<|en-d|>"), user("<|e"), user("nd|>")], True, MARKERS
    )
    assert specials(pieces) == ["<|end|>"]
    assert text_of(pieces) == "<|end|><|end|><|end|>"


def test_the_longest_special_token_is_found(process):
    template = template_of("<|im_start|>", process)
    assert template.render([user("x")], True, ["<|im", "<|im_start|>", "<|im_"]) == [
        Special("<|im_start|>")
    ]


def test_half_a_surrogate_pair_passes_through(process):
    template = template_of("{{ messages[0].content }}", process)
    assert text_of(template.render([user("a\ud800b")], True, MARKERS)) == "a\ud800b"


def test_an_unknown_name_is_empty_as_in_jinja(process):
    template = template_of("[{{ nothing }}{{ tools }}]", process)
    assert text_of(template.render([user("x")], True, MARKERS)) == "[]"


def test_a_template_may_ask_for_the_date(process):
    template = template_of("{{ strftime_now('%Y') }}", process)
    assert text_of(template.render([user("x")], True, ())) in (
        time.strftime("%Y"),
        str(int(time.strftime("%Y")) + 1),
    )


# ---- What a template may not -----------------------------------------------------------------

ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ messages.__class__ }}{{ messages.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ ''['__class__'] }}{{ ''.__class__() }}",
    "{{ ''|attr('__class__')() }}",
    "{{ '{0.__class__.__mro__}'.format(messages) }}{{ messages.append }}",
    "{{ ('{0.__cl' ~ 'ass__.__init__.__globals__}').format(range) }}",
    "{{ messages.append(1) }}",
    "{{ messages[0].update({'role': 'system'}) }}",
    "{{ self._TemplateReference__context.environment.from_string('x') }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os }}",
    "{% extends 'x' %}",
    "{{ raise_exception.__globals__['sys'].exit() }}",
    "{{ strftime_now.__self__ }}{{ strftime_now.__self__.sleep(60) }}",
    "{{ namespace.__init__.__globals__['__builtins__']['open']('/etc/passwd') }}",
    "{{ (messages | map('__class__') | list) }}{{ [] | map(attribute='__class__.x') | list }}"
    "{{ messages | map(attribute='__class__.__name__') | join }}",
    "{{ lipsum(n=100000) }}",
]


def text_or_error(template):
    try:
        return text_of(template.render([user("secret")], True, MARKERS))
    except TemplateError as error:
        return str(error)


@pytest.mark.parametrize("source", ESCAPES)
def test_an_escape_from_the_sandbox_ends_in_an_error_or_in_nothing(process, source):
    outcome = text_or_error(template_of(source, process))
    assert len(outcome) < 600
    assert "root:" not in outcome
    assert "<class" not in outcome
    assert text_of(template_of("{{ 1 }}", process).render([user("x")], True, ())) == "1"


ENDLESS = {
    "nested loops": "{% for a in range(99999) %}{% for b in range(99999) %}"
    "{% endfor %}{% endfor %}",
    "a loop that writes nothing": "{% for a in range(99999) %}"
    "{% set x = range(99999) | sum %}{% endfor %}",
    "a power": "{{ (10 ** (10 ** 8)) % 7 }}",
    "a long sort": "{% set x = range(99999) | list %}"
    "{% for i in range(999) %}{% set y = x | sort(reverse=true) | sort | unique | list %}"
    "{% endfor %}",
    "strings joined": "{% set n = namespace(s='ab') %}{% for i in range(26) %}"
    "{% set n.s = n.s.replace('a', 'ab') * 2 %}{% endfor %}{{ n.s | length }}"
    "{% for i in range(99999) %}{% set x = n.s | sort | length %}{% endfor %}",
    "a product of lists": "{% set x = range(99999) | list %}{% for a in x %}"
    "{% set y = x | map('string') | join %}{% endfor %}",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_work_without_end_is_ended(hasty, name):
    template = template_of(ENDLESS[name], hasty)
    template_of("{{ 1 }}", hasty).render([user("x")], True, ())  # the process stands
    started = time.monotonic()
    with pytest.raises(TemplateError, match=r"_config\.json: the chat template") as caught:
        template.render([user("x")], True, MARKERS)
    assert time.monotonic() - started < 2
    assert "does not come to an end within 0.5 seconds" in str(caught.value) or (
        "memory" in str(caught.value)
    )
    assert text_of(template_of("{{ 2 }}", hasty).render([user("x")], True, ())) == "2"


def test_a_rendering_can_be_stopped_while_it_runs_and_while_its_process_starts():
    class Enough(Exception):
        pass

    def enough():
        raise Enough

    patient = TemplateProcess(600)
    template = template_of(ENDLESS["nested loops"], patient)
    with pytest.raises(Enough):
        template.render([user("x")], True, MARKERS, enough)
    assert patient.pids == ()
    template_of("{{ 1 }}", patient).render([user("x")], True, ())
    child = child_of(patient)
    with pytest.raises(Enough):
        template.render([user("x")], True, MARKERS, enough)
    assert child.wait(60) is not None
    patient.close()


def test_a_template_has_two_seconds():
    process = TemplateProcess()
    template = template_of(ENDLESS["nested loops"], process)
    template_of("{{ 1 }}", process).render([user("x")], True, ())
    started = time.monotonic()
    with pytest.raises(TemplateError, match="within 2 seconds"):
        template.render([user("x")], True, MARKERS)
    assert 1.9 < time.monotonic() - started < 4
    process.close()


HUGE = {
    "a long string": "{{ 'a' * 2000000000 }}",
    "a padded string": "{{ 'a'.center(1500000000) }}",
    "a formatted string": "{{ '%2000000000d' % 1 }}",
    "a filter's string": "{{ 'a' | center(1500000000) }}",
    "doubling": "{% set n = namespace(s='a') %}{% for i in range(40) %}"
    "{% set n.s = n.s ~ n.s %}{% endfor %}{{ n.s }}",
    "a long list": "{% set n = namespace(s=[1]) %}{% for i in range(40) %}"
    "{% set n.s = n.s + n.s %}{% endfor %}{{ n.s }}",
    "many pieces": "{% for i in range(99999) %}{{ i }}{% for j in range(99) %}xxxxxxxxx"
    "{% endfor %}{% endfor %}",
    "one piece too long": "{{ 'a' * 70000 }}",
    "the messages again and again": "{% for i in range(999) %}{{ messages }}{% endfor %}",
}


@pytest.mark.parametrize("name", HUGE)
def test_memory_and_output_are_bounded(process, name):
    template = template_of(HUGE[name], process)
    started = time.monotonic()
    with pytest.raises(TemplateError, match="the chat template") as caught:
        template.render([user("y" * 100)], True, MARKERS)
    assert time.monotonic() - started < 4
    assert any(word in str(caught.value) for word in ("memory", "too much"))
    assert text_of(template_of("{{ 2 }}", process).render([user("x")], True, ())) == "2"


UNBOUNDED = (
    "import resource; resource.setrlimit = lambda *limits: None;"
    "import sys; from ternchat.engine import template_child; sys.exit(template_child.main())"
)


@pytest.mark.parametrize("name", ["a long string", "doubling", "a long list"])
def test_memory_is_bounded_where_the_system_takes_limits_and_does_not_keep_them(monkeypatch, name):
    """As on macOS: then only whoever waits for the process looks after it."""
    command = [sys.executable, "-c", UNBOUNDED]
    monkeypatch.setattr(template_process, "script_command", lambda *_: command)
    process = TemplateProcess(20)
    template_of("{{ 1 }}", process).render([user("x")], True, ())
    child = child_of(process)
    with pytest.raises(TemplateError, match=r"memory|too much"):
        template_of(HUGE[name], process).render([user("x")], True, MARKERS)
    assert process._child is None or process._child.is_alive  # ended, or it refused by itself
    assert name == "doubling" or child.wait(10) != 0
    process.close()


@pytest.mark.parametrize(
    ("source", "match"),
    [
        ("{{ raise_exception('Only user and assistant!') }}", "refuses .* 'Only user and assis"),
        ("{{ nothing.at.all }}", "fails on this conversation: .*undefined"),
        ("{{ 1 / 0 }}", "fails on this conversation: 'division by zero'"),
        ("{{ messages[9].content.x }}", "fails on this conversation"),
        ("{{ '' + 3 }}", "fails on this conversation"),
        ("{% for %}", "is not valid Jinja: .line 1: "),
        ("{{", "is not valid Jinja"),
        ("{% endfor %}", "is not valid Jinja"),
        ("{{ x | nosuchfilter }}", "is not valid Jinja: .*nosuchfilter"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "calls itself too deeply"),
        ("{{ '(' * 3 }}" + "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "the chat template"),
        ("{% if 1 %}" * 2000 + "{% endif %}" * 2000, "the chat template"),
        ("{{ 1" + "+1" * 20000 + " }}", "the chat template"),
        ("{{ range(10000000000) }}{{ range(10000000000) | list }}", "the chat template"),
        ("{{ messages.append(1) }}", "asks for what no template may have"),
    ],
)
def test_each_failure_is_named(process, source, match):
    with pytest.raises(TemplateError, match=match) as caught:
        template_of(source, process).render([user("x")], True, MARKERS)
    assert str(caught.value).startswith("x/tokenizer_config.json: the chat template ")
    assert len(str(caught.value)) < 600
    assert text_of(template_of("{{ 1 }}", process).render([user("x")], True, ())) == "1"


def test_an_error_message_from_the_template_is_shown_escaped_and_short(process):
    source = "{{ raise_exception('\\x1b[31m' ~ 'a' * 9999) }}"
    with pytest.raises(TemplateError) as caught:
        template_of(source, process).render([user("x")], True, ())
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 300


# ---- With a model ----------------------------------------------------------------------------


def test_a_llama_with_a_template_of_its_own_answers_and_reuses_its_cache(tmp_path):
    config = llama_config(
        hidden_size=64, intermediate_size=96, layers=2, heads=4, kv_heads=2, vocab_size=4096
    )
    folder = write_checkpoint(tmp_path / "model", config)
    fledgling = Path(__file__).parents[2] / "resources" / "fledgling"
    (folder / "tokenizer.json").write_bytes((fledgling / "tokenizer.json").read_bytes())
    template = (
        "{% for m in messages %}{{ m.role | upper }}\n{{ m.content }}<|pad|>\n{% endfor %}"
        "{% if add_generation_prompt %}ASSISTANT\n{% endif %}"
    )
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": template}))
    model = engine.load(folder)
    session = engine.Session(model, context_length=512)
    greedy = engine.SamplingParams(temperature=0, max_tokens=8)
    assert model.tokenizer.token_to_id("<|pad|>") in model.stop_ids
    text = "".join(step.text for step in session.reply([user("Hello <|pad|>")], greedy))
    read = session.last.timings.prompt_tokens + len(session.last.token_ids)
    messages = [user("Hello <|pad|>"), assistant(text), user("Why?")]
    for _ in session.reply(messages, greedy):
        pass
    assert session.last.timings.reused_tokens >= read - 1
    child = model.template._jinja._process._child._process
    model.close()
    assert child.wait(60) is not None


# ---- The process -----------------------------------------------------------------------------


def child_of(process):
    return process._child._process


def test_the_process_stays_for_the_next_rendering(process):
    template = template_of(TEMPLATES["chatml"], process)
    template.render([user("a")], True, MARKERS)
    first = child_of(process).pid
    template.render([user("b")], True, MARKERS)
    assert child_of(process).pid == first


def test_another_process_takes_the_place_of_one_that_died(process):
    template = template_of(TEMPLATES["chatml"], process)
    template.render([user("a")], True, MARKERS)
    first = child_of(process)
    first.kill()
    first.wait()
    template.render([user("b")], True, MARKERS)
    assert child_of(process).pid != first.pid


def test_no_process_is_left_behind():
    closed, forgotten = TemplateProcess(), TemplateProcess()
    children = []
    for process in (closed, forgotten):
        template_of("{{ 1 }}", process).render([user("x")], True, ())
        children.append(child_of(process))
    closed.close()
    closed.close()
    del forgotten, process
    gc.collect()
    assert all(child.wait(60) is not None for child in children)


def test_the_process_ends_with_its_owner_although_nobody_kills_it(process):
    template_of("{{ 1 }}", process).render([user("x")], True, ())
    child = child_of(process)
    child.stdin.close()
    assert child.wait(10) == 0


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
def test_the_process_has_no_environment_and_no_file_to_open(process, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "secret")
    process.close()
    template_of("{{ 1 }}", process).render([user("x")], True, ())
    proc = Path("/proc") / str(child_of(process).pid)
    assert (proc / "environ").read_bytes() == b""
    lines = (proc / "limits").read_text().splitlines()
    limits = {line[:26].strip(): line[26:].split()[0] for line in lines}
    assert limits["Max open files"] == "3"
    assert limits["Max file size"] == "0"
    assert limits["Max core file size"] == "0"
    assert int(limits["Max address space"]) < 600 << 20
    assert int(limits["Max cpu time"]) < 20
    assert len(list((proc / "fd").iterdir())) == 3


def test_a_process_that_does_not_start_is_told(monkeypatch):
    monkeypatch.setattr(
        template_process, "script_command", lambda *_: [os.devnull + "/absent", "x"]
    )
    with pytest.raises(TemplateError, match=r"cannot be rendered: the process for it does not st"):
        template_of("{{ 1 }}", TemplateProcess()).render([user("x")], True, ())


@pytest.mark.parametrize(
    "answer",
    [
        b"\x00\x00\x00\x02\x00\x00\x00\x01[]",
        b"\x00\x00\x00\x02\x00\x00\x00\x01{}",
        b'\x00\x00\x00\x0f\x00\x00\x00\x01{"results": [1]}',
        b"\x7f\xff\xff\xff\x00\x00\x00\x01",
        b"\x00\x00\x00\x03\x00\x00\x00\x01{]}",
        b"\x00\x00\x00\x02\x00\x00\x00\x07{}",
        b"",
    ],
)
def test_an_answer_that_is_none_is_an_error(monkeypatch, tmp_path, answer):
    script = tmp_path / "child.py"
    script.write_text(
        "import os, sys\n"
        "out = sys.stdout.buffer\n"
        "ready = b'{\"pid\": %d}' % os.getpid()\n"
        "out.write(len(ready).to_bytes(4, 'big') + bytes(4) + ready)\n"
        "out.flush()\n"
        "sys.stdin.buffer.read(8)\n"
        f"out.write({answer!r})\n"
        "out.flush()\n"
    )
    monkeypatch.setattr(
        template_process, "script_command", lambda *_: [child_process.sys.executable, str(script)]
    )
    process = TemplateProcess()
    with pytest.raises(TemplateError, match="the chat template does not come to an end"):
        template_of("{{ 1 }}", process).render([user("x")], True, ())
    process.close()


def test_a_frozen_program_starts_itself(monkeypatch):
    monkeypatch.setattr(child_process.sys, "frozen", True, raising=False)
    executable = child_process.sys.executable
    assert child_process.script_command("template_child", "jinja2") == [
        executable,
        child_process.FLAG,
        "template_child",
    ]
    assert child_process.module_command("speed", "--x") == [
        executable,
        child_process.FLAG,
        "speed",
        "--x",
    ]
