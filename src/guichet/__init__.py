"""Guichet: the single counter of IT support."""

__version__ = "0.1.0"
