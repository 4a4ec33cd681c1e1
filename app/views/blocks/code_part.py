"""A block of code: its language, Copy, Wrap, colours, and folding where it is long."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent, QTextCursor, QTextLayout, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from ternchat.app.core.markdown.code_lines import added_lines, written
from ternchat.app.core.markdown.highlight import highlight
from ternchat.app.core.markdown.items import CodeItem, FlowItem
from ternchat.app.core.markdown.writer import cut
from ternchat.app.models.code_choices import CodeChoice
from ternchat.app.views.buttons import IconButton, TextButton
from ternchat.app.views.copy_button import CopyButton
from ternchat.app.views.labels import PlainLabel
from ternchat.app.views.message_text import MessageText
from ternchat.app.views.theme import SCROLL_BAR_WIDTH, Theme

from .text_format import TextFormats
from .text_part import characters_before

FOLD_ABOVE = 30  # lines
FOLDED_LINES = 20
COLOURED_AT_ONCE = 400  # characters; what is longer can be read before it has its colours
_HEADER, _SIDE, _BELOW, _FOLD = 36, 12, 10, 34


class CodePart(QFrame):
    """Shows one code item.

    Signals:
        resized: it was folded, unfolded or wrapped; it needs another height.
    """

    resized = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("code")
        self._theme = theme
        self._formats = TextFormats(theme)
        self._folds = True
        self._shown = ""  # of the code
        self._text = ""  # the same, as it stands in the document
        self._column = 0  # characters in its last line
        self._coloured = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._colour)
        self.items: list[CodeItem] = []
        self.surface = MessageText(self, name="codeText")
        self.surface.setAccessibleName(self.tr("Code"))
        self.surface.set_direction(Qt.LayoutDirection.LeftToRight)
        self.surface.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.language = PlainLabel(name="muted")
        self.wrap = IconButton(theme, "text-wrap", self.tr("Wrap lines"), self, size=16)
        self.wrap.setCheckable(True)
        self.copy = CopyButton(theme, self.tr("Copy code"), self)
        self.fold = TextButton("", "fold", self)
        self.fold.hide()
        for button in (self.wrap, self.copy, self.fold):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab is led by the page
        self._header = QWidget(self)
        row = QHBoxLayout(self._header)
        row.setSpacing(theme.px(2))
        row.addWidget(self.language)
        row.addStretch()
        row.addWidget(self.wrap)
        row.addWidget(self.copy)
        self.wrap.toggled.connect(self._set_wrap)
        self.copy.clicked.connect(self.copy_code)
        self.fold.clicked.connect(self._toggle_fold)
        self._set_wrap(False)

    def widget(self) -> QWidget:
        """The widget to be placed."""
        return self

    @property
    def code(self) -> str:
        """All of it, folded away or not."""
        return self.items[0].code if self.items else ""

    @property
    def choice(self) -> CodeChoice:
        """How the reader wants to see it."""
        return CodeChoice(self._folds, self.wrap.isChecked())

    def follow(self, choice: CodeChoice) -> None:
        """Be as a reader wanted it, before anything is shown."""
        self._folds = choice.folded is not False
        self.wrap.setChecked(choice.wrapped)

    def rest(self) -> None:
        """Show nothing, until another item comes."""
        self.items, self._shown, self._text, self._coloured = [], "", "", False
        self._later.stop()
        self.surface.document().clear()
        self.surface.rest()
        self.surface.horizontalScrollBar().setValue(0)
        self.copy.calm_down()
        self.fold.hide()

    def show_items(self, items: Sequence[FlowItem]) -> None:
        """Show another item; code that only grew is appended."""
        (item,) = items
        assert isinstance(item, CodeItem)
        if [item] == self.items:
            return
        self.items = [item]
        self.language.setText(item.language or self.tr("Text"))
        self.surface.setAccessibleDescription(self.language.text())
        self._show_code()

    def unfold(self) -> None:
        """Show all of it."""
        if self._folds and self._is_long():
            self._toggle_fold()

    def height_for(self, width: int) -> int:
        """How high it is at that width."""
        px = self._theme.px
        room = width - 2 * px(_SIDE)
        text = self.surface.height_for(room)
        if not self.wrap.isChecked() and self.surface.document().idealWidth() > room:
            text += px(SCROLL_BAR_WIDTH)
        fold = px(_FOLD) if self.fold.isVisibleTo(self) else 0
        return px(_HEADER) + text + px(_BELOW) + fold

    def focus_chain(self) -> tuple[QWidget, ...]:
        """The text, then the buttons."""
        buttons = (self.wrap, self.copy)
        return (self.surface, *buttons, self.fold) if self._is_long() else (self.surface, *buttons)

    def between(self, start: int, end: int) -> list[FlowItem]:
        """The code between two positions of the text."""
        item = self.items[0]
        if start <= 0 and end >= self.surface.length() and self._shown == item.code:
            return [item]
        places = (characters_before(self._text, at) for at in (start, end))
        return [cut(item, *(written(self._text, self._shown, place) for place in places))]

    def restyle(self) -> None:
        """Take the theme's colours and sizes again."""
        cursor = QTextCursor(self.surface.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.setCharFormat(self._formats.code())
        cursor.setBlockFormat(self._formats.code_line())
        self._coloured = False
        if self.items:
            self._colour()

    @Slot()
    def copy_code(self) -> None:
        """Put all of the code on the clipboard."""
        self.copy.put(self.code)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place header, text and fold."""
        super().resizeEvent(event)
        px, width = self._theme.px, self.width()
        self._header.setGeometry(0, 0, width, px(_HEADER))
        self._header.layout().setContentsMargins(px(_SIDE), px(2), px(6), 0)
        bottom = self.height() - px(_BELOW)
        if self.fold.isVisibleTo(self):
            bottom = self.height() - px(_FOLD)
            size = self.fold.sizeHint()
            self.fold.setGeometry(px(6), bottom + px(2), size.width(), size.height())
        top = px(_HEADER)
        self.surface.setGeometry(QRect(px(_SIDE), top, width - 2 * px(_SIDE), bottom - top))

    def _is_long(self) -> bool:
        return self.code.count("\n") >= FOLD_ABOVE

    def _show_code(self) -> None:
        item = self.items[0]
        lines = item.code.count("\n") + 1
        folded = self._folds and self._is_long()
        shown = (
            "\n".join(item.code.split("\n", FOLDED_LINES)[:FOLDED_LINES]) if folded else item.code
        )
        if self.wrap.isChecked():
            self.surface.break_lines(shown)
        cursor = QTextCursor(self.surface.document())
        selection = self.surface.selection()
        cursor.beginEditBlock()  # with its colours, it is laid out once
        is_new = not self._shown
        if is_new:
            cursor.setBlockFormat(self._formats.code_line())
        if self._shown and shown.startswith(self._shown):
            cursor.movePosition(QTextCursor.MoveOperation.End)
            added, self._column = added_lines(shown[len(self._shown) :], self._column)
            cursor.insertText(added, self._formats.code())
            self._text += added
        elif shown != self._shown:
            cursor.select(QTextCursor.SelectionType.Document)
            self._text, self._column = added_lines(shown, 0)
            cursor.insertText(self._text, self._formats.code())
        self._shown, self._coloured = shown, False
        at_once = len(shown) <= COLOURED_AT_ONCE
        if at_once and is_new:
            self._set_colours()
        cursor.endEditBlock()
        if at_once:
            self._colour()
        else:
            self._later.start()
        if selection is None:
            self.surface.select(0, 0)  # a caret at the end would scroll a long line there
        elif selection != self.surface.selection():
            self.surface.select(*selection)
        self.fold.setVisible(self._is_long() and item.closed)
        self.fold.setText(
            self.tr("Show all {0} lines").format(lines) if folded else self.tr("Show less")
        )

    @Slot()
    def _colour(self) -> None:
        if self._set_colours():
            document = self.surface.document()
            document.markContentsDirty(0, document.characterCount())

    def _set_colours(self) -> bool:
        """Give finished code its colours; whether that changed anything."""
        item = self.items[0]
        if self._coloured or not item.closed:
            return False
        limit = FOLDED_LINES if len(self._shown) < len(item.code) else None
        lines = highlight(item.code, item.language, limit)
        self._coloured = True
        block = self.surface.document().firstBlock()
        for parts in lines:
            if not block.isValid():
                break
            ranges = []
            for part in parts:
                one = QTextLayout.FormatRange()
                one.start, one.length = part.start, part.length
                one.format = self._formats.code(part.kind)
                ranges.append(one)
            block.layout().setFormats(ranges)
            block = block.next()
        return bool(lines)

    @Slot(bool)
    def _set_wrap(self, wrap: bool) -> None:
        if wrap:
            self.surface.break_lines(self._shown)
        else:
            self.surface.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.wrap.set_role("accent" if wrap else "muted")
        self.resized.emit()

    @Slot()
    def _toggle_fold(self) -> None:
        self._folds = not self._folds
        self._show_code()
        self.resized.emit()
