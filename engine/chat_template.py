"""The chat template of BitNet b1.58, rendered natively and turned into token ids."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import ModelFileError, TemplateError, TokenizerError
from ternchat.engine.formats.files import exists, model_folder
from ternchat.engine.formats.json_file import read_bytes, read_json, shown
from ternchat.engine.tokenizer import Tokenizer

MAX_TEMPLATE_BYTES = 4_000_000
ROLES = ("system", "user", "assistant")
END_OF_TURN = "<|eot_id|>"
END_OF_TEXT = "<|end_of_text|>"

# Two ways to write the same template: Microsoft's for BitNet b1.58 2B4T, and Fledgling's.
_BITNET = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}"
    "{% set content = message['role'] | capitalize + ': '+ message['content'] | trim"
    " + '<|eot_id|>' %}{{ content }}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}",
    "{% for message in messages %}{{ message['role'] | capitalize + ': '"
    " + message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}",
)


@dataclass(frozen=True)
class Special:
    """A special token of the template's own."""

    text: str


@dataclass(frozen=True)
class Text:
    """Plain text of the template's own."""

    text: str


@dataclass(frozen=True)
class Content:
    """The content of message number `index`, as the template changes it."""

    index: int
    text: str


Piece = Special | Text | Content


class ChatTemplate:
    """BitNet's template: `User: ...<|eot_id|>Assistant: ...<|eot_id|>`, contents trimmed."""

    @classmethod
    def from_text(cls, text: str, source: str) -> "ChatTemplate":
        """The template with this Jinja text, if it is a known one."""
        if _folded(text) not in map(_folded, _BITNET):
            raise TemplateError(
                f"{source}: the chat template that begins with {shown(text.strip())} is not"
                " supported yet; supported: that of BitNet b1.58 2B4T"
            )
        return cls()

    @classmethod
    def from_folder(cls, path: str | os.PathLike[str]) -> "ChatTemplate":
        """The template of the model in a Hugging Face folder."""
        folder = model_folder(path)
        try:
            return cls.from_text(*_template_text(folder))
        except ModelFileError as error:
            raise TemplateError(str(error)) from error

    def render(
        self, messages: Sequence[Mapping[str, Any]], add_generation_prompt: bool = True
    ) -> list[Piece]:
        """The conversation in pieces, ready for an answer when a generation prompt is added."""
        if not messages:
            raise TemplateError("the conversation has no messages; expected at least one")
        pieces: list[Piece] = []
        for index, message in enumerate(messages):
            role, content = _role_and_content(index, message)
            pieces.append(Text(f"{role.capitalize()}: "))
            pieces.append(Content(index, content.strip()))
            pieces.append(Special(END_OF_TURN))
        if add_generation_prompt:
            pieces.append(Text("Assistant: "))
        return pieces


def encode_prompt(
    tokenizer: Tokenizer,
    template: ChatTemplate,
    messages: Sequence[Mapping[str, Any]],
    bos_token_id: int | None = None,
    kept_ids: Callable[[str], Sequence[int] | None] | None = None,
) -> list[int]:
    """The ids of a conversation that the model is to answer.

    Each run between special tokens is encoded as one string. `kept_ids` is asked with the content
    of each assistant message for the ids it was generated with, which then stand for it.
    """
    ids = [] if bos_token_id is None else [bos_token_id]
    run = ""
    for piece in template.render(messages):
        if isinstance(piece, Special):
            ids += tokenizer.encode(run) if run else []
            ids.append(_special_id(tokenizer, piece.text))
            run = ""
            continue
        kept = None
        if isinstance(piece, Content) and messages[piece.index]["role"] == "assistant" and kept_ids:
            kept = kept_ids(messages[piece.index]["content"])
        if kept is None:
            run += piece.text
        else:
            ids += [*tokenizer.encode(run), *kept]
            run = ""
    return ids + (tokenizer.encode(run) if run else [])


def stop_ids(tokenizer: Tokenizer, config: ModelConfig) -> frozenset[int]:
    """The ids that end an answer: the vocabulary's own ends, and what the configs name."""
    ends = (tokenizer.token_to_id(token) for token in (END_OF_TEXT, END_OF_TURN))
    return frozenset(config.eos_token_ids) | {end for end in ends if end is not None}


def _role_and_content(index: int, message: Mapping[str, Any]) -> tuple[str, str]:
    if not isinstance(message, Mapping):
        raise TemplateError(f"message {index} is {shown(message)}; expected role and content")
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        raise TemplateError(
            f"message {index} has the role {shown(role)}; expected {', '.join(ROLES)}"
        )
    if not isinstance(content, str):
        raise TemplateError(f"message {index} has the content {shown(content)}; expected text")
    return role, content


def _special_id(tokenizer: Tokenizer, token: str) -> int:
    token_id = tokenizer.token_to_id(token)
    if token_id is None:
        raise TokenizerError(
            f"the chat template needs the token {token}, which the tokenizer lacks"
        )
    return token_id


def _template_text(folder: Path) -> tuple[str, str]:
    """The Jinja text and its file; chat_template.jinja comes first, as in transformers."""
    path = folder / "chat_template.jinja"
    if exists(path):
        try:
            return read_bytes(path, MAX_TEMPLATE_BYTES).decode("utf-8"), str(path)
        except UnicodeDecodeError as error:
            raise TemplateError(f"{path} is not UTF-8 at byte {error.start:,}") from error
    path = folder / "tokenizer_config.json"
    if not exists(path):
        raise TemplateError(f"{folder} has no chat template: {path.name} is missing")
    template = read_json(path, MAX_TEMPLATE_BYTES).get("chat_template")
    if isinstance(template, list):  # several, by name
        named = [entry for entry in template if isinstance(entry, dict)]
        template = next((e.get("template") for e in named if e.get("name") == "default"), None)
    if not isinstance(template, str):
        raise TemplateError(f"{path}: chat_template is {shown(template)}; expected a text")
    return template, str(path)


def _folded(text: str) -> str:
    """The text with each run of white space outside quotes as one space.

    Jinja drops one line break at the end; any other space around the tags would be written out.
    """
    return re.sub(r"('[^']*')|\s+", lambda match: match.group(1) or " ", text.removesuffix("\n"))
