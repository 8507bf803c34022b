"""What payloads say of their flows: the application protocol, and the client that speaks.

Spec: docs/reference/facts.md (table `flow`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from evenhand.readers.pcap import application
from evenhand.readers.pcap.columns import TUNNELLED, Rows
from evenhand.readers.pcap.ja4 import ja4
from evenhand.readers.pcap.tls import Hello

if TYPE_CHECKING:
    from evenhand.readers.pcap.flow import FlowTable
    from evenhand.readers.pcap.view import Integers

CLIENTS = 1 << 18  # different clients (JA4 and protocols offered) remembered; later ones are not
UNASKED = -1
NOBODY = -1  # the flow of a datagram put together from fragments: nothing is noted of it


class Notes:
    """Notes on the flows of one capture; the first one on a flow stands."""

    def __init__(self, flows: Mapping[bool, FlowTable], resolvers: Collection[str] = ()) -> None:
        import numpy as np

        self.flows = flows  # by whether they lie in a tunnel
        self._hosts = resolvers  # hosts that answer DNS over HTTPS
        self.clients: list[tuple[str, str]] = [("", "")]  # JA4, protocols offered
        self._client: dict[tuple[str, str], int] = {}
        # by number of a name's text: whether it is one of DoH, or UNASKED
        self._resolver = np.zeros(0, np.int8)
        self._above: dict[str, bool] = {}  # names above those that were looked at
        self._over: dict[int, int] = {}  # client → what it says that TLS carries

    def client(self, hello: Hello, transport: str) -> int:
        """The number of a client; 0 where there is no room for one more."""
        offered = ",".join(p.decode("ascii", "backslashreplace") for p in hello.protocols)
        said = (ja4(hello, transport), offered)
        number = self._client.get(said, 0)
        if not number and len(self.clients) < CLIENTS:
            number = self._client[said] = len(self.clients)
            self.clients.append(said)
            over = application.of_hello("tls", b"", hello.protocols, 0)
            self._over[number] = application.code(over)
        return number

    # -- many at a time ------------------------------------------------------------------------

    def missing(self, rows: Rows, some: Integers) -> Any:
        """Which rows belong to flows whose application protocol is not known."""
        import numpy as np

        unknown = np.zeros(len(some), bool)
        for tunnelled, flows in self.flows.items():
            mine = self._mine(rows, some, tunnelled)
            unknown[mine] = flows.noted("application", rows.flow[some[mine]]) == 0
        return unknown

    def put(self, name: str, rows: Rows, some: Integers, values: Integers) -> None:
        """Note values on the flows of these rows where nothing is noted yet."""
        for tunnelled, flows in self.flows.items():
            mine = self._mine(rows, some, tunnelled)
            flows.note(name, rows.flow[some[mine]], values[mine])

    def _mine(self, rows: Rows, some: Integers, tunnelled: bool) -> Any:
        return ((rows.state[some] == TUNNELLED) == tunnelled) & (rows.flow[some] >= 0)

    def resolvers(
        self, rows: Rows, some: Integers, text: Integers, client: Integers, written: Any
    ) -> None:
        """Note TLS flows that carry DNS, as their port, client or server's name says."""
        import numpy as np

        over = np.zeros(len(some), np.int64)
        doh, dot, tls = (application.code(name) for name in ("doh", "dot", "tls"))
        over[self._resolvers(text, written)] = doh
        said = np.array([self._over.get(n, tls) for n in range(int(client.max(initial=0)) + 1)])
        over[(said[client] == dot) | (rows.target_port[some] == application.DOT)] = dot
        which = np.nonzero(over)[0]
        for tunnelled, flows in self.flows.items():
            mine = which[self._mine(rows, some[which], tunnelled)]
            for row in mine[::-1].tolist():
                flows.replace("application", int(rows.flow[some[row]]), tls, int(over[row]))

    def _resolvers(self, text: Integers, written: Callable[[int], str]) -> Any:
        """Which names are known resolvers; each text is looked at once."""
        import numpy as np

        more = int(text.max(initial=-1)) + 1 - len(self._resolver)
        if more > 0:
            self._resolver = np.append(self._resolver, np.full(more, UNASKED, np.int8))
        found = text >= 0
        asked = text[found]
        for number in np.unique(asked[self._resolver[asked] == UNASKED]).tolist():
            host = written(number)
            above = host.partition(".")[2]
            if above not in self._above:
                self._above[above] = application.is_resolver(above, self._hosts)
            self._resolver[number] = host in self._hosts or self._above[above]
        found[found] = self._resolver[asked] == 1
        return found

    # -- one at a time -------------------------------------------------------------------------

    def hello(self, flow: int, hello: Hello, kind: str, port: int) -> None:
        """Note what one ClientHello says; `flow` is the number of `flow_of`."""
        if flow == NOBODY:
            return
        flows, number = self.flows[bool(flow & 1)], flow >> 1
        transport = {"tls": "t", "quic": "q", "dtls": "d"}[kind]
        flows.note_one("client", number, self.client(hello, transport))
        over = application.of_hello(kind, hello.name, hello.protocols, port, self._hosts)
        if over != kind:
            flows.replace("application", number, application.code(kind), application.code(over))


def flow_of(rows: Rows) -> Integers:
    """One number for the flow of each row and the table that it is in."""
    import numpy as np

    found: Integers = np.where(rows.flow < 0, NOBODY, rows.flow * 2 + (rows.state == TUNNELLED))
    return found
