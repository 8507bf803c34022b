"""What Zeek's logs mean, however they are written: connections, names, certificates, files.

Spec: Zeek, Log Files (conn.log, dns.log, ssl.log, quic.log, http.log, x509.log, files.log).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evenhand.errors import EvenhandError, Unreadable
from evenhand.facts.carried_file import CarriedFile
from evenhand.facts.certificate import Certificate
from evenhand.readers import Item, Partly
from evenhand.traffic import clock
from evenhand.traffic.address import canonical
from evenhand.traffic.flow_table import FlowTable
from evenhand.traffic.host_names import NAMED_PORTS, HostNames, without_port
from evenhand.traffic.record import (
    BOTH,
    INNER,
    OUTER,
    Label,
    integers,
    microseconds,
    numbered,
    protocol_numbers,
    records,
    turned,
)

if TYPE_CHECKING:
    import pyarrow as pa

    Columns = Mapping[str, pa.Array]

KINDS: Mapping[str, tuple[str, ...]] = {
    "conn": (
        *("ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "duration"),
        *("orig_bytes", "resp_bytes", "orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes"),
        *("tunnel_parents", "ip_proto", "history"),
    ),
    "dns": ("ts", "id.resp_p", "query", "qtype_name", "answers"),
    "ssl": ("ts", "id.resp_h", "version", "server_name"),
    "quic": ("ts", "id.resp_h", "server_name"),
    "http": ("ts", "id.resp_h", "host"),
    "x509": (
        *("ts", "fingerprint", "certificate.subject", "certificate.issuer", "certificate.serial"),
        *("certificate.not_valid_before", "certificate.not_valid_after", "san.dns", "san.ip"),
        "basic_constraints.ca",
    ),
    "files": (
        *("ts", "tx_hosts", "rx_hosts", "id.orig_h", "id.resp_h", "is_orig", "source"),
        *("mime_type", "filename", "seen_bytes", "missing_bytes", "timedout", "sha256"),
    ),
}
WHOLE = {
    *("id.orig_p", "id.resp_p", "orig_bytes", "resp_bytes", "orig_pkts", "orig_ip_bytes"),
    *("resp_pkts", "resp_ip_bytes", "ip_proto", "seen_bytes", "missing_bytes"),
}
FRACTIONS = {"ts", "duration", "certificate.not_valid_before", "certificate.not_valid_after"}
TRUTHS = {"basic_constraints.ca", "is_orig", "timedout"}
LISTS = {"answers", "san.dns", "san.ip", "tx_hosts", "rx_hosts", "tunnel_parents"}
# Logs written with another separator between a record and its fields (Log::default_scope_sep).
SCOPED = ("id.", "certificate.", "san.", "basic_constraints.")
ALIASED = ("A", "AAAA", "CNAME")


class Tunnels(EvenhandError):
    """The log names connections that carry others: which ones has to be known from the start."""


class ZeekLog:
    """Facts of one log, block by block; `parents` are connections that carry tunnels."""

    def __init__(self, parents: set[str]) -> None:
        self._parents = parents
        self._flows = FlowTable()
        self._names = HostNames()
        self._take: Mapping[str, Callable[[Columns, Sequence[int]], Iterator[Item]]] = {
            "conn": self._conn,
            "dns": self._dns,
            "ssl": self._ssl,
            "quic": self._quic,
            "http": self._http,
            "x509": _certificates,
            "files": _files,
        }

    def take(self, kind: str, columns: Columns, numbers: Sequence[int]) -> Iterator[Item]:
        """Take records of one kind of log; `numbers` are their lines."""
        yield from self._take[kind](columns, numbers)
        yield from self._names.full()

    def finish(self) -> Iterator[Item]:
        """What is left."""
        yield from self._flows.finish()
        yield from self._names.finish()
        if self._flows.odd:
            yield Partly(f"{self._flows.odd} records have an end that is no address")

    def _conn(self, columns: Columns, numbers: Sequence[int]) -> Iterator[Item]:
        import numpy as np
        import pyarrow.compute as pc

        count = len(numbers)
        missing = sorted({"id.orig_h", "id.resp_h", "proto"} - columns.keys())
        if missing:
            raise Unreadable(f"the log has no column {', '.join(missing)}")

        def whole(name: str) -> Any:
            return integers(columns[name], -1) if name in columns else np.full(count, -1)

        def size(end: str) -> Any:
            own, payload = whole(f"{end}_ip_bytes"), f"{end}_bytes"
            return own if on_ip.all() else np.where(on_ip, own, whole(payload))

        start, lasted = _seconds(columns, "ts", count), _seconds(columns, "duration", count)
        on_ip = (whole("orig_ip_bytes") >= 0) | (whole("resp_ip_bytes") >= 0)
        labels = [self._flows.label(Label(kind)) for kind in ("payload", "ip")]
        protocol = protocol_numbers(columns["proto"])
        if "ip_proto" in columns:
            protocol = np.where(whole("ip_proto") >= 0, whole("ip_proto"), protocol)
        rows = records(
            count,
            number=numbered(numbers),
            source=self._ends(columns["id.orig_h"]),
            target=self._ends(columns["id.resp_h"]),
            source_port=whole("id.orig_p"),
            target_port=whole("id.resp_p"),
            protocol=protocol,
            packets=whole("orig_pkts"),
            size=size("orig"),
            packets_back=whole("resp_pkts"),
            size_back=size("resp"),
            start=microseconds(start),
            end=microseconds(start + np.nan_to_num(lasted)),
            sure=1,
            layer=self._layers(columns, count),
            label=np.where(on_ip, labels[1], labels[0]),
        )
        if "history" in columns:  # it opens with a SYN and ACK: the other end began
            answered = pc.starts_with(columns["history"], "H").fill_null(False)
            rows = turned(rows, answered.to_numpy(zero_copy_only=False))
        yield from self._flows.add(rows)

    def _ends(self, column: pa.Array) -> Any:
        """Numbers of addresses: texts, or short ones in bytes (`zeek_shape`)."""
        import pyarrow as pa

        addresses = self._flows.addresses
        short = pa.types.is_fixed_size_binary(column.type)
        return addresses.short(column) if short else addresses.numbers(column)

    def _layers(self, columns: Columns, count: int) -> Any:
        """Inside a tunnel, the tunnel itself, or neither: which layers a connection belongs to."""
        import numpy as np

        layer = np.full(count, BOTH, np.int64)
        if "tunnel_parents" in columns:
            layer[columns["tunnel_parents"].is_valid().to_numpy(zero_copy_only=False)] = INNER
        if self._parents and "uid" in columns:
            import pyarrow as pa
            import pyarrow.compute as pc

            carries = pc.is_in(columns["uid"], pa.array(sorted(self._parents), pa.string()))
            layer[carries.to_numpy(zero_copy_only=False)] = OUTER
        return layer

    def _dns(self, columns: Columns, numbers: Sequence[int]) -> Iterator[Item]:
        seen: set[tuple[str, str | None, str]] = set()
        for number, time, port, query, kind, answers in _rows(columns, numbers, KINDS["dns"]):
            key = (query, answers, port)
            if query is None or key in seen:
                continue
            seen.add(key)
            other = NAMED_PORTS.get(port)
            at = clock.microseconds(time)
            self._names.add(query, other or "dns question", number, at)
            for answer in _listed(answers):
                address = canonical(answer)
                if address:
                    self._names.add(query, other or "dns answer", number, at, address)
                elif other is None and (kind is None or kind in ALIASED) and " " not in answer:
                    self._names.add(answer, "dns alias", number, at)
        yield from ()

    def _ssl(self, columns: Columns, numbers: Sequence[int]) -> Iterator[Item]:
        for number, time, server, version, name in _rows(columns, numbers, KINDS["ssl"]):
            source = "dtls" if (version or "").startswith("DTLS") else "tls"
            self._named(name, source, number, time, server)
        yield from ()

    def _quic(self, columns: Columns, numbers: Sequence[int]) -> Iterator[Item]:
        for number, time, server, name in _rows(columns, numbers, KINDS["quic"]):
            self._named(name, "quic", number, time, server)
        yield from ()

    def _http(self, columns: Columns, numbers: Sequence[int]) -> Iterator[Item]:
        for number, time, server, host in _rows(columns, numbers, KINDS["http"]):
            self._named(without_port(host or ""), "http", number, time, server)
        yield from ()

    def _named(
        self, name: str | None, source: str, number: int, time: float | None, server: str | None
    ) -> None:
        if name:
            at = clock.microseconds(time)
            self._names.add(name, source, number, at, canonical(server or ""))


def plain_name(field: str) -> str:
    """The usual name of a field, whatever separates a record from its fields."""
    for scope in SCOPED:
        if field.startswith(scope[:-1] + "_"):
            return scope + field[len(scope) :]
    return field


def _seconds(columns: Columns, name: str, count: int) -> Any:
    import numpy as np

    if name not in columns:
        return np.full(count, np.nan)
    return columns[name].cast("float64").to_numpy(zero_copy_only=False)


def _rows(
    columns: Columns, numbers: Sequence[int], names: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """Rows of some columns, each after its line; None in a column that the log lacks."""
    nothing = [None] * len(numbers)
    parts = [columns[n].to_pylist() if n in columns else nothing for n in names]
    return zip(map(int, numbers), *parts, strict=True)


def _listed(value: str | Sequence[str] | None) -> Sequence[str]:
    """A list as Zeek writes it: in JSON a list, else texts with commas between them."""
    if isinstance(value, str):
        return value.split(",")
    return value or ()


def _certificates(columns: Columns, numbers: Sequence[int]) -> Iterator[Item]:
    for row in _rows(columns, numbers, KINDS["x509"]):
        number, time, print_, subject, issuer, serial, start, end, dns, ips, authority = row
        if not subject and not issuer and not serial:
            continue
        names = [name.lower().removesuffix(".") for name in _listed(dns)]
        yield Certificate(
            subject=subject or "",
            locator=f"line {number}",
            names=[*names, *(canonical(ip) or ip for ip in _listed(ips))],
            issuer=issuer,
            serial=serial.upper() if serial else None,
            fingerprint=print_.lower() if print_ and len(print_) == 64 else None,
            not_before=clock.moment(clock.microseconds(start)),
            not_after=clock.moment(clock.microseconds(end)),
            is_ca=authority,
            first_seen=clock.moment(clock.microseconds(time)),
        )


def _files(columns: Columns, numbers: Sequence[int]) -> Iterator[Item]:
    for row in _rows(columns, numbers, KINDS["files"]):
        number, time, senders, receivers, orig, resp, forth, source, kind, name = row[:10]
        size, missing, late, sha256 = row[10:]
        if orig or resp:  # since Zeek 5.1: of one connection, and which way
            sender, receiver = (orig, resp) if forth else (resp, orig)
        else:
            sender = next(iter(_listed(senders)), None)
            receiver = next(iter(_listed(receivers)), None)
        yield CarriedFile(
            name,
            f"line {number}",
            kind,
            size,
            f"sha256:{sha256.lower()}" if sha256 and len(sha256) == 64 else None,
            canonical(sender or ""),
            canonical(receiver or ""),
            source.lower() if source else None,
            None if missing is None else not missing and not late,
            clock.moment(clock.microseconds(time)),
        )
