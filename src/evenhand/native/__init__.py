"""Native programs: what their machine code compares, calls and can be made to do.

`image` reads the file, `functions` finds the functions, one module a machine (`x86_64`,
`aarch64`) turns instructions into the steps of `code`, `flow` and `values` follow them, and
`comparison`, `composition` and `standing` look for what `program` hands to the reader.
"""
