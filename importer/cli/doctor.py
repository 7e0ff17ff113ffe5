"""Whether all is there that an import needs, and what to do where it isn't, told in words."""

from __future__ import annotations

import datetime as dt
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from importer.cli.configuration import configuration_of
from importer.cli.fields import to_json
from importer.cli.heed import COMPLAINT
from importer.cli.loaded import Loaded
from importer.cli.loading import loading
from importer.cli.options import PREFIX, to_settings
from importer.cli.paint import BAD, DOUBTFUL, paint
from importer.cli.screen import NARROWEST, emit, fold, screen_width, tell
from importer.cli.target import has_credentials, target, to_api
from importer.cli.variables import CLIENT_ID, CLIENT_SECRET, TOKEN
from importer.errors import EXIT_OK, EXIT_ROWS, UsageError
from importer.ledger.place import default_ledger
from importer.names import REPORTS
from importer.printable import printable
from importer.settings import Api, Settings, canonical_url

if TYPE_CHECKING:  # heavy
    from importer.doctor import Finding, Setup
    from importer.doctor.facts import Notified, Target

COLOURS: Mapping[str, str] = {
    "ok": "green",
    "warning": DOUBTFUL,
    "wrong": BAD,
    "unchecked": "bright_black",
}
"""How the states are coloured."""

NO_API = (
    f"No API is named. Name it with --api-url or {PREFIX}API_URL, or look at the sandbox with "
    "--sandbox."
)
NO_TOKEN = (
    f"There is none. Put it into {TOKEN}, or name a file that holds it in {TOKEN}_FILE; or set "
    f"{CLIENT_ID} and {CLIENT_SECRET}."
)

STATE_WIDTH, NAME_WIDTH = 11, 22
"""How many characters the columns of states and of names take."""


def look(ctx: click.Context, given: dict[str, Any]) -> int:
    """Look at all that an import needs, and tell.

    Args:
        ctx: The context of `doctor`.
        given: The command's options.

    Returns:
        The exit code.
    """
    with loading():
        from importer.clock import SystemClock  # noqa: PLC0415 heavy
        from importer.doctor import State, examine, gather  # noqa: PLC0415 heavy

    with ExitStack() as stack:
        findings = examine(gather(_set_up(ctx, given, stack), SystemClock()))
    code = EXIT_ROWS if any(f.state is State.WRONG for f in findings) else EXIT_OK
    as_json: bool = given["as_json"]
    tell("\n".join(_text(findings, screen_width(err=as_json))), err=as_json)
    if as_json:
        emit(_json(findings, code))
    return code


def _set_up(ctx: click.Context, given: dict[str, Any], stack: ExitStack) -> Setup:
    """Return what is to be looked at; what is wrong with the options is looked at too."""
    from importer.doctor import Setup  # noqa: PLC0415 heavy
    from importer.doctor.facts import Configuration  # noqa: PLC0415 heavy

    where, api = _aim(given, stack)
    output: Path | None = given["output"]
    problem, notified = _look_ahead(ctx)
    zone_from = ctx.get_parameter_source("timezone")
    return Setup(
        configuration=Configuration(configuration_of(ctx).path, problem),
        target=_with_file(where),
        api=api,
        account_url=api.account_url if api is not None else where.url or "",
        ledger=given["ledger"] or default_ledger(),
        results=REPORTS if output is None else output.parent,
        timezone=given["timezone"],
        zone_given=zone_from is not ParameterSource.DEFAULT,
        zone_in_file=zone_from is ParameterSource.DEFAULT_MAP,
        notified=notified,
        timeout_s=given["timeout"],
    )


def _look_ahead(ctx: click.Context) -> tuple[str, Notified]:
    """Return what a run would object to in the configuration and variables, and whom it tells."""
    from importer.doctor.facts import Notified  # noqa: PLC0415 heavy

    complaint: str = ctx.meta.get(COMPLAINT, "")
    try:
        with _as_run(ctx) as run:
            return complaint or _objection(run), _find_notified(run)
    except click.UsageError as exc:
        return complaint or exc.format_message(), Notified()


@contextmanager
def _as_run(ctx: click.Context) -> Iterator[click.Context]:
    """Give the context of a run from here, with the options that somebody gave it."""
    from importer.cli.verbs.run import command as run  # noqa: PLC0415 seldom needed

    values = configuration_of(ctx).default_map(run)
    wanted = {*Settings.__dataclass_fields__, "notify", "allow_http"}
    with click.Context(run, parent=ctx, info_name="run", default_map=values) as inner:
        inner.params = {"ledger": None, "columns": None}
        for option in (p for p in run.params if isinstance(p, click.Option)):
            name = option.name or ""
            if name not in wanted:
                continue
            value, source = option.consume_value(inner, {})
            mine = name in ctx.params  # the doctor's too, where it may have been typed
            inner.set_parameter_source(name, (mine and ctx.get_parameter_source(name)) or source)
            if mine:
                inner.params[name] = ctx.params[name]
            elif source is not ParameterSource.DEFAULT:
                inner.params[name] = option.process_value(inner, value)
        yield inner


