"""In which order chats and folders stand in the list, and under which headings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from .conversation import Chat
from .folders import Folder, by_name


class ChatGroup(StrEnum):
    """The headings, in their order."""

    PINNED = "pinned"
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    OLDER = "older"


@dataclass(frozen=True)
class FolderRow:
    """A folder in the list, and which chats are in it."""

    folder: Folder
    chats: tuple[Chat, ...] = ()


Row = Chat | FolderRow


class Groups:
    """Finds headings by the days of this machine's time, seen from one of them."""

    def __init__(self, today: date) -> None:
        yesterday, week = today - timedelta(days=1), today - timedelta(days=7)
        # What happened later than today happened where the clock was set back.
        self._begins = [
            (datetime.combine(day, time()).astimezone(), group)
            for day, group in (
                (today, ChatGroup.TODAY),
                (yesterday, ChatGroup.YESTERDAY),
                (week, ChatGroup.WEEK),
            )
        ]

    def of(self, chat: Chat) -> ChatGroup:
        """The heading of a chat, by the day when it was last used."""
        return ChatGroup.PINNED if chat.pinned else self.of_day(chat.used)

    def of_day(self, moment: datetime) -> ChatGroup:
        """The heading for what happened at a moment."""
        return next((group for begin, group in self._begins if moment >= begin), ChatGroup.OLDER)


def group_of(chat: Chat, today: date) -> ChatGroup:
    """The heading of one chat."""
    return Groups(today).of(chat)


def group_of_day(moment: datetime, today: date) -> ChatGroup:
    """The heading for what happened at one moment."""
    return Groups(today).of_day(moment)


def arranged(chats: Iterable[Chat], folders: Iterable[Folder]) -> list[Row]:
    """Pinned chats, folders with the chats in them unless they are folded, then all others.

    Archived chats are left out. A pinned chat in a folder comes first there.
    """
    inside: dict[str, list[Chat]] = {folder.name: [] for folder in folders}
    pinned: list[Row] = []
    others: list[Row] = []
    for chat in chats:
        if chat.archived:
            continue
        if chat.folder is not None:
            inside.setdefault(chat.folder, []).append(chat)
        else:
            (pinned if chat.pinned else others).append(chat)
    known = {folder.name: folder for folder in folders}
    rows = pinned
    for folder in by_name(known.get(name, Folder(name)) for name in inside):
        within = inside[folder.name]
        rows.append(FolderRow(folder, tuple(within)))
        if not folder.folded:
            rows += within
    return rows + others
