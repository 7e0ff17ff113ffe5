-- Format 2: what became of the files of an inbox; runs found by their file, and by their age.

-- A file by its bytes, for an account: an inbox doesn't try again what can only fail again. `options`
-- is a digest of the options by which the file was understood: others may do better.
CREATE TABLE file_verdict (
    account_id INTEGER NOT NULL REFERENCES account (id),
    sha256     TEXT NOT NULL,
    exit_code  INTEGER NOT NULL,
    at         TEXT NOT NULL,
    name       TEXT NOT NULL,
    options    TEXT NOT NULL,
    PRIMARY KEY (account_id, sha256)
) STRICT;

-- Every run asks whether its file was imported before.
CREATE INDEX run_by_file ON run (account_id, sha256);

-- Those whose tables may be emptied one day; without it every row would be walked through.
CREATE INDEX run_with_table ON run (started_at) WHERE length(file_table) > 0;
