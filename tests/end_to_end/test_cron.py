"""In cron and under systemd: quiet where all is well, a mail to act on, a log for machines.

What checks units, `systemd-analyze`, comes with systemd. Where it must be there (CI,
IMPORT_INVOICES_REQUIRE_SYSTEMD), its absence is a failure.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from desk import SAMPLES, SCRIPT, TOKEN, WITH_TOKEN, Desk, Finished, finish, row, rows
from odd_api import Gate, Invoice, OddApi, Reply, created, detail
from terminal import terminal

from importer.cli.jsonlog import EVENTS

ANALYZE = shutil.which("systemd-analyze")
REQUIRED = os.environ.get("CI") == "true" or "IMPORT_INVOICES_REQUIRE_SYSTEMD" in os.environ
CRON = SAMPLES / "cron"
INSTALLED = "/opt/import-invoices/.venv/bin/import-invoices"
"""Where the samples have the command."""

Event = dict[str, Any]


def log_of(done: Finished) -> list[Event]:
    """Read a log; fails unless all of standard error is one object a line, of known events."""
    events = [json.loads(line) for line in done.err.splitlines()]
    for event in events:
        assert list(event)[:5] == ["time", "level", "event", "run_id", "message"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"])
        assert event["event"] in EVENTS
    return events


def trouble(invoice: Invoice, number: int) -> Reply | None:
    """Put the first create off, refuse A-2, lose the answers to A-3, and echo the token."""
    if number == 1:
        return detail(429, f"slow down, {TOKEN}", Retry_After="0")
    if invoice["reference_id"] == "A-2":
        return detail(422, f"no such customer, {TOKEN}")
    return None if invoice["reference_id"] == "A-3" else created(invoice, number)


# The crontab.


def drop(desk: Desk, name: str, lines: list[dict[str, Any]]) -> None:
    """Put a file into the inbox that lies there for an hour."""
    desk.folder.joinpath("inbox").mkdir(exist_ok=True)
    path = desk.csv(f"inbox/{name}", lines)
    an_hour_ago = time.time() - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))


def configure(desk: Desk, api: OddApi) -> str:
    """Write the sample settings, with this API and this folder in them; return where."""
    text = (CRON / "import-invoices.toml").read_text("utf-8")
    text = text.replace("https://api.example.com", api.url)
    path = desk.folder / "settings.toml"
    path.write_text(text.replace("/var/lib/import-invoices", str(desk.folder)), "utf-8")
    return str(path)


def start_as_cron(desk: Desk, api: OddApi, job: int = 0) -> Finished:
    """Carry out a line of the crontab as cron does: its variables, /bin/sh, a bare PATH."""
    lines = (CRON / "crontab").read_text("utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    variables = dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))
    jobs = [line.split(maxsplit=5)[5] for line in lines if line[0] in "*0123456789"]
    command = jobs[job].replace("/srv/invoices", str(desk.folder)).replace(r"\%", "%")
    token = desk.folder / "token"
    token.write_text(f"{TOKEN}\n")
    real = {
        "IMPORT_INVOICES_CONFIG": configure(desk, api),
        "IMPORT_INVOICES_TOKEN_FILE": str(token),
    }
    assert real.keys() <= variables.keys()
    return desk.run(
        command.replace(INSTALLED, str(SCRIPT)).replace(
            "/var/lib/import-invoices", str(desk.folder)
        ),
        variables=variables | real | {"PATH": "/usr/bin:/bin"},
        command=("/bin/sh", "-c"),
    )


def test_the_crontabs_line_is_silent_where_all_is_well(desk: Desk, api: OddApi) -> None:
    """No mail: with a new file, and without one."""
    drop(desk, "a.csv", rows(3))
    first, second = start_as_cron(desk, api), start_as_cron(desk, api)
    assert (first.code, first.out, first.err) == (0, "", "")
    assert (second.code, second.out, second.err) == (0, "", "")
    assert api.references == ["A-1", "A-2", "A-3"]


def test_the_crontabs_mail_says_what_to_do(desk: Desk, api: OddApi) -> None:
    """A line for the row that is wrong, and where the results are; once, not at every start."""
    drop(desk, "a.csv", [row("A-1"), row("A-2", Currency="?")])
    first, second = start_as_cron(desk, api), start_as_cron(desk, api)
    assert first.code == 1
    assert "row 3 (A-2): invalid: " in first.out
    results = re.search(r"^Results: (/.*)$", first.out, re.MULTILINE)
    assert results is not None
    assert Path(results[1]).exists()
    assert second.out == second.err == ""


def test_the_crontabs_backup_is_silent_and_whole(desk: Desk, api: OddApi) -> None:
    """The second line writes a backup under the day's name, which can be asked."""
    drop(desk, "a.csv", rows(2))
    start_as_cron(desk, api)
    done = start_as_cron(desk, api, job=1)
    assert (done.code, done.out, done.err) == (0, "", "")
    (backup,) = desk.folder.glob("backup-20??-??-??.sqlite3")
    assert "created as" in desk.run("status", "A-2", "--ledger", backup).out


