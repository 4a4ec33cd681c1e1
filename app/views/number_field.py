"""A field for a number that may also be left to the program."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDoubleSpinBox,
    QStyle,
    QStyleOptionSpinBox,
    QWidget,
)

from ternchat.app.core.fields import Number

from .choice_field import paint_arrow
from .theme import Theme

_ARROWS = {
    "chevron-up": QStyle.SubControl.SC_SpinBoxUp,
    "chevron-down": QStyle.SubControl.SC_SpinBoxDown,
}


class NumberField(QDoubleSpinBox):
    """Shows and changes what a `Number` rule allows.

    An optional number has one step below its limit, where the field says `unset`; the first step
    from there goes to the rule's start.

    Signals:
        number_changed: the number, or None.

    """

    number_changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        rule: Number,
        unset: str = "",
        scale: float = 1,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._rule, self._scale = theme, rule, scale
        step = rule.step / scale
        self.setDecimals(0 if rule.whole and scale == 1 else 2)
        self.setSingleStep(step)
        self.setRange(rule.low / scale - (step if rule.optional else 0), rule.high / scale)
        self.setSpecialValueText(unset if rule.optional else "")
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.valueChanged.connect(self._on_value)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def number(self) -> float | None:
        """What is shown; None when it is left to the program."""
        if self._is_unset():
            return None
        value = self.value() * self._scale
        return round(value) if self._rule.whole else round(value, 4)

    def set_number(self, number: float | None) -> None:
        """Show another number, without telling."""
        blocked = self.blockSignals(True)
        self.setValue(self.minimum() if number is None else number / self._scale)
        self.blockSignals(blocked)

    def stepBy(self, steps: int) -> None:
        """From nothing chosen, step to where a choice begins."""
        if self._is_unset() and steps > 0:
            self.setValue(self._rule.start / self._scale)
        elif steps < 0 and self._is_unset():
            return
        else:
            super().stepBy(steps)

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Up only, where nothing is chosen."""
        if self._is_unset():
            return QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        return super().stepEnabled()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the arrows the style sheet cannot tint."""
        super().paintEvent(event)
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        for name, part in _ARROWS.items():
            spin = QStyle.ComplexControl.CC_SpinBox
            rect = self.style().subControlRect(spin, option, part, self)
            paint_arrow(self, self._theme, name, rect, 12)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the page, not a number that happens to lie under the mouse."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _is_unset(self) -> bool:
        return self._rule.optional and self.value() < self._rule.low / self._scale

    @Slot()
    def _restyle(self) -> None:
        space = self._theme.px(6)  # on both sides: which is the leading one may change
        self.lineEdit().setTextMargins(space, 0, space, 0)

    @Slot(float)
    def _on_value(self, _value: float) -> None:
        self.number_changed.emit(self.number)
