from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from desk import TOKEN, Desk, Finished, row, rows
from odd_api import OddApi

from importer.sandbox.process import Sandbox

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def told(finished: Finished) -> str:
    """Return what was said on standard error; fails unless that is one line of ours."""
    (line,) = finished.err.splitlines()
    assert line.startswith("import-invoices: ")
    return line


def test_missing_url_names_option_variable_and_sandbox(desk: Desk) -> None:
    """Without a URL: exit 2, and every way out is named."""
    finished = desk.run(desk.csv("a.csv", rows(1)))
    assert finished.code == 2
    for way in ("--api-url", "IMPORT_INVOICES_API_URL", "--sandbox"):
        assert way in told(finished)


def test_missing_token_names_variables_and_sandbox(desk: Desk, api: OddApi) -> None:
    """Without a token: exit 2, nothing is sent, and every way out is named."""
    finished = desk.run(desk.csv("a.csv", rows(1)), "--api-url", api.url, variables={})
    assert finished.code == 2
    assert "    export IMPORT_INVOICES_TOKEN=…\n" in finished.err
    for way in ("IMPORT_INVOICES_TOKEN_FILE", "IMPORT_INVOICES_CLIENT_ID", "--sandbox"):
        assert way in finished.err
    assert not api.invoices


def test_token_may_be_in_a_file(desk: Desk, api: OddApi) -> None:
    """The file that IMPORT_INVOICES_TOKEN_FILE names gives the token, without its line end."""
    path = desk.folder / "token.txt"
    path.write_text(f"{TOKEN}\n")
    variables = {"IMPORT_INVOICES_TOKEN_FILE": str(path)}
    done = desk.run(desk.csv("a.csv", rows(1)), "--api-url", api.url, variables=variables)
    assert done.code == 0, done.err
    assert api.tokens == [f"Bearer {TOKEN}"]


def test_unreadable_token_file_is_named(desk: Desk, api: OddApi) -> None:
    """A token file that isn't there: exit 2, with the variable and the path."""
    variables = {"IMPORT_INVOICES_TOKEN_FILE": "nowhere.txt"}
    done = desk.run(desk.csv("a.csv", rows(1)), "--api-url", api.url, variables=variables)
    assert done.code == 2
    assert "IMPORT_INVOICES_TOKEN_FILE" in told(done)
    assert "nowhere.txt" in told(done)


def test_wrong_path_stops_the_run(desk: Desk, sandbox: Sandbox) -> None:
    """404 of a gateway, not of the API: exit 4, and no row is `rejected`; all are `not_sent`."""
    url = f"{sandbox.url}/no/such"
    done = desk.run(desk.csv("a.csv", rows(20)), "--api-url", url, "--json")
    assert done.code == 4
    assert done.counts == {"not_sent": 20}
    assert "--api-url" in done.summary["error"]
    assert all("--api-url" in result["error"] for result in done.results)


def test_wrong_token_stops_the_run_and_a_good_one_goes_on(desk: Desk, sandbox: Sandbox) -> None:
    """401: exit 4, every row is `not_sent`, and proven unsent: a good token creates them all."""
    words = (desk.csv("a.csv", rows(20)), "--api-url", sandbox.url, "--rate", "1000", "--json")
    done = desk.run(*words)
    assert done.code == 4
    assert done.counts == {"not_sent": 20}
    assert all("IMPORT_INVOICES_TOKEN" in result["error"] for result in done.results)
    good = desk.run(*words, variables={"IMPORT_INVOICES_TOKEN": sandbox.token})
    assert (good.code, good.counts) == (0, {"created": 20})


def write_empty(path: Path) -> None:
    """Write a file without a byte."""
    path.touch()


def write_picture(path: Path) -> None:
    """Write the beginning of a picture."""
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))


def write_protected(path: Path) -> None:
    """Write what shows that a workbook has a password: an OLE file with the stream's name."""
    path.write_bytes(OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(480))


def write_torn(path: Path) -> None:
    """Write a workbook whose end is missing."""
    whole = Desk(path.parent).workbook(f"whole {path.name}", {"May": rows(1)}).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def write_column_missing(path: Path) -> None:
    """Write a CSV whose currency has a header that nobody knows."""
    path.write_text(",".join("Currencies" if h == "Currency" else h for h in row("")) + "\n1,2\n")


def write_headers_alone(path: Path) -> None:
    """Write a CSV without rows."""
    path.write_text(",".join(row("")) + "\n")


@pytest.mark.parametrize(
    ("name", "write", "said"),
    [
        ("a.csv", write_empty, "is empty"),
        ("a.xlsx", write_picture, "is no spreadsheet"),
        ("a.xlsx", write_protected, "remove the password"),
        ("a.xlsx", write_torn, "damaged"),
        ("a.csv", write_column_missing, 'Did you mean the column "Currencies"?'),
        ("a.csv", write_headers_alone, "no invoices"),
        ("a.xlsx", lambda _: None, "There is no file"),
    ],
    ids=[
        "empty",
        "picture",
        "password",
        "torn",
        "column missing",
        "headers alone",
        "missing",
    ],
)
def test_file_that_cannot_be_imported_is_one_clear_line(
    desk: Desk, api: OddApi, name: str, write: Callable[[Path], None], said: str
) -> None:
    """Exit 2, one line on standard error, the same in the object of `--json`; nothing is sent."""
    write(desk.folder / name)
    finished = desk.run(name, "--api-url", api.url, "--json")
    assert finished.code == 2
    assert said in told(finished)
    assert told(finished) == f"import-invoices: {finished.summary['error']}"
    assert finished.summary["exit_code"] == 2
    assert not api.invoices
    assert not (desk.folder / "reports").exists()
