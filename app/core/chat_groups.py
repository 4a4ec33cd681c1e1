"""Under which heading a chat stands in the list."""

from datetime import date, timedelta
from enum import StrEnum

from .conversation import Chat


class ChatGroup(StrEnum):
    """The headings, in their order."""

    PINNED = "pinned"
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    OLDER = "older"


def group_of(chat: Chat, today: date) -> ChatGroup:
    """The heading of a chat, by the day in this machine's time when it was last used."""
    if chat.pinned:
        return ChatGroup.PINNED
    age = today - chat.used.astimezone().date()
    if age <= timedelta():  # also where the clock was set back
        return ChatGroup.TODAY
    if age == timedelta(days=1):
        return ChatGroup.YESTERDAY
    return ChatGroup.WEEK if age <= timedelta(days=7) else ChatGroup.OLDER
