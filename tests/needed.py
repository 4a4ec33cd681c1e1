"""What tests need of the system: without it they are left out, but never where CI runs."""

import os

import pytest


def need(is_there, what):
    """Skip the test without it; CI must have everything."""
    if is_there:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is not installed")
    pytest.skip(f"{what} is not installed")
