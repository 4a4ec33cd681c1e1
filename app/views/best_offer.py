"""The model that an empty chat offers to fetch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ternchat.app.core import model_wording
from ternchat.app.core.language import translate
from ternchat.app.core.wording import size_text

if TYPE_CHECKING:
    from ternchat.app.core.model_overview import Overview


@dataclass(frozen=True)
class Offer:
    """A model's title and what is said about it; both empty where nothing is offered."""

    title: str = ""
    text: str = ""


def best_offer(overview: Overview, context: int) -> Offer:
    """The first model to be had, as long as none but the built-in one is here."""
    cards = overview.cards
    best = overview.best
    if best is None or any(card.path and not card.built_in for card in cards):
        return Offer()
    size, memory = model_wording.size_fact(best), size_text(best.memory_bytes(context) or 0)
    come = translate("MainWindow", "{size} to download")
    if best.cached:
        come = translate("MainWindow", "{size}, already on this computer")
    facts = [
        come.format(size=size),
        translate("MainWindow", "{size} of memory").format(size=memory),
    ]
    speed = best.tokens_per_second(overview.speed)
    if overview.speed is not None and speed is not None:
        disturbed = overview.speed.is_disturbed
        facts.append(model_wording.speed_fact(speed, disturbed=disturbed))
    return Offer(best.title, f"{best.summary} {', '.join(facts)}.")
