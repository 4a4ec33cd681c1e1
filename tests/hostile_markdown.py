"""Texts no honest model writes, by what is bad about them; for tests of the parser and the page."""

LINE = "word " * 200_000
LINKS = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:1", "vbscript:x", "qrc:/x",
    "data:text/html,x", "data:image/png;base64,AAAA", "file:///etc/passwd", "app-icon:x",
    "file://host/share/x.png", "//host/share/x", "\\\\host\\share\\x.png", "/etc/hostname",
    "ftp://e.org/x", "#anchor",
)  # fmt: skip
HOSTILE = {
    "a table of 100,000 rows": "|a|b|\n|-|-|\n" + "|1|2|\n" * 100_000,
    "a wide table": "|a" * 5000 + "\n" + "|-" * 5000 + "\n" + "|x\n" * 1000,
    "tables in a row": "|a|b|c|d|\n|-|-|-|-|\n|1|2|3|4|\n\n" * 3000,
    "a table and $$": "|a|b|\n|-|-|\n" + "$$\n" * 20_000,
    "a fence without an end": "```\n" + "code\n" * 20_000,
    "code in one line": "```python\n" + "x" * 200_000 + "\n```",
    "a line of 1 MB": LINE,
    "a line of 1 MB without blanks": "x" * 1_000_000,
    "quotes in quotes": ">" * 30_000 + "a",
    "lists in lists": "\n".join(" " * level + "- a" for level in range(1000)),
    "lists in quotes in lists": "".join("- > " for _ in range(3000)) + "a",
    "emphasis": "*a" * 128_000,
    "emphasis that never ends": "**a _b " * 30_000,
    "brackets": "[" * 256_000,
    "links": "[a](b" * 50_000,
    "images": "![a](https://e.org/x.png) ![](file:///etc/passwd) ![b](//host/share/b.png)\n" * 500,
    "links to everything": "".join(f"[x]({url}) <{url}> ![y]({url})\n\n" for url in LINKS),
    "backticks": "".join("`" * n + "a" for n in range(1, 600)),
    "many code blocks": "```\n```\n" * 30_000,
    "many paragraphs": "a\n\n" * 80_000,
    "many paragraphs in one quote": "> a\n>\n" * 40_000,
    "bidi": "\u202e\u2066abc" * 10_000,
    "invisible": "a\u200b\u200d\u2060\ufeff" * 20_000,
    "marks on marks": "a" + "\u0301" * 50_000,
    "ANSI": "\x1b[31m" * 20_000,
    "signs Qt ends paragraphs and frames with": (
        "- a\u2029b\ufdd0c\ufdd1d\u2028e\ufffcf\uffffg\n- h\n\n```\na\u2029b\u2028c\ufdd0d\n```\n\n"
        "| a\u2029b |\n|---|\n| c\ufdd1d |\n\n" * 50
    ),
    "controls": "".join(map(chr, range(32))) * 2000,
    "lone surrogates": "\ud800a" * 10_000,
    "NUL": "\0" * 100_000,
    "ZWJ": "\N{WOMAN}\u200d" * 50_000,
    "dollars": "$a" * 100_000,
    "formulas": "$$\n" * 60_000,
    "an enormous formula": "$$\n" + r"\frac{" * 20_000 + "x" + "}" * 20_000 + "\n$$",
    "a long formula": "$" + "x^2+" * 50_000 + "x$",
    "entities": "&#x0;&amp;&bogus;" * 10_000,
    "HTML": "<div>" * 50_000,
    "HTML that loads": (
        '<img src="https://e.org/x.png"><script src="//e.org/x.js"></script>'
        '<link rel="stylesheet" href="file:///etc/passwd"><iframe src="https://e.org">\n\n' * 200
    ),
    "a long word in a table": "|a|b|\n|-|-|\n|" + "x" * 30_000 + "|2|\n" * 5,
    "a long word in styles": "**a**`b`" * 20_000,
    "bars": "|" * 200_000 + "\n" + "|-" * 100_000,
}  # fmt: skip