@pytest.mark.parametrize(
    ("output", "results"), [("r.xlsx", "the sheet {} of the results"), ("r.csv", "the results")]
)
def test_a_mail_stays_short(desk: Desk, api: OddApi, output: str, results: str) -> None:
    """Of many problems the first 20 are told, the others counted; a CSV has no sheets to name."""
    lines = [row(f"A-{number}", Currency="?") for number in range(1, 26)]
    options = ("--api-url", api.url, "-q", "--output", output)
    done = desk.run(desk.csv("a.csv", lines), *options)
    told = [line for line in done.out.splitlines() if line.startswith("row ")]
    assert [line.split(":")[0] for line in told] == [f"row {n + 1} (A-{n})" for n in range(1, 21)]
    assert f"… and 5 rows more need somebody: see {results.format('Problems')}." in done.out
    assert ("the sheet Results" in done.out) == (output == "r.xlsx")


def test_what_had_no_turn_is_told_once(desk: Desk, api: OddApi) -> None:
    """Rows that share the reason that stopped the run have no line each."""
    api.answer = lambda _, __: detail(401, "Could not validate credentials")
    done = desk.run(desk.csv("a.csv", rows(30)), "--api-url", api.url, "-q")
    assert done.code == 4
    assert "Stopped: " in done.out
    assert "row " not in done.out


def test_an_overlapping_start_leaves_or_waits_in_silence(desk: Desk, api: OddApi) -> None:
    """`-q --wait 0` ends with 4 and one line; without it, it waits, and has nothing to tell."""
    api.answer = gate = Gate()
    words = (desk.csv("a.csv", rows(3)), "--api-url", api.url, "-q")
    with desk.started(*words) as first:
        gate.wait_for(1)
        hurried = desk.run(*words, "--wait", "0")
        logged = desk.run(*words, "--wait", "0", "--log-format", "json")
        with desk.started(*words[:-1], "--log-format", "json") as second:
            assert second.stderr is not None
            seen = [json.loads(second.stderr.readline())["event"]]
            while seen[-1] != "lock_wait":
                seen.append(json.loads(second.stderr.readline())["event"])
            gate.open()
            firsts, seconds = finish(first), finish(second)
    assert (hurried.code, hurried.out, len(hurried.err.splitlines())) == (4, "", 1)
    assert (logged.code, [event["exit_code"] for event in log_of(logged)]) == (4, [4])
    assert (firsts.code, firsts.out, firsts.err) == (0, "", "")
    assert (seconds.code, log_of(seconds)[-1]["counts"]["already_created"]) == (0, 3)
    assert api.references == ["A-1", "A-2", "A-3"]


# The log for machines.


