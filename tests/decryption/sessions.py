"""TLS sessions made here, without a network: what both sides send, and the key log of it.

Spec: the ssl module of Python over OpenSSL (memory BIOs, keylog_filename).
"""

from __future__ import annotations

import contextlib
import datetime
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

CLIENT, SERVER = True, False


class Session(NamedTuple):
    """One session: pieces as sent, in order, each with whether it is the client's."""

    sent: list[tuple[bool, bytes]]
    key_log: bytes

    def of(self, client: bool) -> bytes:
        """Everything that one side sent."""
        return b"".join(data for side, data in self.sent if side == client)


def certificate(folder: Path, kind: str, name: str = "alder.example") -> Path:
    """A certificate and its key in one file; `kind` is ec or rsa."""
    path = folder / f"{kind}.pem"
    if path.exists():
        return path
    key = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ec"
        else rsa.generate_private_key(65537, 2048)
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(day)
        .not_valid_after(day + datetime.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


def session(
    folder: Path,
    talk: Sequence[tuple[bool, bytes]],
    *,
    kind: str = "ec",
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    ciphers: str = "",
    protocols: Sequence[str] = (),
    server_name: str = "outer.example",
    refuses: bool = False,
    options: int = 0,
    curve: str = "",
    again: bool = False,
) -> Session:
    """A handshake, then what is said: (whether it is the client's, the bytes) in order.

    `refuses`: the client knows nobody who could have signed the certificate; `curve`: the only
    one the server takes; `again`: what is given is a second session, which resumes the first.
    """
    log = folder / "keys.log"
    log.unlink(missing_ok=True)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_REQUIRED if refuses else ssl.CERT_NONE
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate(folder, kind))
    for context in (client, server):
        context.minimum_version = context.maximum_version = version
        if ciphers:
            context.set_ciphers(ciphers)
        context.options |= options
        if protocols:
            context.set_alpn_protocols(list(protocols))
    if curve:
        server.set_ecdh_curve(curve)
    client.keylog_filename = str(log)
    sent, first = _talk(client, server, talk, server_name)
    if again:
        sent, resumed = _talk(client, server, talk, server_name, first.session)
        assert resumed.session_reused
    return Session(sent, log.read_bytes())


def _talk(
    client: ssl.SSLContext,
    server: ssl.SSLContext,
    talk: Sequence[tuple[bool, bytes]],
    server_name: str,
    before: ssl.SSLSession | None = None,
) -> tuple[list[tuple[bool, bytes]], ssl.SSLObject]:
    """What both sides send, and the client's end."""
    ways = {side: (ssl.MemoryBIO(), ssl.MemoryBIO()) for side in (CLIENT, SERVER)}
    ends = {
        CLIENT: client.wrap_bio(*ways[CLIENT], server_hostname=server_name, session=before),
        SERVER: server.wrap_bio(*ways[SERVER], server_side=True),
    }
    sent: list[tuple[bool, bytes]] = []

    def carry(side: bool) -> None:
        data = ways[side][1].read()
        if data:
            sent.append((side, data))
            ways[not side][0].write(data)

    for _ in range(4):
        for side in (CLIENT, SERVER):
            with contextlib.suppress(ssl.SSLError):
                ends[side].do_handshake()
            carry(side)
    for side, data in talk:
        ends[side].write(data)
        carry(side)
        with contextlib.suppress(ssl.SSLError):
            ends[not side].read(len(data))  # and the tickets before it
    return sent, ends[CLIENT]
