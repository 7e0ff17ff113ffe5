"""The configuration file: found, trusted, checked line by line, and put beneath the options."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.cli import cli
from importer.cli.configuration import NAME, Configuration, configuration_of, load
from importer.cli.keys import list_keys
from importer.cli.lines import Key, find_lines
from importer.errors import UsageError

ROOT = Path(__file__).parents[2]
PAGE, SAMPLE = ROOT / "docs" / "configuration.md", ROOT / "samples" / NAME
VARIABLES = {"IMPORT_INVOICES_CONFIG", "IMPORT_INVOICES_PROFILE", "IMPORT_INVOICES_RATE"}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder of the test's own, with a configuration folder of its own."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def write(text: str, path: Path = Path(NAME)) -> Path:
    """Write a configuration that nobody else may change."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o644)
    return path


def parse(*words: str, command: str = "run") -> click.Context:
    """Return a command's context with its options, as they are in force; it isn't run."""
    group = click.Context(cli, info_name="import-invoices")
    found = cli.get_command(group, command)
    assert found is not None
    return found.make_context(command, list(words), parent=group)


def refuse(text: str, profile: str | None = None) -> str:
    """Return what is said of a file that is refused."""
    write(text)
    with pytest.raises(UsageError) as caught:
        load(None, profile)
    return str(caught.value)


def test_option_beats_variable_beats_profile_beats_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes the place of the one behind it, and of no other option's value."""
    write("rate = 1\nconcurrency = 9\n[profiles.acme]\nrate = 2\n")
    assert parse("f.csv").params["rate"] == 1
    assert parse("f.csv", "--profile", "acme").params["rate"] == 2
    monkeypatch.setenv("IMPORT_INVOICES_RATE", "3")
    assert parse("f.csv", "--profile", "acme").params["rate"] == 3
    context = parse("f.csv", "--rate", "4", "--profile", "acme")
    assert (context.params["rate"], context.params["concurrency"]) == (4, 9)


@pytest.mark.parametrize("order", [0, 1], ids=["profile first", "file first"])
def test_options_that_choose_the_file_stand_in_any_order(order: int) -> None:
    """A profile is found whether it stands before or behind the file's name."""
    write("[profiles.acme]\nrate = 2\n", Path("acme.toml"))
    pairs = [("--profile", "acme"), ("--config", "acme.toml")]
    words = [word for pair in (pairs[order], pairs[1 - order]) for word in pair]
    assert parse(*words, "f.csv").params["rate"] == 2


def test_first_file_found_is_the_only_one() -> None:
    """Named, in the current folder, in the user's configuration folder; nothing of the others."""
    assert load(None, None).path is None
    own = load(None, None).looked[1]
    write("rate = 1\nlimit = 5\n", own)
    assert parse("f.csv").params["limit"] == 5
    write("rate = 2\n")
    assert [parse("f.csv").params[name] for name in ("rate", "limit")] == [2, None]
    write("rate = 3\n", Path("named.toml"))
    assert parse("f.csv", "--config", "named.toml").params["rate"] == 3


def test_every_option_with_a_variable_has_a_key() -> None:
    """Of every command, with dashes or underscores, and none of them is taken for another."""
    group = click.Context(cli)
    for name in cli.list_commands(group):
        command = cli.get_command(group, name)
        assert command is not None
        for key, option in list_keys(command).items():
            if option.is_flag:
                for spelling in (key, key.replace("-", "_")):
                    write(f"{spelling} = true\n")
                    assert load(None, None).options[key].value is True


def test_values_are_as_if_typed() -> None:
    """Numbers, words for numbers, flags off, paths from where the file is."""
    text = 'rate = "auto"\ntimeout = 1.5\nlimit = 0\ncheck-server = false\nledger = "l.sqlite3"\n'
    write(text, Path("deep/er/x.toml"))
    found = parse("f.csv", "--config", "deep/er/x.toml").params
    assert found["rate"] is None
    assert (found["timeout"], found["limit"], found["check_server"]) == (1.5, 0, False)
    assert found["ledger"] == Path.cwd() / "deep" / "er" / "l.sqlite3"


