"""Where to send and as whom: the API's URL, the environment's secrets, or the sandbox."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from importer.cli.options import PREFIX
from importer.errors import UsageError
from importer.settings import Api, Client, Secret, canonical_url, check_token

TOKEN = f"{PREFIX}TOKEN"
CLIENT_ID, CLIENT_SECRET = f"{PREFIX}CLIENT_ID", f"{PREFIX}CLIENT_SECRET"


@contextmanager
def target(
    *, sandbox: bool, api_url: str | None, account: str | None, allow_http: bool, **_: object
) -> Iterator[Api]:
    """Say where to send; for a rehearsal, run the sandbox meanwhile.

    Raises:
        UsageError: When the URL or a secret is missing or unfit, or the sandbox can't start.
    """
    if not sandbox:
        yield to_api(api_url, account, allow_http=allow_http)
        return
    from importer.sandbox.process import SandboxError, running_sandbox  # noqa: PLC0415 seldom needed

    try:
        with running_sandbox() as local:
            token = Secret(local.token)
            yield Api(local.url, account or "default", lambda: token, f"sandbox:{local.id}")
    except SandboxError as exc:
        raise UsageError(str(exc)) from exc


@contextmanager
def account_of(
    *, sandbox: bool, api_url: str | None, account: str | None, allow_http: bool, **_: object
) -> Iterator[tuple[str, str] | None]:
    """Say whose invoices a file's are: URL and name of the account; None where no API is named.

    Raises:
        UsageError: When the URL is unfit, or the sandbox can't start.
    """
    if sandbox:
        with target(sandbox=True, api_url=None, account=account, allow_http=False) as api:
            yield api.account_url, api.account
    elif api_url is None:
        yield None
    else:
        yield canonical_url(api_url, allow_http=allow_http), account or _default_name()


def _default_name() -> str:
    """Return an account's name where none is given: a client is one, whoever holds a token not."""
    return (_find(TOKEN) is None and _find(CLIENT_ID)) or "default"


def to_api(url: str | None, account: str | None, *, allow_http: bool) -> Api:
    """Return where to send from --api-url, --account and the environment's secrets.

    Raises:
        UsageError: When the URL or the token is missing or unfit.
    """
    if url is None:
        raise UsageError(
            f"Where should the invoices go? Name the API with --api-url or {PREFIX}API_URL, or "
            "rehearse with --sandbox. Nothing was sent."
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
    client_id, client_secret = _find(CLIENT_ID), _find(CLIENT_SECRET)
    if _find(TOKEN) is not None:
        read_token()
        return read_token
    if client_id and client_secret:
        return Client(client_id, Secret(client_secret))
    if client_id or client_secret:
        missing = CLIENT_SECRET if client_id else CLIENT_ID
        raise UsageError(f"{CLIENT_ID} and {CLIENT_SECRET} go together: {missing} is missing.")
    raise UsageError(
        f"The API asks for a token. Put it into the variable {TOKEN} (or its file's path into "
        f"{TOKEN}_FILE), or client credentials into {CLIENT_ID} and {CLIENT_SECRET}; or rehearse "
        "with --sandbox, which needs none. (There is no option for them: options can be read by "
        "other users.) Nothing was sent."
    )


def read_token() -> Secret:
    """Read the token from the environment, or anew from the file that it names.

    Raises:
        UsageError: When it is no token.
    """
    try:
        return check_token(_find(TOKEN) or "")
    except ValueError as exc:
        raise UsageError(f"What {TOKEN} holds is no token: {exc}.") from exc


def _find(variable: str) -> str | None:
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
            f"The file that {variable}_FILE names can't be read: {path}: {reason}."
        ) from exc
