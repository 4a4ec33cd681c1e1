"""Errors in words for a person: what happened, and what can be done about it."""

import traceback
from dataclasses import dataclass

from .errors import AppError
from .language import translate
from .told import told
from .translatable import QT_TRANSLATE_NOOP

# Class name -> title, advice. By name, because the core does not import the engine, and
# because an engine that cannot be imported must be describable too.
_KNOWN = {
    "ContextFullError": (
        QT_TRANSLATE_NOOP("Problem", "This is more than the model can read"),
        QT_TRANSLATE_NOOP(
            "Problem",
            "Shorten the message or attach less."
            " Pinned messages and the system prompt take room too.",
        ),
    ),
    "NotEnoughMemoryError": (
        QT_TRANSLATE_NOOP("Problem", "Not enough memory"),
        QT_TRANSLATE_NOOP(
            "Problem", "Close other programs, or choose a smaller model or a shorter context."
        ),
    ),
    "UnsupportedProcessorError": (
        QT_TRANSLATE_NOOP("Problem", "This computer cannot compute like that"),
        QT_TRANSLATE_NOOP(
            "Problem",
            "Start Ternchat without --isa and TERNCHAT_ISA: it then takes the best that this"
            " processor can do. `ternchat doctor` lists it.",
        ),
    ),
    "UnsupportedModelError": (
        QT_TRANSLATE_NOOP("Problem", "Ternchat cannot run this model"),
        QT_TRANSLATE_NOOP("Problem", "Choose another one; the catalogue lists models that work."),
    ),
    "ModelFileError": (
        QT_TRANSLATE_NOOP("Problem", "A file of the model is damaged or missing"),
        QT_TRANSLATE_NOOP(
            "Problem", "Fetch the model again, choose another folder, or go on with Fledgling."
        ),
    ),
    "TokenizerError": (
        QT_TRANSLATE_NOOP("Problem", "The model's tokenizer cannot be used"),
        QT_TRANSLATE_NOOP(
            "Problem", "Fetch the model again, choose another folder, or go on with Fledgling."
        ),
    ),
    "TemplateError": (
        QT_TRANSLATE_NOOP("Problem", "The model's chat template cannot be used"),
        QT_TRANSLATE_NOOP("Problem", "Choose another model, or go on with Fledgling."),
    ),
    "ModelNotFoundError": (
        QT_TRANSLATE_NOOP("Problem", "There is no such model"),
        QT_TRANSLATE_NOOP("Problem", "Choose another folder, or go on with Fledgling."),
    ),
    "StorageError": (
        QT_TRANSLATE_NOOP("Problem", "Your chats cannot be saved"),
        QT_TRANSLATE_NOOP(
            "Problem",
            "What you see stays here until Ternchat ends."
            " Make room or make the folder writable, then go on.",
        ),
    ),
    "EngineError": (
        QT_TRANSLATE_NOOP("Problem", "The engine cannot do this"),
        QT_TRANSLATE_NOOP("Problem", "Choose another model, or try again."),
    ),
    "MemoryError": (
        QT_TRANSLATE_NOOP("Problem", "Not enough memory"),
        QT_TRANSLATE_NOOP("Problem", "Close other programs, or choose a smaller model."),
    ),
    "ImportError": (
        QT_TRANSLATE_NOOP("Problem", "The engine cannot be started"),
        QT_TRANSLATE_NOOP(
            "Problem", "Install Ternchat again; `ternchat doctor` says what is missing."
        ),
    ),
    "OSError": (
        QT_TRANSLATE_NOOP("Problem", "A file cannot be read"),
        QT_TRANSLATE_NOOP(
            "Problem", "See whether the disk is there and you may read the file, then try again."
        ),
    ),
}
# One word for each, to search for and to tell others.
_CODES = {
    "ContextFullError": "context_full",
    "NotEnoughMemoryError": "no_memory",
    "MemoryError": "no_memory",
    "UnsupportedModelError": "unsupported",
    "UnsupportedProcessorError": "processor",
    "ModelFileError": "model_file",
    "TokenizerError": "tokenizer",
    "TemplateError": "template",
    "ModelNotFoundError": "model_gone",
    "StorageError": "storage",
    "EngineError": "engine",
    "ImportError": "installation",
    "OSError": "file",
}
_OTHER_MODEL_HELPS = frozenset(
    {"crashed", "no_memory", "unsupported", "model_file", "tokenizer", "template", "model_gone"}
)
_UNEXPECTED = (
    QT_TRANSLATE_NOOP("Problem", "Something unexpected went wrong"),
    QT_TRANSLATE_NOOP(
        "Problem", "Try again. If it comes back, report it together with the details."
    ),
)


@dataclass(frozen=True)
class Problem:
    """An error as the window shows it: plain text throughout.

    Attributes:
        title: what is wrong, in a few plain words.
        text: what happened.
        advice: what to do.
        details: what to hand to whoever can help.
        chat_full: True when a new chat is the way on.
        code: one word for what it is, where there is one.

    """

    title: str
    text: str
    advice: str
    details: str
    chat_full: bool = False
    code: str = ""

    @property
    def wants_model(self) -> bool:
        """Whether the way on is to choose, fetch or repair a model."""
        return self.code in _OTHER_MODEL_HELPS

    @property
    def report(self) -> str:
        """Everything there is to tell, for whoever can help."""
        parts = [self.title, self.text, self.advice, f"[{self.code}]" if self.code else ""]
        return "\n".join(part for part in parts if part) + f"\n\n{self.details}"

    @classmethod
    def of(cls, error: BaseException) -> "Problem":
        """The problem that `error` means."""
        names = [kind.__name__ for kind in type(error).__mro__]
        title, advice = next((_KNOWN[name] for name in names if name in _KNOWN), _UNEXPECTED)
        code = next((_CODES[name] for name in names if name in _CODES), "unexpected")
        if isinstance(error, AppError):
            code = error.code or code
            if error.title:  # it describes itself
                title, advice = error.title, error.advice
        return cls(
            title=translate("Problem", title),
            text=sentence(told(error) or names[0]),
            advice=translate("Problem", advice),
            details="".join(traceback.format_exception(error)).strip(),
            chat_full="ContextFullError" in names,
            code=code,
        )


def sentence(text: str) -> str:
    """The message with a capital letter in front and a full stop at its end."""
    text = text.strip()
    head, rest = text[:1], text[1:]
    # A name such as "config.json" keeps its own spelling.
    first_word = text.split(maxsplit=1)[0] if text else ""
    start = head.upper() if first_word.isalpha() else head
    return start + rest + ("" if text.endswith((".", "!", "?")) else ".")