def test_profile_overrides_columns_by_field_and_defaults_by_key() -> None:
    """A field has one column, so a profile's header replaces the one that gave the same field."""
    write(
        '[columns]\nKunde = "counterparty_id"\nText = "note"\n'
        '[defaults]\ncurrency = "USD"\nfee-bearer = "PAYER"\nas_payment_link = true\n'
        '[profiles.acme]\ncolumns = "Client=counterparty_id"\n'
        '[profiles.acme.defaults]\ncurrency = "LRD"\ndue_date = 2099-01-31\n'
    )
    found = load(None, "acme")
    assert {h: s.value for h, s in found.columns.items()} == {
        "Text": "note",
        "Client": "counterparty_id",
    }
    assert {f: (s.value, s.line) for f, s in found.defaults.items()} == {
        "currency": ("LRD", 11),
        "fee_bearer": ("PAYER", 6),
        "as_payment_link": ("yes", 7),
        "due_date": ("2099-01-31", 12),
    }


REFUSED = {
    "an unknown key": ("\nrat = 7", 2, '"rat" is no option. Did you mean rate?'),
    "a negated flag": ("no-check-server = true", 1, "Write check-server = false."),
    "a word for a number": ('rate = "fast"', 1, 'rate: "fast" is neither a number nor auto.'),
    "a truth for a number": ("rate = true", 1, "rate is a number, such as rate = 10"),
    "half a create": ("limit = 1.5", 1, 'limit: "1.5" is no whole number from 0 on.'),
    "nobody's home": ('ledger = "~nobody-of-this/x"', 1, "There is no user of that name"),
    "no path": ('ledger = "a\\u0000b"', 1, "No path has the character U+0000"),
    "a name that steers": ('account = "x\\u001b[31m"', 1, "can't be shown (U+001B)"),
    "infinity": ("wait = inf", 1, 'wait: "inf" is no number'),
    "a word for a flag": ('strict = "yes"', 1, "strict is true or false, without quotes"),
    "a number for a name": ("sheet = 7", 1, "sheet is a text, in double quotes"),
    "a list": ("rate = [\n 1 ]", 1, "rate is a number"),
    "an empty text": ('sheet = ""', 1, "sheet is empty."),
    "no choice": ('# x\n\nnotify-on = "never"', 3, 'notify-on: "never" is none of'),
    "two spellings": ('api-url = "a"\napi_url = "b"', 2, "api-url is set twice."),
    "the file itself": ('config = "x"', 1, "config can't stand in the file that it names."),
    "a field that is none": ('[columns]\nA = "notes"', 2, "Did you mean note?"),
    "a header with a dot": ('[columns]\nNo.1 = "note"', 2, "A header with a dot goes in quotes"),
    "a mapping that is none": ('columns = "A=x"', 1, 'columns: "x" is no field of an invoice.'),
    "a default that is none": ('[defaults]\ncurrancy = "USD"', 2, "Did you mean currency?"),
    "a blank default": ('[defaults]\nnote = " "', 2, "Write what would stand in a cell"),
    "a reference for all": ('[defaults]\nreference_id = "A"', 2, "can't have a default"),
    "a profile's key": ("[profiles.acme]\nrate = 1\nlimt = 1", 3, "Did you mean limit?"),
    "a profile in another": ("[profiles.a.profiles.b]", 1, "A profile can't hold another"),
    "no table": ("profiles = 1", 1, "Profiles are tables of their own"),
    "another's option": ("sandbox-port = 99999", 1, "sandbox-port: 99999 is not in the range"),
    "no TOML": ("rate = 1\nrate 2", 2, "This is no TOML: Expected '='"),
    "a backslash": ('ledger = "C:\\x"', 1, "write / for each backslash"),
    "a text without end": ('a = 1\nb = """\nx', 3, "This is no TOML"),
    "a key twice": ("rate = 1\n\nrate = 2", 3, "This is no TOML: Cannot overwrite a value"),
}


