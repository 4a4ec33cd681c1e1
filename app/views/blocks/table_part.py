"""A table: cells one can select, scrolled sideways where it is too wide."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableCell,
    QTextTableFormat,
)
from PySide6.QtWidgets import QWidget

from ternchat.app.core.markdown.blocks import Run, Runs, Table
from ternchat.app.core.markdown.direction import has_letters, runs_from_right
from ternchat.app.core.markdown.items import FlowItem, Joint, TableItem, item_from_right, plain
from ternchat.app.core.markdown.writer import as_text
from ternchat.app.views.message_text import MessageText
from ternchat.app.views.theme import SCROLL_BAR_WIDTH, Theme

from .column_widths import Columns, column_of, together, widths
from .text_format import TextFormats

_ALIGNMENTS = {
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}
_PADDING = 8
BORDER = 1
SEAM = 4  # pixels of Qt's edges around a table; two tables share them to have one line between
_STEP, _LONGEST_WORD = 16, 280  # pixels: of which column widths are multiples; at most for a word


class TablePart(MessageText):
    """Shows one table item; rows that are added leave the others alone.

    Attributes:
        away: how many pixels it was moved sideways from where one begins to read.

    Signals:
        scrolled: it was moved sideways; `away`.
    """

    scrolled = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._formats = TextFormats(theme)
        self._metrics: dict[tuple[bool, ...], QFontMetricsF] = {}
        self._font = QFont()
        self._columns: Columns = ()
        self._measured = 0  # rows that the columns were measured of
        self._grid: QTextTable | None = None
        self._widths: tuple[int, ...] = ()
        self.items: list[TableItem] = []
        self.surface = self
        self.setAccessibleName(self.tr("Table"))
        self.away = 0
        self._is_kept = False
        self.horizontalScrollBar().rangeChanged.connect(self._keep_place)
        self.horizontalScrollBar().valueChanged.connect(self._on_moved)

    @property
    def goes_on(self) -> bool:
        """Whether it shows more rows of the table above."""
        return bool(self.items) and self.items[0].joint is not None

    @property
    def columns(self) -> Columns:
        """What its cells need."""
        self.ensurePolished()
        font = self.document().defaultFont()
        if font != self._font:
            self._font = font
            self._forget_columns()
        item = self.items[0]
        rows = [(row, False) for row in item.table.rows[self._measured :]]
        if not self._columns and item.joint is None:
            rows.insert(0, (item.table.header, True))
        for row, strong in rows:
            needed = tuple(column_of(runs, partial(self._metrics_of, strong)) for runs in row)
            self._columns = together([self._columns, needed]) if self._columns else needed
        self._measured = len(item.table.rows)
        return self._columns

    def widget(self) -> QWidget:
        """The widget to be placed."""
        return self

    def show_items(self, items: Sequence[FlowItem]) -> None:
        """Show another item."""
        (item,) = items
        assert isinstance(item, TableItem)
        if [item] == self.items:
            return
        before = self.items[0] if self.items else None
        self.items = [item]
        self.break_lines(as_text(items))
        selection = self.selection()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()  # a table is laid out as a whole: once is enough
        if before is not None and self._grid is not None and _grew(before, item):
            self._append(self._grid, item, len(before.table.rows))
            self._finish(item.table)
        else:
            self._build(cursor, item)
        cursor.endEditBlock()
        if selection is None:
            self._put_caret_first()
        elif selection != self.selection():
            self.select(*selection)

    def rest(self) -> None:
        """Show nothing, until another item comes."""
        self.items, self._grid, self._widths = [], None, ()
        self.document().clear()
        self.away = 0
        super().rest()

    def set_widths(self, found: tuple[int, ...]) -> bool:
        """Make the columns that wide, from the first one that is read on; whether they were not."""
        if found == self._widths or self._grid is None:
            return False
        self._widths = found
        grid = self._grid.format().toTableFormat()
        visual = reversed(found) if item_from_right(self.items[0]) else found
        kind = QTextLength.Type.FixedLength
        grid.setColumnWidthConstraints([QTextLength(kind, width) for width in visual])
        self._grid.setFormat(grid)
        return True

    def height_for(self, width: int) -> int:
        """How high it is at that width."""
        height = super().height_for(width)
        has_bar = self.horizontalScrollBarPolicy() is not Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if has_bar and self.document().size().width() > width:
            height += self._theme.px(SCROLL_BAR_WIDTH)
        return height

    def set_last(self, is_last: bool) -> None:
        """Tell whether it is the last part of its table: only that one has a scroll bar."""
        policy = Qt.ScrollBarPolicy
        wanted = policy.ScrollBarAsNeeded if is_last else policy.ScrollBarAlwaysOff
        if self.horizontalScrollBarPolicy() != wanted:
            self.setHorizontalScrollBarPolicy(wanted)

    def scroll_to(self, away: int) -> None:
        """Move sideways, as the other parts of the table did."""
        self.away = away
        self._keep_place()

    def focus_chain(self) -> tuple[QWidget, ...]:
        """The text."""
        return (self,)

    def between(self, start: int, end: int) -> list[FlowItem]:
        """The table, the rows of it that are selected, or the words of one cell."""
        if start <= 0 and end >= self.length():
            return list(self.items)
        area = self._area(start, end)
        if area is not None:
            return self._cells(area)
        cursor = QTextCursor(self.document())
        cursor.setPosition(max(0, start))
        cursor.setPosition(min(end, self.length()), QTextCursor.MoveMode.KeepAnchor)
        return [plain(cursor.selection().toPlainText())]

    def restyle(self) -> None:
        """Take the theme's colours and sizes again."""
        if self.items:
            items, self.items = self.items, []
            self.show_items(items)

    def select(self, anchor: int, position: int) -> None:
        """Select what lies between two positions: whole rows where it goes beyond the table."""
        start, end = sorted((anchor, position))
        area = self._area(start, end)
        if area is not None and area.beyond and self._grid is not None:
            start = self._grid.cellAt(area.top, area.left).firstPosition()
            end = self._grid.cellAt(area.bottom, area.right).lastPosition()
            anchor, position = (start, end) if anchor <= position else (end, start)
        super().select(anchor, position)

    def _put_caret_first(self) -> None:
        """Where one begins to read: Qt moves sideways to wherever the caret is."""
        if self._grid is not None:
            column = self._grid.columns() - 1 if self._is_from_right() else 0
            begin = self._grid.cellAt(0, column).firstPosition()
            self.select(begin, begin)

    @Slot()
    def _keep_place(self) -> None:
        """Stay as far from the beginning, though there is more or less to see."""
        bar = self.horizontalScrollBar()
        self._is_kept = True
        bar.setValue(bar.maximum() - self.away if self._is_from_right() else self.away)
        self._is_kept = False

    @Slot(int)
    def _on_moved(self, value: int) -> None:
        if not self._is_kept:
            most = self.horizontalScrollBar().maximum()
            self.away = most - value if self._is_from_right() else value
            self.scrolled.emit(self.away)

    def _is_from_right(self) -> bool:
        return bool(self.items) and item_from_right(self.items[0])

    def _area(self, start: int, end: int) -> "_Area | None":
        """The cells between two positions; None when it is all of them, or a part of one."""
        grid = self._grid
        if grid is None or start >= end:
            return None
        first, last = grid.cellAt(start), grid.cellAt(end)
        if first.isValid() and last.isValid():
            if first == last:
                return None
            columns = sorted((first.column(), last.column()))
            return _Area(first.row(), last.row(), *columns, beyond=False)
        if not first.isValid() and not last.isValid():
            return None
        top = first.row() if first.isValid() else 0
        bottom = last.row() if last.isValid() else grid.rows() - 1
        return _Area(top, bottom, 0, grid.columns() - 1, beyond=True)

    def _cells(self, area: "_Area") -> list[FlowItem]:
        """The cells of an area as a table, or as words when they stand in one row."""
        item = self.items[0]
        table, from_right = item.table, item_from_right(item)
        count = len(table.header)
        columns = slice(area.left, area.right + 1)
        if from_right:
            columns = slice(count - 1 - area.right, count - area.left)
        above = 0 if self.goes_on else 1
        rows = [row[columns] for row in table.rows[max(0, area.top - above) :]]
        rows = rows[: area.bottom + 1 - max(area.top, above)]
        with_header = not self.goes_on and area.top == 0
        if not area.beyond and area.top == area.bottom:
            cells = table.header[columns] if with_header else rows[0]
            words = ("".join(run.text for run in cell).replace("\n", " ") for cell in cells)
            return [plain("\t".join(words))]
        part = Table(table.header[columns], tuple(rows), table.alignments[columns])
        joint = None if with_header else item.joint or Joint("", from_right)
        return [replace(item, table=part, joint=joint)]

    def _build(self, cursor: QTextCursor, item: TableItem) -> None:
        table = item.table
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()
        cursor.setBlockFormat(QTextBlockFormat())
        self._widths = ()
        self._forget_columns()
        rows = len(table.rows) + (item.joint is None)
        self._grid = cursor.insertTable(max(1, rows), len(table.header), self._format(item))
        if item.joint is None:
            self._fill(self._grid, 0, table.header, item, is_header=True)
        self._fill_rows(self._grid, item, 0)
        self._finish(table)

    def _append(self, grid: QTextTable, item: TableItem, kept: int) -> None:
        if len(item.table.rows) > kept:
            grid.appendRows(len(item.table.rows) - kept)
        self._fill_rows(grid, item, kept)

    def _fill_rows(self, grid: QTextTable, item: TableItem, first: int) -> None:
        above = 0 if item.joint is not None else 1
        for at, row in enumerate(item.table.rows[first:], first):
            self._fill(grid, at + above, row, item)

    def _fill(
        self,
        grid: QTextTable,
        row: int,
        cells: tuple[Runs, ...],
        item: TableItem,
        *,
        is_header: bool = False,
    ) -> None:
        from_right = item_from_right(item)
        for column, runs in enumerate(cells):
            # Qt has no tables whose first column is the one on the right.
            cell = grid.cellAt(row, len(cells) - 1 - column if from_right else column)
            block = QTextBlockFormat()
            block.setAlignment(
                _ALIGNMENTS.get(item.table.alignments[column], Qt.AlignmentFlag.AlignLeading)
            )
            if runs_from_right(runs) or (from_right and not has_letters(runs)):
                block.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            self._fill_cell(cell, runs, block, is_header=is_header)

    def _fill_cell(
        self, cell: QTextTableCell, runs: Runs, block: QTextBlockFormat, *, is_header: bool
    ) -> None:
        cursor = cell.firstCursorPosition()
        cursor.setBlockFormat(block)
        if is_header:
            ground = cell.format()
            ground.setBackground(QColor(self._theme.colours.code))
            cell.setFormat(ground)
        for run in runs:
            characters = self._formats.run(run, strong=is_header)
            cursor.insertText(run.text.replace("\n", "\u2028"), characters)

    def _forget_columns(self) -> None:
        self._metrics.clear()
        self._columns, self._measured = (), 0

    def _metrics_of(self, strong: bool, run: Run) -> QFontMetricsF:
        key = (run.bold, run.italic, run.code, strong)
        if key not in self._metrics:
            font = self._formats.run(run, strong=strong).font()
            self._metrics[key] = QFontMetricsF(font.resolve(self._font))
        return self._metrics[key]

    def _finish(self, table: Table) -> None:
        """The line below the table: how much of it is not shown, or nothing."""
        text = ""
        if table.hidden_rows:
            text = self.tr("More rows that are not shown: {0}").format(table.hidden_rows)
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
        block = QTextBlockFormat()
        if not text:  # Qt always has a line there: as low as it can be
            block.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor.setBlockFormat(block)
        characters = QTextCharFormat()
        characters.setForeground(QColor(self._theme.colours.muted))
        cursor.insertText(text, characters)

    def _format(self, item: TableItem) -> QTextTableFormat:
        grid = QTextTableFormat()
        grid.setBorder(BORDER)
        grid.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        grid.setBorderBrush(QBrush(QColor(self._theme.colours.border)))
        grid.setBorderCollapse(True)
        grid.setCellPadding(self._theme.px(_PADDING))
        grid.setCellSpacing(0)
        grid.setHeaderRowCount(1 if item.joint is None else 0)
        if item_from_right(item):
            grid.setAlignment(Qt.AlignmentFlag.AlignRight)
        return grid


@dataclass(frozen=True, slots=True)
class _Area:
    """Cells in neighbouring rows and columns; `beyond`: what is selected goes on elsewhere."""

    top: int
    bottom: int
    left: int
    right: int
    beyond: bool


def fit_columns(theme: Theme, tables: Sequence[TablePart], room: int) -> bool:
    """Give the parts of one table the same columns; whether that changed any."""
    extra = 2 * theme.px(_PADDING) + BORDER + 1  # what is measured is laid out a little wider
    columns = together([table.columns for table in tables])
    found = widths(columns, room - SEAM, extra, theme.px(_STEP), theme.px(_LONGEST_WORD))
    changed = [table for table in tables if table.set_widths(found)]
    return bool(changed)


def _grew(before: TableItem, item: TableItem) -> bool:
    """Whether it is the same, and only other rows came."""
    rows = len(before.table.rows)
    return (
        before.joint == item.joint
        and before.table.header == item.table.header
        and before.table.alignments == item.table.alignments
        and item_from_right(before) == item_from_right(item)
        and before.table.rows == item.table.rows[:rows]
    )
