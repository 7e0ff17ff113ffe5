"""What only the ledger in a file has: the file, its formats, other processes, size."""

from __future__ import annotations

import datetime as dt
import errno
import itertools
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sized
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import deeds
from importer.cli.history import require_ledger
from importer.cli.options import PATH
from importer.errors import LedgerError, StoppedError, UsageError
from importer.ledger import files
from importer.ledger.care import back_up, find_faults
from importer.ledger.sqlite import SqliteLedger
from importer.model import Create, InvoiceRef
from importer.records import Account, Claim, EntryState, ReplyKind, RunStart, Settlement

AT = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC)


def start(ledger: SqliteLedger) -> Account:
    """An account with a run under way, `run-1`."""
    account = ledger.account("https://api.example.com", "default")
    ledger.start_run(RunStart("run-1", account.id, AT, "f.csv", "00", "ada", "host", "{}", b"t"))
    return account


def claim(ledger: SqliteLedger, account: Account, key: str) -> int:
    """Claim a reference for `run-1`."""
    return deeds.claim(ledger, Claim(account.id, "run-1", Create(2, key, key, "{}"), "key", AT))


def connection(ledger: SqliteLedger) -> sqlite3.Connection:
    """The ledger's own connection, to fill it quickly, to limit it, to watch it."""
    return ledger._db  # noqa: SLF001 - a port for this would be for tests alone


def mode(path: Path) -> int:
    """The permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a ledger will be, in a folder that is missing yet."""
    return tmp_path / "data" / "ledger.db"


@contextmanager
def other_process(script: str, *args: object) -> Iterator[subprocess.Popen[str]]:
    """Run a script in a process of its own, from its first line of output on; then kill it."""
    with subprocess.Popen(
        [sys.executable, "-c", script, *map(str, args)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


# --- the file --------------------------------------------------------------------------------


def test_files_are_private(path: Path) -> None:
    """Whatever the umask, nobody else may read the ledger, its companions, or its folder."""
    before = os.umask(0)
    try:
        with closing(SqliteLedger(path)) as ledger:
            account = start(ledger)
            with ledger.sender(account, 0, lambda: None):
                modes = {each.name: mode(each) for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(
        ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock", "ledger.db.1.lock"], 0o600
    )
    assert mode(path.parent) == 0o700


def test_writes_survive_power_loss(path: Path) -> None:
    """Every commit is flushed to the disk, and what belongs together is enforced."""
    with closing(files.connect(path)) as db:
        pragmas = ("journal_mode", "synchronous", "fullfsync", "foreign_keys", "busy_timeout")
        values = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    full = 2
    assert values == ["wal", full, 1, 1, 30_000]


def test_reopened_ledger_keeps_everything(path: Path) -> None:
    """What was written is there when the file is opened again."""
    with closing(SqliteLedger(path)) as ledger:
        account = start(ledger)
        ledger.pin_owner(account.id, 41)
        invoice = InvoiceRef(7, "INV-7")
        created = Settlement(ReplyKind.CREATED, AT, invoice=invoice)
        deeds.settle(ledger, claim(ledger, account, "a"), created)
        claim(ledger, account, "b")
        before = (ledger.run("run-1"), ledger.entries(account.id, ["a", "b"]))
    with closing(SqliteLedger(path)) as ledger:
        assert ledger.account(account.url, account.name).owner_id == 41
        assert (ledger.run("run-1"), ledger.entries(account.id, ["a", "b"])) == before
        assert [entry.key for entry in ledger.in_doubt(account.id)] == ["b"]


def test_link_leads_to_the_same_ledger(path: Path, tmp_path: Path) -> None:
    """Two runs that name one ledger differently still see each other."""
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with closing(SqliteLedger(path)) as ledger, closing(SqliteLedger(link)) as linked:
        account = start(ledger)
        with ledger.sender(account, 0, lambda: None):
            second = linked.sender(account, 0, lambda: None)
            with pytest.raises(StoppedError), second:
                pytest.fail("two senders at a time")


@pytest.mark.parametrize("content", [b"reference_id;note\n" * 100, os.urandom(8192)])
def test_file_that_is_no_database_is_refused_untouched(tmp_path: Path, content: bytes) -> None:
    """Somebody's file, named by mistake, is told of and left as it is."""
    path = tmp_path / "invoices.csv"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=r"invoices\.csv .*no ledger.*--ledger"):
        SqliteLedger(path)
    assert path.read_bytes() == content


def test_foreign_database_is_refused_untouched(tmp_path: Path) -> None:
    """Another program's SQLite file is told of and left as it is."""
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE bookmark (url TEXT)")
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=r"places\.sqlite is another program's.*--ledger"):
        SqliteLedger(path)
    assert path.read_bytes() == before


def test_damaged_ledger_is_told(path: Path) -> None:
    """A ledger with overwritten pages isn't read as an empty one; the message says what to do."""
    with closing(SqliteLedger(path)) as ledger:
        account = start(ledger)
        for number in range(100):
            claim(ledger, account, f"{number}")
    page = 4096
    with path.open("rb+") as file:
        file.seek(page)
        file.write(b"\xff" * (path.stat().st_size - page))
    with pytest.raises((LedgerError, StoppedError), match=r"malformed.*Restore its newest backup"):
        SqliteLedger(path).account("https://api.example.com", "default")


def test_folder_is_refused(tmp_path: Path) -> None:
    """A folder in place of the file is told of."""
    with pytest.raises(LedgerError, match=r"not a file.*--ledger"):
        SqliteLedger(tmp_path)


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A folder that can't be made is told of, with the path."""
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match=r"file/ledger\.db can't be opened.*--ledger"):
        SqliteLedger(tmp_path / "file" / "ledger.db")


AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
NOBODY = 65534


@pytest.fixture
def shared() -> Iterator[Path]:
    """Where a ledger will be, in a folder that everybody may write to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder / "ledger.db"


@contextmanager
def nobody() -> Iterator[None]:
    """Be another user than root while the context lasts."""
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@AS_ROOT
def test_a_ledger_of_another_user_is_told_with_the_owner(shared: Path) -> None:
    """Whose it is, who we are, and the command for it and for what is beside it."""
    SqliteLedger(shared).close()
    said = rf"belongs to the user root, and you are (\w+)\. .*chown \1 {shared}\*"
    with nobody():
        PATH.convert(str(shared), None, None)  # click has no say in it
        with pytest.raises(LedgerError, match=said):
            SqliteLedger(shared)


@AS_ROOT
def test_a_lock_of_another_user_is_told_with_the_owner(shared: Path) -> None:
    """The file itself is named, not its folder."""
    with nobody():
        SqliteLedger(shared).close()
    lock = shared.with_name("ledger.db.lock")
    os.chown(lock, 0, 0)
    said = rf"lock {lock} .*belongs to the user root, and you are (\w+)\. .*chown \1 {lock}"
    with nobody(), pytest.raises(LedgerError, match=said):
        SqliteLedger(shared)


@AS_ROOT
def test_a_ledger_in_a_folder_of_another_user_is_told_with_the_owner(shared: Path) -> None:
    """Where even its presence can't be seen."""
    SqliteLedger(shared).close()
    shared.parent.chmod(0o700)
    said = rf"{shared.parent} belongs to the user root, and you are .*chown \w+ {shared.parent}$"
    with nobody(), pytest.raises(LedgerError, match=said):
        require_ledger(shared)
    with nobody(), pytest.raises(LedgerError, match=said):
        files.connect(shared)


@AS_ROOT
def test_what_root_makes_beside_a_ledger_is_its_owner_s(shared: Path) -> None:
    """So nobody is locked out after root has looked."""
    with nobody(), closing(SqliteLedger(shared)) as ledger:
        start(ledger)
    shared.with_name("ledger.db.lock").unlink()
    with closing(SqliteLedger(shared)) as ledger:
        account = ledger.accounts()[0]
        with ledger.sender(account, 0, lambda: None):
            found = {each.name: each.stat().st_uid for each in shared.parent.iterdir()}
    names = ["", "-wal", "-shm", ".lock", ".1.lock"]
    assert found == dict.fromkeys((f"ledger.db{name}" for name in names), NOBODY)
    with nobody():
        SqliteLedger(shared).close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
