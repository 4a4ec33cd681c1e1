"""Chat templates that are rendered without Jinja, recognised by their text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ternchat.engine.pieces import Content, Piece, Special, Text


@dataclass(frozen=True)
class KnownTemplate:
    """A template that writes every message in the same way.

    Attributes:
        texts: the Jinja texts it is recognised by.
        before, after: what stands around a content; {role} and {Role} become the message's role.
        prompt: what an answer begins behind.
        begin: a token before the first message, written by the template itself.
        trims: whether contents lose the white space around them.
        needs_bos: whether the tokenizer puts a token in front of the whole, once.
    """

    texts: tuple[str, ...]
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    prompt: tuple[Piece, ...]
    begin: str | None = None
    trims: bool = False
    needs_bos: bool = False

    @property
    def specials(self) -> frozenset[str]:
        """Every special token it writes."""
        pieces = (*self.before, *self.after, *self.prompt)
        begin = () if self.begin is None else (self.begin,)
        return frozenset((*begin, *(p.text for p in pieces if isinstance(p, Special))))

    def render(
        self, messages: Sequence[Mapping[str, str]], add_generation_prompt: bool
    ) -> list[Piece]:
        """The conversation in pieces."""
        pieces: list[Piece] = [] if self.begin is None else [Special(self.begin)]
        for index, message in enumerate(messages):
            content = message["content"].strip() if self.trims else message["content"]
            pieces += (_with_role(piece, message["role"]) for piece in self.before)
            pieces += [Content(index, content), *self.after]
        return [*pieces, *(self.prompt if add_generation_prompt else ())]


def known_template(text: str) -> KnownTemplate | None:
    """The template of that text, None where it is not one of the known ones."""
    return _BY_TEXT.get(_folded(text))


def _with_role(piece: Piece, role: str) -> Piece:
    if isinstance(piece, Text):
        return Text(piece.text.replace("{role}", role).replace("{Role}", role.capitalize()))
    return piece


def _folded(text: str) -> str:
    """The text with each run of white space outside quotes as one space.

    Jinja drops one line break at the end; any other space around the tags would be written out.
    In quotes, a line break may be written as such or as its escape.
    """

    def fold(match: re.Match[str]) -> str:
        quoted: str | None = match.group(1)
        return " " if quoted is None else quoted.replace("\\n", "\n")

    return re.sub(r"('[^']*')|\s+", fold, text.removesuffix("\n"))


BITNET = KnownTemplate(
    # Two ways to write the same: Microsoft's for BitNet b1.58 2B4T, and Fledgling's.
    texts=(
        "{% set loop_messages = messages %}{% for message in loop_messages %}"
        "{% set content = message['role'] | capitalize + ': '+ message['content'] | trim"
        " + '<|eot_id|>' %}{{ content }}{% endfor %}"
        "{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}",
        "{% for message in messages %}{{ message['role'] | capitalize + ': '"
        " + message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}",
    ),
    before=(Text("{Role}: "),),
    after=(Special("<|eot_id|>"),),
    prompt=(Text("Assistant: "),),
    trims=True,
    needs_bos=True,
)
LLAMA3 = KnownTemplate(
    texts=(
        "{% set loop_messages = messages %}{% for message in loop_messages %}"
        "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"
        "+ message['content'] | trim + '<|eot_id|>' %}"
        "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}"
        "{{ content }}{% endfor %}{% if add_generation_prompt %}"
        "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    ),
    begin="<|begin_of_text|>",
    before=(
        Special("<|start_header_id|>"),
        Text("{role}"),
        Special("<|end_header_id|>"),
        Text("\n\n"),
    ),
    after=(Special("<|eot_id|>"),),
    prompt=(
        Special("<|start_header_id|>"),
        Text("assistant"),
        Special("<|end_header_id|>"),
        Text("\n\n"),
    ),
    trims=True,
)
CHATML = KnownTemplate(
    texts=(
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n'"
        " + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n'"
        " + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    ),
    before=(Special("<|im_start|>"), Text("{role}\n")),
    after=(Special("<|im_end|>"), Text("\n")),
    prompt=(Special("<|im_start|>"), Text("assistant\n")),
)
_KNOWN = (BITNET, LLAMA3, CHATML)
_BY_TEXT = {_folded(text): known for known in _KNOWN for text in known.texts}
