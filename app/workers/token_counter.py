"""Counts tokens on a thread of its own: of what is typed, and of attached files."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal, Slot

from ternchat.app.core.turn import ModelFacts

log = logging.getLogger(__name__)

Count = Callable[[str], int]


class _Worker(QObject):
    """Lives on the counting thread."""

    counted = Signal(object, object)  # key, tokens or None

    def __init__(self) -> None:
        super().__init__()  # no parent: it moves to another thread
        self._count: Count | None = None

    @Slot(object)
    def use(self, count: Count | None) -> None:
        """Count like that from now on."""
        self._count = count

    @Slot(object, str)
    def count(self, key: object, text: str) -> None:
        """Count one text; None when it cannot be counted."""
        tokens = None
        if self._count is not None:
            try:
                tokens = self._count(text)
            except Exception:  # the model's tokenizer is not ours
                log.exception("tokens cannot be counted")
        self.counted.emit(key, tokens)


class TokenCounter(QObject):
    """Counts with the tokenizer of the loaded model.

    Signals:
        counted: the key of a request, and its tokens; None: they cannot be counted.
        ready_changed: another model came: whether its tokens can be counted.

    """

    counted = Signal(object, object)
    ready_changed = Signal(bool)
    _asked = Signal(object, str)
    _using = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName("counting")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._asked.connect(self._worker.count)
        self._using.connect(self._worker.use)
        self._worker.counted.connect(self.counted)
        self._thread.start()

    @Slot(object)
    def use_model(self, facts: ModelFacts) -> None:
        """Count with this model's tokenizer."""
        self._using.emit(facts.count_tokens)
        self.ready_changed.emit(facts.count_tokens is not None)

    @Slot(object, str)
    def count(self, key: object, text: str) -> None:
        """Ask for the tokens of a text."""
        self._asked.emit(key, text)

    def close(self, timeout_ms: int = 5000) -> bool:
        """End the thread; False when it did not end in time."""
        self._thread.quit()
        return self._thread.wait(timeout_ms)
