"""Enrichment: facts from facts and lists; a module in this folder is one step.

A step declares `NEEDS` (tables that it reads) and `MAKES` (tables that it writes), which order
the steps, and `enrich(evidence) -> list of list versions used`. It is not run where all of these
tables are empty.
"""
