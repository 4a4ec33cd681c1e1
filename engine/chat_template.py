"""How a chat is written for a model, and the token ids that come of it."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ternchat.engine.asked_child import Pause, nothing
from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import ModelFileError, TemplateError, TokenizerError
from ternchat.engine.formats.files import exists, model_folder
from ternchat.engine.formats.json_file import read_bytes, read_json, shown
from ternchat.engine.jinja_template import JinjaTemplate
from ternchat.engine.known_templates import BITNET, known_template
from ternchat.engine.pieces import Content, Piece, Special, Text
from ternchat.engine.token_edges import settle
from ternchat.engine.tokenizer import Tokenizer

__all__ = [
    "ChatTemplate",
    "Content",
    "Piece",
    "Special",
    "Text",
    "encode_prompt",
    "stop_ids",
]

MAX_TEMPLATE_BYTES = 4_000_000
MAX_TEMPLATE_CHARACTERS = 200_000  # ten times the longest ones known
ROLES = ("system", "user", "assistant")
END_OF_TURN = "<|eot_id|>"
END_OF_TEXT = "<|end_of_text|>"
# Tokens a template may ask for by name, as transformers hands them over.
_NAMED_TOKENS = ("bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token")

_PROBE = (
    {"role": "user", "content": "a"},
    {"role": "assistant", "content": "b"},
    {"role": "user", "content": "c"},
)


class ChatTemplate:
    """Writes conversations: known templates by our own code, others in a sandbox.

    Attributes:
        needs_bos: whether the model's first token comes before what the template writes.
    """

    def __init__(
        self,
        text: str,
        source: str,
        variables: Mapping[str, str] | None = None,
        needs_bos: bool = False,
    ) -> None:
        variables = variables or {}
        known = known_template(text)
        begins_otherwise = known is not None and known.begin not in (
            None,
            variables.get("bos_token"),
        )
        self._known = None if begins_otherwise else known
        self._jinja = JinjaTemplate(text, source, variables)
        self.needs_bos = needs_bos or (self._known is not None and self._known.needs_bos)

    @classmethod
    def from_text(
        cls,
        text: str,
        source: str,
        variables: Mapping[str, str] | None = None,
        needs_bos: bool = False,
    ) -> "ChatTemplate":
        """The template with this Jinja text."""
        if not text.strip():
            raise TemplateError("{source}: the chat template is empty", source=source)
        if len(text) > MAX_TEMPLATE_CHARACTERS:
            raise TemplateError(
                "{source}: the chat template has {count} characters; expected at most {most}",
                source=source,
                count=len(text),
                most=MAX_TEMPLATE_CHARACTERS,
            )
        return cls(text, source, variables, needs_bos)

    @classmethod
    def from_folder(cls, path: str | os.PathLike[str]) -> "ChatTemplate":
        """The template of the model in a Hugging Face folder."""
        folder = model_folder(path)
        try:
            return _from_folder(folder)
        except ModelFileError as error:
            raise TemplateError(error.words or str(error)) from error

    @property
    def is_known(self) -> bool:
        """Whether our own code renders it."""
        return self._known is not None

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        add_generation_prompt: bool = True,
        markers: Iterable[str] = (),
        pause: Pause = nothing,
    ) -> list[Piece]:
        """The conversation in pieces, ready for an answer when a generation prompt is added.

        `markers`: the texts of the tokenizer's special tokens. `pause` may end it by an exception.
        """
        if not messages:
            raise TemplateError("the conversation has no messages; expected at least one")
        checked = [_role_and_content(i, message) for i, message in enumerate(messages)]
        markers = frozenset(markers)
        known = self._known
        # The tokens of BitNet's are needed; where a vocabulary lacks another's, they are text.
        if known is not None and (known is BITNET or known.specials <= markers):
            return known.render(checked, add_generation_prompt)
        return self._jinja.render(checked, add_generation_prompt, markers, pause)

    def end_of_turn(self, markers: Iterable[str]) -> str | None:
        """The special token that ends an answer; None where the template writes none."""
        try:
            pieces = self.render(_PROBE, add_generation_prompt=False, markers=markers)
        except TemplateError:
            return None  # it renders other conversations only
        places = [i for i, p in enumerate(pieces) if isinstance(p, Content) and p.index == 1]
        for piece in pieces[places[0] + 1 :] if places else []:
            if isinstance(piece, Special):
                return piece.text
            if piece.text.strip():
                return None
        return None

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that work for it."""
        return self._jinja.pids

    def close(self) -> None:
        """End what renders."""
        self._jinja.close()


