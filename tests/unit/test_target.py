"""Where to send and as whom: what the environment holds, and what is said where it doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest

from importer.cli.target import find_credentials, read_token, to_api
from importer.errors import UsageError
from importer.settings import Client, Secret

URL = "https://api.example"
VARIABLES = ("TOKEN", "CLIENT_ID", "CLIENT_SECRET")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without any of our secrets."""
    for name in VARIABLES:
        monkeypatch.delenv(f"IMPORT_INVOICES_{name}", raising=False)
        monkeypatch.delenv(f"IMPORT_INVOICES_{name}_FILE", raising=False)
    return monkeypatch


def put(environment: pytest.MonkeyPatch, **values: str) -> None:
    """Set some of our variables."""
    for name, value in values.items():
        environment.setenv(f"IMPORT_INVOICES_{name}", value)


def refuse() -> str:
    """Return what is said where the environment doesn't do."""
    with pytest.raises(UsageError) as caught:
        find_credentials()
    return str(caught.value)


def test_a_token_is_taken_from_its_variable(environment: pytest.MonkeyPatch) -> None:
    """The plainest way."""
    put(environment, TOKEN="t0ken")
    found = find_credentials()
    assert not isinstance(found, Client)
    assert found() == Secret("t0ken")
    assert to_api(URL, None, allow_http=False).account == "default"


def test_a_token_s_file_is_read_anew(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """White space around it is none of it; what the file holds later is what counts later."""
    path = tmp_path / "token"
    path.write_text(" old\r\n", "utf-8")
    put(environment, TOKEN_FILE=str(path))
    found = find_credentials()
    assert not isinstance(found, Client)
    assert found() == Secret("old")
    path.write_text("new\n", "utf-8-sig")  # as Windows' Notepad does
    assert found() == Secret("new")


def test_a_variable_wins_over_its_file_unless_it_is_empty(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An empty variable is as good as none."""
    path = tmp_path / "token"
    path.write_text("from-file", "utf-8")
    put(environment, TOKEN="from-variable", TOKEN_FILE=str(path))
    assert read_token() == Secret("from-variable")
    put(environment, TOKEN="")
    assert read_token() == Secret("from-file")


def test_client_credentials_come_from_variables_or_files(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each on its own; the client's id names the account, unless --account does."""
    path = tmp_path / "secret"
    path.write_text("s3cret\n", "utf-8")
    put(environment, CLIENT_ID="shop", CLIENT_SECRET_FILE=str(path))
    assert find_credentials() == Client("shop", Secret("s3cret"))
    assert to_api(URL, None, allow_http=False).account == "shop"
    assert to_api(URL, "main", allow_http=False).account == "main"


def test_a_token_wins_over_a_client(environment: pytest.MonkeyPatch) -> None:
    """Both set: the token is what was meant for now."""
    put(environment, TOKEN="t0ken", CLIENT_ID="shop", CLIENT_SECRET="s3cret")
    assert not isinstance(find_credentials(), Client)


def test_nothing_at_all_is_told_with_every_way_out() -> None:
    """The variables, the file, the sandbox; and that nothing was sent."""
    said = refuse()
    for way in ("IMPORT_INVOICES_TOKEN", "_FILE", "_CLIENT_ID", "--sandbox", "Nothing was sent"):
        assert way in said


@pytest.mark.parametrize(
    ("given", "missing"), [("CLIENT_ID", "CLIENT_SECRET"), ("CLIENT_SECRET", "CLIENT_ID")]
)
def test_half_a_pair_is_told(environment: pytest.MonkeyPatch, given: str, missing: str) -> None:
    """The message names what is missing."""
    put(environment, **{given: "value"})
    assert f"IMPORT_INVOICES_{missing} is missing" in refuse()


@pytest.mark.parametrize("token", ["two words", "tab\t", "line\nbreak", "tök", "\x7f"])
def test_what_is_no_token_is_told_and_not_shown(
    environment: pytest.MonkeyPatch, token: str
) -> None:
    """A header could not carry it."""
    put(environment, TOKEN=token)
    said = refuse()
    assert "IMPORT_INVOICES_TOKEN" in said
    assert token not in said


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe"])
def test_a_file_that_holds_no_token_is_told(
    environment: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    """Empty, or no text."""
    path = tmp_path / "token"
    path.write_bytes(content)
    put(environment, TOKEN_FILE=str(path))
    said = refuse()
    assert "The file that IMPORT_INVOICES_TOKEN_FILE names" in said
    assert str(path) in said
    put(environment, TOKEN="two words")
    assert "What IMPORT_INVOICES_TOKEN holds is no token" in refuse()


@pytest.mark.parametrize("name", VARIABLES)
def test_a_file_that_can_t_be_read_is_told(
    environment: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """The variable, the path and the reason."""
    path = tmp_path / "gone"
    put(environment, **{f"{name}_FILE": str(path)})
    said = refuse()
    assert f"IMPORT_INVOICES_{name}_FILE" in said
    assert str(path) in said
    assert "No such file" in said


def test_no_url_is_told_before_any_secret_is_asked_for() -> None:
    """The option, the variable and the sandbox."""
    with pytest.raises(UsageError) as caught:
        to_api(None, None, allow_http=False)
    for way in ("--api-url", "IMPORT_INVOICES_API_URL", "--sandbox"):
        assert way in str(caught.value)
