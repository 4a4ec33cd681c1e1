"""The code in a message."""

from .items import CodeItem
from .stream import MarkdownStream


def last_code(source: str) -> str | None:
    """The last block of code that a message shows, also while it is being written."""
    if "```" not in source and "~~~" not in source and "    " not in source and "\t" not in source:
        return None
    stream = MarkdownStream()
    stream.append(source)
    stream.finish()
    blocks = [item.code for item in stream.settled if isinstance(item, CodeItem)]
    return blocks[-1] if blocks else None
