"""The fields of a JSON object, fetched with their type and range checked."""

from typing import Any

from ternchat.engine.errors import ModelFileError, UnsupportedModelError
from ternchat.engine.formats.json_file import shown


class Fields:
    """One JSON object and the name of its file; every error names field, found and expected."""

    def __init__(self, values: dict[str, Any], source: str) -> None:
        self.values = values
        self.source = source

    def get(self, name: str) -> Any:
        """The value, None where it is absent."""
        return self.values.get(name)

    def required(self, name: str) -> Any:
        """The value, which must be there."""
        if self.get(name) is None:
            raise ModelFileError("{source}: {name} is missing", source=self.source, name=name)
        return self.values[name]

    def wrong(self, name: str, expected: str) -> ModelFileError:
        """The error that the field has a senseless value."""
        found = shown(self.get(name))
        return ModelFileError(
            "{source}: {name} is {found}; expected {expected}",
            source=self.source,
            name=name,
            found=found,
            expected=expected,
        )

    def unsupported(self, name: str, supported: str) -> UnsupportedModelError:
        """The error that the field has a value this build cannot run."""
        found = shown(self.get(name))
        return UnsupportedModelError(
            "{source}: {name} is {found}, which is not supported; supported: {supported}",
            source=self.source,
            name=name,
            found=found,
            supported=supported,
        )

    def integer(self, name: str, maximum: int, default: int | None = None) -> int:
        """The value as a whole number from 1 to `maximum`."""
        if default is not None and self.get(name) is None:
            return default
        value = self.required(name)
        if type(value) is not int or not 1 <= value <= maximum:
            raise self.wrong(name, f"a whole number from 1 to {maximum:,}")
        return value

    def number(self, name: str, minimum: float, maximum: float) -> float:
        """The value as a finite number in a range."""
        value = self.required(name)
        # the range is checked before float(), which fails on huge integers; NaN fails the range
        if type(value) not in (int, float) or not minimum <= value <= maximum:
            raise self.wrong(name, f"a number from {minimum:g} to {maximum:g}")
        return float(value)

    def flag(self, name: str) -> bool:
        """The value as a truth value; absent is False."""
        value = self.get(name)
        if value is not None and type(value) is not bool:
            raise self.wrong(name, "true or false")
        return bool(value)

    def section(self, name: str) -> "Fields":
        """The object held by the field; absent is an empty one."""
        value = self.get(name)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(name, "an object")
        return Fields(value or {}, f"{self.source}: {name}")

    def token_ids(self, name: str, vocab_size: int) -> list[int]:
        """The one or many token ids of the field, within the vocabulary."""
        value = self.get(name)
        ids = value if isinstance(value, list) else [] if value is None else [value]
        if any(type(token_id) is not int or not 0 <= token_id < vocab_size for token_id in ids):
            raise self.wrong(name, f"token ids below vocab_size {vocab_size:,}")
        return list(ids)
