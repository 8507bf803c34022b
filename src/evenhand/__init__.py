"""Evenhand: one body of evidence, every rulebook."""

from evenhand.decision import decide

__all__ = ["decide"]
__version__ = "0.1.0"
