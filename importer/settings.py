"""What a run is told. Environment and files are read in the command line alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from importer.errors import UsageError

DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Secret:
    """A text that shows itself to nobody who doesn't ask for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"


@dataclass(frozen=True, slots=True)
class Api:
    """Where invoices are created, and for whom.

    Attributes:
        url: The API's canonical base URL; see `canonical_url`.
        account: The account's name in the ledger.
        token: The bearer token.
        account_url: What the ledger calls the URL: the URL itself, or the sandbox's own id.
    """

    url: str
    account: str
    token: Secret
    account_url: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of one run; times in seconds.

    Attributes:
        file: What to import.
        ledger: The ledger's file.
        output: Where the results go; None for the default place.
        sheet: The sheet to read; None for the one that fits.
        timezone: The IANA name of the zone of dates and times that name none.
        date_format: A strftime pattern for dates besides ISO 8601.
        rate: Creates a second at most.
        concurrency: Creates in flight at most.
        limit: How many creates to send at most.
        strict: Send nothing unless every row is valid.
        timeout: How long one create may take.
        wait: How long to wait for another run on this ledger.
        give_up_after: How long nothing but failures may come before the run stops.
    """

    file: Path
    ledger: Path
    output: Path | None = None
    sheet: str | None = None
    timezone: str = "UTC"
    date_format: str | None = None
    rate: float = 10.0
    concurrency: int = 8
    limit: int | None = None
    strict: bool = False
    timeout: float = 30.0
    wait: float = 600.0
    give_up_after: float = field(default=300.0)


def canonical_url(text: str) -> str:
    """Return an API's base URL in the form by which the ledger knows it.

    Scheme and host in lower case, no default port, no trailing slash, a trailing `/v1` cut.

    Raises:
        UsageError: When it is no URL that invoices may be sent to.
    """
    if "@" in text or "?" in text or "#" in text:  # first: a message may not repeat a password
        raise UsageError(
            "--api-url may hold no user name, password, query or fragment. Write the plain base "
            "URL; the token goes into IMPORT_INVOICES_TOKEN."
        )
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as exc:
        raise UsageError(f'--api-url "{text}" is no URL: {exc}.') from exc
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in DEFAULT_PORTS or not host or len(text.split()) != 1:
        raise UsageError(f'--api-url "{text}" is no web address. Write https://…')
    if scheme == "http" and host not in LOOPBACK:
        raise UsageError(
            f'--api-url "{text}" is not encrypted: the token would be readable on the way. '
            "Write https://…"
        )
    name = f"[{host}]" if ":" in host else host
    place = name if port in {None, DEFAULT_PORTS[scheme]} else f"{name}:{port}"
    path = parts.path.rstrip("/").removesuffix("/v1").rstrip("/")
    return urlunsplit((scheme, place, path, "", ""))
