"""The terminal that is there, or isn't: its width, lines that fit it, what was typed too early."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import socket

NARROWEST = 40
"""Below it, nothing is wrapped any narrower: the terminal does."""


def screen_width(*, err: bool) -> int | None:
    """Return how wide the terminal is; None where there is none, so that nothing is wrapped.

    Args:
        err: Ask for standard error, not standard output.
    """
    stream = sys.stderr if err else sys.stdout
    if stream is None or not stream.isatty():
        return None
    import shutil  # noqa: PLC0415 only on a terminal

    return shutil.get_terminal_size().columns


def wrap(line: str, width: int | None) -> Iterator[str]:
    """Yield a line in as many as the terminal needs; a command in it stays whole, to be copied.

    Args:
        line: The line; colours in it take no room.
        width: The terminal's width; None for none.
    """
    plain = click.unstyle(line)
    if width is None or len(plain) <= width or "import-invoices " in plain:
        yield line
        return
    import textwrap  # noqa: PLC0415 only where a line is too long for a terminal

    indent = " " * (len(plain) - len(plain.lstrip()))
    first, *others = textwrap.wrap(
        plain.lstrip(),
        max(width, NARROWEST) - 1,
        initial_indent=indent,
        subsequent_indent=f"{indent}    " if indent else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
    word = line.partition(" ")[0]  # no other is ever coloured
    yield word + first.removeprefix(click.unstyle(word))
    yield from others


def tell(text: str, *, err: bool = False) -> None:
    """Print a text; where nobody reads it, or no more, what was done stays done.

    Args:
        text: Whole lines.
        err: Print to standard error, not to standard output.
    """
    try:
        click.echo(text, err=err)
    except OSError:
        # So that nothing fails at exit, when what is left would be written.
        nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 until the end
        setattr(sys, "stderr" if err else "stdout", nowhere)


def read_line(heard: socket.socket) -> str:
    """Return the next line that is typed, with its end; empty where no more can come.

    Args:
        heard: What becomes readable when something else wants attention.
    """
    with suppress(OSError, ValueError):  # Windows waits for sockets alone
        stdin = sys.stdin.fileno()
        import select  # noqa: PLC0415 only on a terminal

        select.select([stdin, heard], [], [])
        return os.read(stdin, LINE).decode(sys.stdin.encoding, "replace")
    return sys.stdin.readline()


LINE = 4096
"""The longest line that a terminal passes on, in bytes."""


def forget_typing() -> None:
    """Throw away what was typed before a question came: it was no answer to it."""
    with suppress(ImportError, OSError, ValueError):
        import termios  # noqa: PLC0415 not on every system

        termios.tcflush(sys.stdin, termios.TCIFLUSH)
        return
    with suppress(ImportError):
        import msvcrt  # noqa: PLC0415 on Windows alone

        while msvcrt.kbhit():  # type: ignore[attr-defined]
            msvcrt.getch()  # type: ignore[attr-defined]
