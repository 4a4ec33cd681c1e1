"""About how many tokens a text has, where no tokenizer is at hand."""

BYTES_PER_TOKEN = 4  # English prose: 3.6 with Fledgling's vocabulary, 4.4 with Llama 3's


def estimate_tokens(text: str) -> int:
    """An estimate, at least 1 for a text that is not empty."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)
