"""Shows a run (download, check, copy): a bar on a terminal, plain lines elsewhere."""

import shutil
import sys

from ternchat.app.core.progress import Progress, State
from ternchat.app.core.wording import duration_text, size_text

from .console import ProgressLine, printable

_BAR_SIGNS = 24
_STEP_PERCENT = 10
_WORDS = {
    State.QUEUED: "waits",
    State.RESOLVING: "asks the hub",
    State.DOWNLOADING: "downloading",
    State.STALLED: "no connection",
    State.COPYING: "copying",
    State.VERIFYING: "checking",
    State.TESTING: "trying it",
    State.PAUSED: "stopped",
    State.READY: "ready",
    State.CANCELLED: "cancelled",
    State.FAILED: "failed",
}


class RunDisplay:
    """Draws over one line of a terminal; into files it writes a line per state and ten per cent."""

    def __init__(self) -> None:
        self._line = ProgressLine()
        self._terminal = sys.stderr.isatty()
        self._told: tuple[State, int] | None = None

    def show(self, progress: Progress) -> None:
        """Show this moment."""
        if self._terminal:
            width = shutil.get_terminal_size().columns
            self._line.show(printable(_bar(progress))[: width - 1])
            return
        percent = int(100 * (progress.fraction or 0))
        step = (progress.state, percent // _STEP_PERCENT)
        if step != self._told and not progress.state.final:
            self._told = step
            print(printable(_sentence(progress, percent)), file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the bar away."""
        self._line.clear()


def _bar(progress: Progress) -> str:
    word = _WORDS[progress.state]
    if progress.fraction is None:
        return f"{progress.name}  {word}"
    filled = round(_BAR_SIGNS * progress.fraction)
    bar = "█" * filled + "░" * (_BAR_SIGNS - filled)
    parts = [f"{progress.name}  {bar} {int(100 * progress.fraction):3d} %"]
    if progress.total_bytes is not None:
        parts.append(f"{size_text(progress.done_bytes)} of {size_text(progress.total_bytes)}")
    if progress.state is State.STALLED:
        parts.append(f"{progress.note}; again in {duration_text(progress.retry_in_seconds or 0)}")
    elif progress.state is not State.DOWNLOADING:
        parts.append(word)
    elif progress.bytes_per_second is not None:
        parts.append(f"{size_text(int(progress.bytes_per_second))}/s")
        if progress.seconds_left is not None:
            parts.append(f"{duration_text(progress.seconds_left)} left")
    return "  ".join(parts)


def _sentence(progress: Progress, percent: int) -> str:
    text = f"{progress.name}: {_WORDS[progress.state]}"
    if progress.total_bytes:
        text += f", {percent} % of {size_text(progress.total_bytes)}"
    return f"{text} ({progress.note})" if progress.note else text
