"""Markdown as models write it: parsed into blocks, piece by piece, and written back."""
