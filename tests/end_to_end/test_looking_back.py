"""`status`, `resolve` and `runs`: what was imported, what is in doubt, and settling it by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk, Finished, finish, read_results, rows
from odd_api import Gate, Invoice, OddApi, Reply, created, odd_api


def answer(invoice: Invoice, number: int) -> Reply | None:
    """Lose the second row's answer; the API offers neither a listing nor a look-up."""
    return None if invoice["reference_id"] == "A-2" else created(invoice, number)


@pytest.fixture
def lossy() -> Iterator[OddApi]:
    """An API that loses an answer."""
    with odd_api(answer) as api:
        yield api


def import_rows(desk: Desk, api: OddApi) -> Finished:
    """Import three rows, of which the second ends in doubt."""
    return desk.run(desk.csv("a.csv", rows(3)), "--api-url", api.url, "--json")


def test_in_doubt_lists_what_waits_with_the_commands_that_settle_it(
    desk: Desk, lossy: OddApi
) -> None:
    """`status --in-doubt` names the reference and two commands, each of which works as it is."""
    assert import_rows(desk, lossy).counts == {"created": 2, "in_doubt": 1}
    listed = desk.run("status", "--in-doubt")
    assert listed.code == 0
    assert f"In doubt (default at {lossy.url}): 1 row was sent" in listed.out
    assert "Import a.csv again first" in listed.out
    assert f"import-invoices resolve A-2 --api-url {lossy.url} --invoice-number N" in listed.out
    assert f"import-invoices resolve A-2 --api-url {lossy.url} --not-created" in listed.out


def test_several_doubts_are_a_line_each(desk: Desk, lossy: OddApi) -> None:
    """What to do is said once for all of them, the file to import again first."""
    lossy.answer = lambda invoice, number: None if number < 3 else created(invoice, number)
    assert import_rows(desk, lossy).counts == {"created": 1, "in_doubt": 2}
    heading, first, *doubts, _, found, _, absent = desk.run("status", "--in-doubt").out.splitlines()
    assert "2 rows were sent" in heading
    assert first.startswith("Import a.csv again first")
    assert [doubt.partition(":")[0] for doubt in doubts] == ["  A-1, row 2", "  A-2, row 3"]
    for command in (found, absent):
        assert f"import-invoices resolve REFERENCE --api-url {lossy.url} --" in command


def test_a_doubt_settled_with_a_number_is_already_created(desk: Desk, lossy: OddApi) -> None:
    """After `resolve --invoice-number`, the next run knows the invoice and sends nothing."""
    import_rows(desk, lossy)
    settled = desk.run("resolve", "A-2", "--invoice-number", "N-77", "--api-url", lossy.url)
    assert settled.code == 0, settled.err
    assert "A-2 is invoice N-77" in settled.out
    again = import_rows(desk, lossy)
    assert (again.code, again.counts) == (0, {"already_created": 3})
    assert again.results[1]["invoice_number"] == "N-77"
    assert len(lossy.references) == 3
    assert "Nothing is in doubt." in desk.run("status", "--in-doubt").out


def test_a_doubt_settled_as_not_created_is_sent_again(desk: Desk, lossy: OddApi) -> None:
    """After `resolve --not-created`, the next run sends the row again, once."""
    import_rows(desk, lossy)
    settled = desk.run("resolve", "A-2", "--not-created", "--api-url", lossy.url)
    assert settled.code == 0, settled.err
    lossy.answer = created
    again = import_rows(desk, lossy)
    assert (again.code, again.counts) == (0, {"created": 1, "already_created": 2})
    assert lossy.references == ["A-1", "A-2", "A-2", "A-3"]


def test_what_is_in_no_doubt_can_not_be_settled(desk: Desk, lossy: OddApi) -> None:
    """A created reference, an unknown one, and a call that says nothing are refused: exit 2."""
    import_rows(desk, lossy)
    for words, said in [
        (("A-1", "--not-created"), "it is invoice N-"),
        (("Z-9", "--not-created"), "knows nothing"),
        (("A-2",), "--invoice-number"),
        (("A-2", "A-3", "--invoice-number", "N-1"), "one reference"),
    ]:
        refused = desk.run("resolve", *words, "--api-url", lossy.url)
        assert refused.code == 2
        assert said in refused.err
    assert "A-2" in desk.run("status", "--in-doubt").out


def test_status_tells_a_reference_attempt_by_attempt(desk: Desk, lossy: OddApi) -> None:
    """`status REFERENCE` tells what became of it, in any case, and who settled it."""
    import_rows(desk, lossy)
    assert "created as N-" in desk.run("status", "a-1").out
    desk.run("resolve", "A-2", "--not-created", "--api-url", lossy.url)
    told = desk.run("status", "A-2").out
    assert re.search(r"sent 20\d\d-.* UTC in run 20\d+-\d+-\w+: the answer was lost \(", told)
    assert re.search(r"found not to exist by \S+@\S+", told)
    assert "Nothing is known" in desk.run("status", "Z-9").out


def test_looking_back_makes_no_ledger(desk: Desk) -> None:
    """Where nothing was imported yet, that is said, and no file is made."""
    for words in (("runs",), ("status", "A-1"), ("status", "--in-doubt")):
        told = desk.run(*words)
        assert told.code == 2
        assert "nothing was imported yet" in told.err
    assert not desk.ledger.exists()


def test_the_results_of_a_run_can_be_written_again(desk: Desk, api: OddApi) -> None:
    """`runs` lists the run, and `runs RUN --output` writes the very same results."""
    first = import_rows(desk, api)
    run = first.summary["run_id"]
    assert f"{run}  " in desk.run("runs").out
    again = desk.run("runs", run, "--output", "again.xlsx")
    assert again.code == 0, again.err
    assert read_results(desk.folder / "again.xlsx") == first.results
    assert first.summary["output"] in again.out


def test_the_results_of_a_killed_run_are_written_from_its_attempts(desk: Desk, api: OddApi) -> None:
    """A run that was killed has results all the same: created, in doubt, not sent."""
    gate = Gate()

    def first_one_only(invoice: Invoice, number: int) -> Reply | None:
        return created(invoice, number) if number == 1 else gate(invoice, number)

    api.answer = first_one_only
    file = desk.csv("a.csv", rows(5))
    with desk.started(file, "--api-url", api.url, "--concurrency", "1") as process:
        gate.wait_for(1)
        process.kill()
        finish(process)
    gate.open()
    [line] = desk.run("runs").out.splitlines()
    assert "goes on, or was killed" in line
    again = desk.run("runs", line.split()[0], "--output", "again.csv")
    assert again.code == 0, again.err
    statuses = [result["status"] for result in read_results(desk.folder / "again.csv")]
    assert statuses == ["created", "in_doubt", "not_sent", "not_sent", "not_sent"]


def test_an_unknown_run_is_told(desk: Desk, api: OddApi, tmp_path: Path) -> None:
    """A run that the ledger doesn't know: exit 2, and the command that lists those it knows."""
    import_rows(desk, api)
    told = desk.run("runs", "yesterday", "--output", tmp_path / "x.xlsx")
    assert told.code == 2
    assert "import-invoices runs" in told.err
