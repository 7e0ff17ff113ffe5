from __future__ import annotations

import dataclasses
import datetime as dt
import errno
import os
import stat
from pathlib import Path

import pytest

from importer.errors import FileError, UsageError
from importer.workbook import default_output, prepare_output, write_results
from reports import (
    make_report,
    read_csv,
)


@pytest.mark.parametrize("name", ["r.xlsx", "r.csv"])
def test_file_is_never_overwritten(tmp_path: Path, name: str) -> None:
    """Where the name is taken, the file there stays and nothing is left beside it."""
    path = tmp_path / name
    path.write_text("mine")
    with pytest.raises(FileError, match=r"never overwritten.*runs run-7"):
        write_results(make_report(["A"], [["x"]]), path)
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_check_that_cannot_be_written_names_no_run(tmp_path: Path) -> None:
    """A check has no run whose results could be written again: another place is to be named."""
    (tmp_path / "r.xlsx").write_text("mine")
    report = make_report(["A"], [["x"]])
    summary = dataclasses.replace(report.summary, run_id="")
    with pytest.raises(FileError, match=r"Nothing was sent\. .*--output\.$"):
        write_results(dataclasses.replace(report, summary=summary), tmp_path / "r.xlsx")


@pytest.mark.parametrize("taken", [False, True])
def test_places_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, taken: bool
) -> None:
    """On a disk without hard links the results are written too, and overwrite nothing either."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "r.csv"
    if taken:
        path.write_text("mine")
        with pytest.raises(FileError, match="never overwritten"):
            write_results(make_report(["A"], [["x"]]), path)
        assert path.read_text() == "mine"
    else:
        write_results(make_report(["A"], [["x"]]), path)
        assert read_csv(path)[1][0] == "x"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["r.xlsx", "r.csv"])
def test_full_disk_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    """Where the file can't be written to its end, the message says why and no part is left."""
    resource = pytest.importorskip("resource", reason="file size limits are POSIX's")
    report = make_report(["A"], [[os.urandom(400).hex()] for _ in range(400)])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(FileError, match=r"can't be written to .*: File too large.*runs run-7"):
            write_results(report, tmp_path / name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes and umask are POSIX's")
def test_results_have_a_users_usual_mode(tmp_path: Path) -> None:
    """The results file is readable as the user's umask says, unlike a private temporary file."""
    before = os.umask(0o027)
    try:
        write_results(make_report(["A"], [["x"]]), tmp_path / "r.xlsx")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "r.xlsx").stat().st_mode) == 0o640


def test_missing_folder_is_said(tmp_path: Path) -> None:
    """Where the folder has gone, the message says that the results can't be written."""
    with pytest.raises(FileError, match=r"can't be written to .*No such file"):
        write_results(make_report(["A"], [["x"]]), tmp_path / "gone" / "r.xlsx")


@pytest.mark.parametrize("name", ["results.ods", "results", ".xlsx"])
def test_only_xlsx_and_csv(tmp_path: Path, name: str) -> None:
    """Any other suffix is refused before and at the writing."""
    with pytest.raises(UsageError, match=r"\.xlsx or \.csv"):
        prepare_output(tmp_path / name)
    with pytest.raises(UsageError, match=r"\.xlsx or \.csv"):
        write_results(make_report(["A"], [["x"]]), tmp_path / name)


def test_output_is_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is made, the path absolute, and nothing lies there yet."""
    monkeypatch.chdir(tmp_path)
    path = prepare_output(Path("new", "..", "new", "Results.XLSX"))
    assert path == tmp_path / "new" / "Results.XLSX"
    assert list(path.parent.iterdir()) == []


def test_output_that_exists_is_refused(tmp_path: Path) -> None:
    """A name that is taken is refused, and left as it is; a free one is named."""
    (tmp_path / "a.xlsx").write_text("mine")
    (tmp_path / "b.xlsx").symlink_to(tmp_path / "nowhere")
    for name in ("a.xlsx", "b.xlsx"):
        free = name.replace(".", "-2.")
        with pytest.raises(UsageError, match=f"exists already.*--output {tmp_path / free}"):
            prepare_output(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_output_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A folder that is a file and a name that is too long are refused with the reason."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"a file has the folder's name.*Nothing was sent"):
        prepare_output(tmp_path / "file" / "r.xlsx")
    with pytest.raises(UsageError, match="name too long"):
        prepare_output(tmp_path / f"{'x' * 300}.xlsx")


@pytest.mark.parametrize("letter", ["a", "請"])
def test_a_long_name_gives_a_shorter_one(tmp_path: Path, letter: str) -> None:
    """A file's name may take all that the disk allows: its results have room for the time."""
    name = letter * (250 // len(letter.encode()))
    at = dt.datetime(2027, 1, 31, 9, 5, 7, tzinfo=dt.UTC)
    path = default_output(Path(f"{name}.csv"), at, tmp_path)
    prepare_output(path).touch()
    assert path.name.startswith(letter * 60)
    assert path.name.endswith("-20270131-090507.xlsx")


def test_default_output_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default name holds the file's and the time; where it is taken, a number follows."""
    monkeypatch.chdir(tmp_path)
    at = dt.datetime(2027, 1, 31, 9, 5, 7, tzinfo=dt.UTC)
    names = []
    for _ in range(3):
        path = default_output(Path("/data/march.v2.csv"), at)
        names.append(path.as_posix())
        prepare_output(path).touch()
    assert names == [
        "reports/march.v2-20270131-090507.xlsx",
        "reports/march.v2-20270131-090507-2.xlsx",
        "reports/march.v2-20270131-090507-3.xlsx",
    ]


@pytest.mark.parametrize(
    "ours", ["20270131-090507", "20270131-090507-2", "20270131-090507-20270201-090507"]
)
def test_the_results_of_results_name_one_time(tmp_path: Path, ours: str) -> None:
    """Corrected and imported round by round, the name doesn't grow: the latest time is in it."""
    at = dt.datetime(2027, 2, 1, 10, 0, 0, tzinfo=dt.UTC)
    path = default_output(tmp_path / f"march-{ours}.xlsx", at, tmp_path)
    assert path.name == "march-20270201-100000.xlsx"
    path.touch()
    again = default_output(tmp_path / f"march-{ours}.xlsx", at, tmp_path)
    assert again.name == "march-20270201-100000-2.xlsx"


@pytest.mark.parametrize("name", ["20270131-090507", "march-2027", "march-20270131"])
def test_a_time_of_the_user_s_own_stays(tmp_path: Path, name: str) -> None:
    """A name that is a time, or ends in less than one of ours, is kept whole."""
    at = dt.datetime(2027, 2, 1, 10, 0, 0, tzinfo=dt.UTC)
    path = default_output(tmp_path / f"{name}.csv", at, tmp_path)
    assert path.name == f"{name}-20270201-100000.xlsx"
