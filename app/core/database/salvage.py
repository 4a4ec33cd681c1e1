"""Rows read from a damaged database, one by one where need be, and made consistent again."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ternchat.app.core.conversation import Role, State

from .connection import Database
from .word_index import WordIndex

# How many ids are tried one by one where a table cannot be read in its order.
GAP_LIMIT = 200_000

TABLES = ("folders", "chats", "messages", "attachments", "chunks", "new_chat", "draft_files")

Row = dict[str, Any]
_ROLES = frozenset(map(str, Role))
_STATES = frozenset(map(str, State))


@dataclass
class Salvage:
    """The rows of each table by id; `complete` when nothing was unreadable."""

    folders: dict[int, Row] = field(default_factory=dict)
    chats: dict[int, Row] = field(default_factory=dict)
    messages: dict[int, Row] = field(default_factory=dict)
    attachments: dict[int, Row] = field(default_factory=dict)
    chunks: dict[int, Row] = field(default_factory=dict)
    new_chat: dict[int, Row] = field(default_factory=dict)
    draft_files: dict[int, Row] = field(default_factory=dict)
    complete: bool = True

    @classmethod
    def read(cls, path: Path) -> "Salvage":
        """All that can be read of a database."""
        salvage = cls()
        with closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            for table, rows in salvage.tables():
                reader = _TableReader(connection, table)
                rows.update(reader.read())
                salvage.complete &= reader.complete
        return salvage

    def tables(self) -> Iterator[tuple[str, dict[int, Row]]]:
        """Each table's name and rows; those that others refer to come first."""
        for table in TABLES:
            yield table, getattr(self, table)

    def add_missing(self, other: "Salvage") -> None:
        """Take over the rows that only the other one has; ids are never used twice."""
        for (_, rows), (_, others) in zip(self.tables(), other.tables(), strict=True):
            for id_, row in others.items():
                rows.setdefault(id_, row)

    def write(self, database: Database) -> None:
        """Put the rows into an empty database of the newest version."""
        self._mend()
        with database.writing():
            for table, rows in self.tables():
                known = {row[1] for row in database.rows(f"PRAGMA table_info({table})")}
                for id_ in sorted(rows):
                    _insert(database, table, {k: v for k, v in rows[id_].items() if k in known})
            WordIndex(database).fill()

    def _mend(self) -> None:
        """Give every message a chat and a sound parent; drop what belongs to nothing."""
        self.messages = {
            id_: row for id_, row in self.messages.items() if isinstance(row.get("chat_id"), int)
        }
        times: defaultdict[int, list[int]] = defaultdict(list)
        for row in self.messages.values():
            _mend_message(row)
            times[row["chat_id"]].append(row["created"])
        for chat_id in times:
            self.chats.setdefault(chat_id, {"id": chat_id})
        _mend_folders(self.folders)
        for chat_id, row in self.chats.items():
            _mend_chat(row, times[chat_id])
            if row.get("folder") not in self.folders:
                row["folder"] = None
        _mend_parents(self.messages)
        for rows in (self.attachments, self.chunks):
            for id_ in [i for i, row in rows.items() if row.get("message_id") not in self.messages]:
                del rows[id_]
        for row in self.draft_files.values():
            if row.get("chat_id") not in self.chats:
                row["chat_id"] = None  # shown where nobody can miss it


class _TableReader:
    """Reads a table from both ends, then tries the ids between one by one."""

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        self._connection = connection
        self._table = table
        self.complete = True

    def read(self) -> dict[int, Row]:
        """The rows by id; none of a table that an older version does not have."""
        if self._is_unknown():
            return {}
        rows = dict(self._run("ORDER BY id"))
        if self.complete:
            return rows
        first = max(rows, default=0) + 1
        rows.update(self._run("ORDER BY id DESC"))
        last = min((id_ for id_ in rows if id_ > first), default=self._highest() + 1)
        for id_ in range(first, min(last, first + GAP_LIMIT)):
            rows.update(self._run("WHERE id = ?", id_))
        return rows

    def _is_unknown(self) -> bool:
        sql = "SELECT count(*), total(name = ?) FROM sqlite_master WHERE type = 'table'"
        try:
            tables, found = self._connection.execute(sql, [self._table]).fetchone()
        except sqlite3.Error:
            return False  # nobody knows
        return bool(tables) and not found

    def _run(self, rest: str, *parameters: int) -> Iterator[tuple[int, Row]]:
        """Rows until an error comes."""
        try:
            for row in self._connection.execute(f"SELECT * FROM {self._table} {rest}", parameters):
                if isinstance(row["id"], int):
                    yield row["id"], dict(row)
        except (sqlite3.Error, IndexError):
            self.complete = False

    def _highest(self) -> int:
        """The highest id the table ever had."""
        try:
            found = self._connection.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = ?", [self._table]
            ).fetchone()
        except sqlite3.Error:
            found = None
        return found[0] if found and isinstance(found[0], int) else 0


def _insert(database: Database, table: str, row: Row) -> None:
    names = ", ".join(row)
    places = ", ".join("?" * len(row))
    # What breaks a rule of the schema even now is not worth losing the rest for.
    database.run(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})", [*row.values()])


def _mend_message(row: Row) -> None:
    row["role"] = row["role"] if row.get("role") in _ROLES else str(Role.USER)
    row["state"] = row["state"] if row.get("state") in _STATES else str(State.INTERRUPTED)
    for column, kind, default in (("text", str, ""), ("created", int, 0), ("chosen", int, 0)):
        if not isinstance(row.get(column), kind):
            row[column] = default
    if not isinstance(row.get("parent"), int):
        row["parent"] = None


def _mend_folders(folders: dict[int, Row]) -> None:
    """Give every folder a name that no other has."""
    names: set[str] = set()
    for id_, row in folders.items():
        name = row.get("name")
        if not isinstance(name, str) or name in names:
            row["name"] = name = f"Rescued folder {id_}"
        names.add(name)
        row["folded"] = int(row.get("folded") == 1)


def _mend_chat(row: Row, times: list[int]) -> None:
    if not isinstance(row.get("title"), str):
        row["title"] = "Rescued chat"
    for column, pick in (("created", min), ("used", max)):
        if not isinstance(row.get(column), int):
            row[column] = pick(times, default=0)


def _mend_parents(messages: dict[int, Row]) -> None:
    """Let a message whose parent is lost follow the one before it in its chat."""
    sound: set[int] = set()
    before: dict[int, int] = {}  # chat -> the message before
    for id_ in sorted(messages):
        row = messages[id_]
        chat_id = row["chat_id"]
        if not _leads_to_a_root(messages, id_, sound):
            row["parent"] = before.get(chat_id)
            if not _leads_to_a_root(messages, id_, sound):
                row["parent"] = None
        before[chat_id] = id_


def _leads_to_a_root(messages: dict[int, Row], id_: int, sound: set[int]) -> bool:
    """Whether parents lead from a message to the beginning of its own chat."""
    chat_id = messages[id_]["chat_id"]
    way: set[int] = set()
    step: int | None = id_
    while step is not None and step not in sound:
        row = messages.get(step)
        if row is None or row["chat_id"] != chat_id or step in way:
            return False
        way.add(step)
        step = row["parent"]
    sound |= way
    return True
