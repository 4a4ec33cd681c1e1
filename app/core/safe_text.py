"""Text from models, files and people, with the characters that deceive made visible."""

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Controls (ESC starts terminal orders), lone surrogates and other code points that are no text at
# all (Qt ends paragraphs and tables with some), and the characters that show text in another order
# than it is stored in.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2029\ufdd0-\ufdef\ufffc\ufffe\uffff]"
)
# Also what may reorder text without overriding it: meant in prose, a trap in code and in names.
_INVISIBLE = re.compile("[\u061c\u2028\u200b\u200e\u200f\u2066-\u2069\ufeff]")


def safe_text(text: str) -> str:
    """Prose: controls become pictures of themselves, overrides of direction become marks."""
    return _UNSAFE.sub(_picture, text)


def safe_code(text: str) -> str:
    """Code, where nothing may look different from what it is."""
    return _INVISIBLE.sub(REPLACEMENT, safe_text(text))


def safe_name(text: str) -> str:
    """A name on one line."""
    return safe_code(" ".join(text.split()))


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0 < code < 0x20:
        return chr(0x2400 + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else REPLACEMENT
