"""Widgets: they build, show, and emit requests."""
