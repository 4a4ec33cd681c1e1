"""What the operating system's refusal to read or write means for a transfer."""

import errno

from .errors import reason_of
from .language import sentence
from .transfer_errors import TransferError
from .transfer_faults import Fault

_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def from_os_error(error: OSError) -> TransferError:
    """The error that an exception of the operating system means."""
    where = f" ({error.filename})" if error.filename else ""
    reason = reason_of(error).lower()
    if error.errno in _FULL:
        return Fault.NO_DISK.error(
            sentence("the disk took no more: {reason}{where}", reason=reason, where=where)
        )
    if error.errno in _REFUSED:
        return Fault.READ_ONLY.error(
            sentence("writing was refused: {reason}{where}", reason=reason, where=where)
        )
    return Fault.DISK.error(f"{reason}{where}")
