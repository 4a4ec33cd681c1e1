"""A switch: on or off, told by place, colour and a screen reader."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from .theme import Theme


class Switch(QCheckBox):
    """A check box without words, drawn as a knob on a track."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self._restyle)

    def sizeHint(self) -> QSize:
        """The track, and room for the ring around it."""
        px = self._theme.px
        return QSize(px(44), px(26))

    def hitButton(self, position: object) -> bool:
        """All of it can be pressed."""
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw track, knob and, with the focus, the ring."""
        px, colours = self._theme.px, self._theme.colours
        ring = px(2)
        track = QRectF(ring, ring, px(40), px(22)).adjusted(1, 1, -1, -1)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            track.moveRight(self.width() - ring)
        radius = track.height() / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.text), ring))
            painter.drawRoundedRect(track.adjusted(-ring, -ring, ring, ring), radius, radius)
        on = self.isChecked()
        painter.setPen(QPen(QColor(colours.accent if on else colours.faint), ring))
        painter.setBrush(QColor(colours.accent if on else colours.surface))
        painter.drawRoundedRect(track, radius, radius)
        painter.setBrush(QColor(colours.on_accent if on else colours.faint))
        painter.setPen(Qt.PenStyle.NoPen)
        trailing = on is (self.layoutDirection() is Qt.LayoutDirection.LeftToRight)
        x = track.right() - radius if trailing else track.left() + radius
        painter.drawEllipse(QPointF(x, track.center().y()), radius - px(5), radius - px(5))

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()
