"""Labels: whatever they show is plain text."""

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget


def plain_tooltip(text: str) -> str:
    """A tooltip that says exactly this; Qt takes some texts for markup."""
    return f"<qt>{escape(text)}</qt>" if text else ""


class PlainLabel(QLabel):
    """A label that never takes its text for markup."""

    def __init__(
        self, text: str = "", name: str = "", parent: QWidget | None = None, *, wrap: bool = False
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(name)
        self.setWordWrap(wrap)
        self.setText(text)


class GroupLabel(PlainLabel):
    """The heading of a group of settings, with a line below."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, "settingGroup", parent)
        self.setIndent(0)


class ElidedLabel(PlainLabel):
    """One line that ends in an ellipsis where the room ends."""

    def __init__(self, text: str = "", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, name, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """No width at all is enough."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what fits."""
        painter = QPainter(self)
        elided = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width()
        )
        painter.setPen(self.palette().windowText().color())
        # The text runs in its own direction, on the side where the window's language begins.
        side = QStyle.visualAlignment(self.layoutDirection(), self.alignment())
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        painter.drawText(self.contentsRect(), side | Qt.AlignmentFlag.AlignAbsolute, elided)
