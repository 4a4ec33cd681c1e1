r"""A chat template of unknown origin: rendered in a sandbox, cut into what is whose.

The contents of messages must never become special tokens, and a template may do anything with
them. So it is rendered twice. In the first rendering every character of a content that a special
token could begin with is replaced by a character that occurs nowhere else; whatever special tokens
are then found are the template's own. In the second, contents are replaced by marks. Where both
renderings agree, it is known where each content stands, and whether it was trimmed on the way:

    marked    <|user|>\n␀0␀<|end|>      real    <|user|>\nHow are you?<|end|>

Where a template does more with contents than that, the first rendering alone is used.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ternchat.engine.asked_child import Pause, nothing
from ternchat.engine.errors import TemplateError
from ternchat.engine.formats.json_file import shown
from ternchat.engine.pieces import Content, Piece, Special, Text
from ternchat.engine.template_faults import FAULTS
from ternchat.engine.template_process import TemplateProcess

_PRIVATE_USE = range(0xF0000, 0xFFFFE)
_MOST_PATHS = 64  # ways a rendering may be understood at one place
_LENGTH_FACTOR = 4  # a prompt has at most so many times the characters of its messages,
_LENGTH_ALLOWANCE = 65_536  # and so many of the template's own


class JinjaTemplate:
    """Any chat template, its text rendered in another process."""

    def __init__(
        self,
        text: str,
        source: str,
        variables: Mapping[str, str] | None = None,
        process: TemplateProcess | None = None,
    ) -> None:
        self._text = text
        self._source = source
        self._variables = dict(variables or {})
        self._process = process or TemplateProcess()

    def render(
        self,
        messages: Sequence[Mapping[str, str]],
        add_generation_prompt: bool,
        markers: Iterable[str],
        pause: Pause = nothing,
    ) -> list[Piece]:
        """The conversation in pieces; `markers` are the texts of all special tokens."""
        markers = tuple(markers)
        disguise = _Disguise.of(messages, self._text, markers)
        hidden = [{**m, "content": disguise.hide(m["content"])} for m in messages]
        marked = [
            {**m, "content": disguise.mark(i) if m["content"] else ""}
            for i, m in enumerate(messages)
        ]
        real, marked_text = self._rendered(hidden, marked, add_generation_prompt, pause)
        cutter = _Cutter(markers)
        found = None
        if marked_text is not None:
            found = _aligned(marked_text, real, [m["content"] for m in hidden], disguise)
        if found is None:  # everything is the template's, as far as anyone can tell
            return [disguise.revealed(piece) for piece in cutter.cut(real)]
        pieces: list[Piece] = []
        for part in found:
            if isinstance(part, Content):
                pieces.append(disguise.revealed(part))
            else:
                pieces += cutter.cut(part.text)
        return pieces

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that work for it."""
        return self._process.pids

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def _rendered(
        self,
        hidden: list[dict[str, str]],
        marked: list[dict[str, str]],
        add_generation_prompt: bool,
        pause: Pause,
    ) -> tuple[str, str | None]:
        """Both renderings; None where the template cannot render marks."""
        common: dict[str, Any] = self._variables | {"add_generation_prompt": add_generation_prompt}
        renders = [common | {"messages": messages} for messages in (hidden, marked)]
        length = sum(len(message["content"]) for message in hidden)
        limit = _LENGTH_FACTOR * length + _LENGTH_ALLOWANCE
        try:
            first, second = self._process.render(self._text, renders, limit, pause)
        except TemplateError as error:
            raise TemplateError(
                "{source}: the chat template {error}", source=self._source, error=error
            ) from error
        if "text" not in first:
            what = FAULTS.get(first.get("error", ""), FAULTS["failed"])
            message = shown(first.get("message", ""))
            raise TemplateError(what.of(source=self._source, message=message))
        return first["text"], second.get("text")


@dataclass(frozen=True)
class _Disguise:
    """Characters that stand for others: none of them occurs in the messages or the template."""

    stand_ins: dict[int, str]
    originals: dict[int, str]
    bracket: str

    @classmethod
    def of(
        cls, messages: Sequence[Mapping[str, str]], template: str, markers: Sequence[str]
    ) -> "_Disguise":
        used = set(template).union(*(message["content"] for message in messages))
        free = (chr(code) for code in _PRIVATE_USE if chr(code) not in used)
        bracket = next(free)
        firsts = sorted({marker[0] for marker in markers if marker})
        stand_ins = dict(zip(firsts, free, strict=False))
        return cls(
            {ord(first): stand_in for first, stand_in in stand_ins.items()},
            {ord(stand_in): first for first, stand_in in stand_ins.items()},
            bracket,
        )

    def hide(self, content: str) -> str:
        """The content without any character that a special token begins with."""
        return content.translate(self.stand_ins)

    def mark(self, index: int) -> str:
        """What stands for the content of a message."""
        return f"{self.bracket}{index}{self.bracket}"

    def revealed(self, piece: Piece) -> Piece:
        """The piece with the characters that it really has."""
        text = piece.text.translate(self.originals)
        return Content(piece.index, text) if isinstance(piece, Content) else type(piece)(text)


class _Cutter:
    """Finds special tokens in the template's own text, the longest first."""

    def __init__(self, markers: Sequence[str]) -> None:
        longest_first = sorted(filter(None, markers), key=len, reverse=True)
        self._pattern = re.compile(f"({'|'.join(map(re.escape, longest_first)) or '(?!)'})")

    def cut(self, text: str) -> list[Piece]:
        """The text in turns of plain text and special tokens."""
        parts = self._pattern.split(text)
        return [
            Special(part) if place % 2 else Text(part) for place, part in enumerate(parts) if part
        ]


def _aligned(
    marked: str, real: str, contents: Sequence[str], disguise: _Disguise
) -> list[Text | Content] | None:
    """The rendering `real`, cut where `marked` has its marks; None if it cannot be explained so."""
    bracket = re.escape(disguise.bracket)
    parts = re.split(f"{bracket}(\\d+){bracket}", marked)
    owns, indices = parts[::2], [int(part) for part in parts[1::2]]
    if any(index >= len(contents) for index in indices) or not real.startswith(owns[0]):
        return None
    # By position in `real` behind each of the template's own parts: how one gets there.
    paths: list[dict[int, tuple[int, str]]] = [{len(owns[0]): (0, "")}]
    for index, own in zip(indices, owns[1:], strict=True):
        reached: dict[int, tuple[int, str]] = {}
        for position in paths[-1]:
            for form in _forms(contents[index]):
                end = position + len(form)
                if real.startswith(form, position) and real.startswith(own, end):
                    reached.setdefault(end + len(own), (position, form))
        if not reached or len(reached) > _MOST_PATHS:
            return None
        paths.append(reached)
    position = len(real)
    if position not in paths[-1]:
        return None
    pieces: list[Text | Content] = []
    for step in range(len(indices), 0, -1):
        position, form = paths[step][position]
        pieces += [Text(owns[step]), Content(indices[step - 1], form)]
    return [Text(owns[0]), *reversed(pieces)]


def _forms(content: str) -> dict[str, None]:
    """What templates make of a content."""
    return dict.fromkeys((content, content.strip(), content.lstrip(), content.rstrip()))
