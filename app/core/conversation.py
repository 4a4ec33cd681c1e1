"""What a chat is made of: frozen records, changed by replacing them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from .attachments import Attachment
from .turn import Ending, ModelFacts

TITLE_LENGTH = 48

Runs = tuple[tuple[int, int], ...]
"""Places from the first message of a chat on, from 0: the first and the last of each run."""


def now() -> datetime:
    """This moment, as records keep it."""
    return datetime.now(UTC)


class Role(StrEnum):
    """Who speaks."""

    USER = "user"
    ASSISTANT = "assistant"


class State(StrEnum):
    """How far a message has come; only a user's message waits in the queue."""

    QUEUED = "queued"
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the program ended while it was written


@dataclass(frozen=True)
class AnswerStats:
    """How an answer came about.

    Attributes:
        model: title of the model that wrote it.
        finish_reason: "stop", "length", "cancelled", "context" or "repetition".
        prompt_tokens, new_tokens: what was read and written.
        prefill_tokens_per_second, decode_tokens_per_second: None when unknown.
        first_token_seconds: from the request to the first token; None when unknown.
        kernel, threads: the kernel set that computed it, and on how many threads.
        seed: of the sampling; None where nothing was drawn.
        token_ids: what the answer was made of: encoding its text may give others.
        left_out: which messages before it had no room and were not read (see left_out.py).

    """

    model: str
    finish_reason: str
    prompt_tokens: int = 0
    new_tokens: int = 0
    prefill_tokens_per_second: float | None = None
    decode_tokens_per_second: float | None = None
    first_token_seconds: float | None = None
    kernel: str | None = None
    threads: int | None = None
    seed: int | None = None
    token_ids: tuple[int, ...] = ()
    left_out: Runs = ()

    @classmethod
    def of(cls, facts: ModelFacts | None, ending: Ending) -> "AnswerStats | None":
        """What the end of a request tells; None when it never came to reading."""
        timings = ending.timings
        if timings is None or facts is None:
            return None
        return cls(
            model=facts.model.title,
            finish_reason=ending.finish_reason,
            prompt_tokens=timings.prompt_tokens,
            new_tokens=timings.new_tokens,
            prefill_tokens_per_second=timings.prefill_tokens_per_second,
            decode_tokens_per_second=timings.decode_tokens_per_second,
            first_token_seconds=timings.first_token_seconds,
            kernel=facts.kernel,
            threads=facts.threads,
            seed=ending.seed,
            token_ids=ending.token_ids,
        )

    def to_dict(self) -> dict[str, Any]:
        """All that is known, as JSON can hold it."""
        known = {name: value for name, value in asdict(self).items() if value is not None}
        left_out = [list(run) for run in self.left_out]
        return {**known, "token_ids": list(self.token_ids), "left_out": left_out}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "AnswerStats":
        """The record that `to_dict` wrote; keys of newer versions are left out."""
        known = {f.name for f in fields(cls)}
        taken = {name: value for name, value in values.items() if name in known}
        taken["token_ids"] = _whole_numbers(values.get("token_ids"))
        taken["left_out"] = _runs(values.get("left_out"))
        return cls(**taken)


@dataclass(frozen=True)
class Message:
    """One message of a tree.

    Attributes:
        parent: the message it follows, None for the first of a chat; messages with the same
            parent are siblings, of which a chat shows one.
        pinned: stays in the model's view when older messages are left out.

    """

    id: int
    chat_id: int
    parent: int | None
    role: Role
    text: str
    state: State = State.DONE
    stats: AnswerStats | None = None
    created: datetime = field(default_factory=now)
    pinned: bool = False
    attachments: tuple[Attachment, ...] = ()

    @property
    def shown_text(self) -> str:
        """The text without the blanks a model puts before its first word."""
        return self.text.lstrip() if self.role is Role.ASSISTANT else self.text


@dataclass(frozen=True)
class Chat:
    """One conversation as the list of chats shows it.

    Attributes:
        created, used: when it was begun, and when a message last came to it.
        named: the person gave it its title, which then stays.
        unread: an answer nobody has seen.
        temporary: kept in memory only.
        trashed: since when it lies in the trash; None outside.
        folder: the name of the folder it is in; None in no folder.
        archived: kept out of the list, and found by the search.

    """

    id: int
    title: str
    created: datetime = field(default_factory=now)
    used: datetime = field(default_factory=now)
    named: bool = False
    pinned: bool = False
    unread: bool = False
    temporary: bool = False
    trashed: datetime | None = None
    folder: str | None = None
    archived: bool = False


@dataclass(frozen=True)
class ReadPosition:
    """Where somebody stopped reading: a message, and the part of it above the window's edge."""

    message_id: int
    fraction: float = 0.0


@dataclass(frozen=True)
class ChatTree:
    """A whole chat with all its branches, as it is copied, exported and imported.

    Attributes:
        messages: all of them, parents before their children, siblings in order of creation.
        shown: the ids in the order in which they were last put on the screen; of siblings, the
            one that comes last is shown.

    """

    chat: Chat
    messages: tuple[Message, ...]
    shown: tuple[int, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    draft: str = ""
    draft_files: tuple[Attachment, ...] = ()


def _whole_numbers(values: Any) -> tuple[int, ...]:
    """A list of token ids; anything else is none, for texts can be encoded again."""
    is_list = isinstance(values, list) and all(type(value) is int for value in values)
    return tuple(values) if is_list else ()


def _runs(values: Any) -> Runs:
    """Runs of places, one behind the other; anything else is none."""
    runs, behind = [], -1
    for pair in values if isinstance(values, list) else []:
        places = _whole_numbers(pair)
        if len(places) != 2 or not behind < places[0] <= places[1]:
            return ()
        runs.append((places[0], places[1]))
        behind = places[1]
    return tuple(runs)


def title_of(text: str) -> str:
    """A chat's title made of its first message: the first words that fit on a line."""
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    head, _, _ = line[: TITLE_LENGTH + 1].rpartition(" ")
    return (head or line[:TITLE_LENGTH]).rstrip(",;:") + "…"
