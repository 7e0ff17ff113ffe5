"""A webhook on loopback that notes what it is told, and answers as a test says."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PATH = "/services/T0/B0/s3cret-of-the-hook"
"""The path of every webhook: what nobody may see."""


@dataclass(slots=True)
class Webhook:
    """The running webhook.

    Attributes:
        url: Its whole address.
        statuses: What is answered, one after the other; then 200.
        headers: What is answered with it.
        told: The bodies that came in.
        paths: Where they came in.
        silent: Set: nothing is answered until `free` is.
        free: Ends the silence.
    """

    url: str
    statuses: list[int] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    silent: bool = False
    free: threading.Event = field(default_factory=threading.Event)


@contextmanager
def webhook(*, certificate: Path | None = None) -> Iterator[Webhook]:
    """Run a webhook on a free port while the context lasts; with TLS where a certificate is given.

    Args:
        certificate: A PEM file of a certificate and its key.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.told.append(json.loads(body))
            hook.paths.append(self.path)
            if hook.silent:
                hook.free.wait(20)
            with suppress(ConnectionError):  # who told may be gone by now
                self.send_response(hook.statuses.pop(0) if hook.statuses else 200)
                for name, value in hook.headers.items():
                    self.send_header(name, value)
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = False

        def handle_error(self, *_: object) -> None:
            """Say nothing: who told may be gone by now."""

    with Server(("127.0.0.1", 0), Handler) as server:
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        hook = Webhook(f"{scheme}://127.0.0.1:{server.server_port}{PATH}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield hook
        finally:
            hook.free.set()
            server.shutdown()
            thread.join()


def make_certificate(folder: Path, host: str, *, days: int) -> Path:
    """Make a certificate that signs itself; return the PEM file of it and its key.

    Args:
        folder: Where to.
        host: The IP address that it is for.
        days: How long it is good for.
    """
    path = folder / f"{host}-{days}.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", str(days), "-subj", f"/CN={host}",
            "-addext", f"subjectAltName=IP:{host}",
            "-keyout", f"{path}.key", "-out", f"{path}.crt",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    path.write_text(Path(f"{path}.crt").read_text() + Path(f"{path}.key").read_text())
    return path