@pytest.mark.parametrize("target", ["ledger.db", "."])
def test_file_that_may_not_be_written_is_refused(path: Path, target: str) -> None:
    """A ledger or a folder without the right to write is told of."""
    SqliteLedger(path).close()
    (path.parent / "ledger.db.lock").unlink()
    protected = path.parent / target
    protected.chmod(0o500)
    with pytest.raises(LedgerError, match=r"its mode keeps you.*chmod u\+rw"):
        SqliteLedger(path)
    protected.chmod(0o700)


def test_full_disk_stops_the_run(path: Path) -> None:
    """A write that finds no space stops the run, says what to do, and leaves no half of itself."""
    with closing(SqliteLedger(path)) as ledger:
        account = start(ledger)
        db = connection(ledger)
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(
            StoppedError, match=r"can't be written.*Nothing more was sent.*Free some"
        ):
            claim(ledger, account, "a" * 100_000)
        db.execute("PRAGMA max_page_count = 100000")
        assert ledger.in_doubt(account.id) == []
        claim(ledger, account, "b")


# --- formats ---------------------------------------------------------------------------------


def test_newer_format_is_refused(path: Path) -> None:
    """A ledger of a newer version is left alone, and the message names the version it takes."""
    SqliteLedger(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE format SET tool_version = '9.8.7'")
        db.execute("PRAGMA user_version = 9")
        db.commit()
    with pytest.raises(LedgerError, match=r"newer version.*Install import-invoices 9\.8\.7"):
        SqliteLedger(path)


def test_older_format_is_migrated_after_a_backup(path: Path) -> None:
    """Every missing step is done, once, in order; the backup has the ledger as it was."""
    with closing(SqliteLedger(path)) as ledger:
        account = start(ledger)
        claim(ledger, account, "a")
    steps = [
        *files.MIGRATIONS,
        "ALTER TABLE account ADD COLUMN colour TEXT; UPDATE account SET colour = 'red';",
        "ALTER TABLE account RENAME COLUMN colour TO tint",
    ]
    for _ in range(2):
        with closing(files.connect(path, steps)) as db:
            assert db.execute("SELECT tint FROM account").fetchall() == [("red",)]
            assert db.execute("PRAGMA user_version").fetchone() == (len(steps) + 1,)
            assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    (backup,) = path.parent.glob("*.backup")
    assert mode(backup) == 0o600
    with closing(SqliteLedger(backup)) as ledger:
        assert [entry.key for entry in ledger.in_doubt(account.id)] == ["a"]


def test_failed_migration_leaves_the_ledger_as_it_was(path: Path) -> None:
    """A migration that fails half-way changes nothing; the ledger can be used as before."""
    SqliteLedger(path).close()
    with pytest.raises(LedgerError, match=r"no such table"):
        files.connect(
            path, [*files.MIGRATIONS, "CREATE TABLE half (way TEXT); DROP TABLE missing;"]
        )
    with closing(files.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(files.MIGRATIONS) + 1,)
        assert db.execute("SELECT name FROM sqlite_schema WHERE name = 'half'").fetchall() == []


def test_new_ledger_gets_every_migration(path: Path) -> None:
    """A file that is new is at the newest format at once, and there is nothing to back up."""
    with closing(files.connect(path, ["CREATE TABLE extra (n INTEGER) STRICT"])) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
    assert list(path.parent.glob("*.backup")) == []


# --- care ------------------------------------------------------------------------------------


def test_a_backup_is_whole_though_a_run_goes_on(path: Path, tmp_path: Path) -> None:
    """What was committed is in it, the -wal file's part too; it is private and stands alone."""
    backup = tmp_path / "backup.db"
    with closing(SqliteLedger(path)) as ledger:
        account = start(ledger)
        with ledger.sender(account, 0, lambda: None):
            claim(ledger, account, "a")
            back_up(path, backup)
            claim(ledger, account, "b")
    assert mode(backup) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["backup.db"]
    with closing(SqliteLedger(backup)) as ledger:
        assert [entry.key for entry in ledger.in_doubt(account.id)] == ["a"]


def test_a_backup_takes_no_name_that_is_taken(path: Path, tmp_path: Path) -> None:
    """Neither a file's nor a dangling link's; what has the name is left as it is."""
    SqliteLedger(path).close()
    file, link = tmp_path / "file.db", tmp_path / "link.db"
    file.write_bytes(b"precious")
    link.symlink_to(tmp_path / "nowhere")
    for taken in (file, link, path):
        with pytest.raises(UsageError, match=r"exists already.*such as .*-2\.db"):
            back_up(path, taken)
    assert file.read_bytes() == b"precious"
    assert not link.exists()


def test_a_backup_without_hard_links_is_made_all_the_same(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk knows no links (FAT), the name is taken first and filled then."""

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    SqliteLedger(path).close()
    back_up(path, tmp_path / "backup.db")
    assert find_faults(tmp_path / "backup.db") == []


@pytest.mark.parametrize("why", ["missing folder", "a file for a folder"])
def test_a_backup_that_can_not_be_written_is_told(path: Path, tmp_path: Path, why: str) -> None:
    """The place and the reason, and nothing is left behind."""
    SqliteLedger(path).close()
    folder = tmp_path / "file"
    if why == "a file for a folder":
        folder.touch()
    with pytest.raises(UsageError, match=r"can't be written to .*file/b\.db: .*another place"):
        back_up(path, folder / "b.db")


def damage(path: Path, script: str) -> None:
    """Change a ledger's file behind SQLite's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.executescript(script)


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        # An index that lacks what its table has: the attempt would be made again.
        (
            """
            UPDATE sqlite_schema SET sql = sql || ' WHERE row <> 2' WHERE name = 'attempt_by_key';
            PRAGMA writable_schema = RESET;
            REINDEX attempt_by_key;
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, ' WHERE row <> 2', '')
            WHERE name = 'attempt_by_key';
            """,
            "attempt_by_key",
        ),
        ("PRAGMA foreign_keys = OFF; DELETE FROM run", "attempt leads nowhere"),
    ],
    ids=["index", "reference"],
)
def test_faults_are_found_and_not_copied(
    path: Path, tmp_path: Path, script: str, fault: str
) -> None:
    """An index without an attempt, an attempt without its run: named, and no backup is made."""
    with closing(SqliteLedger(path)) as ledger:
        account = start(ledger)
        claim(ledger, account, "a")
    assert find_faults(path) == []
    damage(path, script)
    assert any(fault in found for found in find_faults(path))
    with pytest.raises(LedgerError, match=r"damaged \(.*no backup was made.*an older one"):
        back_up(path, tmp_path / "backup.db")
    assert not (tmp_path / "backup.db").exists()


