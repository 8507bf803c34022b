"""Root file systems: what their files of accounts, keys and services have in common.

Spec: docs/decisions/0021-root-file-systems.md.
"""
