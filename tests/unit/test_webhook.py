"""What is told of a run, to whom, and that whoever it is told to can't do harm or leak."""

from __future__ import annotations

import json
import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.cli.render import error_json
from importer.errors import UsageError
from importer.model import Status
from importer.notify import TRIES, build_body, check_webhook, compose, post
from importer.settings import Secret
from webhook import PATH, make_certificate, webhook


def summary(*, exit_code: int = 0, error: str | None = None, **rows: int) -> dict[str, Any]:
    """Return the summary of a run."""
    told: dict[str, Any] = json.loads(error_json(error or "", exit_code))
    counts = {status.value: rows.get(status.value, 0) for status in Status}
    output = "/srv/reports/april.xlsx"
    account = "shop at https://api.example"
    return told | {"counts": counts, "output": output, "account": account, "error": error}


def say(told: dict[str, Any], name: str = "april.xlsx") -> list[str]:
    """Return the lines that a person is told."""
    return compose(told, name=name, host="box").splitlines()


def test_what_needs_somebody_is_told_with_the_remedy() -> None:
    """What, how many, what to do, and where the results are."""
    assert say(summary(exit_code=1, created=1200, invalid=2)) == [
        (
            "import-invoices on box: april.xlsx to shop at https://api.example: 1,200 created, "
            "2 invalid (exit code 1)."
        ),
        "invalid: correct the cells in the sheet Results and import that file.",
        "Results: /srv/reports/april.xlsx",
    ]


def test_what_went_well_is_told_in_two_lines() -> None:
    """There is nothing to be done, though rows were left for later."""
    told = say(summary(created=3, not_sent=4))
    assert len(told) == 2
    assert told[1] == "Results: /srv/reports/april.xlsx"


def test_why_it_stopped_is_told() -> None:
    """On one line, however many it was written in."""
    told = say(summary(exit_code=4, error="the API is down.\n  Try later.", not_sent=5))
    assert told[1] == "Stopped: the API is down. Try later."


def test_what_came_to_nothing_is_told_with_the_file() -> None:
    """No rows, no results: the file's name, the exit code and the message."""
    told = json.loads(error_json("The column currency is missing. Add it.", 2))
    assert say(told) == [
        "import-invoices on box: april.xlsx: nothing was imported (exit code 2).",
        "Stopped: The column currency is missing. Add it.",
    ]


@given(st.text(), st.text())
def test_no_text_from_outside_is_markup(name: str, error: str) -> None:
    """A file or an API can't call `<!channel>`, nor make links; three lines are three lines."""
    lines = say(summary(exit_code=4, error=error or "?", invalid=1), " ".join(name.split()))
    assert len(lines) == 3
    assert not {"<", ">"} & {*"".join(lines)}


def test_a_body_is_the_summary_and_the_text() -> None:
    """Every field of `--json`, and one more."""
    told = summary(exit_code=1, invalid=1)
    body = json.loads(build_body(told, name="april.xlsx"))
    assert body.pop("text").startswith("import-invoices on ")
    assert body == told


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example/s3cret",
        "http://127.0.0.1:8080/s3cret",
        "http://localhost/s3cret",
        "https://user:s3cret@hooks.example/",
    ],
)
def test_an_address_that_may_be_told_is_taken(url: str) -> None:
    """Encrypted, or on this computer."""
    check_webhook(Secret(url), allow_http=False)


def test_an_unencrypted_address_is_taken_if_allowed() -> None:
    """By the option that allows it for the API."""
    check_webhook(Secret("http://hooks.example/"), allow_http=True)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "no web address"),
        ("s3cret", "no web address"),
        ("hooks.example/s3cret", "no web address"),
        ("ftp://hooks.example/s3cret", "no web address"),
        ("https:///s3cret", "no web address"),
        ("https://hooks.example:s3cret/", "no web address"),
        ("https://hooks.example/s3 cret", "no web address"),
        ("https://hooks.example/s3cret\x00", "no web address"),
        ("https://[hooks/s3cret", "no web address"),
        ("http://hooks.example/s3cret", "--allow-http"),
    ],
)
def test_an_unfit_address_is_refused_and_not_shown(url: str, said: str) -> None:
    """With what to write instead; it may be a secret, or nearly one."""
    with pytest.raises(UsageError) as caught:
        check_webhook(Secret(url), allow_http=False)
    assert said in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "hooks.example/s" not in str(caught.value)


