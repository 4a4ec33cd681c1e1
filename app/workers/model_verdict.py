"""Whether this build can run a model, its chat template tried out, before its weights are here."""

from contextlib import closing
from pathlib import Path

from ternchat.app.core.runnable import Verdict, folder_verdict
from ternchat.app.core.told import told

_QUESTION = ({"role": "user", "content": "Hello!"},)


def full_verdict(folder: Path) -> Verdict:
    """The verdict on a folder that has a model's small files; one with a template asks it."""
    from ternchat.engine.chat_template import ChatTemplate  # NumPy comes with it
    from ternchat.engine.errors import EngineError

    verdict = folder_verdict(folder)
    if not verdict.runs:
        return verdict
    try:
        with closing(ChatTemplate.from_folder(folder)) as template:
            template.render(_QUESTION)
    except EngineError as error:
        return Verdict(False, f"{told(error).replace(f'{folder}/', '').rstrip('.')}.")
    return verdict
