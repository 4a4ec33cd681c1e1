"""The models page, with a hub on this computer that is slow and breaks off."""

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from hub.faults import Slow
from hub.server import HubServer

from ternchat.app.core.progress import State
from ternchat.app.views.model_actions import Action

from .studio import Scene, Studio

WEIGHTS = "model.safetensors"


def serve(hub: HubServer) -> None:
    """Give the hub two models that take their time to come."""
    built_in = resources.files("ternchat.resources") / "fledgling"
    files = {file.name: file.read_bytes() for file in built_in.iterdir()}
    hub.add("acme/bird", files)
    hub.add("acme/albatross", {**files, WEIGHTS: files[WEIGHTS] * 4})
    hub.always("bytes", WEIGHTS, Slow(40_000, 0.02))


def scenes(hub: HubServer) -> tuple[Scene, ...]:
    """The scenes, played with that hub."""

    def models_under_way(studio: Studio) -> None:
        """Found, coming, paused, failed."""
        _look_up(studio, "acme/albatross")
        studio.reveal(studio.window.models.add)
        studio.shoot("models-found")
        studio.press("Download what was found")
        _wait_for(studio, "albatross", lambda state: state is State.DOWNLOADING)
        studio.shoot("models-downloading", moving=True)
        studio.window.models.list.acted.emit(Action.PAUSE, "albatross")
        _wait_for(studio, "albatross", lambda state: state is State.PAUSED)
        studio.shoot("models-paused")
        hub.repositories.pop("acme/albatross")
        studio.window.models.list.acted.emit(Action.RESUME, "albatross")
        _wait_for(studio, "albatross", lambda state: state is State.FAILED)
        studio.shoot("models-failed")
        hub.always("bytes", WEIGHTS, None)

    def models_installed(studio: Studio) -> None:
        """Fetched, tried, in memory; with all that is known of it."""
        _look_up(studio, "acme/bird")
        studio.press("Download what was found")
        list_ = studio.window.models.list
        studio.wait(lambda: _card(studio, "bird") is not None and _card(studio, "bird").path)
        studio.window.models.list.acted.emit(Action.USE, "bird")
        studio.wait(lambda: studio.context.controller.model_in_use == "bird")
        studio.press("Details", list_.view("bird"))
        studio.shoot("models-installed")

    return (
        empty_without_a_model,
        models_list,
        models_under_way,
        models_installed,
        models_import,
        an_answer,
    )


def empty_without_a_model(studio: Studio) -> None:
    """What one sees first."""
    studio.wait_for_words("GB to download", studio.window.page.empty)
    studio.shoot("empty-without-a-model")


def models_list(studio: Studio) -> None:
    """What is here and what could be had, and what the slider is for."""
    page = studio.window.models
    studio.window.menus.models.trigger()
    studio.wait_for_words("GB/s", page)
    studio.shoot("models-list")
    page.slider.chosen.emit(4096)
    studio.press("Details", page.list.view("2b4t"))
    studio.shoot("models-details")
    studio.press("Details", page.list.view("2b4t"))


def models_import(studio: Studio) -> None:
    """A folder of this computer is to become a model."""
    folder = Path(str(resources.files("ternchat.resources") / "fledgling"))
    studio.window.models.ask_import(str(folder))
    studio.shoot("models-import")


def an_answer(studio: Studio) -> None:
    """The built-in model has answered, with all the computer can give."""
    studio.window.models.close_requested.emit()
    studio.context.controller.use_built_in()
    studio.context.controller.send("What is rain?")
    studio.wait(lambda: studio.context.controller.quiet)
    studio.shoot("an-answer")


def _look_up(studio: Studio, repository: str) -> None:
    add = studio.window.models.add
    if not studio.window.models.isVisible():
        studio.window.menus.models.trigger()
    add.field.setText(repository)
    add.looked_up.emit(repository)
    studio.wait_for_words(repository, add)


def _card(studio: Studio, name: str):  # noqa: ANN202
    view = studio.window.models.list.view(name)
    return view.card if view is not None else None


def _wait_for(studio: Studio, name: str, is_it: Callable[[State], bool]) -> None:
    def there() -> bool:
        card = _card(studio, name)
        return card is not None and card.progress is not None and is_it(card.progress.state)

    studio.wait(there, name)
    studio.reveal(studio.window.models.list.view(name))
