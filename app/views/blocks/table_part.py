"""A table: cells one can select, scrolled sideways where it is too wide."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextTable,
    QTextTableCell,
    QTextTableFormat,
)
from PySide6.QtWidgets import QWidget

from ternchat.app.core.markdown.blocks import Runs, Table
from ternchat.app.core.markdown.direction import has_letters, runs_from_right, table_from_right
from ternchat.app.core.markdown.items import FlowItem, TableItem, plain
from ternchat.app.core.markdown.writer import as_text
from ternchat.app.views.message_text import MessageText
from ternchat.app.views.theme import SCROLL_BAR_WIDTH, Theme

from .text_format import TextFormats

_ALIGNMENTS = {
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}
_PADDING = 8


class TablePart(MessageText):
    """Shows one table item; rows that are added leave the others alone."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._formats = TextFormats(theme)
        self._grid: QTextTable | None = None
        self.items: list[TableItem] = []
        self.surface = self
        self.setAccessibleName(self.tr("Table"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def widget(self) -> QWidget:
        """The widget to be placed."""
        return self

    def show_items(self, items: Sequence[FlowItem]) -> None:
        """Show another item."""
        (item,) = items
        assert isinstance(item, TableItem)
        if [item] == self.items:
            return
        before = self.items[0].table if self.items else None
        self.items = [item]
        self.break_lines(as_text(items))
        selection = self.selection()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()  # a table is laid out as a whole: once is enough
        if before is not None and self._grid is not None and _grew(before, item.table):
            self._grow(self._grid, before, item.table)
        else:
            self._build(cursor, item.table)
        cursor.endEditBlock()
        if selection is not None and selection != self.selection():
            self.select(*selection)

    def rest(self) -> None:
        """Show nothing, until another item comes."""
        self.items, self._grid = [], None
        self.document().clear()
        super().rest()

    def height_for(self, width: int) -> int:
        """How high it is at that width."""
        height = super().height_for(width)
        if self.document().size().width() > width:
            height += self._theme.px(SCROLL_BAR_WIDTH)
        return height

    def focus_chain(self) -> tuple[QWidget, ...]:
        """The text."""
        return (self,)

    def between(self, start: int, end: int) -> list[FlowItem]:
        """The table, or of a part of it the words."""
        if start <= 0 and end >= self.length():
            return list(self.items)
        cursor = QTextCursor(self.document())
        cursor.setPosition(max(0, start))
        cursor.setPosition(min(end, self.length()), QTextCursor.MoveMode.KeepAnchor)
        return [plain(cursor.selection().toPlainText())]

    def restyle(self) -> None:
        """Take the theme's colours and sizes again."""
        if self.items:
            items, self.items = self.items, []
            self.show_items(items)

    def _build(self, cursor: QTextCursor, table: Table) -> None:
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()
        cursor.setBlockFormat(QTextBlockFormat())
        self._grid = cursor.insertTable(1, len(table.header), self._table_format(table))
        self._fill(self._grid, 0, table.header, table)
        self._append(self._grid, table.rows, table)
        self._finish(cursor, table)

    def _grow(self, grid: QTextTable, before: Table, table: Table) -> None:
        kept = len(before.rows)
        if kept and before.rows[-1] != table.rows[kept - 1]:
            self._fill(grid, kept, table.rows[kept - 1], table)
        self._append(grid, table.rows[kept:], table)
        cursor = grid.lastCursorPosition()
        cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
        self._finish(cursor, table)

    def _append(self, grid: QTextTable, rows: Sequence[tuple[Runs, ...]], table: Table) -> None:
        first = grid.rows()
        if rows:
            grid.appendRows(len(rows))
        for at, row in enumerate(rows):
            self._fill(grid, first + at, row, table)

    def _fill(self, grid: QTextTable, row: int, cells: tuple[Runs, ...], table: Table) -> None:
        from_right = table_from_right(table)
        for column, runs in enumerate(cells):
            # Qt has no tables whose first column is the one on the right.
            cell = grid.cellAt(row, len(cells) - 1 - column if from_right else column)
            block = QTextBlockFormat()
            block.setAlignment(
                _ALIGNMENTS.get(table.alignments[column], Qt.AlignmentFlag.AlignLeading)
            )
            if runs_from_right(runs) or (from_right and not has_letters(runs)):
                block.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            self._fill_cell(cell, runs, block, is_header=row == 0)

    def _fill_cell(
        self, cell: QTextTableCell, runs: Runs, block: QTextBlockFormat, *, is_header: bool
    ) -> None:
        cursor = cell.firstCursorPosition()
        cursor.setPosition(cell.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.setBlockFormat(block)
        if is_header:
            ground = cell.format()
            ground.setBackground(QColor(self._theme.colours.code))
            cell.setFormat(ground)
        for run in runs:
            characters = self._formats.run(run, strong=is_header)
            cursor.insertText(run.text.replace("\n", "\u2028"), characters)

    def _finish(self, cursor: QTextCursor, table: Table) -> None:
        """The line below the table: how much of it is not shown, or nothing."""
        text = ""
        if table.hidden_rows:
            text = self.tr("More rows that are not shown: {0}").format(table.hidden_rows)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
        block = QTextBlockFormat()
        if not text:  # Qt always has a line there: as low as it can be
            block.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor.setBlockFormat(block)
        characters = QTextCharFormat()
        characters.setForeground(QColor(self._theme.colours.muted))
        cursor.insertText(text, characters)

    def _table_format(self, table: Table) -> QTextTableFormat:
        grid = QTextTableFormat()
        grid.setBorder(1)
        grid.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        grid.setBorderBrush(QBrush(QColor(self._theme.colours.border)))
        grid.setBorderCollapse(True)
        grid.setCellPadding(self._theme.px(_PADDING))
        grid.setCellSpacing(0)
        grid.setHeaderRowCount(1)
        if table_from_right(table):
            grid.setAlignment(Qt.AlignmentFlag.AlignRight)
        return grid


def _grew(before: Table, table: Table) -> bool:
    """Whether only the last row changed and others came."""
    rows = len(before.rows)
    return (
        before.header == table.header
        and before.alignments == table.alignments
        and table_from_right(before) == table_from_right(table)
        and len(table.rows) >= rows
        and (rows == 0 or before.rows[: rows - 1] == table.rows[: rows - 1])
    )
