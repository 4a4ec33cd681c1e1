"""What can go wrong in the engine; a message names the thing, what was found, what was expected."""


class EngineError(Exception):
    """Anything the engine refuses or cannot do; the message is a sentence for a person."""


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
            f"the prompt has {prompt_tokens:,} tokens, but the context holds only"
            f" {context_length:,} and an answer needs room too"
        )


class NotEnoughMemoryError(EngineError):
    """Loading would need more memory than is free; raised before anything is allocated.

    Attributes:
        needed_bytes: what the load would take.
        available_bytes: what the system says is free.

    """

    def __init__(self, what: str, needed_bytes: int, available_bytes: int) -> None:
        self.needed_bytes = needed_bytes
        self.available_bytes = available_bytes
        super().__init__(
            f"{what} needs {needed_bytes / 1e9:.2f} GB of memory,"
            f" but only {available_bytes / 1e9:.2f} GB are free"
        )


def gguf_answer(name: str) -> str:
    """The same sentence wherever somebody comes with a GGUF file."""
    return (
        f"{name} is in GGUF format, which this version cannot read yet; look for the same model"
        " as a folder with config.json, model.safetensors and tokenizer.json"
    )


class LoadCancelled(EngineError):
    """The caller's progress function asked to stop loading."""
