"""The gauge in the composer: how much of the model's context is taken."""

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ternchat.app.core.context_use import ContextUse, Level

from .labels import PlainLabel, plain_tooltip
from .theme import Theme, set_style_property

_ROLES = {Level.GOOD: "muted", Level.WARNING: "warning", Level.BAD: "bad"}
_FULL_CIRCLE = 360 * 16  # as QPainter counts


class _Ring(QWidget):
    """A circle that closes as the context fills."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.use = ContextUse()

    def sizeHint(self) -> QSize:
        """A letter's height."""
        return QSize(self._theme.px(14), self._theme.px(14))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ring and the part of it that is taken."""
        width = self._theme.px(2)
        rect = QRectF(self.rect()).adjusted(width, width, -width, -width)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.colours
        painter.setPen(QPen(QColor(colours.border), width))
        painter.drawEllipse(rect)
        pen = QPen(QColor(getattr(colours, _ROLES[self.use.level])), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        span = round(_FULL_CIRCLE * (self.use.fraction or 0))
        painter.drawArc(rect, _FULL_CIRCLE // 4, -span)


class ContextGauge(QWidget):
    """Ring and number; in colour, and in words, when the context gets short."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(self.tr("Context"))
        self.ring = _Ring(theme)
        self.ring.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.label = PlainLabel(name="gauge")
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.ring)
        self._row.addWidget(self.label)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.show_use(ContextUse())

    @Slot(object)
    def show_use(self, use: ContextUse) -> None:
        """Show another measurement."""
        self.ring.use = use
        self.label.setText(use.gauge_text)
        set_style_property(self.label, "tone", _ROLES[use.level])
        self.setVisible(bool(use.gauge_text))
        self.ring.setVisible(use.fraction is not None)
        self.setToolTip(plain_tooltip(use.explanation))
        self.setAccessibleDescription(use.explanation)
        self.ring.update()

    @Slot()
    def _restyle(self) -> None:
        self._row.setContentsMargins(self._theme.margins(0, 0, 8, 0))
        self._row.setSpacing(self._theme.px(6))
        self.ring.updateGeometry()
