"""What was typed: options without values, numbers that are none, words that mean something else."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from importer.cli import COMMANDS, GREETING
from importer.cli.kinds import Finite, Mapped, Whole
from importer.cli.options import OPTIONS, options
from importer.cli.words import EXAMPLES, object_to, value_needed


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a file in it."""
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("a.csv").touch()


@options()
def takes_all(**_: object) -> None:
    """Stand for a command with every option."""


def test_every_option_with_a_value_has_an_example() -> None:
    """Whoever leaves the value out is shown one that the option takes."""
    command = click.command()(takes_all)
    valued = {p.opts[0]: p for p in command.params if isinstance(p, click.Option) and not p.is_flag}
    assert valued.keys() == EXAMPLES.keys() & OPTIONS.keys()
    for name, option in valued.items():
        assert option.type.convert(EXAMPLES[name].strip('"'), option, None) is not None
        assert value_needed(name).endswith(f"such as: {name} {EXAMPLES[name]}")


def test_an_unknown_option_without_its_value_is_told_too() -> None:
    """The sandbox has options of its own."""
    assert value_needed("--port") == "--port needs a value behind it, such as: --port VALUE"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a.csv", "\N{EN DASH}-sandbox"], "Type it again with two hyphens: --sandbox"),
        (["\N{EM DASH}yes", "a.csv"], "Type it again with two hyphens: --yes"),
        (["import", "a.csv"], "Leave import out: import-invoices a.csv …"),
        (["send", "my file.csv"], "Leave send out: import-invoices 'my file.csv' …"),
        (["import"], ""),
        (["a.csv"], ""),
    ],
)
def test_what_is_no_file_says_what_was_meant(words: list[str], said: str) -> None:
    """Dashes of a word processor, and verbs that aren't needed."""
    objection = object_to(words, COMMANDS, command=None)
    assert objection.endswith(said)
    assert bool(objection) == bool(said)


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    """One that is there is a file, whatever it is called."""
    for name in ("import", "\N{EN DASH}a"):
        tmp_path.joinpath(name).touch()
        assert object_to([name], COMMANDS, command=None) == ""


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (Whole(min=1, max=1000), "two", '"two" is no whole number from 1 to 1,000.'),
        (Whole(min=1, max=1000), "0", '"0" is no whole number from 1 to 1,000.'),
        (Whole(min=0), "1.5", '"1.5" is no whole number from 0 on.'),
        (Whole(min=0), "99999999999999999999", "is more than 2,147,483,647. Write less"),
        (Finite(min=0.5, max=7), "nan", '"nan" is no number from 0.5 to 7.'),
        (Finite(min=0.5, max=7), "fast", '"fast" is no number from 0.5 to 7.'),
        (Mapped(), "Ref=referense_id", "no field of an invoice. Did you mean reference_id?"),
        (Mapped(), "Ref=xyz", "no field of an invoice. Fields: reference_id, "),
    ],
)
def test_a_value_that_can_not_be_used_says_what_can(
    kind: click.ParamType[object], text: str, said: str
) -> None:
    """In words, and with what may be written instead."""
    with pytest.raises(click.BadParameter) as caught:
        kind.convert(text, None, None)
    assert said in caught.value.message


def test_the_greeting_fits_a_screen() -> None:
    """The name alone says what one needs first, in a few short lines."""
    assert len(GREETING.splitlines()) <= 15
    assert max(map(len, GREETING.splitlines())) <= 88