def test_a_log_for_machines_tells_the_whole_run(desk: Desk, api: OddApi) -> None:
    """Standard error is JSON alone, each event of the run names it, and no secret is told."""
    api.answer = trouble
    lines = [*rows(4), row("A-5", Currency="?")]
    words = (desk.csv("a.csv", lines), "--api-url", api.url, "--log-format", "json")
    done = desk.run(*words, "-v", "--json")
    events = log_of(done)
    kinds = {event["event"] for event in events}
    assert kinds >= {"phase", "plan", "setback", "outcome", "problem", "warning", "end"}
    assert len({event["run_id"] for event in events} - {None}) == 1
    outcomes = [event["row"] for event in events if event["event"] == "outcome"]
    assert sorted(outcomes) == [2, 3, 4, 5, 6]
    problems = {e["reference"]: e["status"] for e in events if e["event"] == "problem"}
    assert problems == {"A-2": "rejected", "A-3": "in_doubt", "A-5": "invalid"}
    end = events[-1]
    assert (end["event"], end["level"], end["exit_code"]) == ("end", "warning", 3)
    assert all(end[name] == value for name, value in done.summary.items())
    assert TOKEN not in done.err


def test_a_log_for_machines_takes_the_summarys_place(desk: Desk, api: OddApi) -> None:
    """Nothing for people on standard output; quiet, nothing at all where all went well."""
    words = (desk.csv("a.csv", rows(2)), "--api-url", api.url, "--no-check-server")
    done = desk.run(*words, "--log-format", "json")
    assert (done.code, done.out) == (0, "")
    assert [event["event"] for event in log_of(done)][-1] == "end"
    silent = desk.run(*words, "--log-format", "json", "-q")
    assert (silent.code, silent.out, silent.err) == (0, "", "")


@pytest.mark.parametrize(
    ("words", "code"),
    [(["nothing.csv", "--sandbox"], 2), (["a.csv", "--no-such-option"], 2), (["runs", "x"], 2)],
    ids=["file", "option", "other command"],
)
def test_errors_are_events_too(desk: Desk, words: list[str], code: int) -> None:
    """Whatever is wrong, with any command, as soon as the variable asks for it."""
    desk.csv("a.csv", rows(1))
    variables = {"IMPORT_INVOICES_LOG_FORMAT": "json", "IMPORT_INVOICES_RAT": "1"}
    done = desk.run(*words, variables=WITH_TOKEN | variables)
    warning, *_, error = log_of(done)
    assert (warning["level"], warning["event"]) == ("warning", "warning")
    assert "IMPORT_INVOICES_RAT " in warning["message"]
    assert (error["level"], error["event"], error["exit_code"]) == ("error", "error", code)
    assert (done.code, done.out) == (code, "")


@pytest.mark.parametrize(
    ("words", "code"),
    [(["a.csv", "--rate", "fast"], 2), (["nothing.csv"], 2), (["a.csv", "-q"], 4)],
    ids=["option", "file", "stopped"],
)
def test_a_configuration_asks_for_the_log_too(
    desk: Desk, api: OddApi, words: list[str], code: int
) -> None:
    """`log-format` in the file of options: runs and errors alike are told as events."""
    api.answer = lambda _, __: detail(401, "Could not validate credentials")
    desk.csv("a.csv", rows(1))
    options = f'log-format = "json"\napi-url = "{api.url}"\n'
    desk.folder.joinpath("import-invoices.toml").write_text(options)
    done = desk.run(*words)
    assert (done.code, done.out) == (code, "")
    assert log_of(done)[-1]["exit_code"] == code


def test_an_inbox_is_told_as_events(desk: Desk, api: OddApi) -> None:
    """Each file's end, under the name of its own run; a file that came to nothing is an error."""
    drop(desk, "a.csv", rows(1))
    drop(desk, "b.csv", [{"no": "invoice"}])
    drop(desk, "c.csv", [row("C-1")])
    done = desk.run("inbox", "--api-url", api.url, "--log-format", "json")
    assert (done.code, done.out) == (2, "")
    events = log_of(done)
    ends = [event for event in events if event["event"] == "end"]
    assert [Path(event["file"]).name for event in ends] == ["a.csv", "c.csv"]
    assert len({event["run_id"] for event in ends}) == 2
    (error,) = (event for event in events if event["event"] == "error")
    assert (error["run_id"], error["exit_code"], error["file"]) == (None, 2, "b.csv")


