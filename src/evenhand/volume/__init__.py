"""Volumes: file systems and disk images as trees of entries, on their way to `file` and members.

Spec: docs/decisions/0020-volumes.md.
"""
