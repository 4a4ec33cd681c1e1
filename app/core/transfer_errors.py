"""The error that ends a transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import AppError

if TYPE_CHECKING:
    from .transfer_faults import Fault


class TransferError(AppError):
    """A download, a check or a copy of a model cannot go on; `Fault.error` makes them.

    Attributes:
        fault: what kind of trouble it is; code, title and advice come from there.
        retry_after: the seconds a server asked us to wait; None when it did not.
    """

    def __init__(self, fault: Fault, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.retry_after = retry_after
        self.code, self.title, self.advice = fault.code, fault.title, fault.advice
