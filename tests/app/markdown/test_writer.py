"""What was shown, written down again."""

import pytest

from ternchat.app.core.markdown.flow import flow
from ternchat.app.core.markdown.plain_stream import PlainStream
from ternchat.app.core.markdown.reader import parse
from ternchat.app.core.markdown.writer import as_markdown, as_text, cut, shown_text

WHOLE = r"""# Rain

Rain is **water**, *often* `cold`, see [here](https://e.org) or https://e.org/x.

1. one
2. two

   more of two
    - below
- [x] done
- [ ] open

> quoted
>
> again

```py
x = "```"
```

| a | b |
| :-- | --- |
| 1 | $x^2$ |

---

$$
\frac{a}{b}
$$"""


def items(text):
    return [item for block in parse(text) for item in flow(block)]


def test_markdown_shows_the_same_when_it_was_copied():
    once = as_markdown(items(WHOLE))
    assert items(once) == items(WHOLE)
    assert as_markdown(items(once)) == once


@pytest.mark.parametrize(
    "text",
    ["# Rain", "- [x] done", "> a\n>\n> b", "$$\nx\n$$", "---", "```\n\n```", "1. a\n   - b"],
)
def test_each_kind_of_block_can_be_copied_alone(text):
    assert items(as_markdown(items(text))) == items(text)


def test_plain_text_has_no_marks():
    assert as_text(items("**a** `b`\n\n- c\n  - d\n\n$x^2$\n\n| e | f |\n|--|--|\n| 1 | 2 |")) == (
        "a b\n\n• c\n  ◦ d\n\nx²\n\ne\tf\n1\t2"
    )


def test_a_long_plain_text_is_copied_as_it_was_typed():
    text = "\n".join(f"line {n} of what somebody typed" for n in range(2000))
    stream = PlainStream()
    stream.append(text)
    stream.finish()
    assert len(stream.settled) > 10
    assert as_markdown(stream.settled) == as_text(stream.settled) == text


def test_a_part_of_a_paragraph_keeps_its_styles():
    (item,) = items("ab **cd** ef")
    assert as_markdown([cut(item, 1, 4)]) == "b **c**"
    assert as_text([cut(item, 1, 4)]) == "b c"


def test_a_word_taken_out_of_its_style_is_just_the_word():
    (item,) = items("run `pip install x` now")
    assert as_markdown([cut(item, 4, 15)]) == "pip install"


def test_a_part_of_an_entry_has_its_bullet_only_with_its_beginning():
    (item,) = items("- some words")
    assert shown_text(item) == "•\tsome words"
    assert as_markdown([cut(item, 0, 6)]) == "- some"
    assert as_markdown([cut(item, 7, 12)]) == "words"


def test_a_formula_is_copied_as_tex_and_half_a_formula_as_seen():
    (item,) = items("so $x^2$ is")
    assert as_markdown([item]) == "so $x^2$ is"
    assert as_markdown([cut(item, 0, 4)]) == "so x"


def test_code_with_fences_in_it_gets_a_longer_fence():
    assert as_markdown(items("````\n```\n````")) == "````\n```\n````"
