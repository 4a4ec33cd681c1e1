"""Numbers and phases in words, the same everywhere."""

from .statistics import Snapshot
from .turn import Phase


def size_text(size_bytes: int) -> str:
    """A number of bytes as people read it: "4.8 MB"."""
    if size_bytes >= 1e9:
        return f"{size_bytes / 1e9:.2f} GB"
    megabytes = size_bytes / 1e6
    return f"{megabytes:.1f} MB" if megabytes < 10 else f"{megabytes:.0f} MB"


def rate_text(tokens_per_second: float | None, verb: str = "") -> str:
    """A speed: "34.1 tok/s"; empty when unknown."""
    if tokens_per_second is None:
        return ""
    digits = 1 if tokens_per_second < 100 else 0
    return f"{verb}{tokens_per_second:,.{digits}f} tok/s"


def phase_text(now: Snapshot) -> str:
    """What the engine is doing, with a number where there is one."""
    match now.phase:
        case Phase.LOADING:
            name = f"Loading {now.model_title}".rstrip()
            return f"{name} · {int(100 * (now.fraction or 0))} %"
        case Phase.READING if now.total:
            return f"Reading {now.done:,} of {now.total:,} tokens"
        case Phase.READING:
            return "Reading"
        case Phase.WRITING:
            return "Writing"
        case Phase.STOPPED:
            return "Stopped"
        case Phase.FAILED:
            return "Failed"
        case Phase.READY:
            return "Ready"
    return "No model loaded"


def context_text(now: Snapshot) -> str:
    """How much of the context is used: "context 212 / 4,096 (5 %)"; empty without a model."""
    if now.facts is None or now.facts.context_length <= 0:
        return ""
    length = now.facts.context_length
    percent = round(100 * now.used_tokens / length)
    return f"context {now.used_tokens:,} / {length:,} ({percent} %)"


def memory_text(now: Snapshot) -> str:
    """What takes how much memory: weights, KV cache, the whole process."""
    parts = []
    if now.facts is not None:
        parts.append(f"weights {size_text(now.facts.weights_bytes)}")
        parts.append(f"KV {size_text(now.facts.kv_bytes)}")
    if now.process_bytes is not None:
        parts.append(f"process {size_text(now.process_bytes)}")
    return " · ".join(parts)


def kernel_text(now: Snapshot) -> str:
    """The kernel set and its threads: "avx2, 2 threads"."""
    if now.facts is None:
        return ""
    threads = now.facts.threads
    return f"{now.facts.kernel}, {threads} thread" + ("" if threads == 1 else "s")
