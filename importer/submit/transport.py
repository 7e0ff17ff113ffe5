"""What carries requests: httpx's own transport, or the faster one of the extra `fast`."""

from __future__ import annotations

import importlib.metadata
import re
import urllib.request

import httpx

from importer.errors import UsageError
from importer.settings import LOOPBACK, Api
from importer.submit.lanes import Lanes

KNOWN_SINCE = (3, 14)
"""The first version of aiohttp whose errors are known: the one that the extra asks for."""


def choose_transport(
    api: Api, limits: httpx.Limits, timeout: httpx.Timeout
) -> httpx.AsyncBaseTransport | None:
    """Return a new transport for an API, or None where httpx has to choose one by the proxies.

    Args:
        api: The API.
        limits: How many connections, and how long one is kept, in seconds.
        timeout: What each step of a request may take, in seconds.

    Raises:
        UsageError: The transport that was asked for isn't installed, or is too old.
    """
    faster = _knows_aiohttp()
    if api.transport == "aiohttp" and not faster:
        raise UsageError(
            f"--transport aiohttp needs aiohttp {'.'.join(map(str, KNOWN_SINCE))} or newer, which "
            "isn't installed. Install it (pip install 'invoice-importer[fast]'), or leave the "
            "option out. Nothing was sent."
        )
    if reads_environment(api.url) and urllib.request.getproxies().keys() - {"no"}:
        return None
    if api.transport == "httpx" or not faster:
        return Lanes(limits.keepalive_expiry)
    from importer.submit.fast import FastTransport  # noqa: PLC0415 an extra

    return FastTransport(limits, timeout)


def _knows_aiohttp() -> bool:
    """Tell whether aiohttp is installed, in a version that tells what was sent."""
    try:
        version = importlib.metadata.version("aiohttp")
    except importlib.metadata.PackageNotFoundError:
        return False
    return tuple(map(int, re.findall(r"\d+", version)[:2])) >= KNOWN_SINCE


def reads_environment(url: str) -> bool:
    """Tell whether the environment's proxies concern an API: never one on this computer."""
    return httpx.URL(url).host not in LOOPBACK