def test_a_stop_is_an_event(desk: Desk, api: OddApi) -> None:
    """SIGTERM, as systemd sends it: what is in flight is awaited, and the end is an error."""
    api.answer = gate = Gate()
    words = (desk.csv("a.csv", rows(20)), "--api-url", api.url, "--log-format", "json")
    with desk.started(*words, "--concurrency", "2") as process:
        gate.wait_for(2)
        process.send_signal(signal.SIGTERM)
        gate.open()
        events = log_of(finish(process))
    assert "stopping" in {event["event"] for event in events}
    assert (events[-1]["level"], events[-1]["exit_code"]) == ("error", 130)


def test_nobody_reading_the_log_changes_nothing(desk: Desk, api: OddApi) -> None:
    """A full disk behind standard error is no reason to end otherwise."""
    desk.csv("a.csv", rows(2))
    line = f"{SCRIPT} a.csv --api-url {api.url} --log-format json 2>/dev/full"
    assert desk.run(line, command=("bash", "-c")).code == 0
    assert api.references == ["A-1", "A-2"]


def test_nothing_is_sent_where_nobody_can_be_asked(desk: Desk, api: OddApi) -> None:
    """On a terminal, where a run asks first, a log for machines wants --yes."""
    words = (str(desk.csv("a.csv", rows(1))), "--api-url", api.url, "--log-format", "json")
    with terminal(desk, *words, variables=WITH_TOKEN) as screen:
        assert screen.end() == 2
    assert "Add --yes" in screen.shown
    assert not api.invoices


# systemd.


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """The sample units, with the command where it is here."""
    folder = tmp_path / "units"
    folder.mkdir()
    for path in (CRON / "import-invoices.service", CRON / "import-invoices.timer"):
        text = path.read_text("utf-8").replace(INSTALLED, str(SCRIPT))
        folder.joinpath(path.name).write_text(text, "utf-8")
    return sorted(folder.iterdir())


@pytest.mark.skipif(ANALYZE is None and not REQUIRED, reason="systemd-analyze is not installed")
def test_systemd_accepts_the_units(units: list[Path]) -> None:
    """`systemd-analyze verify` has nothing to say of them; an unknown line, it would tell."""
    assert ANALYZE is not None, "systemd-analyze is not installed; .ci/run installs it"
    assert [path.suffix for path in units] == [".service", ".timer"]
    assert analyze("verify", *units) == (0, "")
    with units[0].open("a", encoding="utf-8") as service:
        service.write("ProtectSytem=strict\n")
    assert "ProtectSytem" in analyze("verify", *units)[1]


def analyze(*words: str | Path) -> tuple[int, str]:
    """Run systemd-analyze; return its exit code and what it said."""
    assert ANALYZE is not None
    done = subprocess.run(
        [ANALYZE, *words], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_units_variables_and_words_are_ours(desk: Desk, api: OddApi) -> None:
    """The service's command line, with its variables, imports the inbox."""
    text = (CRON / "import-invoices.service").read_text("utf-8")
    command = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)[0].split()
    variables = dict(re.findall(r"^Environment=(\w+)=(.*)$", text, re.MULTILINE))
    token = desk.folder / "token"
    token.write_text(TOKEN)
    real = {
        "IMPORT_INVOICES_CONFIG": configure(desk, api),
        "IMPORT_INVOICES_TOKEN_FILE": str(token),
    }
    assert variables.keys() == real.keys()
    drop(desk, "a.csv", rows(2))
    words = [word.replace("/srv/invoices", str(desk.folder)) for word in command[1:]]
    done = desk.run(*words, variables=real)
    assert (done.code, done.err.count("Warning")) == (0, 0), done.err
    assert api.references == ["A-1", "A-2"]