@pytest.mark.parametrize(("text", "line", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, said: str) -> None:
    """The file, the line, what is wrong there, and what to write."""
    message = refuse(text)
    assert message.startswith(f"{NAME}, line {line}: ")
    assert said in message


@pytest.mark.parametrize("key", ["token", "client-secret", "client_id", "api-token", "password"])
@pytest.mark.parametrize("table", ["", "[profiles.acme]\n"], ids=["outside", "profile"])
def test_secrets_are_sent_elsewhere_and_never_shown(key: str, table: str) -> None:
    """What is meant for a secret is refused with the variables that take it, without its value."""
    message = refuse(f'{table}{key} = "hunter2"')
    assert "hunter2" not in message
    variable = "TOKEN" if key in {"token", "api-token", "password"} else key.upper()
    name = f"IMPORT_INVOICES_{variable.replace('-', '_')}"
    assert f"variable {name}," in message
    assert f"{name}_FILE" in message


def test_unknown_profile_is_asked_about() -> None:
    """With the nearest one and all there are; without a file, where one was looked for."""
    assert "Did you mean acme? Its profiles: acme, beta." in refuse(
        "[profiles.acme]\n[profiles.beta]\n", "acne"
    )
    assert refuse('profile = "x"').startswith(f'{NAME}, line 1: There is no profile "x"')
    Path(NAME).unlink()
    with pytest.raises(UsageError, match=re.escape(str(Path.cwd() / NAME))):
        load(None, "acme")


@pytest.mark.skipif(os.name != "posix", reason="who may write a file is said so on POSIX alone")
@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_file_that_others_may_change_is_refused(mode: int) -> None:
    """It could send the token elsewhere; the remedy is said and works, and so does naming it."""
    write("rate = 2\n").chmod(mode)
    with pytest.raises(UsageError, match=rf"may be changed by other users.*chmod go-w {NAME}"):
        load(None, None)
    assert load(Path(NAME), None).options["rate"].value == "2"
    Path(NAME).chmod(mode & ~0o022)
    assert load(None, None).options["rate"].value == "2"


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="only root can give a file to another"
)
@pytest.mark.parametrize("through_link", [False, True], ids=["file", "link"])
def test_file_of_another_user_is_refused(through_link: bool) -> None:
    """Their own file, or a link of theirs to one of the user's."""
    path = write("rate = 2\n", Path("real.toml"))
    if through_link:
        Path(NAME).symlink_to(path)
        os.lchown(NAME, 12345, -1)
    else:
        path.rename(NAME)
        os.chown(NAME, 12345, -1)
    said = r"belongs to the user 12345, and you are root.*chown root .*--config .*CONFIG"
    with pytest.raises(UsageError, match=said):
        load(None, None)


def test_a_profile_s_table_is_spelt_with_an_s() -> None:
    """`[profile.acme]` is what one writes first: the right table is named, with the line."""
    path = write("rate = 2\n[profile.acme]\nrate = 3\n")
    with pytest.raises(UsageError, match=r"line 2: .*Did you mean \[profiles\.acme\]\?"):
        load(path, None)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a = 1\n# \xe4\n", f"{NAME}, line 2: There is a character that isn't UTF-8"),
        (b"#" * 1_100_000, "has more than 1 MiB"),
        (b"a = " + b"[" * 50_000, "This is no TOML|or its brackets go too deep"),
        (b"[" + b"a." * 3_000 + b"a]\n", "its brackets go too deep"),
        (b"rate = " + b"9" * 5_000, "A number in it is too long"),
    ],
    ids=["encoding", "size", "depth", "tables", "digits"],
)
def test_odd_files_are_told(data: bytes, said: str) -> None:
    """What can't be read at all is no riddle either."""
    write("").write_bytes(data)
    with pytest.raises(UsageError, match=said):
        load(None, None)


