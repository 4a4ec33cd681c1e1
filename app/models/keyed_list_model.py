"""A list model that is brought to another state by the smallest changes."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

Index = QModelIndex | QPersistentModelIndex

# A view follows so many rows that come and go one by one; from there on it begins anew.
STEPS_LIMIT = 50

# So many rows more are shown whenever somebody has scrolled to the end: a view asks each of its
# rows how high it is, after every change, and of twenty thousand that takes a quarter of a second.
PAGE = 500


class KeyedListModel(QAbstractListModel):
    """Rows that are told apart by `key`, which no two of them share.

    Selections, an open editor and the place of scrolling survive a change around them.

    Attributes:
        whole: all rows.
        rows: those that are shown, from the first on.

    """

    def __init__(self, key: Callable[[Any], Hashable], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.whole: list[Any] = []
        self.rows: list[Any] = []
        self._room = PAGE  # for rows that are shown
        self._has_more = False

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Hold these rows, in this order."""
        self.whole = list(rows)
        with self._between_steps():
            self._show(self.whole[: self._room])

    def canFetchMore(self, parent: Index = QModelIndex()) -> bool:
        """Whether not all rows are shown yet."""
        return not parent.isValid() and self._has_more

    def fetchMore(self, parent: Index = QModelIndex()) -> None:
        """Show more of them."""
        if self.canFetchMore(parent):
            self._grow(len(self.rows) + PAGE)

    def reach(self, key: Hashable) -> None:
        """Show as many rows as it takes to show this one, if there is such a row."""
        place = next((n for n, row in enumerate(self.whole) if self._key(row) == key), -1)
        if place >= len(self.rows):
            self._grow(place + PAGE)

    def _grow(self, room: int) -> None:
        self._room = room
        more = self.whole[len(self.rows) : room]
        with self._between_steps():
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(more) - 1)
            self.rows += more
            self.endInsertRows()

    @contextmanager
    def _between_steps(self) -> Iterator[None]:
        """Whoever hears of a step must not ask for more rows in the middle of it."""
        self._has_more = False
        yield
        self._has_more = len(self.rows) < len(self.whole)

    def _show(self, rows: Sequence[Any]) -> None:
        keys = [self._key(row) for row in rows]
        if len({*keys}.symmetric_difference(map(self._key, self.rows))) > STEPS_LIMIT:
            self.beginResetModel()
            self.rows = list(rows)
            self.endResetModel()
            return
        moved = self._take_out({*keys}) | self._put_in_order(rows, keys)
        changed = [
            place
            for place, (row, old) in enumerate(zip(rows, self.rows, strict=True))
            if moved or (row is not old and row != old)
        ]
        self.rows = list(rows)
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def _take_out(self, kept: set[Hashable]) -> bool:
        gone = [place for place, row in enumerate(self.rows) if self._key(row) not in kept]
        for place in reversed(gone):
            self.beginRemoveRows(QModelIndex(), place, place)
            del self.rows[place]
            self.endRemoveRows()
        return bool(gone)

    def _put_in_order(self, rows: Sequence[Any], keys: list[Hashable]) -> bool:
        has_changed = False
        for place, row in enumerate(rows):
            if place < len(self.rows) and self._key(self.rows[place]) == keys[place]:
                continue
            has_changed = True
            there = [self._key(each) for each in self.rows[place : place + 2]]
            if there[1:] == [keys[place]]:  # what stands here belongs further down
                self._move_down(place, keys.index(there[0]))
            if place < len(self.rows) and self._key(self.rows[place]) == keys[place]:
                continue
            self._bring_here(place, row, keys[place])
        return has_changed

    def _move_down(self, place: int, target: int) -> None:
        target = min(target, len(self.rows) - 1)
        self.beginMoveRows(QModelIndex(), place, place, QModelIndex(), target + 1)
        self.rows.insert(target, self.rows.pop(place))
        self.endMoveRows()

    def _bring_here(self, place: int, row: Any, key: Hashable) -> None:
        below = (n for n in range(place + 1, len(self.rows)) if self._key(self.rows[n]) == key)
        old = next(below, None)
        if old is None:
            self.beginInsertRows(QModelIndex(), place, place)
            self.rows.insert(place, row)
            self.endInsertRows()
        else:
            self.beginMoveRows(QModelIndex(), old, old, QModelIndex(), place)
            self.rows.insert(place, self.rows.pop(old))
            self.endMoveRows()
