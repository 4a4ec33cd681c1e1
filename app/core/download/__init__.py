"""Downloads of models: resumable, verified, and honest about what is going on."""

from .job import Download, SelfTest
from .policy import Policy
from .queue import DownloadQueue
from .request import DownloadRequest
from .staging import Unfinished, unfinished
from .tools import Tools

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
