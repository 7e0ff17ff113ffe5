"""Why a connection could not be made, in words: of a create, a listing, a webhook."""

from __future__ import annotations

import socket
from collections.abc import Iterator


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what led to it; of a host with several addresses, at each of them.

    Args:
        error: What was raised.
    """
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for each in error.exceptions:
                yield from causes(each)
        error = error.__cause__ or error.__context__


def why_unreached(error: BaseException) -> str:
    """Return why a host could not be reached; empty where the error doesn't say.

    Args:
        error: What was raised.
    """
    for cause in causes(error):
        match cause:
            case socket.gaierror():
                return "there is no host of this name, or no network"
            case ConnectionRefusedError():
                return "it refuses connections"
    return ""
