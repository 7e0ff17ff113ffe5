-- The ledger's tables, in their first format; `MIGRATIONS` in files.py lead to the later ones.
--
-- STRICT: a value of a wrong type is an error, not silently kept.
-- Times are ISO 8601 text, UTC, always with microseconds: they sort as text and read back exactly.

-- The version of the tool that brought the present format, so that an older one can name it.
CREATE TABLE format (
    id           INTEGER PRIMARY KEY CHECK (id = 1), -- one row
    tool_version TEXT NOT NULL
) STRICT;

CREATE TABLE account (
    id             INTEGER PRIMARY KEY,
    url            TEXT NOT NULL,
    name           TEXT NOT NULL,
    owner_id       INTEGER, -- pinned by the API's first reply
    proves_absence INTEGER NOT NULL DEFAULT 1 CHECK (proves_absence IN (0, 1)),
    UNIQUE (url, name)
) STRICT;

CREATE TABLE run (
    -- Runs are listed as they were started, even if the wall clock ran backwards in between.
    seq        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES account (id),
    started_at TEXT NOT NULL,
    file       TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    user       TEXT NOT NULL,
    host       TEXT NOT NULL,
    options    TEXT NOT NULL, -- JSON
    ended_at   TEXT, -- null while the run goes on, or when it died
    counts     TEXT CHECK (counts IS NULL OR json_valid(counts)),
    exit_code  INTEGER,
    output     TEXT,
    error      TEXT,
    -- The blobs come last: SQLite walks through a row, and listing the runs needs neither.
    file_table BLOB NOT NULL,
    outcomes   BLOB,
    CHECK ((ended_at IS NULL) = (counts IS NULL)),
    CHECK ((ended_at IS NULL) = (exit_code IS NULL)),
    CHECK ((ended_at IS NULL) = (outcomes IS NULL))
) STRICT;

-- One POST. Rows are added and completed, never deleted: this is the evidence.
CREATE TABLE attempt (
    id              INTEGER PRIMARY KEY,
    account_id      INTEGER NOT NULL REFERENCES account (id),
    step            TEXT NOT NULL CHECK (step IN ('create')),
    key             TEXT NOT NULL, -- the reference case-folded
    reference       TEXT NOT NULL,
    run_id          TEXT NOT NULL REFERENCES run (id),
    row             INTEGER NOT NULL,
    body            TEXT NOT NULL, -- as it was sent, byte for byte
    due_day         TEXT,
    idempotency_key TEXT NOT NULL,
    claimed_at      TEXT NOT NULL,
    -- The reply, once it came or is known never to come.
    reply           TEXT
        CHECK (reply IN ('created', 'refused', 'throttled', 'not_sent', 'lost', 'halt')),
    settled_at      TEXT,
    http_status     INTEGER,
    detail          TEXT,
    invoice_id      INTEGER,
    invoice_number  TEXT,
    -- How a doubt was settled later.
    verdict         TEXT CHECK (verdict IN ('found', 'absent', 'other')),
    verdict_by      TEXT,
    verdict_at      TEXT,
    verdict_detail  TEXT,
    found_id        INTEGER,
    found_number    TEXT,
    CHECK ((reply IS NULL) = (settled_at IS NULL)),
    CHECK ((verdict IS NULL) = (verdict_by IS NULL)),
    CHECK ((verdict IS NULL) = (verdict_at IS NULL)),
    CHECK ((invoice_id IS NULL) = (invoice_number IS NULL)),
    CHECK ((found_id IS NULL) = (found_number IS NULL)),
    -- "There is an invoice" without its name would read back as "there is none", and be sent again.
    CHECK (reply <> 'created' OR invoice_id IS NOT NULL),
    CHECK (verdict = 'absent' OR verdict IS NULL OR found_id IS NOT NULL)
) STRICT;

-- All that is known of a reference. The rowid at the end of every index gives the attempts' order.
CREATE INDEX attempt_by_key ON attempt (account_id, step, key);

-- Two sends of one reference at the same time are impossible, whatever the code above does.
CREATE UNIQUE INDEX attempt_open ON attempt (account_id, step, key)
WHERE reply IS NULL AND verdict IS NULL;

-- The doubts are few among many attempts, and are asked for at the start of every run.
CREATE INDEX attempt_in_doubt ON attempt (account_id, step, key)
WHERE verdict IS NULL AND (reply IS NULL OR reply = 'lost');
