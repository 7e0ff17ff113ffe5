"""`import-invoices sandbox`. What needs the extra is imported only when the command runs."""

from __future__ import annotations

import errno
import os
from contextlib import closing
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # imported when it runs: `--help` and a wrong option need none of it
    import socket
    from pathlib import Path

    from importer.sandbox.behaviour import Behaviour

_PERCENT = click.FloatRange(0, 100)


class StartError(click.ClickException):
    """The sandbox can't start; the message is one line that says what to do."""

    exit_code = 2


def _envvar(option: str) -> str:
    return f"IMPORT_INVOICES_SANDBOX_{option}"


@click.command("sandbox")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    envvar=_envvar("PORT"),
    help="Where to listen, on 127.0.0.1 alone; 0 for any free port.",
)
@click.option(
    "--rate-limit",
    type=click.IntRange(1),
    metavar="N",
    envvar=_envvar("RATE_LIMIT"),
    help="Creates a second; over it the answer is 429 with Retry-After.",
)
@click.option(
    "--latency",
    type=click.FloatRange(0),
    default=0,
    metavar="MS",
    envvar=_envvar("LATENCY"),
    help="Milliseconds that every request to the API waits.",
)
@click.option(
    "--fail",
    type=_PERCENT,
    default=0,
    metavar="PERCENT",
    envvar=_envvar("FAIL"),
    help="Creates answered with 500, half of them although the invoice was made.",
)
@click.option(
    "--drop-answers",
    type=_PERCENT,
    default=0,
    metavar="PERCENT",
    envvar=_envvar("DROP_ANSWERS"),
    help="Creates that make the invoice and close the connection without an answer.",
)
@click.option(
    "--deduplicate",
    is_flag=True,
    envvar=_envvar("DEDUPLICATE"),
    help="Answer a create with a known reference_id with the existing invoice.",
)
@click.option(
    "--token-minutes",
    type=click.IntRange(0),
    default=60,
    show_default=True,
    metavar="N",
    envvar=_envvar("TOKEN_MINUTES"),
    help="How long an issued token is good for.",
)
@click.option("--reset", is_flag=True, envvar=_envvar("RESET"), help="Forget every invoice first.")
@click.option(
    "--data",
    type=click.Path(dir_okay=False),
    envvar=_envvar("DATA"),
    help="The file that the invoices are in.  [default: sandbox.sqlite3 in the user's data folder]",
)
@click.option(
    "--seed",
    type=int,
    metavar="N",
    envvar=_envvar("SEED"),
    help="Repeat the random draws of --fail and --drop-answers.",
)
@click.option("--until-stdin-closes", is_flag=True, hidden=True)
@click.option("--ready-json", is_flag=True, hidden=True)
@click.pass_context
def command(
    context: click.Context,
    *,
    port: int,
    rate_limit: int | None,
    latency: float,
    fail: float,
    drop_answers: float,
    deduplicate: bool,
    token_minutes: int,
    reset: bool,
    data: str | None,
    seed: int | None,
    until_stdin_closes: bool,
    ready_json: bool,
) -> None:
    """Run the invoice API on this computer, to rehearse against.

    It remembers its invoices between runs, and knows no counterparty from 999000 to 999999, so
    that a refusal can be seen. Stop it with Ctrl-C.

    A first rehearsal needs none of this: `import-invoices FILE --sandbox` runs it meanwhile. This
    is for bad days: with --fail 20 or --drop-answers 20, import from a second terminal, as it
    says when it starts. `--lookup-delay 2` of the import makes that quick.
    """
    if fail + drop_answers > 100:  # noqa: PLR2004 - a hundred per cent
        raise click.UsageError(
            "--fail and --drop-answers are more than 100 percent together. Lower one of them."
        )
    from importer.sandbox.behaviour import Behaviour  # noqa: PLC0415 - see above

    behaviour = Behaviour(
        rate_limit=rate_limit,
        latency_ms=latency,
        fail_percent=fail,
        drop_percent=drop_answers,
        deduplicate=deduplicate,
        token_minutes=token_minutes,
        seed=seed,
    )
    try:
        _run(
            behaviour,
            port=port,
            data=data,
            reset=reset,
            until_stdin_closes=until_stdin_closes,
            ready_json=ready_json,
        )
    except KeyboardInterrupt:
        context.exit(130)


def _run(
    behaviour: Behaviour,
    *,
    port: int,
    data: str | None,
    reset: bool,
    until_stdin_closes: bool,
    ready_json: bool,
) -> None:
    from pathlib import Path  # noqa: PLC0415 - see above

    try:
        # Here, since they need the extra and take a moment: the other commands need neither.
        from importer.sandbox.data import default_data  # noqa: PLC0415 - see above
        from importer.sandbox.server import serve  # noqa: PLC0415 - see above
        from importer.sandbox.store import Store, StoreError  # noqa: PLC0415 - see above
    except ModuleNotFoundError as error:
        raise StartError(
            f"The sandbox needs {error.name}, which is not installed. In the folder of the"
            " source: pip install -c constraints.txt '.[sandbox]'"
        ) from error
    path = (default_data() if data is None else Path(data)).absolute()
    # The port first: where another sandbox has it, --reset must not empty the file under it.
    with _listen(port) as listener:
        try:
            store = Store(path, reset=reset)
        except StoreError as error:
            raise StartError(str(error)) from error
        with closing(store):
            _announce(listener, store.id, path, ready_json=ready_json)
            serve(store, behaviour, listener, until_stdin_closes=until_stdin_closes)


def _listen(port: int) -> socket.socket:
    import socket  # noqa: PLC0415 - see above

    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"can't be used ({error})"
        raise StartError(
            f"Port {port} {reason}. Choose another with --port, or --port 0 for any free one."
        ) from error


def _set_token(token: str) -> str:
    """Return the line that sets the token, as the terminal of this system wants it typed."""
    if os.name == "nt":
        return f'$env:IMPORT_INVOICES_TOKEN = "{token}"'
    return f"export IMPORT_INVOICES_TOKEN={token}"


def _announce(listener: socket.socket, sandbox_id: str, data: Path, *, ready_json: bool) -> None:
    from importer.sandbox.tokens import CLIENT_ID, TOKEN  # noqa: PLC0415 - see above

    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    click.echo(
        f"The sandbox listens at {url}\n"
        f"  token: {TOKEN}   (or client id and secret, both {CLIENT_ID})\n"
        f"  data:  {data}\n"
        "To import into it, open a second terminal and type there:\n"
        f"  {_set_token(TOKEN)}\n"
        f"  import-invoices FILE --api-url {url} --lookup-delay 2\n"
        "Stop it with Ctrl-C.",
        err=True,
    )
    if ready_json:
        import json  # noqa: PLC0415 - see above

        ready = {"url": url, "id": sandbox_id, "token": TOKEN, "data": str(data)}
        click.echo(json.dumps(ready))
