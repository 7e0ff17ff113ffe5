"""What a run is told. Environment and files are read in the command line alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

    def __eq__(self, other: object) -> bool:
        from hmac import compare_digest  # noqa: PLC0415 seldom compared

        return isinstance(other, Secret) and compare_digest(self._text, other._text)

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret(***)"


def check_token(text: str) -> Secret:
    """Return a token fit for a header.

    Raises:
        ValueError: When it is empty, or has spaces or odd characters.
    """
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("it is empty, or has spaces or odd characters")
    return Secret(text)


@dataclass(frozen=True, slots=True)
class Client:
    """Client credentials, for which the API gives tokens."""

    id: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class Api:
    """Where invoices are created, and for whom.

    Attributes:
        url: The API's canonical base URL; see `canonical_url`.
        account: The account's name in the ledger.
        credentials: Client credentials, or what reads the bearer token from where it is kept.
        account_url: What the ledger calls the URL: the URL itself, or the sandbox's own id.
        transport: What carries requests to it: `httpx` alone, `aiohttp` under it, or `auto`: that
            where it is installed.
    """

    url: str
    account: str
    credentials: Client | Callable[[], Secret]
    account_url: str
    transport: str = "auto"


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
        encoding: A text file's encoding; None to find it out.
        columns: The names of fields by the file's own headers.
        defaults: The values of fields whose column the file lacks, as in a cell, by their names.
        skip_hidden: Leave out the rows that a sheet hides.
        warnings_as_errors: Keep rows back for what would be a warning.
        max_reference_length: The characters that a reference may have.
        max_note_length: The characters that a note may have.
        max_memory: What reading a workbook may take, in MiB.
        max_file_size: Of the file, and of what it unpacks to, in MiB.
        max_rows: Of the sheet or file.
        max_columns: Of the sheet or file.
        max_cell_length: Of one cell, in characters.
        rate: Creates a second at most; None to find out what the API takes.
        concurrency: Creates in flight at most.
        limit: How many creates to send at most.
        strict: Send nothing unless every row is valid.
        timeout: How long one create may take.
        wait: How long to wait for another run on this ledger.
        give_up_after: How long nothing but failures may come before the run stops.
        lookup_delay: How long the API may go on working on a create whose answer was lost.
        check_server: List the API's invoices before the first create.
        keep_going: Go on where row after row is refused for one reason.
        keep_results: For how many days the ledger can write a run's results again.
    """

    file: Path
    ledger: Path
    output: Path | None = None
    sheet: str | None = None
    timezone: str = "UTC"
    date_format: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    skip_hidden: bool = False
    warnings_as_errors: bool = False
    max_reference_length: int = 255
    max_note_length: int = 32_767
    max_memory: int = 2048
    max_file_size: int = 512
    max_rows: int = 1_048_576
    max_columns: int = 1_000
    max_cell_length: int = 1_000_000
    rate: float | None = 10.0
    concurrency: int = 8
    limit: int | None = None
    strict: bool = False
    timeout: float = 30.0
    wait: float = 600.0
    give_up_after: float = 300.0
    lookup_delay: float = 60.0
    check_server: bool = True
    keep_going: bool = False
    keep_results: int = 365


def canonical_url(text: str, *, allow_http: bool = False) -> str:
    """Return an API's base URL in the form by which the ledger knows it.

    Scheme and host in lower case, no default port, no trailing slash, a trailing `/v1` cut.

    Args:
        text: What the user wrote.
        allow_http: Allow an address that is neither encrypted nor on this computer.

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
        raise UsageError(
            f'--api-url "{text}" is no web address ({exc}). Write it as https://api.example.com.'
        ) from exc
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if (
        scheme not in DEFAULT_PORTS
        or not host
        or not text.strip().isprintable()
        or " " in text.strip()
    ):
        raise UsageError(
            f'--api-url "{text}" is no web address. Write it as https://api.example.com.'
        )
    if scheme == "http" and host not in LOOPBACK and not allow_http:
        raise UsageError(
            f'--api-url "{text}" is not encrypted: the token would be readable on the way. '
            "Write https:// in place of http://, or add --allow-http if nobody else is on that "
            "network."
        )
    name = f"[{host}]" if ":" in host else host
    place = name if port in {None, DEFAULT_PORTS[scheme]} else f"{name}:{port}"
    path = parts.path.rstrip("/").removesuffix("/v1").rstrip("/")
    return urlunsplit((scheme, place, path, "", ""))
