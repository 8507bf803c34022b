"""Phone packages: what Android's and iOS's have in common with nobody else's.

Spec: docs/decisions/0022-phone-packages.md.
"""