def test_pruned_space_is_used_again(path: Path) -> None:
    """The file doesn't grow where a run's table takes the place of an old one's."""
    blob = os.urandom(500_000)
    with closing(SqliteLedger(path)) as ledger:
        account = ledger.account("https://api.example.com", "default")
        sizes = []
        for number in range(6):
            at = AT + dt.timedelta(days=number)
            run = RunStart(f"run-{number}", account.id, at, "f", "0", "ada", "host", "{}", blob)
            ledger.start_run(run)
            ledger.prune(at, 1)
            sizes.append(ledger.size().bytes)
        assert ledger.size().free > len(blob) * 0.9
    assert sizes[1:] == sizes[1:2] * 5


# --- other processes -------------------------------------------------------------------------

CLAIM_AND_WAIT = """
import datetime as dt, signal, sys
from pathlib import Path
from importer.ledger.sqlite import SqliteLedger
from importer.model import Create
from importer.records import Claim, RunStart
ledger = SqliteLedger(Path(sys.argv[1]))
account = ledger.account("https://api.example.com", "default")
at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
with ledger.sender(account, 0, lambda: None):
    ledger.start_run(RunStart("run-1", account.id, at, "f", "0", "ada", "host", "{}", b"t"))
    ledger.record([Claim(account.id, "run-1", Create(2, "a", "a", "{}"), "key", at)])
    print("ready", flush=True)
    signal.pause()
"""


