"""Numbers and phases in words, the same everywhere."""

from .language import number, translate
from .statistics import Snapshot
from .turn import Phase


def size_text(size_bytes: int) -> str:
    """A number of bytes as people read it: "4.8 MB"."""
    if size_bytes >= 1e9:
        return translate("Wording", "{size} GB").format(size=number(size_bytes / 1e9, 2))
    megabytes = size_bytes / 1e6
    size = number(megabytes, 1 if megabytes < 10 else 0)
    return translate("Wording", "{size} MB").format(size=size)


def duration_text(seconds: float) -> str:
    """A stretch of time as people say it: "42 s", "3 min", "2 h 10 min"."""
    if seconds < 90:
        return translate("Wording", "{n} s").format(n=number(max(1, round(seconds))))
    minutes = round(seconds / 60)
    if minutes < 90:
        return translate("Wording", "{n} min").format(n=number(minutes))
    hours = translate("Wording", "{hours} h {minutes} min")
    return hours.format(hours=number(minutes // 60), minutes=number(minutes % 60))


def rate_text(tokens_per_second: float | None, form: str = "") -> str:
    """A speed: "34.1 tok/s", set into a form such as "read {rate}"; empty when unknown."""
    if tokens_per_second is None:
        return ""
    rate = number(tokens_per_second, 1 if tokens_per_second < 100 else 0)
    text = translate("Wording", "{rate} tok/s").format(rate=rate)
    return form.format(rate=text) if form else text


def phase_text(now: Snapshot) -> str:
    """What the engine is doing, with a number where there is one."""
    match now.phase:
        case Phase.LOADING:
            return translate("Wording", "Loading {model} · {percent} %").format(
                model=now.model_title, percent=number(int(100 * (now.fraction or 0)))
            )
        case Phase.READING if now.total:
            return translate("Wording", "Reading {done} of {total} tokens").format(
                done=number(now.done), total=number(now.total)
            )
        case Phase.READING:
            return translate("Wording", "Reading")
        case Phase.WRITING:
            return translate("Wording", "Writing")
        case Phase.STOPPED:
            return translate("Wording", "Stopped")
        case Phase.FAILED:
            return translate("Wording", "Failed")
        case Phase.READY:
            return translate("Wording", "Ready")
    return translate("Wording", "No model loaded")


def context_text(now: Snapshot) -> str:
    """How much of the context is used: "context 212 / 4,096 (5 %)"; empty without a model."""
    if now.facts is None or now.facts.context_length <= 0:
        return ""
    length = now.facts.context_length
    return translate("Wording", "context {used} / {length} ({percent} %)").format(
        used=number(now.used_tokens),
        length=number(length),
        percent=number(100 * now.used_tokens / length),
    )


def memory_text(now: Snapshot) -> str:
    """What takes how much memory: weights, KV cache, the whole process."""
    parts = []
    if now.facts is not None:
        weights, kv = size_text(now.facts.weights_bytes), size_text(now.facts.kv_bytes)
        parts.append(translate("Wording", "weights {size}").format(size=weights))
        parts.append(translate("Wording", "KV {size}").format(size=kv))
    if now.process_bytes is not None:
        size = size_text(now.process_bytes)
        parts.append(translate("Wording", "process {size}").format(size=size))
    return " · ".join(parts)


def kernel_text(now: Snapshot) -> str:
    """The kernel set and its threads: "avx2, 2 threads", or "avx2, 16 threads, 8 to write"."""
    facts = now.facts
    if facts is None:
        return ""
    text = f"{facts.kernel}, " + translate("Wording", "%n thread(s)", facts.threads)
    if facts.writing_threads in (None, facts.threads):
        return text
    return text + ", " + translate("Wording", "%n to write", facts.writing_threads)
