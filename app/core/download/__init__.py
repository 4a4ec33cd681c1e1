"""Downloads of models: resumable, verified, and honest about what is going on."""

from .job import Download
from .policy import Policy
from .queue import DownloadQueue
from .request import DownloadRequest
from .staging import Unfinished, unfinished
from .tools import Tools
from .trial import SelfTest

__all__ = [
    "Download",
    "DownloadQueue",
    "DownloadRequest",
    "Policy",
    "SelfTest",
    "Tools",
    "Unfinished",
    "unfinished",
]
