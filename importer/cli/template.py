"""A workbook to fill in, written where it can be."""

from __future__ import annotations

import datetime as dt
import os
import shlex
from pathlib import Path

from importer.cli.loading import loading
from importer.cli.screen import tell
from importer.errors import UsageError
from importer.names import free_name

SUFFIX = ".xlsx"
DEFAULT = Path(f"invoices{SUFFIX}")


def make_template(out: Path | None) -> None:
    """Write a workbook to fill in.

    Args:
        out: Where to; None for the usual name in this folder.

    Raises:
        UsageError: When it can't be written there.
    """
    path = _prepare(out or DEFAULT)
    # Here, since they take a second: --help and a name that is taken must not pay for them.
    with loading():
        from importer.validate.currencies import CURRENCIES, USUAL, name  # noqa: PLC0415
        from importer.workbook.template import write_template  # noqa: PLC0415

    codes = [*USUAL, *sorted(CURRENCIES - set(USUAL))]
    today = dt.datetime.now().astimezone().date()
    try:
        write_template(path, today, [(code, name(code) or code) for code in codes])
    except OSError as exc:
        reason = exc.strerror or exc
        raise UsageError(f"{path} can't be written: {reason}. {_advise()}") from exc
    file = shlex.quote(str(path))
    tell(
        f"Template: {path}\n"
        "Next:\n"
        "1. Open it and fill it in: one row for each invoice. Its sheet Columns explains all.\n"
        "2. Delete the three example rows (they are never sent to a real API), and save it.\n"
        "3. Check it; nothing is sent:\n"
        f"     import-invoices check {file}"
    )


def _prepare(out: Path) -> Path:
    """Make sure that the name is free and the folder there; return the absolute path.

    Raises:
        UsageError: When a template can't be written there.
    """
    if os.path.isdir(out):  # noqa: PTH112 a name that is too long is no error here
        better = free_name(out / DEFAULT)
        raise UsageError(f"{out} is a folder. Name a file in it: {_call(better)}")
    if out.suffix.lower() != SUFFIX:
        better = free_name(out.with_name(f"{out.stem or DEFAULT.stem}{SUFFIX}"))
        raise UsageError(
            f"A template is a workbook, whose name ends in {SUFFIX}. Write {_call(better)}"
        )
    if not out.name.isprintable():
        better = free_name(out.with_name(DEFAULT.name))
        raise UsageError(
            f"{out.name} holds characters that nobody sees. Choose another name: {_call(better)}"
        )
    if os.path.lexists(out):
        raise UsageError(
            f"{out.absolute()} exists already, and a template never overwrites a file. Choose "
            f"another name: {_call(free_name(out))}"
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        return out.parent.resolve() / out.name
    except (OSError, RuntimeError) as exc:  # RuntimeError: a loop of symbolic links
        reason = getattr(exc, "strerror", None) or exc
        raise UsageError(f"The folder {out.parent} can't be made: {reason}. {_advise()}") from exc


def _advise() -> str:
    own = free_name(Path.home() / DEFAULT)
    return f"Choose a place that you may write to, such as your own folder: {_call(own)}"


def _call(path: Path) -> str:
    return f"import-invoices template {shlex.quote(str(path))}"