def test_claim_and_lock_of_a_killed_process(path: Path) -> None:
    """While it lives it is the only sender; killed, it leaves its claim and lets go of the lock."""
    told: list[str] = []
    with closing(SqliteLedger(path)) as ledger:
        account = ledger.account("https://api.example.com", "default")
        with other_process(CLAIM_AND_WAIT, path):
            sender = ledger.sender(account, 0, lambda: told.append("wait"))
            with pytest.raises(StoppedError, match=r"Another import is sending.*--wait"), sender:
                pytest.fail("two senders at a time")
        with ledger.sender(account, 0, lambda: told.append("still held")):
            (entry,) = ledger.in_doubt(account.id)
        assert (entry.key, entry.state) == ("a", EntryState.IN_DOUBT)
    assert told == ["wait"]


def test_second_sender_waits_for_the_first(path: Path) -> None:
    """A run that waits gets its turn as soon as the other process is gone."""
    with closing(SqliteLedger(path)) as ledger:
        account = ledger.account("https://api.example.com", "default")
        with (
            other_process(CLAIM_AND_WAIT, path) as process,
            # Later than the second try, so that it takes a wait.
            ledger.sender(account, 60, on_wait=threading.Timer(0.3, process.kill).start),
        ):
            assert process.wait(timeout=60) < 0


def test_many_processes_open_a_new_ledger_at_once(path: Path) -> None:
    """Whoever is first makes the tables; nobody trips over anybody."""
    script = (
        "import sys; from pathlib import Path; from importer.ledger.sqlite import SqliteLedger;"
        "print(SqliteLedger(Path(sys.argv[1])).account('u', 'n').id)"
    )
    command = [sys.executable, "-c", script, str(path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(6)]
    assert [process.communicate()[0] for process in processes] == [b"1\n"] * 6


# --- where it may be -------------------------------------------------------------------------

MOUNTS = r"""
/dev/vda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/vdb1 /home/ada/local ext4 rw 0 0
//nas/team /mnt/team\040drive cifs rw 0 0
/dev/vdc1 /mnt/é ext4 rw 0 0
/dev/vdc1 /twice ext4 rw 0 0
host:/twice /twice fuse.sshfs rw 0 0
""".strip()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/ledger.db", "ext4"),
        ("/home/ada/ledger.db", "nfs4"),
        ("/home/ada/local/ledger.db", "ext4"),
        ("/homeless/ledger.db", "ext4"),
        ("/mnt/team drive/ledger.db", "cifs"),
        ("/mnt/é/ledger.db", "ext4"),
        ("/twice/ledger.db", "fuse.sshfs"),
    ],
)
def test_file_system_is_that_of_the_innermost_mount(path: str, kind: str) -> None:
    """The longest mount point that holds the path counts, the later one of two equals."""
    assert files.filesystem(Path(path), MOUNTS) == kind


def test_network_drive_is_refused() -> None:
    """A ledger on a network drive is refused, naming the option that puts it elsewhere."""
    with pytest.raises(LedgerError, match=r"network drive \(nfs4\).*--ledger"):
        files.refuse_network(Path("/home/ada/ledger.db"), MOUNTS)


@pytest.mark.parametrize("mounts", [MOUNTS, ""])
def test_local_and_unknown_drives_are_allowed(mounts: str) -> None:
    """A local disk will do, and so will one that nothing is known of (other systems)."""
    files.refuse_network(Path("/home/ada/local/ledger.db"), mounts)


def test_ledger_on_a_network_drive_is_not_made(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening looks at the mounts before it makes anything."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda1 / ext4 rw 0 0\nserver:/x {tmp_path} nfs rw 0 0\n")
    monkeypatch.setattr(files, "_MOUNTS", mounts)
    with pytest.raises(LedgerError, match=r"network drive"):
        SqliteLedger(path)
    assert not path.parent.exists()


