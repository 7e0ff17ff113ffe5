from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import UsageError
from importer.settings import Api, Secret, canonical_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("HTTPS://API.Example.COM", "https://api.example.com"),
        (" https://api.example.com/ ", "https://api.example.com"),
        ("https://api.example.com:443", "https://api.example.com"),
        ("https://api.example.com:8443", "https://api.example.com:8443"),
        ("https://api.example.com/v1", "https://api.example.com"),
        ("https://api.example.com/v1/", "https://api.example.com"),
        ("https://api.example.com//v1//", "https://api.example.com"),
        ("https://api.example.com/Open/v1", "https://api.example.com/Open"),
        ("https://api.example.com/v10", "https://api.example.com/v10"),
        ("https://api.example.com/xv1", "https://api.example.com/xv1"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]"),
    ],
)
def test_url_has_one_form(text: str, url: str) -> None:
    """However it is written, one API has one name in the ledger."""
    assert canonical_url(text) == url


@given(
    scheme=st.sampled_from(["https", "HTTPS", "Https"]),
    host=st.sampled_from(["api.example.com", "API.example.com"]),
    port=st.sampled_from(["", ":443"]),
    path=st.sampled_from(["", "/", "/v1", "/v1/"]),
)
def test_spellings_of_one_api_are_one_account(scheme: str, host: str, port: str, path: str) -> None:
    """Case, default port, slash and version make no second account, nor does doing it twice."""
    url = canonical_url(f"{scheme}://{host}{port}{path}")
    assert url == "https://api.example.com"
    assert canonical_url(url) == url


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no web address"),
        ("api.example.com", "no web address"),
        ("ftp://api.example.com", "no web address"),
        ("https://", "no web address"),
        ("https:///v1", "no web address"),
        ("https://api example.com", "no web address"),
        ("https://api.example.com:99999", "is no web address"),
        ("https://api.example.com:http", "is no web address"),
        ("https://[::1", "is no web address"),
        ("https://api.example.com?key=1", "user name, password, query or fragment"),
        ("https://api.example.com/#v1", "user name, password, query or fragment"),
        ("http://api.example.com", "not encrypted"),
        ("http://localhost.example.com", "not encrypted"),
    ],
)
def test_unfit_url_is_refused(text: str, message: str) -> None:
    """What invoices can't or mustn't be sent to is told, with what to write."""
    with pytest.raises(UsageError, match=message):
        canonical_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://ada:hunter2@api.example.com",
        "https://hunter2@api.example.com",
        "https://ada:hunter2@api.example.com:http",
        "https://ada:hunter2@",
        "ftp://ada:hunter2@api.example.com",
    ],
)
def test_password_in_a_url_is_not_repeated(text: str) -> None:
    """Messages end up in logs: what may be a secret isn't in them."""
    with pytest.raises(UsageError) as caught:
        canonical_url(text)
    assert "hunter2" not in str(caught.value)


def test_secret_shows_itself_to_nobody() -> None:
    """No way of printing shows a token; asking by name does."""
    secret = Secret("hunter2")
    api = Api("https://api.example.com", "default", secret, "https://api.example.com")
    assert secret.reveal() == "hunter2"
    for shown in (repr(secret), str(secret), f"{secret}", repr(api), str(api), f"{[secret]}"):
        assert "hunter2" not in shown
        assert "***" in shown
