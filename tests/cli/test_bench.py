"""`ternchat bench`: what it prints, and that the figures fit together."""

import json
import os

import pytest

from ternchat.app.cli.bench_report import Report, table

KEYS = {
    "model",
    "kernel",
    "threads",
    "writing_threads",
    "load_seconds",
    "prefill_tokens_per_second",
    "decode_tokens_per_second",
    "bytes_per_token",
    "read_bandwidth_bytes_per_second",
    "roofline_fraction",
    "outside_kernels_fraction",
    "peak_rss_bytes",
    "anonymous_bytes",
    "context_length",
}


@pytest.fixture(scope="module")
def report() -> dict[str, object]:
    """A report made up of plain numbers."""
    return {
        **dict.fromkeys(Report.__dataclass_fields__, 2.0),
        "model": "m",
        "kernel": "scalar",
        "cpu": "c",
        "kv_dtype": "f16",
        "speculative": None,
        "samples": [],
    }


def test_the_json_has_the_promised_keys_and_they_fit_together(ternchat):
    result = ternchat(
        *("bench", "--json", "--threads", "1", "--prompt-tokens", "20", "--new-tokens", "9")
    )
    assert result.returncode == 0, result.stderr
    figures = json.loads(result.stdout)
    assert set(figures) >= KEYS
    assert figures["model"] == "fledgling"
    assert figures["threads"] == 1
    assert (figures["prompt_tokens"], figures["new_tokens"]) == (20, 9)
    assert figures["context_length"] == 29
    fraction = figures["decode_tokens_per_second"] * figures["bytes_per_token"]
    fraction /= figures["read_bandwidth_bytes_per_second"]
    assert figures["roofline_fraction"] == pytest.approx(fraction)
    assert 0 <= figures["outside_kernels_fraction"] < 1
    assert figures["speculative"] is None
    if os.path.exists("/proc/self/status"):
        assert 0 < figures["anonymous_bytes"] <= figures["peak_rss_bytes"]


def test_more_tokens_than_the_model_holds_are_refused_before_measuring(ternchat):
    result = ternchat("bench", "--prompt-tokens", "5000")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "256" in result.stderr


def test_a_missing_model_is_an_error(ternchat):
    result = ternchat("bench", "--model", "nowhere")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1


def test_the_table_says_unknown_for_what_was_not_measured(report):
    unknown = {**report, "read_bandwidth_bytes_per_second": None, "roofline_fraction": None}
    text = table(Report(**unknown))
    assert text.count("unknown") == 2
    assert "scalar" in text


def test_speculation_is_reported_beside_the_plain_figures(ternchat):
    arguments = ("bench", "--json", "--speculate", "--prompt-tokens", "20", "--new-tokens", "40")
    figures = json.loads(ternchat(*arguments).stdout)
    assert figures["samples"][0]["drafted"] == 0
    assert figures["speculative"]["decode_tokens_per_second"] > 0
    assert figures["speculative"]["drafted"] >= figures["speculative"]["accepted"]


def test_the_table_has_a_line_for_speculation_only_when_it_was_measured(report):
    figures = {"decode_tokens_per_second": 30.0, "drafted": 9, "accepted": 4}
    assert "speculation" not in table(Report(**report))
    assert "30.0 tokens/s (4 of 9 kept)" in table(Report(**{**report, "speculative": figures}))
