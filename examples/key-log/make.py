"""Makes this example anew: a small service and its clients on the loopback interface, captured.

The service answers with made-up JSON; its certificate is made for the run and thrown away. Needs
the right to capture, tcpdump, curl with HTTP/2, openssl, and in the Python that runs it hypercorn
and aioquic. Sessions have fresh random numbers, so that no two runs give the same bytes.

    python examples/key-log/make.py examples/key-log

Spec: RFC 9850 (SSLKEYLOGFILE); RFC 9112, RFC 9113, RFC 9114.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PORT = 14443
HOSTS = ("updates.alder.example", "metrics.alder.example", "photos.alder.example")


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The service: answers every request with the path and the size of what was sent."""
    if scope["type"] != "http":
        return
    got, more = 0, True
    while more:
        message = await receive()
        got += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = b'{"path": "%b", "bytes": %d}' % (scope["path"].encode(), got)
    head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})


def curl(host: str, path: str, *words: str) -> None:
    """One request over TCP; curl writes its secrets to SSLKEYLOGFILE."""
    place = f"https://{host}:{PORT}{path}"
    to = ["--resolve", f"{host}:{PORT}:127.0.0.1"]
    subprocess.run(["curl", "-sk", *to, *words, place], check=True, stdout=subprocess.DEVNULL)


async def over_quic(host: str, log: Path) -> None:
    """Two requests over HTTP/3, the keys renewed between them."""
    from aioquic.asyncio import connect
    from aioquic.asyncio.protocol import QuicConnectionProtocol
    from aioquic.h3.connection import H3Connection
    from aioquic.quic.configuration import QuicConfiguration

    class Client(QuicConnectionProtocol):
        def __init__(self, *words: Any, **more: Any) -> None:
            super().__init__(*words, **more)
            self.http, self.over = H3Connection(self._quic), asyncio.Event()

        def quic_event_received(self, event: Any) -> None:
            if any(getattr(e, "stream_ended", False) for e in self.http.handle_event(event)):
                self.over.set()

        async def ask(self, path: bytes, body: bytes) -> None:
            self.over.clear()
            stream = self._quic.get_next_available_stream_id()
            head = [(b":method", b"PUT"), (b":scheme", b"https"), (b":authority", host.encode()),
                    (b":path", path), (b"content-type", b"image/png")]  # fmt: skip
            self.http.send_headers(stream, head)
            self.http.send_data(stream, body, end_stream=True)
            self.transmit()
            await asyncio.wait_for(self.over.wait(), 10)

    with log.open("a") as secrets:
        settings = QuicConfiguration(
            is_client=True, alpn_protocols=["h3"], verify_mode=ssl.CERT_NONE,
            server_name=host, secrets_log_file=secrets,
        )  # fmt: skip
        async with connect("127.0.0.1", PORT, configuration=settings, create_protocol=Client) as c:
            await c.ask(b"/roll/1.png", b"no picture, but a stand-in")
            c._quic.request_key_update()
            await c.ask(b"/roll/2.png", b"another one")


def main() -> None:
    """Capture it all."""
    folder = Path(sys.argv[1]).resolve()
    log = folder / "keys.log"
    log.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as made:
        key, cert = f"{made}/key.pem", f"{made}/cert.pem"
        names = ",".join(f"DNS:{h}" for h in HOSTS)
        openssl = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ]
        openssl += ["-nodes", "-keyout", key, "-out", cert, "-days", "3650"]
        openssl += [
            "-subj",
            "/O=Alder Networks/CN=alder.example",
            "-addext",
            f"subjectAltName={names}",
        ]
        subprocess.run(openssl, check=True, stderr=subprocess.DEVNULL)
        sniff = ["tcpdump", "-Uqi", "lo", "-w", "-", f"port {PORT}"]
        serve = [sys.executable, "-m", "hypercorn", "--bind", f"127.0.0.1:{PORT}", "--quic-bind"]
        serve += [f"127.0.0.1:{PORT}", "--certfile", cert, "--keyfile", key, "make:app"]
        with (folder / "capture.pcap").open("wb") as out:
            dump = subprocess.Popen(sniff, stdout=out, stderr=subprocess.DEVNULL)
            server = subprocess.Popen(serve, cwd=Path(__file__).parent)
            time.sleep(3)
            os.environ["SSLKEYLOGFILE"] = str(log)
            curl(HOSTS[0], "/router/latest", "--http1.1", "--tls-max", "1.2")
            curl(HOSTS[1], "/v1/usage", "--http2", "--json", '{"uptime": 86400}')
            asyncio.run(over_quic(HOSTS[2], log))
            time.sleep(1)
            server.terminate()
            dump.terminate()
            server.wait(), dump.wait()


if __name__ == "__main__":
    main()
