"""A real rate limiter: nginx in front of an API, for as long as a test needs it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")

CONFIGURATION = """
daemon off;
master_process off;  # one process, of the user that runs the tests
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    log_format times "$msec $status";
    limit_req_zone $server_addr zone=creates:64k rate={rate}r/s;
    limit_req_status 429;
    upstream api {{
        server {upstream};
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        access_log off;
        location / {{
            proxy_pass http://api;
        }}
        location = /v1/invoices/create {{
            limit_req zone=creates burst={burst} nodelay;
            access_log {folder}/creates.log times;
            proxy_pass http://api;
        }}
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """A create that was answered: when (seconds since 1970), and with which status."""

    at: float
    status: int


@dataclass(frozen=True, slots=True)
class Limiter:
    """A running limiter: its URL, and where it logs the creates."""

    url: str
    log: Path

    def answers(self) -> list[Answered]:
        """Return every create that was answered, in order."""
        lines = (line.split() for line in self.log.read_text().splitlines())
        return [Answered(float(at), int(status)) for at, status in lines]


@contextmanager
def limiter(folder: Path, upstream: str, *, rate: int, burst: int) -> Iterator[Limiter]:
    """Run nginx on a free port while the context lasts.

    Args:
        folder: An empty folder for all that it writes.
        upstream: The URL of the API behind it.
        rate: Creates a second that it lets through; nothing else is limited.
        burst: How many creates may come early.
    """
    assert NGINX is not None, "nginx is not installed; .ci/run installs it"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configuration = folder / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=folder, upstream=urlsplit(upstream).netloc, port=port, rate=rate, burst=burst
        )
    )
    with subprocess.Popen(
        [NGINX, "-p", folder, "-c", configuration, "-e", folder / "error.log"],
        stdin=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_until_ready(process, port)
            yield Limiter(f"http://127.0.0.1:{port}", folder / "creates.log")
        finally:
            process.terminate()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until it listens; what it complains of is on its standard error, which pytest shows."""
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            try:
                code = process.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"nginx ended with {code} instead of serving") from None
        return
    raise TimeoutError("nginx never listened")
