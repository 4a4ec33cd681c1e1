"""Chats outside the list, in the trash or in the archive, with what there is to say of them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from PySide6.QtCore import QDate, QLocale, QObject, Qt

from ternchat.app.core.chat_groups import group_of_day
from ternchat.app.core.chat_store import TRASH_DAYS
from ternchat.app.core.conversation import Chat
from ternchat.app.core.language import translate

from .chat_list_model import heading_of
from .keyed_list_model import Index, KeyedListModel


class PutAwayModel(KeyedListModel):
    """One row per chat, under the heading of the day that counts for it.

    `DetailRole` is a line about the chat; a screen reader says it behind the title.
    """

    ChatIdRole = Qt.ItemDataRole.UserRole
    HeadingRole = Qt.ItemDataRole.UserRole + 2
    DetailRole = Qt.ItemDataRole.UserRole + 5

    def __init__(
        self,
        moment: Callable[[Chat], datetime],
        detail: Callable[[Chat, date], str],
        parent: QObject | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__(lambda chat: chat.id, parent)
        self._moment, self._detail, self._today = moment, detail, today

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, id, heading, detail, or the words a screen reader says."""
        if not index.isValid() or not 0 <= index.row() < len(self.rows):
            return None
        chat = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return chat.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{chat.title}, {self._detail(chat, self._today())}"
            case self.DetailRole:
                return self._detail(chat, self._today())
            case self.HeadingRole:
                return self._heading(index.row())
            case self.ChatIdRole:
                return chat.id
        return None

    def ids(self) -> list[int]:
        """All chats in it."""
        return [chat.id for chat in self.whole]

    def _heading(self, place: int) -> str:
        today = self._today()
        chats = self.rows[max(place - 1, 0) : place + 1]
        *before, group = [group_of_day(self._moment(chat), today) for chat in chats]
        return "" if before == [group] else heading_of(group)


def trash_model(parent: QObject | None = None, **more: Any) -> PutAwayModel:
    """The model of the trash."""
    return PutAwayModel(_trashed, _trash_detail, parent, **more)


def archive_model(parent: QObject | None = None, **more: Any) -> PutAwayModel:
    """The model of the archive."""
    return PutAwayModel(lambda chat: chat.used, _archive_detail, parent, **more)


def _trashed(chat: Chat) -> datetime:
    assert chat.trashed is not None, "it lies in the trash"
    return chat.trashed


def _trash_detail(chat: Chat, today: date) -> str:
    """When it was deleted, and when it will be gone."""
    deleted = _trashed(chat).astimezone().date()
    left = (deleted + timedelta(days=TRASH_DAYS) - today).days
    if left > 0:
        gone = translate("PutAwayModel", "gone for ever in %n day(s)", left)
    else:
        gone = translate("PutAwayModel", "gone for ever at the next start")
    return translate("PutAwayModel", "Deleted {date} · {gone}").format(
        date=_shown(deleted), gone=gone
    )


def _archive_detail(chat: Chat, _today: date) -> str:
    """When it was last used, and its folder."""
    used = translate("PutAwayModel", "Last used {date}").format(
        date=_shown(chat.used.astimezone().date())
    )
    return f"{used} · {chat.folder}" if chat.folder else used


def _shown(day: date) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat)
