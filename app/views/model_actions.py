"""What can be done with a model, in the state it is in."""

from enum import StrEnum

from ternchat.app.core.model_card import ModelCard, Place
from ternchat.app.core.progress import State


class Action(StrEnum):
    """A request about one model."""

    DOWNLOAD = "download"
    LINK = "use in place"
    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"
    CANCEL_KEEP = "cancel, keep"
    CANCEL_DELETE = "cancel, delete"
    USE = "use"
    UNLOAD = "unload"
    VERIFY = "verify"
    REPAIR = "repair"
    STOP = "stop"  # of a check or a copy
    OPEN_FOLDER = "open folder"
    REMOVE = "remove"
    DISMISS = "dismiss"


def actions_for(card: ModelCard, *, loaded: bool) -> tuple[Action, ...]:
    """The actions, the one that most people want first."""
    match card.place:
        case Place.OFFERED | Place.CACHED:
            return (Action.LINK if card.cached else Action.DOWNLOAD,)
        case Place.NOT_YET:
            return ()
        case Place.UNDER_WAY:
            return (Action.STOP,) if card.importing else _while_fetched(card)
    return _while_installed(card, loaded=loaded)


def _while_fetched(card: ModelCard) -> tuple[Action, ...]:
    state = State.PAUSED if card.progress is None else card.progress.state
    if state is State.FAILED:
        return (Action.RETRY, Action.CANCEL_DELETE)
    if state is State.PAUSED:
        return (Action.RESUME, Action.CANCEL_DELETE)
    if state is State.QUEUED:
        return (Action.CANCEL_KEEP, Action.CANCEL_DELETE)
    return (Action.PAUSE, Action.CANCEL_KEEP, Action.CANCEL_DELETE)


def _while_installed(card: ModelCard, *, loaded: bool) -> tuple[Action, ...]:
    use = Action.UNLOAD if loaded else Action.USE
    if card.is_worked_on:
        return (use, Action.STOP)
    if card.built_in:
        return (use,)
    failed = card.progress is not None and card.progress.state is State.FAILED
    is_damaged = (
        failed
        and card.progress.problem is not None
        and card.progress.problem.code
        in (
            "bad_hash",
            "source_gone",
        )
    )
    wanted = [use]
    if is_damaged and card.repository and not card.linked:
        wanted = [Action.REPAIR, use]
    if failed:
        wanted.append(Action.DISMISS)
    return (*wanted, Action.VERIFY, Action.OPEN_FOLDER, Action.REMOVE)