def test_file_that_is_not_there_is_told() -> None:
    """A file that was named has to be there."""
    with pytest.raises(UsageError, match=r"none\.toml can't be read: No such file"):
        load(Path("none.toml"), None)


def test_byte_order_mark_and_windows_line_ends_are_taken() -> None:
    """As Windows' own editor writes them; lines are counted all the same."""
    write("").write_bytes(b"\xef\xbb\xbfrate = 2\r\n\r\nlimit = 3\r\n")
    assert load(None, None).options["limit"].line == 3


def test_help_reads_no_configuration() -> None:
    """What explains the program works whatever stands in the file."""
    write("nonsense")
    with pytest.raises(click.exceptions.Exit) as ended:
        parse("--help")
    assert ended.value.exit_code == 0
    with pytest.raises(UsageError):
        parse("f.csv")


def test_without_a_call_there_is_no_configuration() -> None:
    """Who asks outside of one gets an empty one."""
    assert configuration_of() == Configuration()


def examples() -> Iterator[str]:
    """Yield the page's examples, and the sample."""
    yield from re.findall(
        r"^```toml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    yield SAMPLE.read_text("utf-8")


def test_the_examples_of_the_page_are_those_of_the_sample() -> None:
    """Each is a part of it, and together they are all of it."""
    *parts, sample = examples()
    assert len(parts) == 3
    rest = sample
    for part in parts:
        assert part in sample
        rest = rest.replace(part, "")
    assert all(not line or line.startswith("#") for line in rest.splitlines())


def test_the_sample_is_taken_as_it_stands() -> None:
    """With its profile and without."""
    write(SAMPLE.read_text("utf-8"))
    assert load(None, None).defaults["currency"].value == "LRD"
    assert load(None, "acme").defaults["currency"].value == "USD"


# TOML made of nested tables, and the lines as they were written.

NAMES = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,4}", fullmatch=True),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=4),
)
VALUES = st.sampled_from(
    [
        "1",
        '"a # [b]"',
        "'''\n[c]\nx = 1\n'''",
        '"""\\\n  y = 2\n\n"""',
        "[\n  1, # [d]\n  [2],\n]",
        "{ }",
        "2027-01-31",
        "true # = [",
    ]
)


def quote(name: str) -> str:
    """Return a name as a key of TOML."""
    if re.fullmatch(r"[A-Za-z0-9_-]+", name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, dict[Key, int]]:
    """Draw a text of TOML, and the line of each of its keys and tables."""
    lines: dict[Key, int] = {}
    text = ""
    tables = draw(st.lists(NAMES, unique=True, max_size=3))
    for table in (None, *tables):
        if table is not None:
            lines[table,] = text.count("\n") + 1
            text += f"{draw(st.sampled_from(['', '  ']))}[{quote(table)}] # x\n"
        for name in draw(st.lists(NAMES, unique=True, max_size=3)):
            if table is None and name in tables:
                continue
            text += draw(st.sampled_from(["", "\n", "# [z]\n", "  # a = 1\n\n"]))
            key = (name,) if table is None else (table, name)
            lines[key] = text.count("\n") + 1
            text += f"{quote(name)} = {draw(VALUES)}\n"
    return text, lines


@given(texts())
def test_each_key_has_its_line(drawn: tuple[str, Mapping[Key, int]]) -> None:
    """Whatever stands around it: remarks, texts of several lines, lists, what looks like tables."""
    text, lines = drawn
    values: dict[str, Any] = tomllib.loads(text)
    found = find_lines(text)
    assert {key: found[key] for key in lines} == lines
    assert {key[0] for key in found} == values.keys()


def test_dotted_keys_have_lines() -> None:
    """Tables may be written as keys with dots, or within braces."""
    found = find_lines("a.b = 1\n[p.q]\nx.y = 1\nz = {k = 1}\n")
    assert found["a", "b"] == 1
    assert found["p", "q"] == 2
    assert (found["p", "q", "x", "y"], found["p", "q", "z", "k"]) == (3, 4)
