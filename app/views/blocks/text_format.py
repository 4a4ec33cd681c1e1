"""How text looks: character and paragraph formats made of the theme."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
    QTextOption,
)

from ternchat.app.core.markdown.blocks import Run
from ternchat.app.core.markdown.items import (
    LIST,
    FlowItem,
    Place,
    RuleItem,
    TableItem,
    TextItem,
    item_from_right,
)
from ternchat.app.views.theme import Theme, fixed_font

TEXT_SIZE = 15
CODE_SIZE = 13
LINE_HEIGHT = 1.5
_CODE_LINE_HEIGHT = 1.4
_RULE_HEIGHT = 6
_HEADING_SIZES = {1: 20, 2: 18, 3: 16}  # the deeper ones are as large as the text
_LIST_STEP, _QUOTE_STEP = 24, 16
_PARAGRAPH_GAP, _ENTRY_GAP, _HEADING_GAP, _FRAME_GAP = 10, 4, 18, 12


def indent(place: Place) -> int:
    """How far from the edge it is read from something stands, in pixels at 100 %."""
    return sum(_LIST_STEP if c == LIST else _QUOTE_STEP for c in place.inside)


def bars(place: Place) -> list[int]:
    """Where the bars of the quotes around something stand."""
    return [indent(Place(place.inside[:at])) for at, c in enumerate(place.inside) if c != LIST]


def gap(before: FlowItem | None, item: FlowItem) -> int:
    """The room above an item."""
    if before is None or (isinstance(item, TextItem | TableItem) and item.joint is not None):
        return 0
    if not (isinstance(before, TextItem) and isinstance(item, TextItem)):
        return _FRAME_GAP
    if item.level:
        return _HEADING_GAP if not before.level else _PARAGRAPH_GAP
    same_list = LIST in item.place.inside and LIST in before.place.inside
    if same_list and not item.place.first:
        return _ENTRY_GAP
    return _PARAGRAPH_GAP


class TextFormats:
    """Formats in the theme's present colours and sizes; those it gives are not to be changed."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._px = theme.px
        self._made: dict[object, QTextCharFormat] = {}  # they take longer to make than to use
        self._made_for = (theme.colours, theme.zoom)

    def block(self, before: FlowItem | None, item: TextItem | RuleItem) -> QTextBlockFormat:
        """The paragraph's format; `before` is what stands above it in the same text."""
        px, place = self._px, item.place
        block = QTextBlockFormat()
        block.setTopMargin(px(gap(before, item)))
        from_right = item_from_right(item)
        if from_right:  # said to Qt, too: margins are on one side, whatever it guesses
            block.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            block.setRightMargin(px(indent(place)))
        else:
            block.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            block.setLeftMargin(px(indent(place)))
        size = TEXT_SIZE
        if isinstance(item, TextItem):
            size = _HEADING_SIZES.get(item.level, TEXT_SIZE) if item.level else TEXT_SIZE
            block.setHeadingLevel(item.level)
            if item.math:
                block.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            if place.marker:
                hang = px(_LIST_STEP)
                block.setTextIndent(-hang)
                kind = QTextOption.TabType  # Qt turns them round where one reads from the right
                tab = QTextOption.Tab(hang, kind.RightTab if from_right else kind.LeftTab)
                block.setTabPositions([tab])
        else:
            size = _RULE_HEIGHT
        return self._with_line_height(block, size * (1.3 if size > TEXT_SIZE else LINE_HEIGHT))

    def code_line(self) -> QTextBlockFormat:
        """The format of a line of code."""
        return self._with_line_height(QTextBlockFormat(), CODE_SIZE * _CODE_LINE_HEIGHT)

    def marker(self) -> QTextCharFormat:
        """The format of a bullet or number."""
        return self._characters(self._theme.colours.muted)

    def run(self, run: Run, level: int = 0, *, strong: bool = False) -> QTextCharFormat:
        """The format of a run of text in a heading of that level, or in none."""
        if run.link is not None:
            return self._run(run, level, strong)
        key = (run.bold, run.italic, run.strike, run.code, level, strong)
        return self._kept(key, lambda: self._run(run, level, strong))

    def code(self, kind: str = "") -> QTextCharFormat:
        """The format of code, or of a part of it."""
        return self._kept(kind, lambda: self._code(kind))

    def match(self, *, current: bool) -> QTextCharFormat:
        """How found words stand out."""
        colours = self._theme.colours
        characters = QTextCharFormat()
        characters.setBackground(QColor(colours.accent if current else colours.found))
        characters.setForeground(QColor(colours.on_accent if current else colours.text))
        characters.setFontUnderline(True)  # not by colour alone
        return characters

    def _kept(self, key: object, make: Callable[[], QTextCharFormat]) -> QTextCharFormat:
        if self._made_for != (now := (self._theme.colours, self._theme.zoom)):
            self._made.clear()
            self._made_for = now
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def _run(self, run: Run, level: int, strong: bool) -> QTextCharFormat:
        colours = self._theme.colours
        characters = self._characters(colours.text)
        if level:
            size = _HEADING_SIZES.get(level, TEXT_SIZE)
            characters.setProperty(QTextFormat.Property.FontPixelSize, self._px(size))
        if run.bold or level or strong:
            characters.setFontWeight(QFont.Weight.DemiBold)
        characters.setFontItalic(run.italic)
        characters.setFontStrikeOut(run.strike)
        if run.code:
            self._as_code(characters)
            characters.setBackground(QBrush(QColor(colours.code)))
        if run.link is not None:
            characters.setAnchor(True)
            characters.setAnchorHref(run.link)
            characters.setForeground(QColor(colours.accent))
            characters.setFontUnderline(True)
        return characters

    def _code(self, kind: str) -> QTextCharFormat:
        characters = QTextCharFormat()
        colours = self._theme.colours
        characters.setForeground(QColor(getattr(colours, f"code_{kind}") if kind else colours.text))
        if not kind:
            self._as_code(characters)
        return characters

    def _with_line_height(self, block: QTextBlockFormat, height: float) -> QTextBlockFormat:
        kind = QTextBlockFormat.LineHeightTypes.MinimumHeight.value
        block.setLineHeight(self._px(height), kind)
        return block

    def _characters(self, colour: str) -> QTextCharFormat:
        characters = QTextCharFormat()
        characters.setForeground(QColor(colour))
        return characters

    def _as_code(self, characters: QTextCharFormat) -> None:
        characters.setFontFamilies([fixed_font()])
        characters.setFontFixedPitch(True)
        characters.setProperty(QTextFormat.Property.FontPixelSize, self._px(CODE_SIZE))
