"""Lines that fit a terminal: broken between words, never within a command."""

from __future__ import annotations

import click
import pytest

from importer.cli.screen import wrap

RESOLVE = "import-invoices resolve 'BW 4' --sandbox --ledger '/srv/own ledger.sqlite3' "
FOUND, ABSENT = f"{RESOLVE}--invoice-number N", f"{RESOLVE}--not-created"
AGAIN = "import-invoices runs 20270104-091226-03ba --ledger /srv/ledger.sqlite3 --output FILE"
RESTORE = "import-invoices ledger restore BACKUP"
TEMPLATE = "`import-invoices template`"
DOUBT = "import-invoices status --in-doubt"
PATH = "Results: /home/ama/Finance Department/Invoices 2027 second quarter/results of May.xlsx"
COLUMNS = '--columns "Your header=reference_id"'

WHOLE = (PATH, FOUND, ABSENT, AGAIN, RESTORE, TEMPLATE, DOUBT, COLUMNS)

LINES = {
    "in doubt": (
        "Whether an invoice was created is unknown (the connection broke). It isn't sent again. "
        f"Run this file again later, or say what you found: {FOUND}, or {ABSENT} | Warning: so"
    ),
    "end": f"Nothing that was sent is lost. To write the results again: {AGAIN}.",
    "middle": (
        f"The ledger is damaged. To restore its newest backup: {RESTORE}. What was sent since is "
        "found in the API's listing."
    ),
    "brackets": f"Restore its newest backup ({RESTORE}), then run the same again.",
    "quoted": (
        f"The column reference_id is missing. Say which it is: {COLUMNS}. {TEMPLATE} writes a "
        "workbook that has all the headers. Headers found in line 1: A, B."
    ),
    "sentence": f"in_doubt: run the file again later, or see {DOUBT}. Then go on.",
    "path": PATH,
    "none": "Something went wrong in import-invoices itself; it is no mistake of yours.",
}


@pytest.mark.parametrize("width", [40, 60, 80, 100, 300])
@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_is_broken_between_words_alone(line: str, width: int) -> None:
    """Every command stands whole on a line, which is longer than the terminal for it alone."""
    lines = list(wrap(line, width))
    for command in WHOLE:
        assert any(command in part for part in lines) == (command in line)
    for part in lines:
        assert len(part) <= width or any(command in part for command in WHOLE)
    signs = str.maketrans("", "", ".,")
    assert " ".join(lines).translate(signs) == line.translate(signs)


def test_a_command_to_be_typed_has_a_line_of_its_own() -> None:
    """Nothing stands beside it, not even the sentence's sign, so that the line can be copied."""
    lines = list(wrap(LINES["in doubt"], 80))
    assert [part for part in lines if "import-invoices" in part] == [FOUND, ABSENT]
    assert "import-invoices ledger restore BACKUP" in wrap(LINES["middle"], 60)


def test_colours_stay_and_take_no_room() -> None:
    """Whichever word they are on, in whichever line."""
    told = (
        f"row 4: {click.style('invalid', fg='red')}: {'word ' * 20}{click.style('end', fg='red')}"
    )
    lines = list(wrap(told, 60))
    assert click.style("invalid", fg="red") in lines[0]
    assert lines[-1].endswith(click.style("end", fg="red"))
    assert max(len(click.unstyle(part)) for part in lines) in range(50, 61)


def test_further_lines_of_an_indented_one_are_indented_more() -> None:
    """So that the next of a list can be told from them; others hang as they are told to."""
    assert {part[:6] for part in list(wrap(f"  {'word ' * 30}", 60))[1:]} == {"      "}
    assert {part[:5] for part in list(wrap("word " * 30, 60, hang="    "))[1:]} == {"    w"}


def test_without_a_terminal_nothing_is_wrapped() -> None:
    """What goes into a file or another program stays a line."""
    for line in LINES.values():
        assert list(wrap(line, None)) == [line]
