"""Where to send and as whom: the API's URL, the environment's secrets, or the sandbox."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click
from click.core import ParameterSource

from importer.cli.options import PREFIX
from importer.cli.variables import CLIENT_ID, CLIENT_SECRET, TOKEN
from importer.errors import UsageError
from importer.settings import Api, Client, Secret, canonical_url, check_token


@contextmanager
def target(
    *,
    sandbox: bool,
    api_url: str | None,
    account: str | None,
    allow_http: bool,
    transport: str = "auto",
    **_: object,
) -> Iterator[Api]:
    """Say where to send, and by what; for a rehearsal, run the sandbox meanwhile.

    Raises:
        UsageError: When the URL or a secret is missing or unfit, or the sandbox can't start.
    """
    if not sandbox:
        yield replace(to_api(api_url, account, allow_http=allow_http), transport=transport)
        return
    _require_meant(api_url)
    from importer.sandbox.process import SandboxError, running_sandbox  # noqa: PLC0415 seldom needed

    try:
        with running_sandbox() as local:
            token = Secret(local.token)
            known_as = f"sandbox:{local.id}"
            yield Api(local.url, account or "default", lambda: token, known_as, transport)
    except SandboxError as exc:
        raise UsageError(str(exc)) from exc


def _require_meant(api_url: str | None) -> None:
    """Refuse an API that was typed where a variable or a file says sandbox.

    Whoever typed it waits for invoices there.

    Raises:
        UsageError: When they contradict each other.
    """
    ctx = click.get_current_context(silent=True)
    if ctx is None or api_url is None:
        return
    typed = ParameterSource.COMMANDLINE
    if ctx.get_parameter_source("api_url") is typed is not ctx.get_parameter_source("sandbox"):
        raise UsageError(
            f"--api-url names an API, but {PREFIX}SANDBOX or the configuration says sandbox. "
            f"Which is meant? Leave --api-url out, or say {PREFIX}SANDBOX=0. Nothing was sent."
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Whose invoices a file's are, as far as that is known without a token.

    Attributes:
        url: What the ledger calls the API.
        account: The account's name.
        api: How to ask the API itself; None where there is nothing to prove who we are.
    """

    url: str
    account: str
    api: Api | None


@contextmanager
def place_of(
    *, sandbox: bool, api_url: str | None, account: str | None, allow_http: bool, **_: object
) -> Iterator[Place | None]:
    """Say whose invoices a file's are; None where no API is named. No token is asked for.

    Raises:
        UsageError: When the URL or a secret is unfit, or the sandbox can't start.
    """
    if not sandbox and api_url is None:
        yield None
    elif sandbox or has_credentials():
        with target(
            sandbox=sandbox, api_url=api_url, account=account, allow_http=allow_http
        ) as api:
            yield Place(api.account_url, api.account, api)
    else:
        url = canonical_url(api_url or "", allow_http=allow_http)
        yield Place(url, account or find_secret(CLIENT_ID) or "default", None)


def has_credentials() -> bool:
    """Tell whether the environment holds anything to prove who we are, fit or not."""
    return any(find_secret(name) is not None for name in (TOKEN, CLIENT_SECRET))


def to_api(url: str | None, account: str | None, *, allow_http: bool) -> Api:
    """Return where to send from --api-url, --account and the environment's secrets.

    Raises:
        UsageError: When the URL or the token is missing or unfit.
    """
    if url is None:
        raise UsageError(
            f"Which API is meant? Name it with --api-url or {PREFIX}API_URL, or rehearse with "
            "--sandbox. Nothing was sent."
        )
    canonical = canonical_url(url, allow_http=allow_http)
    credentials = find_credentials()
    name = credentials.id if isinstance(credentials, Client) else "default"
    return Api(canonical, account or name, credentials, canonical)


def find_credentials() -> Client | Callable[[], Secret]:
    """Return what the environment holds to prove who we are: a token wins over a client.

    Raises:
        UsageError: When there is nothing, or it is unfit.
    """
    client_id, client_secret = find_secret(CLIENT_ID), find_secret(CLIENT_SECRET)
    if find_secret(TOKEN) is not None:
        read_token()
        return read_token
    if client_id and client_secret:
        return Client(client_id, Secret(client_secret))
    if client_id or client_secret:
        missing = CLIENT_SECRET if client_id else CLIENT_ID
        raise UsageError(
            f"{CLIENT_ID} and {CLIENT_SECRET} go together: {missing} is missing. Set it too, or "
            f"set {TOKEN} alone. Nothing was sent."
        )
    raise UsageError(
        "The API asks for a token, a password for programs: whoever runs your invoicing service "
        "gives you one. Type this line with it, then the command again:\n"
        f"    {set_variable(TOKEN, '…')}\n"
        f"Or rehearse with --sandbox, which needs none. (In scripts: {TOKEN}_FILE names a file "
        f"that holds it; {CLIENT_ID} and {CLIENT_SECRET} are client credentials.) Nothing was sent."
    )


def set_variable(name: str, value: str) -> str:
    """Return the line that sets a variable, as the terminal of this system wants it typed."""
    if os.name == "nt":
        return f'$env:{name} = "{value}"     (in the old Command Prompt: set {name}={value})'
    return f"export {name}={value}"


def read_token() -> Secret:
    """Read the token from the environment, or anew from the file that it names.

    Raises:
        UsageError: When it is no token.
    """
    path = None if os.environ.get(TOKEN) else os.environ.get(f"{TOKEN}_FILE")
    try:
        return check_token(find_secret(TOKEN) or "")
    except ValueError as exc:
        if path:
            raise UsageError(
                f"The file that {TOKEN}_FILE names holds no token: {path}: {exc}. Copy the token "
                "into it once more, the whole of it and nothing else. Nothing was sent."
            ) from exc
        raise UsageError(
            f"What {TOKEN} holds is no token: {exc}. Copy the token once more, the whole of it "
            "and nothing else. Nothing was sent."
        ) from exc


def find_secret(variable: str) -> str | None:
    """Return a secret from its variable, or from the file that its `…_FILE` names."""
    if os.environ.get(variable):
        return os.environ[variable]
    path = os.environ.get(f"{variable}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not text"
        raise UsageError(
            f"The file that {variable}_FILE names can't be read: {path}: {reason}. Correct the "
            "path, or put the secret itself into the variable without _FILE. Nothing was sent."
        ) from exc