def _objection(run: click.Context) -> str:
    """Return what is wrong with how a run would read a file; empty where nothing is."""
    from importer.reading import to_reading  # noqa: PLC0415 heavy

    try:
        to_reading(asdict(to_settings(Path(), run.params)), dt.datetime.now(dt.UTC))
    except UsageError as exc:
        message = Loaded((), run).name_place(str(exc))
        return "" if message.startswith("--timezone ") else message  # that has its own finding
    return ""


def _find_notified(run: click.Context) -> Notified:
    """Return whom a run would tell; nobody is told."""
    from importer.cli.telling import Teller  # noqa: PLC0415 not the one of this command
    from importer.doctor.facts import Notified  # noqa: PLC0415 heavy

    teller = Teller()
    try:
        teller.begin(run, Path())
    except UsageError as exc:
        return Notified(problem=str(exc))
    return Notified(urlsplit(teller.url.reveal()).hostname or "" if teller.url else "")


def _with_file(where: Target) -> Target:
    """Return where invoices are to go, with the file that the token or the secret is read from."""
    given = (v for n in (TOKEN, CLIENT_SECRET) for v in (n, f"{n}_FILE") if os.environ.get(v))
    name = next(given, "")
    if not name.endswith("_FILE") or where.sandbox:
        return where
    path = Path(os.environ[name])
    try:
        found = path.stat()
    except OSError:  # told already, of the token
        return where
    # A group of root's is nobody else: so systemd hands over its credentials.
    others = stat.S_IROTH | (stat.S_IRGRP if found.st_gid else 0)
    return replace(
        where, token_file=path, exposed=os.name == "posix" and bool(found.st_mode & others)
    )


def _aim(given: dict[str, Any], stack: ExitStack) -> tuple[Target, Api | None]:
    """Return where invoices are to go, and the same with what proves who we are."""
    from importer.doctor.facts import Target  # noqa: PLC0415 heavy

    if not given["sandbox"]:
        return _aim_at(given["api_url"], given["account"], allow_http=given["allow_http"])
    try:
        api = stack.enter_context(target(**given))
    except UsageError as exc:
        return Target(None, problem=str(exc)), None
    return Target(api.url, api.account, sandbox=True), api


def _aim_at(url: str | None, account: str | None, *, allow_http: bool) -> tuple[Target, Api | None]:
    """Do the same for an API that is no sandbox: the URL first, then the token."""
    from importer.doctor.facts import Target  # noqa: PLC0415 heavy

    name = account or "default"
    try:
        canonical = canonical_url(url or "", allow_http=allow_http)
    except UsageError as exc:
        return Target(None, name, NO_API if url is None else str(exc)), None
    try:
        if not has_credentials() and not os.environ.get(CLIENT_ID):
            return Target(canonical, name, token_problem=NO_TOKEN), None
        api = to_api(url, account, allow_http=allow_http)
    except UsageError as exc:
        return Target(canonical, name, token_problem=str(exc)), None
    return Target(api.url, api.account), api


def _text(findings: Sequence[Finding], width: int | None) -> Iterator[str]:
    """Yield the findings, aligned, and what they come to."""
    indent = " " * (STATE_WIDTH + NAME_WIDTH)
    room = None if width is None else max(width - 1 - len(indent), NARROWEST)
    for finding in findings:
        state = paint(f"{finding.state:<{STATE_WIDTH}}", COLOURS[finding.state])
        found, remedy = printable(finding.found), printable(finding.remedy)
        first, *others = [*_fold(found, room), *_fold(remedy, room)]
        yield f"{state}{finding.name:<{NAME_WIDTH}}{first}"
        yield from (f"{indent}{line}" for line in others)
    yield _verdict(findings)


def _fold(text: str, room: int | None) -> list[str]:
    """Return a text in lines of so many characters at most; in one where nothing limits it."""
    if room is None:
        return [text] if text else []
    return list(fold(text, room))


def _verdict(findings: Sequence[Finding]) -> str:
    """Say in one line what it all comes to."""
    wrong = sum(finding.state == "wrong" for finding in findings)
    if wrong:
        return f"{'1 thing is' if wrong == 1 else f'{wrong} things are'} wrong: see to that first."
    parts = ["Nothing stands in the way of an import"]
    if warnings := sum(finding.state == "warning" for finding in findings):
        parts.append("1 warning" if warnings == 1 else f"{warnings} warnings")
    unchecked = [finding.name for finding in findings if finding.state == "unchecked"]
    if "token" in unchecked:
        parts.append("the token could not be tried")
    if others := [name for name in unchecked if name != "token"]:
        parts.append(f"not checked: {', '.join(others)}")
    return f"{'; '.join(parts)}."


def _json(findings: Sequence[Finding], code: int) -> str:
    checks = [
        {"name": f.name, "state": f.state.value, "found": f.found, "remedy": f.remedy}
        for f in findings
    ]
    return to_json(checks=checks, exit_code=code)
