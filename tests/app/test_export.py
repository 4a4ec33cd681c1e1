"""Chats as files: what a person and a browser get to see."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import AnswerStats, Chat, ChatTree, Message, Role, State
from ternchat.app.core.export.exporting import ExportError, export_chats, trees_of
from ternchat.app.core.export.formats import ExportFormat, file_name_of
from ternchat.app.core.export.html_export import MARKDOWN_LIMIT, html_of
from ternchat.app.core.export.markdown_export import markdown_of
from ternchat.app.core.memory_chat_store import MemoryChatStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def tree(*texts, title="Rain", **changes):
    """A chat of questions and answers in turn."""
    messages = []
    for number, text in enumerate(texts, 1):
        role = Role.USER if number % 2 else Role.ASSISTANT
        messages.append(Message(number, 1, number - 1 or None, role, text, created=NOW))
    messages[-1] = replace(messages[-1], **changes)
    return ChatTree(Chat(1, title, NOW, NOW), tuple(messages), tuple(m.id for m in messages))


class Page(HTMLParser):
    """Tags, attributes and words of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []
        self.feed(html)
        self.text = "".join(self.words)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words.append(data)


def test_markdown_reads_from_top_to_bottom():
    stats = AnswerStats("Fledgling", "stop")
    text = markdown_of([tree("What is *rain*?", " Water.\n\n- drops", stats=stats)], NOW)
    assert text.startswith("# Rain\n\n*2026-03-01 ")
    assert "---\n\n**You**\n\nWhat is *rain*?\n\n---\n\n**Fledgling**\n\nWater.\n\n- drops" in text


def test_only_the_shown_branch_is_written_for_people():
    store = MemoryChatStore()
    chat = store.create_chat("t")
    question = store.add(chat.id, None, Role.USER, "question", State.DONE)
    first = store.add(chat.id, question.id, Role.ASSISTANT, "hidden words", State.DONE)
    store.add(chat.id, question.id, Role.ASSISTANT, "second", State.STOPPED)
    [whole] = trees_of(store, [chat.id])
    for write in (markdown_of, html_of):
        text = write([whole], NOW)
        assert "second" in text
        assert "(stopped)" in text
        assert "hidden words" not in text
    store.select(first.id)
    assert "second" not in markdown_of(trees_of(store, [chat.id]), NOW)


def test_a_title_cannot_change_what_markdown_means():
    text = markdown_of([tree("x", title="# [a](b) *c*\n<script>")], NOW)
    assert text.startswith(r"# \# \[a\](b) \*c\* \<script\>")


def test_attachments_are_fenced_whatever_they_hold():
    paper = Attachment("a.md", "text/markdown", "x\n````\ny", None)
    text = markdown_of([tree("x", attachments=(paper,))], NOW)
    assert "a.md:\n\n`````\nx\n````\ny\n`````" in text


HOSTILE = """<script>alert(1)</script> <img src=x onerror=alert(1)> ![p](http://evil.example/p.png)
[a](javascript:alert(1)) [b](data:text/html,x) [c](vbscript:x) [d](file:///etc/passwd)
<a href="javascript:x">e</a> [f]: http://evil.example "x"

| a | b |
|---|---|
| 1 | <b>2</b> |

```html
</code></pre><script>alert(2)</script>
```
[g](https://example.org/?a="><script>)
"""


@pytest.mark.parametrize("role", ["question", "answer"])
def test_nothing_in_a_page_runs_or_is_loaded(role):
    paper = Attachment("</summary><script>", "t", "</pre><script>", 1)
    texts = (HOSTILE,) if role == "question" else ("x", HOSTILE)
    html = html_of([tree(*texts, title="</title><script>x", attachments=(paper,))], NOW)
    page = Page(html)
    assert {"script", "img", "iframe", "link", "object", "b"}.isdisjoint(page.tags)
    assert {"src", "onerror", "srcset"}.isdisjoint(name for name, _ in page.attributes)
    links = [value for name, value in page.attributes if name == "href"]
    assert all(re.match(r"https?://|#", link) for link in links), links
    policies = [value for name, value in page.attributes if name == "content"]
    assert any("default-src 'none'" in policy for policy in policies)
    assert "alert(1)" in page.text


def test_an_answer_is_set_and_a_question_is_shown_as_typed():
    page = Page(html_of([tree("**a** <b>", "**c** `d`\n\n| e |\n|---|\n| f |")], NOW))
    assert {"strong", "code", "table"} <= {*page.tags}
    assert "**a** <b>" in page.text
    assert "**c**" not in page.text


def test_a_page_is_readable_in_light_and_dark_and_by_itself():
    html = html_of([tree("x")], NOW)
    assert "prefers-color-scheme: dark" in html
    assert "url(" not in html
    assert "@import" not in html


def test_several_chats_make_one_page_with_contents():
    page = Page(html_of([tree("x", title="One"), tree("y", title="<Two>")], NOW))
    targets = [value for name, value in page.attributes if name == "href"]
    ids = [value for name, value in page.attributes if name == "id"]
    assert [f"#{id_}" for id_ in ids] == targets == ["#chat-1", "#chat-2"]
    assert page.text.count("<Two>") == 2


def test_a_huge_answer_is_written_as_it_is_in_no_time():
    text = "> " * MARKDOWN_LIMIT
    page = Page(html_of([tree("x", text)], NOW))
    assert "blockquote" not in page.tags
    assert text.rstrip() in page.text


@pytest.mark.parametrize("format_", ExportFormat)
def test_a_file_is_written_whole_and_replaces_the_one_before(format_, tmp_path):
    path = tmp_path / f"chats{format_.suffix}"
    path.write_text("before")
    export_chats([tree("Räin ☔", "东京")], path, format_)
    assert "Räin ☔" in path.read_text("utf-8")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_file_that_cannot_be_written_is_a_sentence_and_leaves_nothing(tmp_path):
    (tmp_path / "folder.md").mkdir()
    for path in (tmp_path / "folder.md", tmp_path / "missing" / "x.md"):
        with pytest.raises(ExportError, match=r"cannot be written: [A-Z]"):
            export_chats([tree("x")], path, ExportFormat.MARKDOWN)
    assert [file.name for file in tmp_path.iterdir()] == ["folder.md"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("What is rain?", "What is rain.md"),
        ("../../etc/passwd", "etc passwd.md"),
        ("a\0b\nc:d*", "a b c d.md"),
        ("...", "Chat.md"),
        ("東京", "東京.md"),
        ("x" * 300, "x" * 60 + ".md"),
    ],
)
def test_a_title_makes_a_file_name_for_every_system(title, name):
    assert file_name_of(title, ExportFormat.MARKDOWN) == name


def test_the_name_of_a_file_says_its_format(tmp_path):
    names = {"a.MD": "markdown", "a.html": "html", "a.json": "json", "a": "json", "a.txt": "json"}
    assert {n: str(ExportFormat.of_name(tmp_path / n)) for n in names} == names