def encode_prompt(
    tokenizer: Tokenizer,
    template: ChatTemplate,
    messages: Sequence[Mapping[str, Any]],
    bos_token_id: int | None = None,
    kept_ids: Callable[[str], Sequence[int] | None] | None = None,
    pause: Pause = nothing,
) -> list[int]:
    """The ids of a conversation that the model is to answer.

    Each run between special tokens is encoded as one string. `kept_ids` is asked with the content
    of each assistant message for the ids it was generated with, which then stand for it. `pause`
    may end it by an exception.
    """
    ids: list[int] = []
    run = ""
    pieces = template.render(messages, markers=tokenizer.markers, pause=pause)
    for piece in settle(pieces, tokenizer.edges):
        if isinstance(piece, Special):
            ids += tokenizer.encode(run, pause) if run else []
            ids.append(_special_id(tokenizer, piece.text))
            run = ""
            continue
        kept = None
        if isinstance(piece, Content) and messages[piece.index]["role"] == "assistant" and kept_ids:
            kept = kept_ids(messages[piece.index]["content"])
        if kept is None:
            run += piece.text
        else:
            ids += [*tokenizer.encode(run, pause), *kept]
            run = ""
    ids += tokenizer.encode(run, pause) if run else []
    first_is_ours = template.needs_bos or tokenizer.adds_bos
    if bos_token_id is not None and first_is_ours and ids[:1] != [bos_token_id]:
        return [bos_token_id, *ids]
    return ids


def stop_ids(
    tokenizer: Tokenizer, config: ModelConfig, template: ChatTemplate | None = None
) -> frozenset[int]:
    """The ids that end an answer: the vocabulary's own, the configs', and the template's."""
    names = [END_OF_TEXT, END_OF_TURN]
    end = None if template is None else template.end_of_turn(tokenizer.markers)
    ends = (tokenizer.token_to_id(name) for name in (*names, *([end] if end else [])))
    return frozenset(config.eos_token_ids) | {end for end in ends if end is not None}


def _role_and_content(index: int, message: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(message, Mapping):
        raise TemplateError(f"message {index} is {shown(message)}; expected role and content")
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        raise TemplateError(
            f"message {index} has the role {shown(role)}; expected {', '.join(ROLES)}"
        )
    if not isinstance(content, str):
        raise TemplateError(f"message {index} has the content {shown(content)}; expected text")
    return {"role": role, "content": content}


def _special_id(tokenizer: Tokenizer, token: str) -> int:
    token_id = tokenizer.token_to_id(token)
    if token_id is None:
        raise TokenizerError(
            "the chat template needs the token {token}, which the tokenizer lacks", token=token
        )
    return token_id


def _from_folder(folder: Path) -> ChatTemplate:
    """The template and the named tokens; chat_template.jinja comes first, as in transformers."""
    path, config_path = folder / "chat_template.jinja", folder / "tokenizer_config.json"
    settings: dict[str, Any] = {}
    if exists(config_path):
        settings = read_json(config_path, MAX_TEMPLATE_BYTES)
    elif not exists(path):
        raise TemplateError(
            "{folder} has no chat template: {name} is missing", folder=folder, name=config_path.name
        )
    text, source = settings.get("chat_template"), str(config_path)
    if exists(path):
        source = str(path)
        try:
            text = read_bytes(path, MAX_TEMPLATE_BYTES).decode("utf-8")
        except UnicodeDecodeError as error:
            raise TemplateError(f"{path} is not UTF-8 at byte {error.start:,}") from error
    if isinstance(text, list):  # several, by name
        named = [entry for entry in text if isinstance(entry, dict)]
        text = next((e.get("template") for e in named if e.get("name") == "default"), None)
    if not isinstance(text, str):
        raise TemplateError(f"{source}: chat_template is {shown(text)}; expected a text")
    needs_bos = settings.get("add_bos_token") is True
    return ChatTemplate.from_text(text, source, _named_tokens(settings), needs_bos)


def _named_tokens(settings: Mapping[str, Any]) -> dict[str, str]:
    tokens = {}
    for name in _NAMED_TOKENS:
        token = settings.get(name)
        if isinstance(token, dict):
            token = token.get("content")
        if isinstance(token, str):
            tokens[name] = token
    return tokens
