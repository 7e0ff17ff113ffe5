from __future__ import annotations

import datetime as dt
import errno
import os
import stat
from pathlib import Path

import pytest
from builders import NOON, make_table
from hypothesis import given
from hypothesis import strategies as st

from importer.cli.inbox import Clerk, Errand
from importer.cli.telling import TELLER
from importer.cli.voice import Voice
from importer.errors import FileError, UsageError
from importer.inbox import QUIET_S, Postponed, can_be_invoices, digest, is_young, sort_out
from importer.ledger.memory import MemoryLedger
from importer.outbox import move, prepare_folder
from importer.records import FileVerdict
from importer.settings import Api, Secret, Settings

NOW = NOON.timestamp()
AGES = st.floats(-1e10, 1e10)


def put(path: Path, text: str = "a", *, age_s: float = 3600) -> Path:
    """Put a file somewhere that was last written to so long before noon."""
    path.write_text(text)
    os.utime(path, (NOW - age_s, NOW - age_s))
    return path


def test_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    """What can be invoices is imported, by name; other kinds are told of; folders are passed by."""
    names = ("b.csv", "a.XLSX", "c.xlsm", "d.tsv", "e.txt", "f.csv.gz", "g.xlsx.gz", "k.xls")
    for name in (*names, "h.pdf", "i.gz", "j"):
        put(tmp_path / name)
    (tmp_path / "done.csv").mkdir()
    (tmp_path / "gone.csv").symlink_to("nowhere")
    inbox = sort_out(tmp_path, NOON)
    assert [file.name for file in inbox.files] == sorted(names)
    assert inbox.others == ("h.pdf", "i.gz", "j")
    assert inbox.young == ()


def test_subfolders_with_files_are_named(tmp_path: Path) -> None:
    """Not those that hold none, nor those that results and files are put into."""
    for name in ("old/a.csv", "results/b.csv", "hidden/.c.csv", "deep/er/d.csv", ".git/e.csv"):
        (tmp_path / name).parent.mkdir(parents=True)
        put(tmp_path / name)
    inbox = sort_out(tmp_path, NOON, [tmp_path / "results"])
    assert (inbox.folders, inbox.files, inbox.others) == (("old",), (), ())


def test_unfinished_and_hidden_files_are_left_without_a_word(tmp_path: Path) -> None:
    """What a program keeps beside a file, or is writing still, is no file of the user's yet."""
    for name in ("~$a.xlsx", ".a.csv", "a.csv.part", "a.TMP", ".~lock.a.xlsx#"):
        put(tmp_path / name)
    inbox = sort_out(tmp_path, NOON)
    assert (inbox.files, inbox.young, inbox.others) == ((), (), ())


def test_file_that_was_just_written_waits(tmp_path: Path) -> None:
    """A file counts as whole when nobody has written to it for a minute."""
    put(tmp_path / "a.csv", age_s=QUIET_S - 1)
    put(tmp_path / "b.csv", age_s=QUIET_S + 1)
    inbox = sort_out(tmp_path, NOON)
    assert [file.name for file in inbox.files] == ["b.csv"]
    assert inbox.young == ("a.csv",)


@given(AGES, AGES)
def test_nothing_waits_for_a_time_far_ahead(written: float, changed: float) -> None:
    """Whatever the clock says, a file waits only while one of its times is about now."""
    if is_young(NOW + written, NOW + changed, NOW):
        assert min(abs(written), abs(changed)) < QUIET_S + 1


@given(st.floats(-2 * QUIET_S, 2 * QUIET_S))
def test_a_minute_is_a_minute(age: float) -> None:
    """Within a minute before or after, a file may still be written to; a server's clock differs."""
    assert is_young(NOW - age, NOW - 1e6, NOW) == (abs(age) < QUIET_S)


def test_copy_with_a_time_ahead_waits_from_when_it_came() -> None:
    """A time of another machine, an hour ahead, says nothing: when the file came here does."""
    assert is_young(NOW + 3600, NOW - 1, NOW)
    assert not is_young(NOW + 3600, NOW - QUIET_S - 1, NOW)
    assert not is_young(NOW + 3600, NOW + 3600, NOW)


@pytest.mark.parametrize("name", ["a.csv.GZ", "a.b.xlsx", "A.TSV"])
def test_names_of_invoices(name: str) -> None:
    """Case doesn't matter, and gzip may be around."""
    assert can_be_invoices(Path(name))
    assert not can_be_invoices(Path(f"{name}.zip"))


def test_folder_that_is_gone(tmp_path: Path) -> None:
    """It is one clear message too."""
    with pytest.raises(FileError, match=r"The folder .*gone can't be read"):
        sort_out(tmp_path / "gone", NOON)


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says whose it is, what to do about that, and that it isn't forgotten."""
    file = put(tmp_path / "the secret.csv")
    file.chmod(0o600)

    def refuse(*_: object, **__: object) -> None:  # as for anybody but root
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError) as caught:
        digest(file)
    told = str(caught.value)
    assert f"the secret.csv can't be read: Permission denied. It belongs to {file.owner()}" in told
    assert stat.filemode(file.stat().st_mode) in told
    assert f"chmod g+r '{file}'" in told
    assert "tried again each time" in told


