"""The terminal that is there, or isn't: its width, lines that fit it, what was typed too early."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
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


def wrap(line: str, width: int | None, hang: str = "") -> Iterator[str]:
    """Yield a line in as many as the terminal needs; a command in it stays whole, to be copied.

    Args:
        line: The line; colours in it take no room.
        width: The terminal's width; None for none.
        hang: What the further lines begin with, behind the line's own indentation, if it has any.
    """
    plain = click.unstyle(line)
    if width is None or len(plain) <= width:
        yield line
        return
    indent = " " * (len(plain) - len(plain.lstrip()))
    further = hang or (f"{indent}    " if indent else "")
    yield from fold(line.lstrip(), max(width, NARROWEST) - 1, indent, further)


def fold(text: str, room: int, first: str = "", further: str = "") -> Iterator[str]:
    """Yield a text in lines that end between words, commands and coloured words being one each.

    A command that is to be typed and doesn't fit on the rest of a line has one of its own.

    Args:
        text: The text; colours in it take no room.
        room: The characters of a line; a longer word exceeds them.
        first: What the first line begins with.
        further: What the others begin with.
    """
    import textwrap  # noqa: PLC0415 only where a line is too long for a terminal

    words: list[str] = []
    text = STOOD_IN.sub("\N{REPLACEMENT CHARACTER}", text)  # a file's; no font has them

    def stand_in(match: re.Match[str]) -> str:
        words.append(match[0])
        return chr(STAND_IN + len(words) - 1) * len(click.unstyle(match[0]))

    def put_back(lines: Iterable[str]) -> str:
        return STOOD_IN.sub(lambda match: words[ord(match[0][0]) - STAND_IN], " ".join(lines))

    lines = textwrap.wrap(
        _whole().sub(stand_in, text),
        room,
        initial_indent=first,
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for number, line in enumerate(lines):
        word, _, behind = line.strip().partition(" ")
        command = put_back([word])
        if number and command.startswith("import-invoices "):
            yield further + command.rstrip(".,;")
            if rest := put_back([behind, *map(str.strip, lines[number + 1 :])]).strip():
                yield from fold(rest, room, further, further)
            return
        yield put_back([line])


STAND_IN = 0xF0000
"""The first of the characters that nobody sees, which stand for what may not be broken."""

STOOD_IN = re.compile(r"([\U000F0000-\U000FFFFD])\1*")

WORD = r"""(?:'[^']*'|"[^"]*"|[^\s'"`|])++"""
"""A word as a shell has it, with a sentence's signs behind it, if there are any."""


@cache
def _whole() -> re.Pattern[str]:
    """Return the pattern of what stays on one line: what is coloured, a path, what is to be copied.

    A command in a sentence reaches to the next sign, for nothing else parts it from what follows.
    """
    from importer.cli import COMMANDS  # noqa: PLC0415 it imports this

    begin = rf"import-invoices(?= (?:(?:{'|'.join(COMMANDS)})(?![\w-])|-|\S+\.(?:xlsx|csv)))"
    return re.compile(
        r"\x1b\[[\d;]+m.*?\x1b\[0m"
        r"|^Results: .+"
        r"|`[^`]*`"
        rf"|{begin}(?: {WORD}(?<![.,;:)])(?=\s|$))*(?: {WORD})?"
        r"""|--[a-z-]+ (?:"[^"]*"|'[^']*'|\S+\.(?:xlsx|csv))"""
    )


def tell(text: str, *, err: bool = False) -> None:
    """Print a text for people, wrapped at words on a terminal.

    Args:
        text: Whole lines.
        err: Print to standard error, not to standard output.
    """
    width = screen_width(err=err)
    emit("\n".join(part for line in text.split("\n") for part in wrap(line, width)), err=err)


def emit(text: str, *, err: bool = False) -> None:
    """Print a text as it is; where nobody reads it, or no more, what was done stays done.

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
