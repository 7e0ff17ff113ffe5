"""In a shell: completion, the version, and `python -m importer`."""

from __future__ import annotations

import importlib.metadata
import re
import sys

import pytest
from desk import SCRIPT, WITH_TOKEN, Desk, rows
from odd_api import OddApi

VARIABLE = "_IMPORT_INVOICES_COMPLETE"
SHELLS = ("bash", "zsh", "fish")


def complete(desk: Desk, *words: str) -> list[str]:
    """Return what bash is offered for the last word: `plain,--rate`, `file,`."""
    asked = {"COMP_WORDS": " ".join(("import-invoices", *words)), "COMP_CWORD": str(len(words))}
    done = desk.run(variables={VARIABLE: "bash_complete", **asked})
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["chec"], {"plain,check"}),
        (["invo"], {"file,invo"}),
        (["--log"], {"plain,--log-format"}),
        (["a.csv", "--log"], {"plain,--log-format"}),
        (["run", "a.csv", "--log"], {"plain,--log-format"}),
        (["a.csv", "--log-format", "j"], {"plain,json"}),
        (["--log-format", "j"], {"plain,json"}),
        (["a.csv", "--output", "re"], {"file,re"}),
        (["--sandbox", "invo"], {"file,invo"}),
        (["check", "invo"], {"file,invo"}),
        (["check", "a.csv", "--api"], {"plain,--api-url"}),
        (["status", "--in"], {"plain,--in-doubt"}),
        (["--vers"], {"plain,--version"}),
        (["no-such.csv", "another.csv", "--yes"], {"plain,--yes"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_word_is_completed(desk: Desk, words: list[str], offered: set[str]) -> None:
    """Commands, files and options, with and without `run` in front, as far as one has typed."""
    assert offered <= set(complete(desk, *words))


def test_nothing_typed_offers_every_command(desk: Desk) -> None:
    """And files, since a file needs no command."""
    offered = complete(desk, "")
    assert {"file,", "plain,run", "plain,check", "plain,template", "plain,status"} <= set(offered)


def test_what_is_wrong_in_the_environment_is_not_told_while_typing(desk: Desk) -> None:
    """A warning would land in the line that is being typed."""
    asked = {"COMP_WORDS": "import-invoices --rat", "COMP_CWORD": "1"}
    odd = {"IMPORT_INVOICES_RAT": "1", "IMPORT_INVOICES_LIMIT": "many"}
    done = desk.run(variables={VARIABLE: "bash_complete", **asked, **odd})
    assert (done.code, done.out, done.err) == (0, "plain,--rate\n", "")


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_its_script(desk: Desk, shell: str) -> None:
    """It names the command and the variable by which the shell asks."""
    done = desk.run(variables={VARIABLE: f"{shell}_source"})
    assert (done.code, done.err) == (0, "")
    assert f"{VARIABLE}={shell}_complete" in done.out
    assert "import-invoices" in done.out


def test_bash_completes_with_its_script(desk: Desk) -> None:
    """The script that it is given works in the real shell, with a file before the option."""
    script = (
        f'eval "$({VARIABLE}=bash_source import-invoices)"\n'
        "COMP_WORDS=(import-invoices a.csv --log); COMP_CWORD=2\n"
        '_import_invoices_completion import-invoices\necho "${COMPREPLY[@]}"'
    )
    path = {"PATH": f"{SCRIPT.parent}:/usr/bin:/bin"}
    done = desk.run(script, variables=path, command=("bash", "-c"))
    assert (done.out, done.err) == ("--log-format\n", "")


def test_the_version_is_told(desk: Desk) -> None:
    """The package's, on standard output."""
    done = desk.run("--version")
    version = importlib.metadata.version("invoice-importer")
    assert (done.code, done.out) == (0, f"import-invoices, version {version}\n")


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["a.csv", "--no-such"], []], ids=str)
def test_the_module_is_the_same_command(desk: Desk, words: list[str]) -> None:
    """`python -m importer` says what `import-invoices` says, to the letter."""
    module = desk.run(*words, command=(sys.executable, "-m", "importer"))
    assert module == desk.run(*words)


def test_the_module_imports_too(desk: Desk, api: OddApi) -> None:
    """Whole runs, with the processes that a workbook's reading starts."""
    file = desk.workbook("a.xlsx", {"April": rows(2)})
    words = (file, "--api-url", api.url, "--no-check-server")
    done = desk.run(*words, command=(sys.executable, "-m", "importer"), variables=WITH_TOKEN)
    assert done.code == 0, done.err
    assert re.search(r"^  created +2 ", done.out, re.MULTILINE)
    assert api.references == ["A-1", "A-2"]
