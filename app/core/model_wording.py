"""What there is to know about a model, in words."""

from .language import number, translate
from .model_card import ModelCard, Place
from .model_surroundings import Surroundings
from .wording import size_text


def unknown_text() -> str:
    """For what nobody has said yet."""
    return translate("Model", "not known yet")


def summary(card: ModelCard) -> str:
    """What it is, in a sentence; for a model of the cache that nobody described, where it lies."""
    if card.reason or card.summary or card.in_catalogue or card.place is not Place.CACHED:
        return card.reason or card.summary
    return translate(
        "Model",
        "Lies in the Hugging Face cache of this computer. Nobody has tried it with Ternchat yet.",
    )


def size_fact(card: ModelCard) -> str:
    """Bytes on the disk, or of the download."""
    return unknown_text() if card.whole_bytes is None else size_text(card.whole_bytes)


def disk_fact(card: ModelCard, free_bytes: int | None) -> str:
    """What stays free on the disk after the download."""
    if free_bytes is None or card.whole_bytes is None:
        return unknown_text()
    done = 0 if card.left is None else card.left.done_bytes
    left = free_bytes - (0 if card.cached else card.whole_bytes - done)
    if left < 0:
        return translate("Model", "{size} too few").format(size=size_text(-left))
    return translate("Model", "{size} left").format(size=size_text(left))


def speed_fact(
    tokens_per_second: float | None, *, measuring: bool = False, disturbed: bool = False
) -> str:
    """How fast it will write here; `disturbed`: other programs ran while that was measured."""
    if tokens_per_second is None:
        return translate("Model", "measuring …") if measuring else unknown_text()
    words = translate("Model", "about {rate} tok/s")
    if disturbed:
        words = translate("Model", "at least {rate} tok/s")
    return words.format(rate=_rate(tokens_per_second))


def measured_fact(tokens_per_second: float) -> str:
    """How fast it wrote here."""
    return translate("Model", "{rate} tok/s").format(rate=_rate(tokens_per_second))


def speed_note(card: ModelCard, promised: float | None) -> str:
    """What was promised, once there is something to hold it against."""
    if card.measured is None or promised is None:
        return ""
    return translate("Model", "promised: {rate}").format(rate=_rate(promised))


def memory_fact(card: ModelCard, context: int, *, fits: bool) -> str:
    """What it takes with a context of so many tokens."""
    needed = card.memory_bytes(context)
    if needed is None:
        return unknown_text()
    size = size_text(needed)
    return size if fits else translate("Model", "{size}: too much").format(size=size)


def memory_note(card: ModelCard, around: Surroundings) -> str:
    """The same as the settings are, where they say otherwise; or what loading really took."""
    if card.memory is not None and card.context(around.context) != card.context(around.set_context):
        size = size_text(card.memory.allocated(card.context(around.set_context)))
        return translate("Model", "{size} as set").format(size=size)
    if card.name != around.loaded or around.taken_bytes is None or around.told_bytes is None:
        return ""
    return translate("Model", "weights took {size}, predicted {told}").format(
        size=size_text(around.taken_bytes), told=size_text(around.told_bytes)
    )


def details(card: ModelCard) -> list[tuple[str, str]]:
    """Names and values for whoever wants to know more."""
    rows = [
        (translate("Model", "Good at"), "\n".join(card.good_at)),
        (translate("Model", "Not good at"), "\n".join(card.bad_at)),
        (translate("Model", "Languages"), ", ".join(card.languages)),
        (translate("Model", "Licence"), _licence(card)),
        (translate("Model", "Source"), _source(card)),
        (translate("Model", "Checksum"), _checksum(card)),
        (translate("Model", "Context"), _context(card)),
        (translate("Model", "Self-test"), _tested(card)),
        (translate("Model", "Folder"), "" if card.path is None else str(card.path)),
    ]
    return [(name, value) for name, value in rows if value]


def _rate(tokens_per_second: float) -> str:
    return number(tokens_per_second, 0 if tokens_per_second >= 10 else 1)


def _licence(card: ModelCard) -> str:
    return "\n".join(part for part in (card.licence, card.licence_url) if part)


def _source(card: ModelCard) -> str:
    if card.built_in:
        return translate("Model", "Comes with Ternchat")
    if not card.repository:
        return ""
    parts = [card.repository]
    if card.commit:
        parts.append(card.commit[:12])
    elif card.revision not in ("", "main"):
        parts.append(card.revision)
    if card.cached:
        parts.append(translate("Model", "already in the Hugging Face cache"))
    return " · ".join(parts)


def _checksum(card: ModelCard) -> str:
    if card.checksum:
        return f"SHA-256 {card.checksum}"
    if card.built_in or card.place is Place.INSTALLED:
        return ""
    return translate("Model", "The hub's own, held against every byte that comes")


def _context(card: ModelCard) -> str:
    if card.longest_context is None:
        return ""
    return translate("Model", "up to {tokens} tokens").format(tokens=number(card.longest_context))


def _tested(card: ModelCard) -> str:
    if card.tested is None:
        return ""
    if card.tested:
        return translate("Model", "passed on this computer")
    return translate("Model", "failed on this computer")
