"""`--notify`: who is told of a run, and when."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from importer.cli.options import PREFIX
from importer.cli.screen import tell
from importer.errors import EXIT_OK, ImporterError
from importer.printable import printable

if TYPE_CHECKING:  # imported where somebody is to be told: a wrong option asks, and seldom tells
    from pathlib import Path

    from importer.report import Summary
    from importer.settings import Secret

NOTIFY = f"{PREFIX}NOTIFY"
"""The variable of the address; with `_FILE` behind it, of a file that holds it."""

NAMELESS = "a file"
"""What a file is called whose name isn't known."""


class Teller:
    """Who is told of the runs of one command.

    Attributes:
        url: The webhook's address; None where nobody is to be told.
        always: Tell of what went well too.
        name: What the file of the command is called.
        settled: Whether it is known who is to be told; perhaps nobody.
    """

    def __init__(self) -> None:
        """Prepare; nobody is told yet."""
        self.url: Secret | None = None
        self.always = False
        self.name = ""
        self.settled = False

    def begin(self, ctx: click.Context, file: Path | None) -> None:
        """Find out from a run's options who is to be told, of what comes and of what fails.

        Args:
            ctx: The run's context.
            file: What is to be imported; None where that isn't known.

        Raises:
            UsageError: When the address is none, or can't be read.
        """
        given = ctx.params
        self.name = NAMELESS if file is None else printable(file.name)
        self.settled = True
        url = _find_address(ctx, given)
        if url is None:
            return
        _require_webhook(url, allow_http=bool(given.get("allow_http")))
        self.url, self.always = url, given.get("notify_on") == "always"

    def tell(self, summary: Summary) -> None:
        """Tell of a run, where that is wanted; whatever comes of it, the run stays as it is."""
        if self.url is None:
            return
        from importer.cli.render import summary_json  # noqa: PLC0415 seldom needed

        self._tell(self.url, summary_json(summary), printable(summary.file.name))

    def _tell(self, url: Secret, summary: str, name: str) -> None:
        """Tell of what `--json` would print of a file of some name."""
        import json  # noqa: PLC0415 seldom needed

        told = json.loads(summary)
        if told["exit_code"] == EXIT_OK and not self.always:
            return
        try:
            from importer.notify import build_body, post  # noqa: PLC0415 seldom needed

            why = post(url, build_body(told, name=name))
        except (Exception, KeyboardInterrupt) as exc:  # noqa: BLE001 what was done stays done
            why = f"Nobody could be told of this run ({type(exc).__name__})."
        if why:
            self.url = None  # the files of an inbox that follow need not wait for it, too
            tell(f"Warning: {why}", err=True)

    def begin_late(self, usage: click.ClickException | None) -> None:
        """Find out who is to be told of a run whose options could not all be read.

        Args:
            usage: What click found wrong with the command, if that is why.
        """
        if self.settled:
            return
        ctx = usage.ctx if isinstance(usage, click.UsageError) else None
        with suppress(ImporterError):  # one reason at a time
            if ctx is not None and ctx.command.name == "run":
                self.begin(ctx, ctx.params.get("file"))
            elif url := _find_variable():  # a configuration may be what is wrong
                _require_webhook(url, allow_http=False)
                self.url, self.name = url, NAMELESS

    def tell_failure(
        self, message: str, code: int, file: Path | None = None, run_id: str = ""
    ) -> None:
        """Tell of a run that came to nothing.

        Args:
            message: What is wrong.
            code: The exit code.
            file: The file, where one was named.
            run_id: The run, where it had begun.
        """
        if self.url is None:
            return
        from importer.cli.render import error_json  # noqa: PLC0415 seldom needed

        self._tell(self.url, error_json(message, code, file, run_id), self.name)


TELLER = Teller()
"""Who is told; one process is one command."""


def _require_webhook(url: Secret, *, allow_http: bool) -> None:
    from importer.notify import check_webhook  # noqa: PLC0415 `--help` doesn't need it

    check_webhook(url, allow_http=allow_http)


def _find_address(ctx: click.Context, given: Mapping[str, Any]) -> Secret | None:
    """Return the address: the option's or the variable's, else the file's, else the rest's."""
    url: Secret | None = given.get("notify") or _configured(ctx)
    typed = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
    if url is not None and ctx.get_parameter_source("notify") in typed:
        return url if url.reveal() else None  # --notify "": not this time
    if os.environ.get(NOTIFY) or os.environ.get(f"{NOTIFY}_FILE"):
        return _find_variable()
    return url


def _find_variable() -> Secret | None:
    """Return the address that the variable holds, or the file that it names; None where none does.

    Raises:
        UsageError: When there is no such file.
    """
    if not (os.environ.get(NOTIFY) or os.environ.get(f"{NOTIFY}_FILE")):
        return None
    from importer.cli.target import find_secret  # noqa: PLC0415 seldom needed
    from importer.settings import Secret  # noqa: PLC0415 seldom needed

    text = find_secret(NOTIFY)
    return Secret(text) if text else None


def _configured(ctx: click.Context) -> Secret | None:
    """Return what the configuration says, where an error came before it was asked."""
    said = ctx.lookup_default("notify")
    if not isinstance(said, str):
        return None
    from importer.settings import Secret  # noqa: PLC0415 seldom needed

    return Secret(said.strip())
