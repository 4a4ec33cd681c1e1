"""Labels: whatever they show is plain text."""

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget


def plain_tooltip(text: str) -> str:
    """A tooltip that says exactly this; Qt takes some texts for markup."""
    return f"<qt>{escape(text)}</qt>" if text else ""


class PlainLabel(QLabel):
    """A label that never takes its text for markup.

    It stands on the side where the window's language begins, also with words of another one: a
    model's English name below a Hebrew heading.
    """

    def __init__(
        self, text: str = "", name: str = "", parent: QWidget | None = None, *, wrap: bool = False
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(name)
        self.setWordWrap(wrap)
        self.setText(text)
        self._side = self.alignment()
        self._take_side()

    def setAlignment(self, side: Qt.AlignmentFlag) -> None:
        """Stand at that side, mirrored as the window is."""
        self._side = side
        self._take_side()

    def changeEvent(self, event: QEvent) -> None:
        """Change sides with the window."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self._take_side()

    def _take_side(self) -> None:
        side = QStyle.visualAlignment(self.layoutDirection(), self._side)
        super().setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)


class GroupLabel(PlainLabel):
    """The heading of a group of settings, with a line below."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, "settingGroup", parent)
        self.setIndent(0)


class ElidedLabel(PlainLabel):
    """One line with an ellipsis, usually at its end, where the room ends."""

    def __init__(
        self,
        text: str = "",
        name: str = "",
        parent: QWidget | None = None,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(text, name, parent)
        self._elide = elide
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """No width at all is enough."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what fits."""
        painter = QPainter(self)
        elided = self.fontMetrics().elidedText(
            self.text(), self._elide, self.contentsRect().width()
        )
        painter.setPen(self.palette().windowText().color())
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # the text's own
        painter.drawText(self.contentsRect(), self.alignment(), elided)
