"""The folders of the database."""

from ternchat.app.core.folders import Folder, by_name

from .connection import Database


class FolderTable:
    """Reads and changes rows of `folders`; changes happen inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Folder]:
        """The folders, by name."""
        rows = self._database.rows("SELECT name, folded FROM folders")
        return by_name([Folder(name, bool(folded)) for name, folded in rows])

    def id_of(self, name: str) -> int:
        """The folder's number in the table."""
        row = self._database.row("SELECT id FROM folders WHERE name = ?", [name])
        if row is None:
            raise KeyError(name)
        return int(row[0])

    def id_for(self, name: str) -> int:
        """The folder's number in the table; a new one where there is none of that name."""
        self._database.run("INSERT OR IGNORE INTO folders (name) VALUES (?)", [name])
        return self.id_of(name)

    def rename(self, name: str, new_name: str) -> None:
        """Call a folder otherwise."""
        self._change("UPDATE folders SET name = ? WHERE name = ?", new_name, name)

    def set_folded(self, name: str, folded: bool) -> None:
        """Remember whether its chats are hidden."""
        self._change("UPDATE folders SET folded = ? WHERE name = ?", folded, name)

    def delete(self, name: str) -> None:
        """Delete a folder; its chats are in none then (ON DELETE SET NULL)."""
        self._change("DELETE FROM folders WHERE name = ?", name)

    def _change(self, sql: str, *parameters: object) -> None:
        if not self._database.run(sql, [*parameters]):
            raise KeyError(parameters[-1])
