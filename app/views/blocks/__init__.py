"""Widgets for the blocks of a message: text, code, tables."""
