"""Chats worth looking at, and models that show what real ones rarely do."""

from datetime import timedelta
from importlib import resources
from pathlib import Path

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import (
    AnswerStats,
    Chat,
    ChatTree,
    Message,
    Role,
    State,
    now,
)
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import bitnet_config

CODE = """A **list comprehension** says what a list holds:

```python
def tides(hours: int) -> list[float]:
    \"\"\"Height of the water, hour by hour.\"\"\"
    return [1.5 + 1.2 * sin(hour / 12.4 * tau) for hour in range(hours)]
```

| port | high water | height |
|:-----|:----------:|-------:|
| Brest | 04:12 | 6.4 m |
| Lisbon | 03:02 | 3.3 m |
| Porto | 03:17 | 3.2 m |

1. Read the table from the left.
2. Add *one hour* in summer.
   - [x] checked
   - [ ] not yet

> The sea does what it wants.
"""
MATH = r"""The roots of $ax^2 + bx + c = 0$ are

$$x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}$$

and with \(\Delta = b^2 - 4ac\) one sees at once how many there are. The sum
$\sum_{k=1}^{n} k = \frac{n(n+1)}{2}$ was known to Gauss as a child.
"""
RAIN = """Rain is water that falls from clouds. The sun warms the sea, the water rises as vapour, \
cools high up, and gathers in drops; when they are heavy enough, they fall.

You can read more at [the weather museum](https://museum.example/rain)."""
HEBREW = "שלום! הגשם הוא מים שיורדים מן העננים. השמש מחממת את הים, והמים עולים כאדים."
STATS = AnswerStats(
    "BitNet b1.58 2B4T",
    "stop",
    prompt_tokens=48,
    new_tokens=96,
    prefill_tokens_per_second=212.0,
    decode_tokens_per_second=34.1,
    first_token_seconds=0.3,
    kernel="avx512vnni",
    threads=4,
    seed=11,
)
CHATS: dict[str, tuple[str, ...]] = {
    "What is rain?": ("What is rain?", RAIN),
    "Code and a table": ("How do I compute tides in Python? A table would help.", CODE),
    "Roots of an equation": ("How do I solve a quadratic equation?", MATH),
    "גשם": ("מה זה גשם?", HEBREW),
    "A walk in Porto": (
        "Where should I walk in Porto?",
        "Begin at the river, and end with a pastry by the lighthouse. "
        "The lighthouse stands where the Douro meets the sea.",
    ),
    "An interrupted story": ("Tell me a story", "Once there was a tern who"),
    "A question that failed": ("Summarise this book", ""),
    "Packing list": ("What do I need for a week at sea?", "Oilskins, a knife, and good tea."),
    "Letter to the harbour master": ("Write a letter.", "Dear harbour master, …"),
}
ENDINGS = {
    "An interrupted story": State.INTERRUPTED,
    "A question that failed": State.FAILED,
}
LONG_CHAT = "Two thousand messages"
IN_THE_TRASH = ("Packing list", "Letter to the harbour master")
NOTES = Attachment("voyage-notes.md", "text/markdown", "Wind from the west. " * 8)


def write_chats(data: Path) -> None:
    """A data folder with all the chats, two of them in the trash."""
    paths = DataPaths.from_option(data)
    paths.create()
    opened = open_chats(paths.database)
    long = tuple(f"Message number {number}." for number in range(1, 2001))
    for age, (title, texts) in enumerate([(LONG_CHAT, long), *reversed(CHATS.items())]):
        opened.store.add_tree(_tree(title, texts, days=max(0, 8 - 2 * age)))
    trashed = [chat.id for chat in opened.store.chats() if chat.title in IN_THE_TRASH]
    opened.store.trash(trashed)
    opened.close()


def _tree(title: str, texts: tuple[str, ...], days: int) -> ChatTree:
    then = now() - timedelta(days=days)
    messages = [
        Message(
            id=number,
            chat_id=1,
            parent=number - 1 or None,
            role=Role.USER if number % 2 else Role.ASSISTANT,
            text=text,
            state=ENDINGS.get(title, State.DONE) if number == len(texts) else State.DONE,
            stats=None if number % 2 or title in ENDINGS else STATS,
            created=then,
        )
        for number, text in enumerate(texts, 1)
    ]
    chat = Chat(1, title, created=then, used=then, named=True)
    return ChatTree(chat, tuple(messages), tuple(message.id for message in messages))


def write_slow_model(data: Path, name: str, *, repeats: bool = False) -> None:
    """A model of random weights: it is in no hurry, or says one word for ever."""
    folder = data / "models" / name
    config = bitnet_config(
        hidden_size=768,
        intermediate_size=2048,
        layers=4 if repeats else 24,
        heads=6,
        kv_heads=2,
        vocab_size=4096,
        bos_token_id=0,
        eos_token_id=1,
        tie_word_embeddings=repeats,  # tied, random weights say again what they read
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    write_checkpoint(folder, config)
    built_in = resources.files("ternchat.resources") / "fledgling"
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (folder / file).write_bytes((built_in / file).read_bytes())
