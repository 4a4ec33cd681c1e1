"""From the messages of a chat to the token ids of a prompt that fits."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ternchat.engine.asked_child import Pause
from ternchat.engine.chat_template import encode_prompt
from ternchat.engine.context_window import Turn, kept_turns
from ternchat.engine.detokenizer import Detokenizer
from ternchat.engine.model import Cancel, ForwardCancelled, Model
from ternchat.engine.tokenizer import Tokenizer

Message = Mapping[str, Any]
"""{"role": "system" | "user" | "assistant", "content": text}; also, where wanted: "pinned": True is
never left out, "token_ids" are those an answer was generated with."""

_KEPT_ANSWERS = 256
_KEPT_COUNTS = 8192


@dataclass(frozen=True)
class Prompt:
    """What the model is given to read.

    Attributes:
        token_ids: the prompt.
        read: the places of the messages that are in it; the others had no room.
        open_ids: the tokens at its end that are an answer to be gone on with.

    """

    token_ids: tuple[int, ...]
    read: tuple[int, ...]
    open_ids: tuple[int, ...] = ()


class PromptWriter:
    """Writes the chats of one model; knows the ids that answers were generated with.

    Encoding the text of an answer again might give other ids than those in the cache.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._answers: dict[str, tuple[int, ...]] = {}  # text of an answer -> its ids
        self._counts: dict[int, int] = {}  # hash of a text -> its tokens
        self._added: tuple[int, int] | None = None

    def remember(self, text: str, token_ids: Sequence[int]) -> None:
        """Keep the ids of an answer."""
        text = text.strip()  # as templates do
        if text:
            self._answers[text] = tuple(token_ids)
            while len(self._answers) > _KEPT_ANSWERS:
                del self._answers[next(iter(self._answers))]

    def forget(self) -> None:
        """Drop the answers."""
        self._answers.clear()

    def write(self, messages: Sequence[Message], room: int, cancel: Cancel | None = None) -> Prompt:
        """The prompt for an answer to the last message, or for the rest of a last, open answer.

        What does not fit into `room` tokens is left out, oldest first and turn by turn; system
        messages, pinned turns and the last turn stay, whatever they take.
        """

        def pause() -> None:
            if cancel is not None and cancel.is_set():
                raise ForwardCancelled

        self._learn(messages, pause)
        turns = _turns(messages)
        fixed = set(range(len(messages))).difference(*turns)
        open_ids = self._open_ids(messages, pause)
        sizes = [self._size(messages, turn, pause) for turn in turns]
        left = room - self._size(messages, fixed, pause).tokens - self._frame(pause)[0]
        while True:
            kept = itertools.compress(turns, kept_turns(sizes, left))
            read = sorted(fixed.union(*kept))
            ids = self._encode(messages, read, pause) + open_ids
            prompt = Prompt(ids, tuple(read), open_ids)
            excess = len(prompt.token_ids) - room
            if excess <= 0 or left <= 0:
                return prompt
            left -= excess  # texts took more tokens together than one by one

    def _encode(
        self, messages: Sequence[Message], read: Sequence[int], pause: Pause
    ) -> tuple[int, ...]:
        model = self._model
        closed = [messages[i] for i in read if not _is_open(messages, i)]
        bos = model.config.bos_token_id
        return tuple(
            encode_prompt(model.tokenizer, model.template, closed, bos, self._ids_of, pause)
        )

    def _open_ids(self, messages: Sequence[Message], pause: Pause) -> tuple[int, ...]:
        if not messages or not _is_open(messages, len(messages) - 1):
            return ()
        tokenizer, text = self._model.tokenizer, _content(messages[-1])
        for ids in (messages[-1].get("token_ids"), self._ids_of(text)):
            if ids and stands_for(tokenizer, ids, text):
                return tuple(ids)
        return tuple(tokenizer.encode(text, pause))

    def _ids_of(self, content: str) -> tuple[int, ...] | None:
        return self._answers.get(content.strip())

    def _learn(self, messages: Iterable[Message], pause: Pause) -> None:
        """Take over the ids that came with messages, if they do stand for the text."""
        for message in messages:
            pause()
            ids, text = message.get("token_ids") or (), _content(message)
            is_news = bool(ids) and self._ids_of(text) is None
            if is_news and stands_for(self._model.tokenizer, ids, text):
                self.remember(text, ids)

    def _size(self, messages: Sequence[Message], places: Iterable[int], pause: Pause) -> Turn:
        """What some messages take together."""
        chosen = [messages[place] for place in places]
        tokens = sum(self._count(_content(message), pause) for message in chosen)
        return Turn(tokens, any(message.get("pinned") for message in chosen))

    def _count(self, text: str, pause: Pause) -> int:
        """About how many tokens a message of this text takes, what the template adds included."""
        key = hash(text)
        if key not in self._counts:
            pause()
            if len(self._counts) >= _KEPT_COUNTS:
                self._counts.clear()
            self._counts[key] = len(self._model.tokenizer.encode(text, pause))
        return self._counts[key] + self._frame(pause)[1]

    def _frame(self, pause: Pause) -> tuple[int, int]:
        """The tokens that the template adds to a chat, and to each message."""
        if self._added is None:
            chat = [{"role": role, "content": ""} for role in ("user", "assistant", "user")]
            short, long = (len(self._encode(chat[:end], range(end), pause)) for end in (1, 3))
            each = -(-(long - short) // 2)
            self._added = max(0, short - each), each
        return self._added


def stands_for(tokenizer: Tokenizer, token_ids: Sequence[int], text: str) -> bool:
    """Whether these are ids a text can come from: no special tokens, and exactly its characters.

    The last character may be incomplete: an answer can be stopped in the middle of one.
    """
    detokenizer = Detokenizer(tokenizer)
    pieces = []
    for token_id in token_ids:
        if not tokenizer.decode_bytes(token_id):
            return False
        pieces.append(detokenizer.add(token_id))
    return "".join(pieces) == text


def _is_open(messages: Sequence[Message], place: int) -> bool:
    return place == len(messages) - 1 and messages[place].get("role") == "assistant"


def _turns(messages: Sequence[Message]) -> list[set[int]]:
    """The places of each question and what followed it; system messages belong to none."""
    turns: list[set[int]] = []
    for place, message in enumerate(messages):
        role = message.get("role")
        if role == "system":
            continue
        if role == "user" or not turns:
            turns.append(set())
        turns[-1].add(place)
    return turns


def _content(message: Message) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else ""  # the template says what is wrong with it
