"""How the sandbox starts, says what is wrong, and ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from importer.cli.verbs.sandbox import command
from importer.sandbox.process import SandboxError, running_sandbox

MODULE = [sys.executable, "-m", "importer.sandbox"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


def run_sandbox(
    *options: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command with standard input closed, to its end."""
    return subprocess.run(
        [*MODULE, "--until-stdin-closes", *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env=os.environ | (env or {}),
    )


def test_sandbox_is_up_within_the_context_alone(tmp_path: Path) -> None:
    """It answers with the id that it announced, on 127.0.0.1 alone, and is gone afterwards."""
    data = tmp_path / "s.sqlite3"
    with running_sandbox(data=data) as sandbox:
        address = urlsplit(sandbox.url)
        assert address.hostname == "127.0.0.1"
        assert httpx.get(f"{sandbox.url}/sandbox", trust_env=False).json()["id"] == sandbox.id
        with pytest.raises(OSError, match=r"refused|assign"):
            socket.create_connection(("127.0.0.2", address.port or 0), timeout=5)
    assert sandbox.data == data
    assert not list(tmp_path.glob("*-wal"))
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{sandbox.url}/sandbox", trust_env=False)


def test_exception_passes_and_ends_the_sandbox(tmp_path: Path) -> None:
    """An exception within the context comes out as it is, and leaves no sandbox behind."""
    with (
        pytest.raises(ZeroDivisionError),
        running_sandbox(data=tmp_path / "s.sqlite3") as sandbox,
    ):
        raise ZeroDivisionError
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{sandbox.url}/sandbox", trust_env=False)


def test_orphan_ends_by_itself(tmp_path: Path) -> None:
    """When whoever started it is gone, standard input closes, and the sandbox ends."""
    options = ["--port", "0", "--until-stdin-closes", "--ready-json", "--data"]
    with subprocess.Popen(
        [*MODULE, *options, str(tmp_path / "s.sqlite3")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["token"] == "sandbox"
        process.stdin.close()
        assert process.wait(10) == 0


@POSIX
def test_interrupt_ends_without_a_traceback(tmp_path: Path) -> None:
    """Ctrl-C ends the command with 130, and all it ever said is what to type."""
    options = ["--port", "0", "--ready-json", "--data", str(tmp_path / "s.sqlite3")]
    with subprocess.Popen(
        [*MODULE, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        # An answer shows that the server runs, and handles signals, by now.
        assert httpx.get(f"{url}/sandbox", trust_env=False).status_code == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "  export IMPORT_INVOICES_TOKEN=sandbox\n" in errors
    assert f"  import-invoices FILE --api-url {url} --lookup-delay 2\n" in errors
    assert errors.splitlines()[-1] == "Stop it with Ctrl-C."


@POSIX
def test_interrupt_of_the_parent_does_not_reach_it(tmp_path: Path) -> None:
    """Ctrl-C in the terminal of the program that started it leaves the sandbox serving."""
    script = f"""
import os, pathlib, signal, httpx
from importer.sandbox.process import running_sandbox
data = pathlib.Path({str(tmp_path / "s.sqlite3")!r})
with running_sandbox(data=data, options=["--latency", "500"]) as sandbox:
    url, headers = sandbox.url + "/v1/invoices/list", {{"Authorization": "Bearer sandbox"}}
    httpx.get(url, headers=headers)
    try:
        os.killpg(0, signal.SIGINT)
        signal.pause()
    except KeyboardInterrupt:
        # While the first waits, a sandbox that heard the signal would close its door.
        print(*(httpx.get(url, headers=headers).status_code for _ in range(2)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        start_new_session=True,
    )
    assert (done.stdout, done.stderr) == ("200 200\n", "")


def test_start_tells_people_where_it_is(tmp_path: Path) -> None:
    """Standard error names URL, token and data; standard output is for machines alone."""
    data = tmp_path / "s.sqlite3"
    done = run_sandbox("--port", "0", "--data", str(data))
    assert done.returncode == 0
    assert done.stdout == ""
    for part in ("http://127.0.0.1:", "token: sandbox", str(data)):
        assert part in done.stderr


def test_port_in_use_is_one_line_and_resets_nothing(tmp_path: Path) -> None:
    """A taken port names --port, exits 2, and leaves the other sandbox its invoices."""
    data = tmp_path / "s.sqlite3"
    with running_sandbox(data=data) as sandbox:
        port = str(urlsplit(sandbox.url).port)
        done = run_sandbox("--port", port, "--data", str(data), "--reset")
        assert httpx.get(f"{sandbox.url}/sandbox", trust_env=False).json()["id"] == sandbox.id
    with running_sandbox(data=data) as sandbox_again:
        assert sandbox_again.id == sandbox.id
    assert done.returncode == 2
    assert done.stderr == (
        f"Error: Port {port} is in use. Choose another with --port, or --port 0 for any free one.\n"
    )


@pytest.mark.parametrize("package", ["fastapi", "uvicorn"])
def test_missing_extra_is_one_line(tmp_path: Path, package: str) -> None:
    """Without the extra the command says what to install, and exits 2."""
    (tmp_path / f"{package}.py").write_text(
        f"raise ModuleNotFoundError('No module named {package}', name='{package}')\n", "utf-8"
    )
    done = run_sandbox("--port", "0", env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr == (
        f"Error: The sandbox needs {package}, which is not installed. In the folder of the"
        " source: pip install -c constraints.txt '.[sandbox]'\n"
    )


def test_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    """A file of another kind is named, and left as it is."""
    data = tmp_path / "letter.txt"
    data.write_text("Dear Sir or Madam, " * 100, "utf-8")
    with (
        pytest.raises(SandboxError, match=r"letter\.txt.*--data") as raised,
        running_sandbox(data=data),
    ):
        pass
    assert "\n" not in str(raised.value)
    assert data.read_text("utf-8").startswith("Dear Sir")


def test_folder_that_can_not_be_made_is_one_line(tmp_path: Path) -> None:
    """A path through a file is named with the option to change."""
    (tmp_path / "file").touch()
    with (
        pytest.raises(SandboxError, match=r"can't keep its data in .*--data"),
        running_sandbox(data=tmp_path / "file" / "s.sqlite3"),
    ):
        pass


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """Even --reset doesn't touch a database that no sandbox made."""
    data = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(data)) as connection, connection:
        connection.execute("CREATE TABLE invoice (id INTEGER)")
    before = data.read_bytes()
    with (
        pytest.raises(SandboxError, match="no sandbox's file"),
        running_sandbox(data=data, options=["--reset"]),
    ):
        pass
    assert data.read_bytes() == before


def test_data_of_another_version_asks_for_a_reset(tmp_path: Path) -> None:
    """A file of another version is refused until --reset makes it anew."""
    data = tmp_path / "s.sqlite3"
    with running_sandbox(data=data):
        pass
    with closing(sqlite3.connect(data)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(SandboxError, match="--reset"), running_sandbox(data=data):
        pass
    with running_sandbox(data=data, options=["--reset"]) as sandbox:
        assert httpx.get(f"{sandbox.url}/sandbox", trust_env=False).status_code == 200


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--fail", "60", "--drop-answers", "50"], "more than 100 percent"),
        (["--fail", "101"], "--fail"),
        (["--rate-limit", "0"], "--rate-limit"),
        (["--latency", "-1"], "--latency"),
        (["--port", "65536"], "--port"),
    ],
)
def test_impossible_options_are_refused(tmp_path: Path, options: list[str], part: str) -> None:
    """An option out of range exits 2 and is named, before any file is made."""
    data = tmp_path / "s.sqlite3"
    done = run_sandbox("--data", str(data), *options)
    assert done.returncode == 2
    assert part in done.stderr.splitlines()[-1]
    assert not data.exists()


def test_every_option_has_its_variable() -> None:
    """Each public option is also IMPORT_INVOICES_SANDBOX_<OPTION>, whatever group it is in."""
    every_commands = {"--config", "--profile"}
    public = {
        p
        for p in command.params
        if not getattr(p, "hidden", False) and p.opts[0] not in every_commands
    }
    expected = {p.opts[0]: p.opts[0][2:].replace("-", "_").upper() for p in public}
    assert {p.opts[0]: p.envvar for p in public} == {
        option: f"IMPORT_INVOICES_SANDBOX_{name}" for option, name in expected.items()
    }
    assert {"--port", "--fail", "--drop-answers", "--data", "--seed"} <= set(expected)


def test_command_imports_the_extra_only_when_it_runs() -> None:
    """Importing the command, as every other command does, loads no server."""
    code = "import sys, importer.cli.verbs.sandbox; print({'fastapi', 'uvicorn'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "set()\n"