# --- size ------------------------------------------------------------------------------------

SIZE = 100_000
DOUBTS = 10


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteLedger]:
    """A ledger of many settled attempts and a few doubts."""
    with closing(SqliteLedger(tmp_path_factory.mktemp("big") / "ledger.db")) as ledger:
        start(ledger)
        connection(ledger).execute(
            """
            WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series LIMIT ?)
            INSERT INTO attempt (account_id, step, key, reference, run_id, row, body,
                idempotency_key, claimed_at, reply, settled_at, invoice_id, invoice_number)
            SELECT 1, 'create', 'k' || n, 'K' || n, 'run-1', n, '{"note": "a note"}', 'key',
                '2026-03-01T00:00:00.000000+00:00', iif(n <= ?, 'lost', 'created'),
                '2026-03-01T00:00:01.000000+00:00', n, 'INV-' || n
            FROM series
            """,
            (SIZE, DOUBTS),
        )
        yield ledger


def work(ledger: SqliteLedger, query: Callable[[], Sized], expected: int) -> int:
    """Count SQLite's instructions for a query, to a hundred: the same on every machine."""
    hundreds = itertools.count()
    connection(ledger).set_progress_handler(lambda: next(hundreds) < 0, 100)
    try:
        assert len(query()) == expected
    finally:
        connection(ledger).set_progress_handler(None, 0)
    return next(hundreds) * 100


def test_work_for_entries_grows_with_the_keys_alone(big: SqliteLedger) -> None:
    """All entries cost a small number of instructions each, a few cost nearly nothing."""
    every = [f"k{n}" for n in range(1, SIZE + 1)]
    assert work(big, lambda: big.entries(1, every), SIZE) < 100 * SIZE
    assert work(big, lambda: big.entries(1, every[:DOUBTS]), DOUBTS) < 200 * DOUBTS


def test_work_for_doubts_grows_with_the_doubts_alone(big: SqliteLedger) -> None:
    """A few doubts among many attempts are found without a look at the others."""
    assert work(big, lambda: big.in_doubt(1), DOUBTS) < 400 * DOUBTS


def test_work_for_old_runs_grows_with_those_that_have_tables(big: SqliteLedger) -> None:
    """Neither pruning nor "was this file imported before?" walks through all the runs."""
    connection(big).execute(
        """
        WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series LIMIT 10000)
        INSERT INTO run (id, account_id, started_at, file, sha256, user, host, options, file_table)
        SELECT 'old-' || n, 1, '2020-03-01T00:00:00.000000+00:00', 'f', n, 'u', 'h', '{}', x''
        FROM series
        """
    )

    def prune() -> str:
        return "x" * big.prune(AT - dt.timedelta(days=1), 10)

    assert work(big, prune, 0) < 1_000
    assert work(big, lambda: [big.last_import(1, "7")], 1) < 1_000


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE attempt SET claimed_at = 'noon'",
        "UPDATE attempt SET reply = 'perhaps', settled_at = 'noon'",
        "UPDATE run SET counts = '{', ended_at = 'noon'",
    ],
    ids=["time", "reply", "counts"],
)
def test_a_record_that_nobody_writes_is_said(path: Path, change: str) -> None:
    """Values that SQLite holds for whole but that mean nothing: restore a backup."""
    with closing(SqliteLedger(path)) as ledger:
        account = start(ledger)
        claim(ledger, account, "a")
        connection(ledger).execute("PRAGMA ignore_check_constraints = ON")
        connection(ledger).execute(change)
        with pytest.raises(LedgerError, match=r"damaged.*ledger restore"):
            (ledger.entries(account.id, ["a"]), ledger.runs(1))


def test_words_about_damage_may_be_no_text(path: Path) -> None:
    """SQLite quotes the damaged schema as it is; that is told like any damage."""
    SqliteLedger(path).close()
    path.write_bytes(
        path.read_bytes().replace(b"CREATE TABLE attempt (", b"CREATE T\xc9BLE attempt (")
    )
    with pytest.raises(LedgerError, match="Restore its newest backup"):
        SqliteLedger(path)
