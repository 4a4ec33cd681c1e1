"""What Markdown means, as blocks."""

import pytest

from ternchat.app.core.markdown.blocks import (
    CodeBlock,
    Heading,
    ListBlock,
    MathBlock,
    Paragraph,
    Quote,
    Rule,
    Run,
    Table,
)
from ternchat.app.core.markdown.reader import parse


def runs(text):
    (paragraph,) = parse(text)
    assert isinstance(paragraph, Paragraph)
    return paragraph.runs


def words(text):
    return "".join(run.text for run in runs(text))


def test_styles_become_runs():
    assert runs("a **b *c*** `d` ~~e~~") == (
        Run("a "),
        Run("b ", bold=True),
        Run("c", bold=True, italic=True),
        Run(" "),
        Run("d", code=True),
        Run(" "),
        Run("e", strike=True),
    )


def test_blocks_of_every_kind():
    text = (
        "# Title\n\ntext\n***\n> quoted\n\n- one\n- two\n\n```py\nx\n```\n\n| a |\n|--:|\n| 1 |\n"
    )
    kinds = [type(block) for block in parse(text)]
    assert kinds == [Heading, Paragraph, Rule, Quote, ListBlock, CodeBlock, Table]


def test_lists_keep_their_numbers_and_tasks_their_boxes():
    (numbered,) = parse("3. a\n4. b")
    (tasks,) = parse("- [ ] open\n- [x] done\n- [y] neither")
    assert numbered.start == 3
    assert [item.checked for item in tasks.items] == [False, True, None]
    assert tasks.items[1].blocks == (Paragraph((Run("done"),)),)


def test_a_line_break_is_shown_where_it_was_written():
    assert words("one\ntwo  \nthree") == "one\ntwo\nthree"


def test_a_dash_below_text_does_not_make_it_a_heading():
    assert [type(block) for block in parse("text\n---\nmore")] == [Paragraph, Rule, Paragraph]


def test_code_knows_its_language_and_whether_its_end_was_written():
    assert parse("```c++ title=x\na\n\n```") == [CodeBlock("a\n", "c++", closed=True)]
    for text in ("```\na", "```\na\n", "```\n"):
        (code,) = parse(text)
        assert not code.closed


def test_a_table_is_capped_and_says_how_much_is_missing():
    (table,) = parse("|a|b|\n|:-|-|\n" + "|1|2|\n" * 550 + "\nafter")[:1]
    assert (len(table.rows), table.hidden_rows) == (500, 50)
    assert table.alignments == ("left", "")
    assert parse("|a|b|\n|:-|-|\n" + "|1|2|\n" * 550 + "\nafter")[1] == Paragraph((Run("after"),))


@pytest.mark.parametrize(
    "url", ["https://e.org/a?b=c", "http://e.org", "mailto:a@b.c", "HTTPS://E.ORG"]
)
def test_web_and_mail_addresses_are_links(url):
    assert runs(f"[x]({url})") == (Run("x", link=url),)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:1", "java\tscript:1", "file:///etc/passwd", "//host/x",
        "\\\\host\\share", "data:text/html,x", "data:image/png;base64,x", "vbscript:x", "/etc/x",
        "relative.html", "#anchor", "https:", "http:///x", "mailto:", "ftp://e.org", "app-icon:x",
        "&#106;avascript:1", "ternchat:x",
    ],
)  # fmt: skip
def test_nothing_else_is_a_link(url):
    for text in (f"[x]({url})", f"[x](<{url}>)", f"<{url}>", f"![x]({url})", f"[x]: {url}\n\n[x]"):
        for block in parse(text):
            assert all(run.link is None for run in block.runs)


def test_bare_addresses_are_links_without_the_marks_behind_them():
    assert runs("See https://e.org/a_(b), or (http://e.org).") == (
        Run("See "),
        Run("https://e.org/a_(b)", link="https://e.org/a_(b)"),
        Run(", or ("),
        Run("http://e.org", link="http://e.org"),
        Run(")."),
    )


def test_an_image_is_its_name_and_where_it_would_come_from():
    assert runs("![a cat](https://e.org/c.png)") == (
        Run("a cat", italic=True, link="https://e.org/c.png"),
    )
    assert runs("![a cat](file:///c.png)") == (Run("![a cat](file:///c.png)"),)


def test_html_is_text():
    evil = '<img src="https://e.org/x"> <b>b</b> <!-- c -->'
    assert words(evil) == evil.replace("https://e.org/x", "https://e.org/x")
    assert not any(run.bold for run in runs(evil))
    assert words("<script>\nalert(1)\n</script>") == "<script>\nalert(1)\n</script>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("$x^2$", "x²"), (r"\(x^2\)", "x²"), ("a $$x^2$$ b", "a x² b"), (r"a \[x^2\] b", "a x² b"),
        ("$5 and $10", "$5 and $10"), ("$5-$10", "$5-$10"), (r"\$x$", "$x$"), ("`$x^2$`", "$x^2$"),
        ("costs 5$ or 6$", "costs 5$ or 6$"), ("$x", "$x"), ("$ x $", "$ x $"),
    ],
)  # fmt: skip
def test_formulas_in_a_line_and_what_only_looks_like_one(text, shown):
    assert words(text) == shown


@pytest.mark.parametrize("text", ["$$\nx\n$$", "$$x$$", "\\[\nx\n\\]", "\\[ x \\]"])
def test_formulas_on_their_own_lines(text):
    assert parse(f"Before:\n{text}\nafter") == [
        Paragraph((Run("Before:"),)),
        MathBlock("x"),
        Paragraph((Run("after"),)),
    ]


def test_a_formula_ends_before_an_empty_line_or_is_none():
    assert parse("$$\nx")[0] == MathBlock("x", closed=False)
    assert [type(block) for block in parse("$$\nx\n\n$$")] == [Paragraph, MathBlock]


def test_text_nested_beyond_reason_is_still_shown():
    deep = parse(">" * 30_000 + "a")
    for _ in range(40):
        (deep,) = deep if isinstance(deep, list) else deep.blocks
    assert ">a" in str(deep)
    nested = "\n".join("  " * level + f"- level {level}" for level in range(100)) + "\n\nafter"
    assert "level 99" in str(parse(nested))
    assert parse(nested)[-1] == Paragraph((Run("after"),))
