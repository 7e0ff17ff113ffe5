"""What was meant: whoever mistypes is told what there is that is nearly so."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import WITH_TOKEN, Desk, row, rows

SANDBOX = "--sandbox"


def mistyped(desk: Desk, *words: str) -> str:
    """Return what a mistyped command line is told; exit 2, and nothing on standard output."""
    done = desk.run(*words)
    assert done.code == 2
    assert done.out == ""
    return done.err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["chek", "a.csv"], "There is no file chek. Did you mean the command check?"),
        (["stauts"], "There is no file stauts. Did you mean the command status?"),
        (["help"], "Did you mean import-invoices --help?"),
        (["--sandbox", "check", "a.csv"], "The command comes first: import-invoices check …"),
        (
            ["April", "invoices.csv"],
            'A name with spaces goes in double quotes: "April invoices.csv"',
        ),
        (["check", "April", "invoices.csv"], 'goes in double quotes: "April invoices.csv"'),
        (["a.csv", "b.csv"], "One file at a time: b.csv, behind a.csv"),
        (["check"], "Which file? Write its name behind the command"),
        (["a.csv", "--shet", "April"], "no option --shet. Did you mean --sheet?"),
        (["check", "a.csv", "--limit", "2"], "--limit is an option of run: check has none such"),
        (["a.csv", "-sandbox"], "Write -sandbox with two dashes: --sandbox"),
        (["a.csv", "--transport", "htpx"], "none of auto, httpx, aiohttp. Did you mean httpx?"),
        (["a.csv", "--rate", "0"], '"0" is no number from 0.001 to 100,000'),
        (["status", "--in-dout"], "no option --in-dout. Did you mean --in-doubt?"),
    ],
)
def test_a_mistyped_word_is_told_what_may_be_meant(
    desk: Desk, words: list[str], meant: str
) -> None:
    """Commands, options, names with spaces: the error says which there is."""
    desk.csv("a.csv", rows(1))
    desk.csv("April invoices.csv", rows(1))
    assert meant in mistyped(desk, *words)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["a.cvs"], "There is no file a.cvs. Did you mean a.csv?"),
        (["April.xlsx"], f"Did you mean {Path('books', 'April.xlsx')}?"),
        (["boks/April.xlsx"], f"Did you mean {Path('books', 'April.xlsx')}?"),
        (["books/a.xlsx"], "Did you mean a.xlsx?"),
        (["a.csv", "--output"], "--output needs a value behind it, such as: --output results.xlsx"),
        (["a.csv", "--encoding", "windows1252"], "Did you mean windows-1252?"),
        (["a.csv", "--timezone", "Afrika/Monrovia"], "Did you mean Africa/Monrovia?"),
        (["a.csv", "--timezone", "monrovia"], "Did you mean Africa/Monrovia?"),
        (["a.csv", "--date-format", "DD/MM/YYYY"], "Did you mean %d/%m/%Y?"),
        (["a.csv", "--date-format", "%D/%M/%Y"], "Did you mean %d/%m/%Y?"),
        (["a.csv", "--columns", "Ref=referense_id"], "Did you mean reference_id?"),
        (["a.csv", "--columns", "Custmer ID=counterparty_id"], 'Did you mean "Customer ID"?'),
        (["a.xlsx", "--sheet", "Arpil"], 'Did you mean --sheet "April"?'),
    ],
)
def test_a_mistyped_value_is_told_what_may_be_meant(
    desk: Desk, words: list[str], meant: str
) -> None:
    """Files, sheets, columns, encodings, zones, patterns: the error names the nearest."""
    desk.csv("a.csv", rows(1))
    desk.workbook("a.xlsx", {"April": rows(1), "May": rows(1)})
    desk.folder.joinpath("books").mkdir()
    desk.workbook("books/April.xlsx", {"April": rows(1)})
    assert meant in mistyped(desk, "check", *words)


def test_a_misspelt_column_is_told_with_its_row(desk: Desk) -> None:
    """A header that is nearly a field's: which, where the headers are, and what to say instead."""
    line = row("A-1")
    line["Curency"] = line.pop("Currency")
    path = desk.workbook("a.xlsx", {"April": [line]})
    told = mistyped(desk, "check", str(path))
    assert 'The column currency is missing. Did you mean the column "Curency"?' in told
    assert '--columns "Curency=currency"' in told
    assert 'Headers found in row 1 of the sheet "April": "Ref", ' in told


def test_a_file_of_headers_alone_is_told_by_its_line(desk: Desk) -> None:
    """A CSV has lines."""
    path = desk.csv("a.csv", [row("A-1")])
    path.write_text(path.read_text("utf-8").splitlines()[0], "utf-8")
    assert "has headers in line 1 but no invoices under them" in mistyped(desk, "check", "a.csv")


def test_a_misspelt_variable_is_told(desk: Desk) -> None:
    """It has no effect, which nobody would see: a warning names the one that has."""
    variables = WITH_TOKEN | {"IMPORT_INVOICES_APIURL": "https://api.example.com"}
    done = desk.run("status", "--in-doubt", variables=variables)
    assert (
        "Warning: The variable IMPORT_INVOICES_APIURL has no effect: import-invoices knows no such "
        "one. Did you mean IMPORT_INVOICES_API_URL?\n"
    ) in done.err


def test_variables_that_have_an_effect_are_not_told(desk: Desk) -> None:
    """Options', secrets', files' and the sandbox's."""
    names = ("RATE", "TOKEN", "CLIENT_ID_FILE", "CLIENT_SECRET", "SANDBOX_PORT", "SANDBOX_PROT")
    done = desk.run("--version", variables={f"IMPORT_INVOICES_{name}": "1" for name in names})
    assert done.err.count("has no effect") == 1
    assert "Did you mean IMPORT_INVOICES_SANDBOX_PORT?" in done.err


def test_an_unknown_reference_or_run_is_told_with_the_nearest(desk: Desk) -> None:
    """`status`, `resolve` and `runs` look among those that there are."""
    done = desk.run(desk.csv("a.csv", rows(2)), SANDBOX, "--json")
    assert done.code == 0, done.err
    assert 'Did you mean "A-1"?' in desk.run("status", "A1").out
    run = done.summary["run_id"]
    assert f"Did you mean {run}?" in mistyped(desk, "runs", run[:-1])
    told = mistyped(desk, "resolve", "A-1", "--not-created", SANDBOX)
    assert '"A-1" is not in doubt: it is invoice ' in told


def test_repeated_warnings_name_their_lines(desk: Desk) -> None:
    """One warning for all rows of a kind: the first whole, the others by their places."""
    desk.csv("a.csv", [row(f"A-{n}", Due="2020-01-31") for n in range(1, 5)])
    done = desk.run("check", "a.csv")
    assert done.code == 0, done.err
    assert "The same problem at lines 3, 4 and 5." in done.out
