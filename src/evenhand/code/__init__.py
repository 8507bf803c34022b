"""Source code: parse trees, values that can be known from them, and what these add up to.

    syntax     a grammar's parse tree → shapes that are alike in every language
    index      one pass over the tree: names and what is given to them, calls, functions, choices
    flow       what an expression may hold: constants put together, and where its data come from
    fold       constants through decoders: base64, hexadecimal, compression, joining, reversing
    api        what functions of libraries do: bring in, decode, send, run, write
    findings   sinks that sources reach, as facts
    secrets    fixed secrets that let input past a check
    shell      commands and pipes, which need another reading than expressions

Nothing is run. Work is counted, so that it ends at the same place on every machine.

Spec: tree-sitter (parse trees); docs/decisions (behaviour of code).
"""
