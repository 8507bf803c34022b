"""Engines: where the SQL of the checks runs."""