@given(st.text())
def test_no_text_is_too_odd_for_an_address(text: str) -> None:
    """It is taken or refused, and what is taken can be asked."""
    url = f"https://{text}"
    try:
        check_webhook(Secret(url), allow_http=False)
    except UsageError:
        return
    assert httpx.Request("POST", url).headers["host"]


def test_it_is_told_once() -> None:
    """The body arrives as it is, at the path that was named."""
    with webhook() as hook:
        assert post(Secret(hook.url), b'{"text": "hello"}', pause_s=0) == ""
    assert (hook.told, hook.paths) == ([{"text": "hello"}], [PATH])


def test_it_is_tried_twice() -> None:
    """A server that is out of order for a moment is told all the same."""
    with webhook() as hook:
        hook.statuses = [503]
        assert post(Secret(hook.url), b"{}", pause_s=0) == ""
    assert len(hook.told) == 2


@pytest.mark.parametrize(
    ("status", "said"),
    [(500, "it answered 500"), (404, "it answered 404"), (307, "a redirect (307)")],
)
def test_an_answer_that_is_no_yes_is_told(status: int, said: str) -> None:
    """After two tries, without the address; a redirect is not followed."""
    with webhook() as other, webhook() as hook:
        hook.statuses = [status, status]
        hook.headers = {"Location": other.url}
        why = post(Secret(hook.url), b"{}", pause_s=0)
    assert said in why
    assert "s3cret" not in why
    assert (len(hook.told), other.told) == (2, [])


def test_a_silent_server_is_given_up() -> None:
    """Its time is short."""
    with webhook() as hook:
        hook.silent = True
        why = post(Secret(hook.url), b"{}", timeout_s=0.2, pause_s=0)
    assert "no answer came within 0.2 s" in why
    assert "s3cret" not in why


def test_a_server_that_drips_is_given_up() -> None:
    """A byte now and then is no answer, however long it goes on."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
        dripping = [pool.submit(drip, server) for _ in range(TRIES)]
        url = Secret(f"http://127.0.0.1:{server.getsockname()[1]}{PATH}")
        why = post(url, b"{}", timeout_s=0.3, pause_s=0)
    assert "no answer came within 0.3 s" in why
    assert all(done.result() for done in dripping)


def drip(server: socket.socket) -> bool:
    """Answer a request a byte at a time, for two seconds; return whether somebody asked."""
    connection, _ = server.accept()
    with connection, suppress(ConnectionError):
        request = connection.recv(1 << 16)
        for _ in range(40):
            connection.sendall(b"H")
            Event().wait(0.05)
    return bool(request)


def test_a_port_where_nobody_listens_is_told() -> None:
    """So is a connection that is refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        why = post(Secret(f"http://127.0.0.1:{taken.getsockname()[1]}{PATH}"), b"{}", pause_s=0)
    assert "The message about this run didn't reach 127.0.0.1: it refuses connections." in why
    assert "s3cret" not in why


def test_a_certificate_that_nobody_vouches_for_is_told(tmp_path: Path) -> None:
    """Nothing is told to whom nobody knows."""
    certificate = make_certificate(tmp_path, "127.0.0.1", days=2)
    with webhook(certificate=certificate) as hook:
        why = post(Secret(hook.url), b"{}", pause_s=0)
    assert "its certificate can't be trusted (self-signed certificate)" in why
    assert "s3cret" not in why
    assert hook.told == []


def test_no_log_tells_the_address(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever listens to everything learns no more than the host."""
    caplog.set_level(logging.DEBUG)
    with webhook() as hook:
        post(Secret(hook.url), b"{}", pause_s=0)
    assert hook.told
    assert "s3cret" not in caplog.text
    assert not logging.getLogger("httpx").disabled
