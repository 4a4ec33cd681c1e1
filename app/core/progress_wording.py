"""How far something long has come, in words."""

from .language import number, translate
from .progress import Progress, State
from .translatable import QT_TRANSLATE_NOOP
from .wording import size_text

_STATES = {
    State.QUEUED: QT_TRANSLATE_NOOP("Progress", "Waiting for its turn"),
    State.RESOLVING: QT_TRANSLATE_NOOP("Progress", "Asking what there is to fetch"),
    State.DOWNLOADING: QT_TRANSLATE_NOOP("Progress", "Downloading"),
    State.STALLED: QT_TRANSLATE_NOOP("Progress", "Waiting for the connection"),
    State.COPYING: QT_TRANSLATE_NOOP("Progress", "Copying"),
    State.VERIFYING: QT_TRANSLATE_NOOP("Progress", "Checking its files"),
    State.TESTING: QT_TRANSLATE_NOOP("Progress", "Trying it on this computer"),
    State.PAUSED: QT_TRANSLATE_NOOP("Progress", "Paused"),
    State.READY: QT_TRANSLATE_NOOP("Progress", "Ready"),
    State.CANCELLED: QT_TRANSLATE_NOOP("Progress", "Cancelled"),
    State.FAILED: QT_TRANSLATE_NOOP("Progress", "Failed"),
}


def state_text(state: State) -> str:
    """What is going on: "Downloading"."""
    return translate("Progress", _STATES[state])


def amount_text(done_bytes: int, total_bytes: int | None) -> str:
    """How much is there: "402 MB of 1.18 GB"."""
    if total_bytes is None:
        return size_text(done_bytes)
    return translate("Progress", "{done} of {total}").format(
        done=size_text(done_bytes), total=size_text(total_bytes)
    )


def speed_text(bytes_per_second: float | None) -> str:
    """How fast it comes: "12.3 MB/s"; empty when unknown, and 0 when nothing comes."""
    if bytes_per_second is None:
        return ""
    megabytes = bytes_per_second / 1e6
    digits = 1 if megabytes < 10 else 0
    return translate("Progress", "{speed} MB/s").format(speed=number(megabytes, digits))


def time_left_text(seconds: float | None) -> str:
    """How long it will take: "about 2 min left"; empty when unknown."""
    if seconds is None:
        return ""
    if seconds < 60:
        return translate("Progress", "less than a minute left")
    minutes = round(seconds / 60)
    if minutes < 60:
        return translate("Progress", "about {count} min left").format(count=number(minutes))
    text = translate("Progress", "about {hours} h {minutes} min left")
    return text.format(hours=number(minutes // 60), minutes=number(minutes % 60))


def progress_text(progress: Progress) -> str:
    """The whole line: "Downloading · 402 MB of 1.18 GB · 12.3 MB/s · about 1 min left"."""
    parts = [state_text(progress.state)]
    if progress.done_bytes or progress.total_bytes:
        parts.append(amount_text(progress.done_bytes, progress.total_bytes))
    if progress.state is State.DOWNLOADING:
        parts += [speed_text(progress.bytes_per_second), time_left_text(progress.seconds_left)]
    if progress.retry_in_seconds is not None:
        text = translate("Progress", "next try in {seconds} s")
        parts.append(text.format(seconds=number(max(0, round(progress.retry_in_seconds)))))
    return " · ".join(part for part in parts if part)
