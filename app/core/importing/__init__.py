"""Chats from files: Ternchat's own, and those of other programs."""
