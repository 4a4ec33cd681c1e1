"""Settings declared once: each field with its default, and a rule about what it may hold.

Rules have the same face: a title and a sentence for a person, whether None ("leave it to the
program or the model") is a value, and `accepts` for every other value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from .errors import AppError
from .language import number, sentence


class SettingError(AppError):
    """A value that a setting cannot have."""


@dataclass(frozen=True)
class Number:
    """A number between limits, whole if `step` is.

    Attributes:
        start: what stands for None where a number has to be shown.
    """

    low: float
    high: float
    step: float = 1
    start: float = 0
    optional: bool = False
    title: str = ""
    text: str = ""

    @property
    def whole(self) -> bool:
        """Whether there is nothing behind the point."""
        return isinstance(self.step, int)

    def accepts(self, value: object) -> bool:
        """Whether it is a number, whole where it must be, within the limits."""
        kinds = (int,) if self.whole else (int, float)
        return type(value) in kinds and self.low <= value <= self.high  # type: ignore[operator]

    def expected(self) -> str:
        """The limits in words."""
        if self.whole:
            return sentence("a whole number from {low} to {high}", low=self.low, high=self.high)
        low, high = number(self.low, 1), number(self.high, 1)
        return sentence("a number from {low} to {high}", low=low, high=high)


@dataclass(frozen=True)
class Text:
    """A text of at most `longest` characters.

    Attributes:
        fits: what else is asked of it, `wanted` in words.
        secret: whether it may hold a password, and is never shown as it is.
    """

    longest: int
    optional: bool = False
    title: str = ""
    text: str = ""
    fits: Callable[[str], bool] = lambda _text: True
    wanted: str = ""
    secret: bool = False

    def accepts(self, value: object) -> bool:
        """Whether it is a text that is short enough, and can be written to a file."""
        if not isinstance(value, str) or len(value) > self.longest:
            return False
        whole = not any("\ud800" <= character <= "\udfff" for character in value)
        return whole and self.fits(value)

    def expected(self) -> str:
        """The limit in words."""
        return self.wanted or sentence("a text of at most {most} characters", most=self.longest)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    kind: type[StrEnum]
    title: str = ""
    text: str = ""
    optional: bool = False

    def accepts(self, value: object) -> bool:
        """Whether it is one of the words."""
        return isinstance(value, str) and value in list(self.kind)

    def expected(self) -> str:
        """The words."""
        return sentence("one of {words}", words=", ".join(self.kind))


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    title: str = ""
    text: str = ""
    optional: bool = False

    def accepts(self, value: object) -> bool:
        """Whether it is one of the two."""
        return isinstance(value, bool)

    def expected(self) -> str:
        """The two."""
        return sentence("true or false")


Rule = Number | Text | Choice | Flag


def ruled(default: object, rule: Rule) -> Any:
    """A dataclass field with a default and what it may hold."""
    return field(default=default, repr=not _is_secret(rule), metadata={"rule": rule})


def rules(record: Any) -> dict[str, Rule]:
    """The rule of each field that has one; of a record or its class."""
    return {f.name: f.metadata["rule"] for f in fields(record) if "rule" in f.metadata}


def check(record: Any) -> None:
    """Raise a SettingError that names the first field with a value it cannot have.

    Whole numbers become floats and words become choices where the field holds those, so that equal
    settings are equal in every way.
    """
    for name, rule in rules(record).items():
        value = getattr(record, name)
        if not _allows(rule, value):
            raise SettingError(_refusal(name, value, rule))
        if value is None:
            continue
        if isinstance(rule, Number) and not rule.whole:
            object.__setattr__(record, name, float(value))
        elif isinstance(rule, Choice):
            object.__setattr__(record, name, rule.kind(value))


def acceptable(record: Any, values: Mapping[str, object]) -> tuple[dict[str, Any], list[str]]:
    """Those of the values that the record can have, and a sentence about each it cannot."""
    known = rules(record)
    taken: dict[str, Any] = {}
    refused = []
    for name, value in values.items():
        rule = known.get(name)
        if rule is None:
            continue
        if _allows(rule, value):
            taken[name] = value
        else:
            refused.append(_refusal(name, value, rule))
    return taken, refused


def chosen(record: Any) -> dict[str, Any]:
    """The fields with a rule that differ from their default, as plain values."""
    return {
        f.name: _plain(getattr(record, f.name))
        for f in fields(record)
        if "rule" in f.metadata and getattr(record, f.name) != f.default
    }


def _allows(rule: Rule, value: object) -> bool:
    return rule.optional if value is None else rule.accepts(value)


def _refusal(name: str, value: object, rule: Rule) -> str:
    found = sentence("not what it has to be") if _is_secret(rule) else f"{value!r:.80}"
    return sentence(
        "{name} is {found}; expected {expected}",
        name=name,
        found=found,
        expected=rule.expected(),
    )


def _is_secret(rule: Rule) -> bool:
    return isinstance(rule, Text) and rule.secret


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, StrEnum) else value
