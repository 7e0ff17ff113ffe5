"""The server: uvicorn on a socket of ours, with a way to hang up and a way to end."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from importer.sandbox.app import HANG_UP, create_app
from importer.sandbox.behaviour import Behaviour
from importer.sandbox.store import Store


def serve(
    store: Store, behaviour: Behaviour, listener: socket.socket, *, until_stdin_closes: bool = False
) -> None:
    """Serve until a signal comes.

    Args:
        store: Where the invoices are.
        behaviour: What to do wrong.
        listener: A listening socket; closed at the end.
        until_stdin_closes: End when standard input is closed, too.

    Raises:
        KeyboardInterrupt: On Ctrl-C, once every request is answered.
    """
    config = uvicorn.Config(
        create_app(store, behaviour),
        loop="asyncio",
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        # Longer than clients keep theirs (httpx: 5 s), or a request could meet a closing
        # connection and look lost although nobody asked for that.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    if until_stdin_closes:
        threading.Thread(target=_stop_with_stdin, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


class _Protocol(H11Protocol):
    """HTTP/1.1 with an ASGI extension that closes the connection without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        # asyncio does so only for the sockets that it made. Without, the kernel holds an answer's
        # body back until its head is acknowledged: 40 ms for each request.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        app = self.app

        async def app_that_can_hang_up(scope: Scope, receive: Receive, send: Send) -> None:
            scope["extensions"] = {HANG_UP: transport.close}
            await app(scope, receive, send)

        self.app = app_that_can_hang_up


def _stop_with_stdin(server: uvicorn.Server) -> None:
    # Not sys.stdin.read(): its lock, held by this thread, would break the interpreter's end.
    descriptor = sys.stdin.fileno()
    while os.read(descriptor, 1024):
        pass
    server.should_exit = True
