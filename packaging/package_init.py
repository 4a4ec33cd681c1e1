"""Ternchat: private, offline chat with ternary language models."""

__version__ = "0.1.0"
