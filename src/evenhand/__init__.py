"""Evenhand: one body of evidence, every rulebook."""

__version__ = "0.1.0"
