"""What a capture shows once its TLS connections are opened with the secrets of a key log.

The capture is read a second time, and only where there are secrets. Every fact from it says in
its locator that it was decrypted; of the secrets nothing is kept.

Spec: RFC 9850 (key logs); RFC 8446, RFC 5246 (TLS); RFC 9001 (QUIC);
docs/decisions/0019-key-logs.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.decryption.key_log import KeyLog
from evenhand.readers import Item, Partly
from evenhand.readers.pcap import columns, packet
from evenhand.readers.pcap.address import Addresses
from evenhand.readers.pcap.container import Block, blocks
from evenhand.readers.pcap.opened.inside import Inside
from evenhand.readers.pcap.opened.tcp import Tcp
from evenhand.readers.pcap.opened.udp import Udp
from evenhand.readers.pcap.view import View


def read(view: View, key_log: KeyLog) -> Iterator[Item]:
    """Bodies as they come, then names, certificates and requests; then what stayed closed."""
    addresses, packets = Addresses(), packet.Packets()
    inside = Inside(addresses)
    followers = Tcp(view, key_log, inside), Udp(view, key_log, inside)
    for block in blocks(view):
        if isinstance(block, Block):
            rows = columns.read(view, block, packets, addresses).rows
            packets.whole.clear()
            for follower in followers:
                yield from follower.block(rows, block.captured >= block.wire)
            view.done_with(int(block.offset[-1]))
    for follower in followers:
        yield from follower.finish()
    yield from inside.rows()
    for reason, count in sorted(inside.closed.items()):
        yield Partly(f"{count} encrypted connections were opened in part or not at all: {reason}")