def test_file_that_is_not_even_read_is_told_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is told of it reads its name, not that of the file before."""
    ledger, settings = MemoryLedger(), Settings(tmp_path, tmp_path / "ledger")
    monkeypatch.setattr(TELLER, "name", "before.csv")
    account = ledger.account("https://api.example.com", "default")
    api = Api(account.url, "default", lambda: Secret("t"), account.url)
    clerk = Clerk(settings, {}, api, account, ledger, Voice(quiet=True, as_json=False))
    (tmp_path / "a.csv").mkdir()  # opening it fails for root too
    assert not clerk.deal_with(clerk.turn_of(tmp_path / "a.csv"))
    assert (TELLER.name, clerk.codes) == ("a.csv", [2])


@pytest.mark.parametrize("far", [False, True], ids=["same disk", "other disk"])
class TestMoving:
    """Files that are put away."""

    @pytest.fixture(autouse=True)
    def other_disk(self, far: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the system refuse to rename from folder to folder, as between disks."""
        rename = os.replace

        def refuse(source: Path, target: Path) -> None:
            if Path(source).parent != Path(target).parent:
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            rename(source, target)

        if far:
            monkeypatch.setattr(os, "replace", refuse)

    def test_nothing_is_overwritten(self, tmp_path: Path) -> None:
        """Where a name is taken, the next one free is; the file keeps its bytes and its time."""
        file, done = put(tmp_path / "a.csv", "new"), prepare_folder(tmp_path / "x" / "done")
        put(done / "a.csv", "old")
        place = move(file, digest(file), done)
        assert place == done / "a-2.csv"
        assert place.read_text() == "new"
        assert place.stat().st_mtime == NOW - 3600
        assert (done / "a.csv").read_text() == "old"
        assert sorted(path.name for path in done.iterdir()) == ["a-2.csv", "a.csv"]
        assert [path.name for path in tmp_path.iterdir()] == ["x"]

    def test_file_that_changed_stays(self, tmp_path: Path) -> None:
        """Only what was read is moved: a new file of this name stays, whole, under it."""
        file, done = put(tmp_path / "a.csv", "read"), prepare_folder(tmp_path / "done")
        read = digest(file)
        put(file, "new")
        with pytest.raises(Postponed):
            move(file, read, done)
        assert file.read_text() == "new"
        assert list(done.iterdir()) == []
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "done"]

    def test_link_stays(self, tmp_path: Path) -> None:
        """A link would lead nowhere from another folder."""
        file, done = put(tmp_path / "a.csv"), prepare_folder(tmp_path / "done")
        link = tmp_path / "link.csv"
        link.symlink_to("a.csv")
        with pytest.raises(OSError, match="link"):
            move(link, digest(file), done)
        assert link.is_symlink()


def test_newer_file_keeps_its_name_on_another_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that comes while the old one is copied away is neither deleted nor moved."""
    file, done = put(tmp_path / "a.csv", "read"), prepare_folder(tmp_path / "done")
    read, rename = digest(file), os.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(source).parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target)
        if Path(target).parent == done:  # the copy is whole: now somebody saves a new file
            put(file, "new")

    monkeypatch.setattr(os, "replace", refuse)
    assert move(file, read, done).read_text() == "read"
    assert file.read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "done"]


def test_place_for_moving_is_tried_first(tmp_path: Path) -> None:
    """A folder that can't be one is refused before anything is sent; a good one stays empty."""
    taken = put(tmp_path / "taken")
    with pytest.raises(UsageError, match=r"a file has its name.*--move-to\.$"):
        prepare_folder(taken)
    assert list(prepare_folder(tmp_path / "done").iterdir()) == []


@pytest.mark.parametrize(
    ("code", "options", "again"),
    [
        (0, "these", False),
        (1, "these", False),
        (2, "these", False),
        (3, "these", True),
        (4, "these", True),
        (0, "others", False),
        (1, "others", True),
        (2, "others", True),
    ],
)
def test_what_is_tried_again(code: int, options: str, again: bool) -> None:
    """Exit 3 and 4 are, 1 and 2 with other options; another run's verdict counts to the last."""
    ledger, table = MemoryLedger(), make_table([])
    account = ledger.account("https://api.example.com", "default")
    errand = Errand(Path("a.csv"), table.sha256, account, ledger, "these")
    errand.admit(table)
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    ledger.keep_file_verdict(account.id, FileVerdict(table.sha256, code, at, "a.csv", options))
    if again:
        errand.admit(table)
    else:
        with pytest.raises(Postponed):
            errand.admit(table)


def test_file_that_changes_while_it_is_read_waits() -> None:
    """What was read must be what was looked up: half a file is not imported."""
    ledger = MemoryLedger()
    account = ledger.account("https://api.example.com", "default")
    errand = Errand(Path("a.csv"), "1" * 64, account, ledger, "these")
    with pytest.raises(Postponed):
        errand.admit(make_table([]))
