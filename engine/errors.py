"""What can go wrong in the engine; a message names the thing, what was found, what was expected."""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{([a-z_]+)\}")


class Words:
    """A sentence with places for values, to be said in any language; as text, it is English.

    The form is a constant: `tools/collect_texts.py` finds it. Values are numbers, texts, words
    again, or errors that have some.
    """

    def __init__(self, form: str, /, **values: object) -> None:
        self.form, self.values = form, values

    def __str__(self) -> str:
        return self.form.format(**{name: _english(value) for name, value in self.values.items()})

    def of(self, **values: object) -> "Words":
        """The same sentence about these."""
        return Words(self.form, **values)

    def data(self) -> dict[str, object]:
        """The sentence for another process, as JSON can have it."""
        return {"form": self.form, "values": {k: _datum(v) for k, v in self.values.items()}}

    @classmethod
    def from_data(cls, data: object, depth: int = 3) -> "Words | None":
        """The sentence of another process; None for what is none."""
        match data:
            case {"form": str(form), "values": dict(values)} if depth:
                found = {
                    name: cls.from_data(value, depth - 1) if isinstance(value, dict) else value
                    for name, value in values.items()
                }
                told = all(isinstance(v, (str, int, float, Words)) for v in found.values())
                return cls(form, **found) if told and _is_filled(form, found) else None
        return None


class EngineError(Exception):
    """Anything the engine refuses or cannot do; the message is a sentence for a person.

    Attributes:
        words: the sentence as it can be translated: a form and its values; None where it cannot.

    """

    def __init__(self, message: str | Words, /, **values: object) -> None:
        if values and isinstance(message, str):
            message = Words(message, **values)
        self.words = message if isinstance(message, Words) else None
        super().__init__(str(message))


class ModelFileError(EngineError):
    """A file of the model is missing, damaged, or says something impossible."""


class UnsupportedModelError(EngineError):
    """The model is sound as far as seen, but of a kind this build cannot run."""


class UnsupportedProcessorError(EngineError):
    """This build or this processor lacks the kernels or the device that were asked for."""


class TokenizerError(EngineError):
    """The tokenizer cannot be loaded, or failed on a text."""


class TemplateError(EngineError):
    """The chat template is absent, or cannot be rendered within its limits."""


class ContextFullError(EngineError):
    """The prompt does not fit into the context.

    Attributes:
        prompt_tokens: tokens the prompt has.
        context_length: tokens the context holds.

    """

    def __init__(self, prompt_tokens: int, context_length: int) -> None:
        self.prompt_tokens = prompt_tokens
        self.context_length = context_length
        super().__init__(
            Words(
                "the prompt has {prompt_tokens} tokens, but the context holds only"
                " {context_length} and an answer needs room too",
                prompt_tokens=prompt_tokens,
                context_length=context_length,
            )
        )


class NotEnoughMemoryError(EngineError):
    """Loading would need more memory than is free; raised before anything is allocated.

    Attributes:
        needed_bytes: what the load would take.
        available_bytes: what the system says is free.

    """

    def __init__(self, what: str | Words, needed_bytes: int, available_bytes: int) -> None:
        self.needed_bytes = needed_bytes
        self.available_bytes = available_bytes
        super().__init__(
            Words(
                "{what} needs {needed} GB of memory, but only {free} GB are free",
                what=what,
                needed=needed_bytes / 1e9,
                free=available_bytes / 1e9,
            )
        )


def gguf_answer(name: str) -> Words:
    """The same sentence wherever somebody comes with a GGUF file."""
    return Words(
        "{name} is in GGUF format, which this version cannot read yet; look for the same model"
        " as a folder with config.json, model.safetensors and tokenizer.json",
        name=name,
    )


class LoadCancelled(EngineError):
    """The caller's progress function asked to stop loading."""


def _datum(value: object) -> object:
    words = getattr(value, "words", value)
    if isinstance(words, Words):
        return words.data()
    return value if isinstance(value, (int, float)) else str(value)


def _is_filled(form: str, values: Mapping[str, object]) -> bool:
    """Whether a form asks for these values and for nothing else that a form could ask for."""
    places = _PLACE.findall(form)
    return {*places} == {*values} and not set(_PLACE.sub("", form)) & {"{", "}"}


def _english(value: object) -> str:
    """Numbers as English writes them: sizes in GB with two decimals, counts with commas."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
