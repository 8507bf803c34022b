"""Blocks of one function, and which of them only one edge of a branch leads to.

Spec: Aho, Lam, Sethi, Ullman, Compilers (2nd ed.), s. 8.4 (blocks) and 9.6 (back edges).
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterator
from dataclasses import dataclass, field

from evenhand.native.code import BRANCH, JUMP, RETURN, Step

ENDS = (BRANCH, JUMP, RETURN)
AT = operator.itemgetter(1)  # address of a step
MAX_BLOCKS = 4000
PADDING = 16  # bytes


@dataclass(slots=True)
class Block:
    """Steps without a jump between them; edges by number of block."""

    steps: list[Step]
    next: int = -1  # where it goes on, or where a branch falls through to
    taken: int = -1  # where a branch or a jump inside the function goes
    leaves: int = -1  # address outside the function that its last step jumps to
    writes: tuple[set[int], set[tuple[int, int]]] | None = None  # kept by `values`

    @property
    def last(self) -> Step:
        """The step that ends it."""
        return self.steps[-1]


@dataclass
class Flow:
    """The blocks of a function in the order of their addresses; block 0 is its start."""

    blocks: list[Block]
    following: list[tuple[int, ...]] = field(default_factory=list)  # where each goes on to
    order: list[int] = field(default_factory=list)  # reverse postorder
    rank: list[int] = field(default_factory=list)  # place in `order`; -1: not reached
    reach: list[int] = field(default_factory=list)  # bit set of blocks on the way on from each
    loops: dict[int, int] = field(default_factory=dict)  # head of a loop → bit set of its blocks
    looping: int = 0  # bit set of blocks in any loop
    back: int = 0  # bit set of blocks that go back to an earlier one
    leavers: int = -1  # bit set of those, and of blocks that go nowhere; -1: not asked for yet
    _known: dict[tuple[int, int], int] = field(default_factory=dict)

    def edges(self, block: int) -> tuple[int, ...]:
        """Where a block goes on to."""
        return self.following[block]

    def alone(self, branch: int, wanted: int, other: int) -> int:
        """Bit set of blocks that one edge of a branch leads to and the other does not.

        Not through the branch again, as a loop does that it stands in; where the other edge gets
        there in a later round, loops are left out instead.
        """
        if wanted < 0 or other < 0:
            return 0
        around = self._around(other, branch)
        if around >> wanted & 1:  # then the other edge leads to all that it leads to
            return self.reach[wanted] & ~self.reach[other]
        return self._around(wanted, branch) & ~around

    def onward(self, start: int) -> int:
        """Bit set of a block and of all that follow it, with no way back in a loop."""
        return self.reach[start] if start >= 0 else 0

    def before(self, again: int, wanted: int, other: int) -> int:
        """Bit set of blocks that one edge leads to and the other does not, before a block is met
        again: of an answer that is asked for in a loop, what this one answer leads to.
        """
        if wanted < 0 or other < 0:
            return 0
        return self._around(wanted, again) & ~self._around(other, again)

    def skipped(self, wanted: int, other: int) -> int:
        """Bit set of blocks that one edge is sure to lead to, and the other only on a condition.

        So it is where a check is left out: `if (a == secret || check(b)) open();`. Nothing, where
        the other edge leads there in any case.
        """
        if wanted < 0 or other < 0:
            return 0
        if self.leavers < 0:
            self.leavers = self._leavers()
        rank, reach, seen, todo = self.rank, self.reach, 0, [other]
        while todo:
            block = todo.pop()
            if block == wanted or seen >> block & 1:
                continue
            if not reach[block] >> wanted & 1:  # nothing after it is left out
                seen |= reach[block]
                continue
            seen |= 1 << block
            todo += [n for n in self.following[block] if rank[n] > rank[block]]
        return reach[wanted] & ~seen if seen & self.leavers else 0

    def _leavers(self) -> int:
        """Bit set of blocks that go back, or nowhere."""
        found = self.back
        for block, following in enumerate(self.following):
            if not following:
                found |= 1 << block
        return found

    def _around(self, start: int, without: int) -> int:
        known = self._known.get((start, without))
        if known is None:
            known = self._known[start, without] = self._walked(start, without)
        return known

    def _walked(self, start: int, without: int) -> int:
        reach, following, backs = self.reach, self.following, self.back
        seen, todo = 1 << without, [start]
        while todo:
            block = todo.pop()
            if seen >> block & 1:
                continue
            after = reach[block]
            if after >> without & 1:
                seen |= 1 << block
                todo += following[block]
                continue
            again = after & ~seen & backs  # all that follows it, and from there the ways back
            seen |= after
            while again:
                low = again & -again
                again ^= low
                todo += following[low.bit_length() - 1]
        return seen ^ 1 << without


def build(steps: list[Step]) -> Flow | None:
    """Cut steps into blocks; None where there are none or too many."""
    if not steps:
        return None
    first = dict(zip(map(AT, reversed(steps)), range(len(steps) - 1, -1, -1), strict=True))
    ends = [s for s in steps if s[0] in ENDS]
    leaders = {steps[0].at, *(s.after for s in ends)}
    leaders |= first.keys() & {s.target for s in ends}
    if len(leaders) > MAX_BLOCKS:
        return None
    cuts = sorted(first[at] for at in leaders if at in first)
    blocks = [Block(steps[a:b]) for a, b in itertools.pairwise([*cuts, len(steps)])]
    begins = [steps[cut][1] for cut in cuts]
    number = dict(zip(begins, range(len(begins)), strict=True))
    begins.append(-1)
    edges: list[tuple[int, ...]] = []
    for place, block in enumerate(blocks):
        kind, _, after, _, _, _, _, target, _ = block.steps[-1]
        taken = following = -1
        if kind in (BRANCH, JUMP):
            taken = number.get(target, -1)
            if taken < 0:
                block.leaves = target
        # instructions that do nothing may lie between
        if kind not in (JUMP, RETURN) and after <= begins[place + 1] <= after + PADDING:
            following = place + 1
        block.taken, block.next = taken, following
        if taken < 0 or taken == following:
            edges.append((following,) if following >= 0 else ())
        else:
            edges.append((following, taken) if following >= 0 else (taken,))
    flow = Flow(blocks, edges)
    _rank(flow)
    return flow


def _rank(flow: Flow) -> None:
    """Reverse postorder, then reach along edges that go forward in it."""
    following = flow.following
    count = len(following)
    done: list[int] = []
    seen = [False] * count
    for root in range(count):  # beside the start, what only a table of jumps leads to
        if seen[root]:
            continue
        seen[root] = True
        before, done = done, []
        stack = [(root, iter(following[root]))]
        while stack:
            block, edges = stack[-1]
            for follower in edges:
                if not seen[follower]:
                    seen[follower] = True
                    stack.append((follower, iter(following[follower])))
                    break
            else:
                done.append(block)
                stack.pop()
        done += before
    flow.order = done[::-1]
    rank = flow.rank = [-1] * count
    for place, block in enumerate(flow.order):
        rank[block] = place
    reach = flow.reach = [0] * count
    back = list[int]()
    for block in done:
        bits, own = 1 << block, rank[block]
        for follower in following[block]:
            if rank[follower] > own:
                bits |= reach[follower]
            elif not back or back[-1] != block:
                back.append(block)
        reach[block] = bits
    _loops(flow, back[::-1])


def _loops(flow: Flow, back: list[int]) -> None:
    """Where an edge goes back, from one of these blocks: between its two ends lies a loop."""
    backs: dict[int, int] = {}
    reach = flow.reach
    for block in back:
        flow.back |= 1 << block
        for follower in flow.edges(block):
            if flow.rank[follower] <= flow.rank[block]:
                backs[follower] = backs.get(follower, 0) | 1 << block
    for head, ends in backs.items():
        last = max(flow.rank[b] for b in members(ends))
        inside = 0
        for block in [b for b in flow.order[flow.rank[head] : last + 1] if reach[b] & ends]:
            inside |= 1 << block
        inside = flow.loops[head] = inside & reach[head]
        flow.looping |= inside


def members(bits: int) -> Iterator[int]:
    """The numbers in a bit set, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
