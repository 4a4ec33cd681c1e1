"""Errors of what a person asked for are told in the window."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from ternchat.app.core.errors import AppError
from ternchat.app.core.problem import Problem

Method = TypeVar("Method", bound=Callable[..., Any])


def told(method: Method) -> Method:
    """A slot whose AppErrors go out as its object's `problem_raised`."""

    @wraps(method)
    def guarded(self: Any, *args: Any) -> None:
        try:
            method(self, *args)
        except AppError as error:
            self.problem_raised.emit(Problem.of(error))

    return guarded  # type: ignore[return-value]
