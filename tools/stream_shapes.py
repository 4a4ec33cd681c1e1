"""Answers of every shape: how each begins, and what then comes again and again without an end."""

ANSWER = """Rain is **water** that falls from clouds, see [here](https://example.org/rain).
Drops form when vapour condenses on `dust`, and they grow until the air cannot carry them.

1. Water evaporates from the sea.
2. It rises and cools.

```python
def fall(drops: int) -> str:
    return "splash" * drops
```

| Kind | Size |
|------|-----:|
| Rain | 2 mm |

"""
_WORDS = "Words and words that make a sentence of the usual length. "
_STYLED = "Some **bold words** and `code` and *more* in [links](https://example.org). "

SHAPES = {
    "prose, lists, code and tables": ("", ANSWER),
    "paragraphs": ("", _WORDS * 8 + "\n\n"),
    "one paragraph": ("", _WORDS),
    "one paragraph of many lines": ("", _WORDS + "\n"),
    "one paragraph with styles": ("", _STYLED),
    "one paragraph without sentences": ("", "words and words "),
    "one word": ("", "word"),
    "emphasis that never ends": ("**", _WORDS),
    "one quote": ("> ", _WORDS),
    "one quote of many lines": ("", "> " + _WORDS + "\n"),
    "one quote of many paragraphs": ("", "> " + _WORDS * 3 + "\n>\n"),
    "one list": ("", "- an entry of a list that never ends, with a few **words**\n"),
    "one list in a quote": ("", "> - an entry with a few words\n"),
    "one entry of a list": ("- ", _WORDS),
    "one entry of many paragraphs": ("- start\n\n", "  " + _WORDS * 3 + "\n\n"),
    "one entry with a list in it": ("1. start\n", "   - an entry that goes on\n"),
    "an entry in a quote in an entry in a quote": ("> - > - ", _WORDS),
    "one table": ("| a | b | c |\n|---|---|--:|\n", "| an entry | of a table | 12 |\n"),
    "one table of long cells": ("| a | b |\n|---|---|\n", f"| {_WORDS * 3}| {_WORDS * 2}|\n"),
    "one cell of a table": ("| a | b |\n|---|---|\n| ", _WORDS),
    "short tables": ("", "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n"),
    "one heading": ("# ", _WORDS),
    "headings": ("", "## A heading of the usual kind\n\n"),
    "one block of code": (
        "```python\n",
        "    value = compute(something, other)  # a line of code\n",
    ),
    "one line of code": ("```\n", "x = y; "),
    "a formula in a line": ("Here $", "x^2 + y_1 + "),
    "a formula on lines of its own": ("$$\n", "x^2 + y_1 + "),
    "lines from side to side": ("", "---\n\n"),
}
