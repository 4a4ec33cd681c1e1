"""All that is known about how a message came about."""

from PySide6.QtCore import QLocale, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from ternchat.app.core.conversation import AnswerStats, Message, Role, State
from ternchat.app.core.safe_text import safe_name
from ternchat.app.core.wording import rate_text

from .buttons import TextButton
from .labels import PlainLabel
from .theme import Theme

_LONG = 48  # characters of what needs more than one line


class InfoCard(QDialog):
    """A small window beside the chat; the chat goes on meanwhile."""

    def __init__(self, theme: Theme, message: Message, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About this message"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.facts = self._facts(message)
        form = QFormLayout()
        form.setHorizontalSpacing(theme.px(24))
        form.setVerticalSpacing(theme.px(6))
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeading)
        for name, value in self.facts:
            label = PlainLabel(value, wrap=len(value) > _LONG)
            label.setAccessibleName(f"{name}: {value}")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(PlainLabel(name, "muted"), label)
        self.copy_button = TextButton(self.tr("Copy"), "plain")
        self.close_button = TextButton(self.tr("Close"), "plain")
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        margin = theme.px(16)
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(theme.px(16))
        column.addLayout(form)
        column.addLayout(buttons)
        self.setMinimumWidth(theme.px(400))
        self.copy_button.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.close)

    def _facts(self, message: Message) -> list[tuple[str, str]]:
        locale = QLocale()
        local = message.created.astimezone()
        facts = [(self.tr("Time"), locale.toString(local, QLocale.FormatType.LongFormat))]
        if message.stats is not None:
            facts += self._figures(message.stats, locale)
        elif message.role is Role.ASSISTANT and message.state is State.FAILED:
            facts.append((self.tr("Ended"), self.tr("by an error")))
        length = locale.toString(len(message.shown_text))
        facts.append((self.tr("Length"), self.tr("{0} characters").format(length)))
        return facts

    def _figures(self, stats: AnswerStats, locale: QLocale) -> list[tuple[str, str]]:
        seconds = stats.first_token_seconds
        first = "" if seconds is None else f"{locale.toString(seconds, 'f', 2)} s"
        kernel = stats.kernel or ""
        if kernel and stats.threads:
            threads = self.tr("{0}, {1} threads") if stats.threads > 1 else self.tr("{0}, 1 thread")
            kernel = threads.format(kernel, stats.threads)
        facts = [
            (self.tr("Model"), safe_name(stats.model)),
            (self.tr("Read"), self._tokens(stats.prompt_tokens, stats.prefill_tokens_per_second)),
            (self.tr("Written"), self._tokens(stats.new_tokens, stats.decode_tokens_per_second)),
            (self.tr("First token after"), first),
            (self.tr("Ended"), self._reason(stats.finish_reason)),
            (self.tr("Kernel set"), kernel),
            (self.tr("Seed"), "" if stats.seed is None else str(stats.seed)),
        ]
        return [(name, value) for name, value in facts if value]

    def _tokens(self, count: int, rate: float | None) -> str:
        tokens = self.tr("{0} tokens").format(QLocale().toString(count))
        return f"{tokens} · {rate_text(rate)}" if rate is not None else tokens

    def _reason(self, reason: str) -> str:
        return {
            "stop": self.tr("by itself"),
            "length": self.tr("at the longest answer allowed"),
            "cancelled": self.tr("stopped by you"),
            "context": self.tr("because the model could read no more at once"),
            "repetition": self.tr("because it only repeated itself"),
        }.get(reason, reason)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(
            "\n".join(f"{name}: {value}" for name, value in self.facts)
        )
