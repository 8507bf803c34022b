"""Which blocks an edge of a branch leads to, on graphs by chance, against the plain way.

Spec: evenhand.native.flow.
"""

from __future__ import annotations

import random

import pytest

from evenhand.native import flow


def graph(seed: int) -> flow.Flow:
    """A function of a few blocks, each going on to at most two."""
    chance = random.Random(seed)
    count = chance.randint(2, 14)
    edges = [tuple({chance.randrange(count) for _ in range(chance.randint(0, 2))})
             for _ in range(count)]  # fmt: skip
    found = flow.Flow([], edges)
    flow._rank(found)
    return found


def bits(blocks: set[int]) -> int:
    return sum(1 << b for b in blocks)


def walked(one: flow.Flow, start: int, without: int) -> int:
    seen: set[int] = set()
    todo = [start]
    while todo:
        block = todo.pop()
        if block != without and block not in seen:
            seen.add(block)
            todo += one.edges(block)
    return bits(seen)


def skipped(one: flow.Flow, wanted: int, other: int) -> int:
    seen: set[int] = set()
    todo, avoids = [other], False
    while todo:
        block = todo.pop()
        if block == wanted or block in seen:
            continue
        seen.add(block)
        forward = [n for n in one.edges(block) if one.rank[n] > one.rank[block]]
        avoids = avoids or len(forward) < len(one.edges(block)) or not forward
        todo += forward
    return one.reach[wanted] & ~bits(seen) if avoids else 0


@pytest.mark.parametrize("seed", range(20))
def test_blocks_taken_whole_are_those_that_are_walked_to(seed: int) -> None:
    one = graph(seed)
    for start in range(len(one.following)):
        for other in range(len(one.following)):
            if start != other:
                assert one._walked(start, other) == walked(one, start, other)
            assert one.skipped(start, other) == skipped(one, start, other)
