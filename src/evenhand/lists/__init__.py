"""Lists: dated reference data, each in a folder of its own with its source and licence."""
