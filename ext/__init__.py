"""Cython extensions over the C kernels; only engine/backend.py imports them."""
