"""What `ternchat bench` reports."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Report:
    """One measurement; the fields are the keys of the JSON object.

    Attributes:
        model: its name or path.
        kernel: the kernel set that ran.
        threads: processor threads that read the prompt.
        writing_threads: those that wrote.
        load_seconds: from the call to a model that can answer; repacking included.
        prefill_tokens_per_second: prompt tokens read per second, up to the first new token.
        decode_tokens_per_second: tokens generated per second after the first one.
        bytes_per_token: weights, scales and head bytes that one decode step reads, plus the
            KV cache at the mean position.
        read_bandwidth_bytes_per_second: the faster of two measurements, before and after, of
            the best sequential read of at least 2 GiB in huge pages by as many threads as wrote.
        roofline_fraction: decode_tokens_per_second * bytes_per_token over that bandwidth.
        outside_kernels_fraction: share of the decode time that was spent outside kernels.
        peak_rss_bytes: the most memory ever resident, mapped files included (VmHWM).
        anonymous_bytes: the most memory not backed by a file (RssAnon), sampled.
        context_length: tokens the KV cache was made for.
        prompt_tokens: tokens read before generating.
        new_tokens: tokens generated.
        first_token_seconds: from the request to the first token.
        kv_dtype: number format of the KV cache.
        read_bandwidth_before: the first of the two bandwidth measurements.
        read_bandwidth_after: the second one.
        cpu: what the processor calls itself.
        version: Ternchat's.
        speculative: the medians with speculation on; None when it was not asked for.
        samples: every run; the figures above are the medians.
    """

    model: str
    kernel: str
    threads: int
    writing_threads: int
    load_seconds: float
    prefill_tokens_per_second: float
    decode_tokens_per_second: float
    bytes_per_token: int
    read_bandwidth_bytes_per_second: float | None
    roofline_fraction: float | None
    outside_kernels_fraction: float
    peak_rss_bytes: int | None
    anonymous_bytes: int | None
    context_length: int
    prompt_tokens: int
    new_tokens: int
    first_token_seconds: float | None
    kv_dtype: str
    read_bandwidth_before: float | None
    read_bandwidth_after: float | None
    cpu: str
    version: str
    speculative: dict[str, Any] | None
    samples: list[dict[str, Any]]


def table(report: Report) -> str:
    """The report for a person."""
    rows = [
        ("model", report.model),
        ("processor", report.cpu),
        ("kernel set", f"{report.kernel}, {_threads(report)}"),
        ("load", f"{report.load_seconds:.2f} s"),
        (
            "prefill",
            f"{report.prefill_tokens_per_second:.1f} tokens/s ({report.prompt_tokens} tokens)",
        ),
        ("decode", f"{report.decode_tokens_per_second:.1f} tokens/s ({report.new_tokens} tokens)"),
        *_speculation(report.speculative),
        ("first token", _unit(report.first_token_seconds, 1, ".2f", "s")),
        ("read per token", f"{report.bytes_per_token / 1e6:.1f} MB"),
        ("memory is read at", _unit(report.read_bandwidth_bytes_per_second, 1e9, ".1f", "GB/s")),
        ("share of that", _unit(report.roofline_fraction, 0.01, ".0f", "%")),
        ("outside kernels", _unit(report.outside_kernels_fraction, 0.01, ".1f", "%")),
        ("peak memory", _unit(report.peak_rss_bytes, 1e6, ".0f", "MB")),
        ("not mapped files", _unit(report.anonymous_bytes, 1e6, ".0f", "MB")),
        ("context", f"{report.context_length} tokens, {report.kv_dtype}"),
    ]
    return "\n".join(f"{name:<18} {value}" for name, value in rows)


def _threads(report: Report) -> str:
    words = f"{report.threads} threads"
    return (
        words
        if report.writing_threads == report.threads
        else (f"{words}, {report.writing_threads} to write")
    )


def _speculation(figures: dict[str, Any] | None) -> list[tuple[str, str]]:
    if figures is None:
        return []
    speed, kept = figures["decode_tokens_per_second"], figures["accepted"]
    return [("with speculation", f"{speed:.1f} tokens/s ({kept} of {figures['drafted']} kept)")]


def _unit(value: float | None, scale: float, form: str, unit: str) -> str:
    return "unknown" if value is None else f"{value / scale:{form}} {unit}"
